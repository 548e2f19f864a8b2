#pragma once

#include "dsl/parser/keywords.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace sluice::fuzz {

/// What flow files are made of beside keywords; the names are those of the schema the target
/// stands on.
inline constexpr auto kPieces = std::to_array<std::string_view>(
    {"{",        "}",           "(",          ")",      "[",          "]",
     ",",        ".",           "=",          ">",      ">=",         "<",
     "<=",       "\n",          "\n  ",       "@again", "#",          "\"",
     "\"text\"", "\"{code}\"",  "12",         "0",      "9999999999", "0.5",
     "50%",      "09:30",       "2026-11-27", "3 days", "Monday",     "Order Placed",
     "Hello",    "Email Opened"});

/// A word or piece chosen by a number.
inline std::string_view piece(std::uint32_t number) {
    using dsl::parser::kKeywords;
    const std::size_t at = number % (kKeywords.size() + 3 * kPieces.size());
    return at < kKeywords.size() ? kKeywords[at]
                                 : kPieces[(at - kKeywords.size()) % kPieces.size()];
}

/// Puts a piece in, or in place of a word of `data`. Returns the new size, at most `most`.
inline std::size_t with_piece(std::uint8_t* data, std::size_t size, std::size_t most,
                              std::uint32_t seed) {
    std::string text(reinterpret_cast<const char*>(data), size);
    const std::size_t at = size == 0 ? 0 : (seed >> 8U) % (size + 1);
    const std::size_t begin = text.find_last_of(" \n", at == 0 ? 0 : at - 1);
    const std::size_t from = begin == std::string::npos ? 0 : begin + 1;
    const std::size_t until = std::min(text.find_first_of(" \n", from), text.size());
    const bool instead = (seed & 1U) != 0;
    text.replace(from, instead ? until - from : 0,
                 std::string(piece(seed * 2'654'435'761U >> 7U)) + (instead ? "" : " "));
    text.resize(std::min(text.size(), most));
    std::memcpy(data, text.data(), text.size());
    return text.size();
}

}  // namespace sluice::fuzz
