#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sluice {

/// 128 bits that stand for a value in ids and dedupe sets.
using Digest = std::array<std::uint8_t, 16>;

/// First 16 bytes of SHA-256 over the parts, each preceded by its length, so that ("ab","c") and
/// ("a","bc") differ. Stable for ever: message ids and idempotency keys are made of it.
Digest digest(std::initializer_list<std::string_view> parts);

/// 32 lowercase hex digits.
std::string to_hex(const Digest& value);

/// 64-bit FNV-1a with a final avalanche (xmx): spreads customers over shards and arms over
/// customers. Stable for ever.
std::uint64_t hash64(std::string_view text, std::uint64_t seed = 0);

/// A point in [0, 1'000'000) drawn from the parts: the only randomness of the engine
/// (architecture.md §2.3). Equal parts give equal points on every machine.
std::uint32_t draw(std::initializer_list<std::string_view> parts);

}  // namespace sluice
