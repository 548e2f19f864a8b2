#include "engine/store/dedupe_set.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

Digest id(int number) {
    return digest({std::to_string(number)});
}

TEST(DedupeSetTest, RemembersTheNewestAndForgetsTheOldest) {
    DedupeSet set(100);
    for (int i = 0; i < 1'000; ++i) {
        EXPECT_TRUE(set.insert(id(i)));
        EXPECT_EQ(set.size(), static_cast<std::size_t>(std::min(i + 1, 100)));
        EXPECT_TRUE(set.contains(id(std::max(0, i - 99))));
        EXPECT_FALSE(i >= 100 && set.contains(id(i - 100)));
    }
    for (int i = 0; i < 1'000; ++i) {
        EXPECT_EQ(set.contains(id(i)), i >= 900) << i;
    }
}

TEST(DedupeSetTest, ARepeatedIdKeepsItsPlace) {
    DedupeSet set(3);
    set.insert(id(1));
    set.insert(id(2));
    set.insert(id(3));
    EXPECT_FALSE(set.insert(id(1)));
    set.insert(id(4));
    EXPECT_FALSE(set.contains(id(1)));
    EXPECT_TRUE(set.contains(id(2)));
}

TEST(DedupeSetTest, FreshAreThoseNotHereYetEachOnce) {
    DedupeSet set(3);
    set.insert(id(1));
    EXPECT_EQ(set.fresh({id(3), id(1), id(2), id(3), id(1)}), (std::vector<Digest>{id(3), id(2)}));
    EXPECT_TRUE(set.fresh({}).empty());
}

}  // namespace
}  // namespace sluice
