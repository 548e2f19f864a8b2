#include "engine/runtime/pace.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace sluice {
namespace {

const Instant kBegin = from_ms(1'000'000);
constexpr Millis kMinute{60'000};

/// What several shards hand out to whoever asks at once, in order.
std::vector<Instant> handed_out(std::uint32_t per_minute, std::uint32_t shards, int each) {
    std::vector<Instant> out;
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
        RetimePace pace({kBegin, per_minute, shard, shards});
        for (int turn = 0; turn < each; ++turn) {
            out.push_back(pace.next(kBegin));
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// Within no minute more than so many, whatever the numbers divide by.
TEST(RetimePaceTest, NoMinuteHasMoreThanItsShare) {
    for (const std::uint32_t per_minute : {1U, 6U, 7U, 600U, 59'999U, 60'000U}) {
        for (const std::uint32_t shards : {1U, 2U, 3U, 8U}) {
            const auto turns = handed_out(per_minute, shards, 50);
            for (std::size_t at = per_minute; at < turns.size(); ++at) {
                EXPECT_GE(turns[at] - turns[at - per_minute], kMinute)
                    << per_minute << " a minute over " << shards << " shards";
            }
            EXPECT_EQ(turns.front(), kBegin);
        }
    }
}

TEST(RetimePaceTest, ATurnIsNeverBeforeItIsAskedFor) {
    RetimePace pace({kBegin, 7, 1, 2});
    const Instant later = kBegin + Millis{123'457};
    const Instant first = pace.next(later);
    EXPECT_GE(first, later);
    EXPECT_LT(first - later, 2 * kMinute / 7 + Millis{1});
    EXPECT_GT(pace.next(later), first);
    EXPECT_EQ(pace.last() > first, true);
}

TEST(RetimePaceTest, WhatSomebodyHasIsNotGivenAgain) {
    RetimePace before({kBegin, 6, 0, 2});
    Instant last;
    for (int turn = 0; turn < 5; ++turn) {
        last = before.next(kBegin);
    }
    RetimePace after({kBegin, 6, 0, 2});  // as after a restart
    for (const Instant given : std::array{last, kBegin, last - kMinute}) {
        after.taken(given);
    }
    EXPECT_EQ(after.last(), last);
    EXPECT_GE(after.next(kBegin) - last, kMinute / 6 * 2);
}

}  // namespace
}  // namespace sluice
