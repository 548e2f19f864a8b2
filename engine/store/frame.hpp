#pragma once

#include "engine/base/result.hpp"
#include "engine/store/store.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The bytes inside a pack. README.md has the layout of both frames, field by field.
namespace sluice {

/// Where a frame stands: the row of its pack and the offset in the body. Value 0 is "nowhere";
/// pack ids start at 1.
struct Locator {
    std::uint64_t value = 0;

    static constexpr unsigned kOffsetBits = 24;
    static Locator of(std::int64_t pack, std::size_t offset);
    [[nodiscard]] std::int64_t pack() const {
        return static_cast<std::int64_t>(value >> kOffsetBits);
    }
    [[nodiscard]] int offset() const { return static_cast<int>(value & ((1U << kOffsetBits) - 1)); }
    explicit operator bool() const { return value != 0; }
    auto operator<=>(const Locator&) const = default;
};

/// One customer's record as stored. The views last as long as the bytes they were decoded from.
struct StateFrame {
    CustomerNo no = 0;
    Instant due = kNever;
    Locator journal_tail;
    std::string_view customer;
    std::string_view state;

    [[nodiscard]] std::size_t bytes() const;
};

/// One journal entry as stored, with the entry before it of the same customer.
struct JournalFrame {
    CustomerNo no = 0;
    Locator previous;
    JournalKind kind = JournalKind::event;
    Instant at;
    std::string_view payload;

    [[nodiscard]] std::size_t bytes() const;
};

/// Largest frame: a quarter of what an offset can address, so a pack never outgrows its locators.
inline constexpr std::size_t kFrameBytesMax = std::size_t{1} << (Locator::kOffsetBits - 2);
inline constexpr std::size_t kStateHeaderBytes = 30;
inline constexpr std::size_t kJournalHeaderBytes = 29;

void append_frame(std::string& out, const StateFrame& frame);
void append_frame(std::string& out, const JournalFrame& frame);

/// Length of the frame that begins at the front of `bytes`, from its header alone. Errc::corrupt
/// when no frame of at least `header` bytes can be that long here.
Result<std::size_t> frame_length(std::string_view bytes, std::size_t header);

/// Decodes exactly one frame. Errc::corrupt when length or checksum is wrong.
Result<StateFrame> decode_state(std::string_view frame);
Result<JournalFrame> decode_journal(std::string_view frame);

}  // namespace sluice
