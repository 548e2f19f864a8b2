#include "engine/runtime/timers.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Instant at(std::int64_t ms) {
    return from_ms(ms);
}

TEST(TimerIndexTest, GivesTheDueOnesByDueTime) {
    TimerIndex timers;
    EXPECT_EQ(timers.next(), kNever);
    timers.set(3, at(30));
    timers.set(1, at(10));
    timers.set(2, at(20));
    EXPECT_EQ(timers.next(), at(10));
    EXPECT_THAT(timers.take_due(at(9), 10), IsEmpty());
    EXPECT_THAT(timers.take_due(at(20), 10), ElementsAre(1, 2));
    EXPECT_EQ(timers.waiting(), 1U);
    EXPECT_EQ(timers.next(), at(30));
}

TEST(TimerIndexTest, TheLastWordOnACustomerCounts) {
    TimerIndex timers;
    timers.set(1, at(10));
    timers.set(1, at(50));
    timers.set(2, at(20));
    timers.set(2, kNever);
    timers.set(9, kNever);  // never had one
    EXPECT_EQ(timers.waiting(), 1U);
    EXPECT_THAT(timers.take_due(at(40), 10), IsEmpty());
    timers.set(1, at(10));  // back to where a forgotten entry still stands
    EXPECT_THAT(timers.take_due(at(40), 10), ElementsAre(1));
    EXPECT_THAT(timers.take_due(at(99), 10), IsEmpty());
    EXPECT_EQ(timers.waiting(), 0U);
}

TEST(TimerIndexTest, TheLimitLeavesTheRestForTheNextTime) {
    TimerIndex timers;
    for (CustomerNo no = 0; no < 5; ++no) {
        timers.set(no, at(10 + no));
    }
    EXPECT_THAT(timers.take_due(at(99), 2), ElementsAre(0, 1));
    EXPECT_THAT(timers.take_due(at(99), 0), IsEmpty());
    EXPECT_THAT(timers.take_due(at(99), 9), ElementsAre(2, 3, 4));
}

/// Who is touched often has her wake-up moved each time: what is left behind does not pile up.
TEST(TimerIndexTest, WhatIsLeftBehindIsDropped) {
    constexpr std::int64_t kDays = 60LL * 86'400'000;
    constexpr std::size_t kPeople = 500;
    std::mt19937_64 random(5);
    TimerIndex timers;
    std::vector<Instant> due(kPeople, kNever);
    std::size_t most = 0;
    for (std::int64_t now = 0; now < 400'000'000; now += 2'000) {
        const auto no = static_cast<CustomerNo>(random() % kPeople);
        due[no] = at(now + (random() % 4 == 0 ? 60'000 : kDays));
        timers.set(no, due[no]);
        most = std::max(most, timers.entries());
        for (const CustomerNo taken : timers.take_due(at(now), 10)) {
            ASSERT_LE(due[taken], at(now));
            due[taken] = kNever;
        }
    }
    EXPECT_LT(most, 10'000U);
    for (const CustomerNo no : timers.take_due(at(1'000'000'000'000), kPeople)) {
        ASSERT_NE(due[no], kNever);
        due[no] = kNever;
    }
    EXPECT_EQ(due, std::vector<Instant>(kPeople, kNever));
}

/// A plain map from customer to due time, searched whole each time.
class Model {
public:
    void set(CustomerNo no, Instant due) {
        due_.erase(no);
        if (due != kNever) {
            due_[no] = due;
        }
    }
    [[nodiscard]] std::vector<std::pair<Instant, CustomerNo>> due(Instant now) const {
        std::vector<std::pair<Instant, CustomerNo>> out;
        for (const auto& [no, when] : due_) {
            if (when <= now) {
                out.emplace_back(when, no);
            }
        }
        std::sort(out.begin(), out.end());
        return out;
    }
    [[nodiscard]] Instant next() const {
        Instant earliest = kNever;
        for (const auto& [no, when] : due_) {
            earliest = std::min(earliest, when);
        }
        return earliest;
    }
    [[nodiscard]] std::size_t waiting() const { return due_.size(); }

private:
    std::map<CustomerNo, Instant> due_;
};

/// What is due comes out of both in the same order.
void take_from_both(TimerIndex& timers, Model& model, Instant now, std::size_t limit) {
    const auto taken = timers.take_due(now, limit);
    const auto due = model.due(now);
    ASSERT_EQ(taken.size(), std::min(limit, due.size()));
    for (std::size_t k = 0; k < taken.size(); ++k) {
        ASSERT_EQ(taken[k], due[k].second);
        model.set(taken[k], kNever);
    }
}

TEST(TimerIndexTest, AgreesWithAMapThroughRandomWork) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        std::mt19937_64 random(seed);
        TimerIndex timers;
        Model model;
        std::int64_t now = 0;
        for (int i = 0; i < 2'000; ++i) {
            const auto no = static_cast<CustomerNo>(random() % 40);
            switch (random() % 4) {
                case 0:
                case 1: {
                    // Soon, and in stretches far ahead, so that entries are left behind in both.
                    const std::uint64_t range = random() % 3 == 0 ? 10'000'000 : 100;
                    const Instant due = at(now + static_cast<std::int64_t>(random() % range));
                    timers.set(no, due);
                    model.set(no, due);
                    break;
                }
                case 2:
                    timers.set(no, kNever);
                    model.set(no, kNever);
                    break;
                default:
                    now += static_cast<std::int64_t>(random() % (random() % 9 == 0 ? 900'000 : 20));
                    take_from_both(timers, model, at(now), random() % 8);
            }
            ASSERT_FALSE(HasFatalFailure()) << "seed " << seed << ", step " << i;
            ASSERT_EQ(timers.waiting(), model.waiting()) << "seed " << seed << ", step " << i;
            ASSERT_EQ(timers.next(), model.next()) << "seed " << seed << ", step " << i;
        }
    }
}

}  // namespace
}  // namespace sluice
