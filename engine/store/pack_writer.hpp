#pragma once

#include "engine/store/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice {

/// Bytes a pack is filled to before the next one is begun. Measured: rows of 8 KB are read back
/// four times faster than rows of 64 KB (SQLite walks a chain of overflow pages to an offset) and
/// are written as fast; docs/decisions/0002-storage-layout.md has the table.
inline constexpr std::size_t kPackBytes = 8'000;

/// Lays frames into packs and tells where each will stand. Buffers are kept between uses.
/// Threads: one.
class PackWriter {
public:
    struct Pack {
        std::int64_t id = 0;
        std::string body;
    };

    /// Forgets everything; the first pack will get `first_id`.
    void start(std::int64_t first_id);
    template <class Frame>
    Locator append(const Frame& frame) {
        Pack& pack = room_for(frame.bytes());
        Locator at = Locator::of(pack.id, pack.body.size());
        append_frame(pack.body, frame);
        return at;
    }
    /// Takes a frame that is encoded already.
    Locator append_encoded(std::string_view frame);

    [[nodiscard]] std::span<const Pack> packs() const { return {packs_.data(), used_}; }
    [[nodiscard]] std::int64_t next_id() const {
        return first_id_ + static_cast<std::int64_t>(used_);
    }

private:
    Pack& room_for(std::size_t bytes);

    std::vector<Pack> packs_;  // the first used_ of them count; the others lend their buffers
    std::size_t used_ = 0;
    std::int64_t first_id_ = 1;
};

}  // namespace sluice
