#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::dsl::wasm {

/// Turns byte offsets of one text into UTF-16 code units from its start, as JavaScript counts, and
/// back. Cheap for offsets that grow. The text must outlive it.
class Units {
public:
    explicit Units(std::string_view text) : text_(text) {}

    /// Offsets behind the end give the end.
    std::uint32_t at(std::size_t offset);
    /// The second half of a surrogate pair gives the start of its character.
    [[nodiscard]] std::size_t offset_of(std::uint32_t units) const;

private:
    std::string_view text_;
    std::size_t last_offset_ = 0;
    std::uint32_t last_units_ = 0;
};

}  // namespace sluice::dsl::wasm
