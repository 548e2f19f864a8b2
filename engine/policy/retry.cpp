#include "engine/policy/retry.hpp"

#include "engine/base/hash.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace sluice {
namespace {

constexpr std::array<std::int64_t, 7> kBackoffMinutes = {1, 5, 15, 30, 60, 120, 240};
constexpr std::int64_t kGreylistSecondsMin = 300;
constexpr std::int64_t kThrottleSecondsMin = 60;

Millis backoff(const RetryRequest& request) {
    const std::size_t place = std::min<std::size_t>(
        request.attempts == 0 ? 0 : request.attempts - 1, kBackoffMinutes.size() - 1);
    std::int64_t seconds = kBackoffMinutes[place] * 60;
    // 0.8 to 1.2 of the plain wait, so that a thousand deferred messages do not come back at once.
    const auto jitter =
        static_cast<std::int64_t>(draw({"backoff", request.id, std::to_string(request.attempts)}));
    seconds = seconds * 8 / 10 + seconds * 4 * jitter / 10'000'000;
    if (request.outcome.why == Outcome::Class::greylist) {
        seconds = std::max(seconds, kGreylistSecondsMin);
    }
    if (request.outcome.why == Outcome::Class::throttle) {
        seconds = std::max(seconds, kThrottleSecondsMin);
    }
    if (request.outcome.retry_after) {
        seconds = std::max<std::int64_t>(seconds, request.outcome.retry_after->count());
    }
    return Millis{seconds * 1'000};
}

NextMove retry(const RetryRequest& request) {
    const Instant at = request.now + backoff(request);
    if (at >= request.expires_at) {
        return {NextMove::Kind::failed, request.now, false};
    }
    return {NextMove::Kind::retry, at, false};
}

}  // namespace

NextMove next_move(const RetryRequest& request) {
    switch (request.outcome.status) {
        case Outcome::Status::accepted:
            return {NextMove::Kind::accepted, request.now, false};
        case Outcome::Status::deferred:
            return retry(request);
        case Outcome::Status::unknown:
            if (request.native_idempotency) {
                return retry(request);
            }
            return {NextMove::Kind::hold, request.now, false};
        case Outcome::Status::rejected:
            break;
    }
    // A refusal that is about our account, not about the message, is mended by the operator: the
    // message stays queued until it expires.
    if (request.outcome.why == Outcome::Class::config) {
        return retry(request);
    }
    const bool suppress = request.outcome.why == Outcome::Class::bounce_hard ||
                          request.outcome.why == Outcome::Class::unsubscribed;
    return {NextMove::Kind::failed, request.now, suppress};
}

}  // namespace sluice
