#include "engine/store/siphash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

namespace sluice {
namespace {

static_assert(std::endian::native == std::endian::little);

struct SipState {
    std::uint64_t v0, v1, v2, v3;

    void rounds(int count) {
        for (int i = 0; i < count; ++i) {
            v0 += v1;
            v1 = std::rotl(v1, 13) ^ v0;
            v0 = std::rotl(v0, 32);
            v2 += v3;
            v3 = std::rotl(v3, 16) ^ v2;
            v0 += v3;
            v3 = std::rotl(v3, 21) ^ v0;
            v2 += v1;
            v1 = std::rotl(v1, 17) ^ v2;
            v2 = std::rotl(v2, 32);
        }
    }
    void take(std::uint64_t word) {
        v3 ^= word;
        rounds(2);
        v0 ^= word;
    }
    [[nodiscard]] std::uint64_t folded() const { return v0 ^ v1 ^ v2 ^ v3; }
};

}  // namespace

SipHash128 siphash128(std::string_view text, const SipKey& key) {
    // The four words spell "somepseudorandomlygeneratedbytes"; 0xee marks the 128-bit variant.
    SipState state{0x736f6d6570736575ULL ^ key[0], 0x646f72616e646f6dULL ^ key[1] ^ 0xeeU,
                   0x6c7967656e657261ULL ^ key[0], 0x7465646279746573ULL ^ key[1]};
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        state.take(word);
    }
    std::uint64_t last = 0;
    if (left > 0) {
        std::memcpy(&last, at, left);
    }
    state.take(last | static_cast<std::uint64_t>(text.size()) << 56U);
    SipHash128 out;
    state.v2 ^= 0xeeU;
    state.rounds(4);
    out.low = state.folded();
    state.v1 ^= 0xddU;
    state.rounds(4);
    out.high = state.folded();
    return out;
}

}  // namespace sluice
