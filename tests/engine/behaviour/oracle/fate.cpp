// Random lives.
#include "tests/engine/behaviour/oracle/author.hpp"
#include "tests/support/story.hpp"

namespace sluice::oracle {
namespace {

constexpr std::array<std::string_view, 6> kZones = {"Europe/Berlin",       "America/New_York",
                                                    "Australia/Lord_Howe", "Asia/Kathmandu",
                                                    "America/Santiago",    "UTC"};

/// What happens how often, of 100.
What what_of(std::uint64_t percent) {
    static constexpr std::pair<std::uint64_t, What> kShares[] = {
        {30, What::order},        {52, What::viewed},        {62, What::cart},
        {65, What::alone},        {76, What::email_sent},    {79, What::email_delivered},
        {84, What::email_opened}, {88, What::email_clicked}, {90, What::email_bounced},
        {95, What::sms_sent},     {98, What::sms_delivered}, {100, What::sms_clicked}};
    for (const auto& [to, what] : kShares) {
        if (percent < to) {
            return what;
        }
    }
    return What::order;
}

}  // namespace

Life Fate::life(std::size_t events) {
    Life out;
    out.zone_name = kZones[below(kZones.size())];
    out.zone = *find_zone(out.zone_name);
    // Around the last Sunday of March or of October: hours that do not exist, or exist twice.
    const Instant start = testing::utc(below(2) == 0 ? "2026-03-10 00:00" : "2026-10-10 00:00");
    out.points = static_cast<std::int64_t>(below(120));
    if (below(4) != 0) {
        out.renewal = local_day(start, out) + static_cast<std::int64_t>(below(70));
    }
    if (below(2) == 0) {
        out.interests = {"bikes", below(2) == 0 ? "tea" : "teapots"};
    }
    out.has_email = below(4) != 0;
    out.has_phone = below(2) != 0;
    out.email_consent = below(4) != 0;
    out.sms_consent = below(2) != 0;
    out.suppressed = static_cast<std::uint8_t>(below(3) == 0 ? below(4) : 0);
    out.viewed = "p" + std::to_string(below(6));  // p5 was never seen
    out.entered_after = 1 + below(events);
    out.entered_at = start;
    for (std::size_t i = 0; i < events; ++i) {
        happen(out);
        if (i + 1 == out.entered_after) {
            out.entered_at = out.events.back().received;
        }
    }
    return out;
}

void Fate::happen(Life& life) {
    static constexpr std::array<const char*, 3> kKinds = {"shoes", "hats", "books"};
    const auto some = [this](std::uint64_t bound) {
        return Millis{static_cast<std::int64_t>(below(bound))};
    };
    Happened e;
    e.what = what_of(below(100));
    const bool first = life.events.empty();
    e.received = first ? life.entered_at : life.events.back().received;
    switch (below(8)) {
        case 0:
            break;  // at the same instant
        case 1:     // a round part of a day later
            e.received += 100 * some(200) * 8'640;
            break;
        default:
            e.received += some(below(3) == 0 ? 90'000'000 : 7'200'000);
            break;
    }
    // One in six comes late.
    e.at = below(6) == 0 ? e.received - some(2'000'000'000) : e.received;
    e.total = static_cast<std::int64_t>(below(140)) - 20;
    if (below(4) != 0) {
        e.category = kKinds[below(3)];
    }
    e.product = "p" + std::to_string(below(5));
    if (below(5) != 0) {
        e.message = below(2) == 0 ? "Hello" : "Second";
    }
    life.events.push_back(std::move(e));
}

}  // namespace sluice::oracle
