#include "engine/store/flat_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace sluice {
namespace {

auto any() {
    return [](std::uint32_t) { return true; };
}

TEST(FlatIndexTest, FindsNothingInAnEmptyIndex) {
    FlatIndex index;
    EXPECT_FALSE(index.find(0, any()).has_value());
    EXPECT_EQ(index.size(), 0U);
}

TEST(FlatIndexTest, NumbersUnderOneHashAreToldApartByTheCaller) {
    FlatIndex index;
    for (std::uint32_t value = 0; value < 100; ++value) {
        index.insert(42, value);
    }
    for (std::uint32_t value = 0; value < 100; ++value) {
        EXPECT_EQ(index.find(42, [&](std::uint32_t v) { return v == value; }), value);
    }
    EXPECT_FALSE(index.find(43, any()).has_value());
}

// Hashes from a narrow range at the end of a table make clusters that wrap around.
TEST(FlatIndexTest, AgreesWithAMapUnderRandomInsertAndErase) {
    FlatIndex index;
    std::multimap<std::uint64_t, std::uint32_t> model;
    std::mt19937_64 random(3);
    std::uint32_t next = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::uint64_t hash = (random() % 3) << 58U | (0xffffff00U + random() % 256);
        if (model.size() < 300 || random() % 2 == 0) {
            index.insert(hash, next);
            model.emplace(hash, next++);
        } else {
            auto victim = std::next(model.begin(), static_cast<long>(random() % model.size()));
            index.erase(victim->first, victim->second);
            model.erase(victim);
        }
        if (round % 500 == 0) {
            for (const auto& [at, value] : model) {
                auto same = [want = value](std::uint32_t v) { return v == want; };
                ASSERT_EQ(index.find(at, same), value);
            }
        }
    }
    EXPECT_EQ(index.size(), model.size());
}

}  // namespace
}  // namespace sluice
