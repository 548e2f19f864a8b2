#include "engine/store/siphash.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

// The reference key is the bytes 0 to 15.
constexpr SipKey kReferenceKey = {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};

TEST(SipHashTest, GivesTheReferenceVectors) {
    // vectors_sip128, messages of 0 and 1 bytes, read as little-endian words.
    const SipHash128 empty = siphash128("", kReferenceKey);
    EXPECT_EQ(empty.low, 0xe6a825ba047f81a3ULL);
    EXPECT_EQ(empty.high, 0x930255c71472f66dULL);
    const SipHash128 one = siphash128(std::string(1, '\0'), kReferenceKey);
    EXPECT_EQ(one.low, 0x44af996bd8c187daULL);
    EXPECT_EQ(one.high, 0x45fc229b11597634ULL);
}

TEST(SipHashTest, DependsOnEveryByteAndOnTheKey) {
    const std::string text = "customer-0123456789abcdef";
    const SipHash128 whole = siphash128(text, kReferenceKey);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string other = text;
        other[i] = static_cast<char>(other[i] ^ 1);
        EXPECT_NE(siphash128(other, kReferenceKey), whole) << i;
    }
    EXPECT_NE(siphash128(text, SipKey{1, 2}), whole);
}

}  // namespace
}  // namespace sluice
