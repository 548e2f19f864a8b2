#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sluice {

/// Secret of a SipHash; whoever does not know it cannot make two texts collide.
using SipKey = std::array<std::uint64_t, 2>;

struct SipHash128 {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    auto operator<=>(const SipHash128&) const = default;
};

/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein 2012; reference vectors_sip128).
/// Thread-safe.
SipHash128 siphash128(std::string_view text, const SipKey& key);

}  // namespace sluice
