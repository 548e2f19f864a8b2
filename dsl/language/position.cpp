#include "dsl/language/position.hpp"

#include <algorithm>

namespace sluice::dsl::language {
namespace {

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Bytes of the character at `at`; 1 when it is not well-formed.
std::size_t bytes_at(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t wanted = lead >= 0xF0 && lead < 0xF8   ? 4
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                                                             : 1;
    if (at + wanted > text.size()) {
        return 1;
    }
    for (std::size_t i = 1; i < wanted; ++i) {
        if (!continues(text[at + i])) {
            return 1;
        }
    }
    return wanted;
}

}  // namespace

std::size_t utf16_length(std::string_view text) {
    std::size_t units = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = bytes_at(text, at);
        units += bytes == 4 ? 2 : 1;
        at += bytes;
    }
    return units;
}

Lines::Lines(std::string_view text) : starts_{0} {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool crlf = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
        if (text[at] == '\n' || (text[at] == '\r' && !crlf)) {
            starts_.push_back(at + 1);
        }
    }
}

std::size_t Lines::end_of(std::string_view text, std::size_t line) const {
    std::size_t end = line + 1 < starts_.size() ? starts_[line + 1] : text.size();
    while (end > starts_[line] && (text[end - 1] == '\n' || text[end - 1] == '\r')) {
        --end;
    }
    return end;
}

Position Lines::position(std::string_view text, std::size_t offset) const {
    offset = std::min(offset, text.size());
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const auto line = static_cast<std::size_t>(after - starts_.begin()) - 1;
    std::size_t units = 0;
    for (std::size_t at = starts_[line]; at < offset;) {
        const std::size_t bytes = bytes_at(text, at);
        if (at + bytes > offset) {
            break;
        }
        units += bytes == 4 ? 2 : 1;
        at += bytes;
    }
    return {static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(units)};
}

std::size_t Lines::offset(std::string_view text, const Position& position) const {
    if (position.line >= starts_.size()) {
        return text.size();
    }
    const std::size_t end = end_of(text, position.line);
    std::size_t at = starts_[position.line];
    std::size_t units = 0;
    while (at < end) {
        const std::size_t bytes = bytes_at(text, at);
        units += bytes == 4 ? 2 : 1;
        if (units > position.character) {
            break;
        }
        at += bytes;
    }
    return at;
}

}  // namespace sluice::dsl::language
