#include "dsl/wasm/units.hpp"

#include "dsl/json_text.hpp"
#include "dsl/language/position.hpp"

#include <algorithm>

namespace sluice::dsl::wasm {

std::uint32_t Units::at(std::size_t offset) {
    offset = std::min(offset, text_.size());
    if (offset < last_offset_) {
        last_offset_ = 0;
        last_units_ = 0;
    }
    const std::string_view between = text_.substr(last_offset_, offset - last_offset_);
    last_units_ += static_cast<std::uint32_t>(language::utf16_length(between));
    last_offset_ = offset;
    return last_units_;
}

std::size_t Units::offset_of(std::uint32_t units) const {
    constexpr std::size_t kPairBytes = 4;  // a character of four bytes is two units
    std::size_t offset = 0;
    while (offset < text_.size()) {
        const std::size_t bytes = std::max<std::size_t>(1, utf8_length(text_, offset));
        const std::uint32_t width = bytes == kPairBytes ? 2 : 1;
        if (units < width) {
            break;
        }
        units -= width;
        offset += bytes;
    }
    return offset;
}

}  // namespace sluice::dsl::wasm
