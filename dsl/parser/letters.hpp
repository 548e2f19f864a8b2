#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

// The bytes words are made of.

namespace sluice::dsl::parser {

constexpr bool digit(unsigned char c) {
    return c >= '0' && c <= '9';
}
constexpr bool small(unsigned char c) {
    return c >= 'a' && c <= 'z';
}
constexpr bool capital(unsigned char c) {
    return c >= 'A' && c <= 'Z';
}

/// The bytes a word of ASCII letters goes on with.
inline constexpr auto kWordBytes = [] {
    std::array<bool, 256> bytes{};
    for (unsigned c = 0; c < bytes.size(); ++c) {
        const auto byte = static_cast<unsigned char>(c);
        bytes[c] = small(byte) || capital(byte) || digit(byte) || byte == '_';
    }
    return bytes;
}();

/// How many of the eight bytes at `bytes` are lowercase letters before one is not.
inline std::size_t small_letters(const char* bytes) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes, sizeof eight);
    constexpr std::uint64_t kEach = 0x0101'0101'0101'0101U;
    constexpr std::uint64_t kHigh = kEach * 0x80U;
    // A byte's high bit is set by the addition when it is at least `a`, and at least behind `z`.
    const std::uint64_t seven = eight & ~kHigh;
    const std::uint64_t from_a = seven + kEach * (0x80U - 'a');
    const std::uint64_t behind_z = seven + kEach * (0x80U - 'z' - 1);
    const std::uint64_t others = ~(from_a & ~behind_z & ~eight) & kHigh;
    return static_cast<std::size_t>(std::countr_zero(others)) / 8;  // 64 zeros: all eight
}

}  // namespace sluice::dsl::parser
