#include "engine/base/hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <set>
#include <string>

namespace sluice {
namespace {

TEST(HashTest, DigestIsFramedSoThatPartsCannotMerge) {
    EXPECT_NE(digest({"ab", "c"}), digest({"a", "bc"}));
    EXPECT_NE(digest({"abc"}), digest({"abc", ""}));
    EXPECT_EQ(digest({"a", "b"}), digest({"a", "b"}));
}

// Message ids and idempotency keys are made of these: a change would send mails twice.
TEST(HashTest, DigestAndHashAreStableForEver) {
    // First half of SHA-256 over 02000000 6162 (length, then the bytes).
    EXPECT_EQ(to_hex(digest({"ab"})), "a10f2594b9808dd8d0f7a7cfe1067527");
    // Computed by a second implementation of the formula in hash.hpp.
    EXPECT_EQ(hash64(""), 3177316844422856877ULL);
    EXPECT_EQ(hash64("customer"), 544613246029142055ULL);
    EXPECT_EQ(hash64("customer", 7), 2604525262908379922ULL);
    EXPECT_EQ(draw({"salt", "c1"}), 527431U);
}

TEST(HashTest, HexIsLowercaseAndComplete) {
    Digest value{};
    value[0] = 0x0f;
    value[15] = 0xa0;
    EXPECT_EQ(to_hex(value), "0f0000000000000000000000000000a0");
}

TEST(HashTest, DrawSpreadsCustomersEvenly) {
    constexpr std::size_t kBuckets = 10;
    constexpr int kCustomers = 100'000;
    std::array<int, kBuckets> counts{};
    for (int i = 0; i < kCustomers; ++i) {
        const std::uint32_t point = draw({"salt", "c" + std::to_string(i)});
        ASSERT_LT(point, 1'000'000U);
        ++counts[point / (1'000'000U / kBuckets)];
    }
    for (const int count : counts) {
        // 10,000 expected; four standard deviations are about 380.
        EXPECT_NEAR(count, kCustomers / static_cast<int>(kBuckets), 400);
    }
}

TEST(HashTest, DrawDependsOnEveryPartAndItsPlace) {
    std::set<std::uint32_t> points{draw({"a", "b"}), draw({"b", "a"}), draw({"ab"}),
                                   draw({"a", "b", ""}), draw({"", "a", "b"})};
    EXPECT_EQ(points.size(), 5U);
}

}  // namespace
}  // namespace sluice
