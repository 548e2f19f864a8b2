#include "engine/policy/retry.hpp"

#include "tests/support/story.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice {
namespace {

using Kind = NextMove::Kind;
using Status = Outcome::Status;
using Class = Outcome::Class;

Outcome outcome(Status status, Class why = Class::none,
                std::optional<std::int64_t> retry_after = std::nullopt) {
    Outcome made;
    made.status = status;
    made.why = why;
    if (retry_after) {
        made.retry_after = std::chrono::seconds(*retry_after);
    }
    return made;
}

/// What the rule says to one outcome. Seconds are counted from now; -1 means "not looked at".
struct Case {
    const char* name;
    Outcome outcome;
    std::uint32_t attempts = 1;
    bool idempotent = false;
    std::int64_t expires_in = 86'400;
    Kind want = Kind::accepted;
    bool suppress = false;
    std::int64_t seconds_min = -1, seconds_max = -1;
};

class RetryTest : public ::testing::TestWithParam<Case> {};

TEST_P(RetryTest, NextMove) {
    const Case& c = GetParam();
    const Instant now = testing::utc("2026-03-02 10:00");
    const NextMove move = next_move(
        {c.outcome, c.attempts, now, now + Millis{c.expires_in * 1'000}, c.idempotent, "m1"});
    EXPECT_EQ(move.kind, c.want);
    EXPECT_EQ(move.suppress, c.suppress);
    if (c.want == Kind::retry) {
        EXPECT_GE(move.at, now + Millis{c.seconds_min * 1'000});
        EXPECT_LE(move.at, now + Millis{c.seconds_max * 1'000});
    } else {
        EXPECT_EQ(move.at, now);
    }
}

Case backoff(const char* name, std::uint32_t attempts, std::int64_t minutes) {
    return {name,
            outcome(Status::deferred),
            attempts,
            false,
            7 * 86'400,
            Kind::retry,
            false,
            minutes * 60 * 8 / 10,
            minutes * 60 * 12 / 10};
}

INSTANTIATE_TEST_SUITE_P(
    Table, RetryTest,
    ::testing::Values(
        Case{"Accepted", outcome(Status::accepted)}, backoff("TheFirstDeferralWaitsAMinute", 1, 1),
        backoff("TheSecondFive", 2, 5), backoff("TheThirdFifteen", 3, 15),
        backoff("TheFourthThirty", 4, 30), backoff("TheFifthAnHour", 5, 60),
        backoff("TheSixthTwo", 6, 120), backoff("TheSeventhFour", 7, 240),
        backoff("EveryLaterOneFour", 40, 240), backoff("NoAttemptYetCountsAsTheFirst", 0, 1),
        Case{"GreylistingWaitsFiveMinutes", outcome(Status::deferred, Class::greylist), 1, false,
             86'400, Kind::retry, false, 300, 300},
        Case{"GreylistingNeverShortensALongerWait", outcome(Status::deferred, Class::greylist), 3,
             false, 86'400, Kind::retry, false, 720, 1'080},
        Case{"AThrottleWaitsAMinute", outcome(Status::deferred, Class::throttle), 1, false, 86'400,
             Kind::retry, false, 60, 72},
        Case{"RetryAfterIsHonoured", outcome(Status::deferred, Class::throttle, 3'600), 1, false,
             86'400, Kind::retry, false, 3'600, 3'600},
        Case{"AShortRetryAfterDoesNotHurry", outcome(Status::deferred, Class::none, 2), 4, false,
             86'400, Kind::retry, false, 1'440, 2'160},
        Case{"ARetryAfterTheMessageExpiredIsAFailure", outcome(Status::deferred), 1, false, 40,
             Kind::failed},
        Case{"RetryAfterBeyondExpiryIsAFailure", outcome(Status::deferred, Class::throttle, 90'000),
             1, false, 86'400, Kind::failed},
        Case{"ARetryAtTheVeryExpiryIsAFailure", outcome(Status::deferred, Class::throttle, 3'600),
             1, false, 3'600, Kind::failed},
        Case{"InDoubtIsHeldForAPerson", outcome(Status::unknown), 1, false, 86'400, Kind::hold},
        Case{"InDoubtIsHeldEvenWhenExpired", outcome(Status::unknown), 1, false, 0, Kind::hold},
        Case{"InDoubtIsRepeatedWhereKeysAreDropped", outcome(Status::unknown), 1, true, 86'400,
             Kind::retry, false, 48, 72},
        Case{"InDoubtAtAnIdempotentProviderExpiresToo", outcome(Status::unknown), 1, true, 10,
             Kind::failed},
        Case{"AHardBounceSuppresses", outcome(Status::rejected, Class::bounce_hard), 1, false,
             86'400, Kind::failed, true},
        Case{"AnUnsubscribedNumberSuppresses", outcome(Status::rejected, Class::unsubscribed), 1,
             false, 86'400, Kind::failed, true},
        Case{"ASoftBounceDoesNotSuppress", outcome(Status::rejected, Class::bounce_soft), 1, false,
             86'400, Kind::failed},
        Case{"RefusedContentFails", outcome(Status::rejected, Class::content), 1, false, 86'400,
             Kind::failed},
        Case{"APolicyRefusalFails", outcome(Status::rejected, Class::policy), 1, false, 86'400,
             Kind::failed},
        Case{"AConfigurationFaultIsTriedAgain", outcome(Status::rejected, Class::config), 2, false,
             86'400, Kind::retry, false, 240, 360},
        Case{"AConfigurationFaultExpires", outcome(Status::rejected, Class::config), 1, false, 30,
             Kind::failed},
        Case{"ADeferredHardBounceIsNotSuppressed", outcome(Status::deferred, Class::bounce_hard), 1,
             false, 86'400, Kind::retry, false, 48, 72}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(RetryJitterTest, IsEqualForEqualAttemptsAndSpreadOverMessages) {
    const Instant now = testing::utc("2026-03-02 10:00");
    const Outcome deferred = outcome(Status::deferred);
    std::set<Instant> seen;
    for (int i = 0; i < 200; ++i) {
        const std::string id = "m" + std::to_string(i);
        const NextMove move = next_move({deferred, 2, now, kNever, false, id});
        EXPECT_EQ(move.at, next_move({deferred, 2, now, kNever, false, id}).at);
        EXPECT_NE(move.at - now, next_move({deferred, 6, now, kNever, false, id}).at - now);
        EXPECT_GE(move.at - now, Millis{240'000});
        EXPECT_LE(move.at - now, Millis{360'000});
        seen.insert(move.at);
    }
    // 120 seconds are open to them: a thousand deferred messages do not come back at once.
    EXPECT_GT(seen.size(), 80U);
    EXPECT_LT(*seen.begin() - now, Millis{255'000});
    EXPECT_GT(*seen.rbegin() - now, Millis{345'000});
}

}  // namespace
}  // namespace sluice
