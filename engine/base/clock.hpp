#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// A point in time: milliseconds since the Unix epoch, UTC. The resolution of the whole engine.
using Instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;
using Millis = std::chrono::milliseconds;

inline constexpr Instant kNever = Instant::max();  // no due time
inline constexpr Instant kEpoch = Instant{};

inline std::int64_t to_ms(Instant at) {
    return at.time_since_epoch().count();
}
inline Instant from_ms(std::int64_t ms) {
    return Instant{Millis{ms}};
}

/// The one source of "now" for everything that is not handed the time as a value.
/// Threads: now() may be called from any thread.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

/// The machine's wall clock.
class SystemClock final : public Clock {
public:
    [[nodiscard]] Instant now() const override;
};

/// A clock that moves only when told to; for tests and virtual time. Not thread-safe to set.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Instant start = kEpoch) : now_(start) {}
    [[nodiscard]] Instant now() const override { return now_; }
    void set(Instant at) { now_ = at; }
    void advance(Millis by) { now_ += by; }

private:
    Instant now_;
};

/// `2026-03-29T01:00:00Z`, with `.123` when there are milliseconds (RFC 3339, UTC).
std::string format_rfc3339(Instant at);
/// Reads RFC 3339 / ISO 8601 with an offset or `Z`; a text without an offset is taken as UTC; a
/// bare date is midnight UTC. Empty when it is none of these.
std::optional<Instant> parse_rfc3339(std::string_view text);

}  // namespace sluice
