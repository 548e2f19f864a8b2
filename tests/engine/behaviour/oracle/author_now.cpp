// Conditions over what is so now: fields, dates, the clock, reach, states; and how they are joined.
#include "dsl/value.hpp"
#include "tests/engine/behaviour/oracle/author.hpp"

#include <algorithm>

namespace sluice::oracle {
namespace {

constexpr std::int64_t kHorizonDays = 130;
constexpr Millis kDay{86'400'000};

Instant midnight(std::int64_t day, const Life& life) {
    LocalTime local;
    local.days = day;
    return resolve(local, life.zone);
}

/// Every midnight that a question may lie at, from the last event on.
void midnights(const Moment& m, std::vector<Instant>& instants) {
    const std::int64_t today = local_day(m.now, m.life);
    for (std::int64_t day = today; day <= today + kHorizonDays; ++day) {
        instants.push_back(midnight(day, m.life));
    }
}

std::string clock_text(std::int64_t minute) {
    std::string out = "00:00";
    out[0] = static_cast<char>('0' + minute / 600);
    out[1] = static_cast<char>('0' + minute / 60 % 10);
    out[3] = static_cast<char>('0' + minute % 60 / 10);
    out[4] = static_cast<char>('0' + minute % 10);
    return out;
}

/// What holds for a condition because it does for a part of it.
Asked merged(std::string_view family, std::vector<Asked> parts, std::string text) {
    Asked out;
    out.family = family;
    out.text = std::move(text);
    for (const Asked& part : parts) {
        out.in_flow = out.in_flow || part.in_flow;
        out.by_arrival = out.by_arrival || part.by_arrival;
        out.lifecycles.insert(out.lifecycles.end(), part.lifecycles.begin(), part.lifecycles.end());
        out.declares = part.declares.empty() ? out.declares : part.declares;
    }
    out.borders = [parts](const Moment& m, std::vector<Instant>& instants) {
        for (const Asked& part : parts) {
            part.borders(m, instants);
        }
    };
    out.parts = std::move(parts);
    return out;
}

/// Every few minutes of the nights in which clocks change.
void odd_nights(const Moment& m, std::vector<Instant>& instants) {
    constexpr Millis kStep{7 * 60'000};
    const std::int64_t today = local_day(m.now, m.life);
    for (std::int64_t day = today; day < today + kHorizonDays / 3; ++day) {
        const Instant begin = midnight(day, m.life);
        if (utc_offset(begin, m.life.zone) == utc_offset(begin + kDay, m.life.zone)) {
            continue;
        }
        for (Instant at = begin; at < begin + kDay / 4; at += kStep) {
            instants.push_back(at);
        }
    }
}

}  // namespace

Asked Author::renewal() {
    Asked out;
    out.family = "date field";
    const auto kind = below(4);
    const std::size_t span = length();
    const std::int64_t fixed = *dsl::parse_date(below(2) == 0 ? "2026-04-01" : "2026-11-01") +
                               static_cast<std::int64_t>(below(30));
    const std::string texts[] = {"in the next " + std::string(kLengths[span].text),
                                 "in the last " + std::string(kLengths[span].text),
                                 below(2) == 0 ? "after today" : "before today",
                                 "after " + dsl::format_date(fixed)};
    const bool after = texts[2] == "after today";
    out.text = "customer.renewal is " + texts[kind];
    out.borders = [span](const Moment& m, std::vector<Instant>& instants) {
        if (m.life.renewal) {
            const Instant at = midnight(*m.life.renewal, m.life);
            instants.insert(instants.end(), {at, midnight(*m.life.renewal + 1, m.life),
                                             add(at, kLengths[span].span, m.life.zone),
                                             subtract(at, kLengths[span].span, m.life.zone)});
        }
    };
    out.holds = [=](const Moment& m) {
        if (!m.life.renewal) {
            return false;
        }
        const Instant at = midnight(*m.life.renewal, m.life);
        const std::int64_t today = local_day(m.now, m.life);
        const bool answers[] = {
            m.now < at && subtract(at, kLengths[span].span, m.life.zone) <= m.now,
            m.now >= at && m.now < add(at, kLengths[span].span, m.life.zone),
            after ? *m.life.renewal > today : *m.life.renewal<today, *m.life.renewal> fixed};
        return answers[kind];
    };
    return out;
}

Asked Author::text_trait() {
    Asked out;
    out.family = "field";
    switch (below(5)) {
        case 0:
            out.text = "customer.interests contains \"tea\"";
            out.holds = [](const Moment& m) {
                const auto& all = m.life.interests;
                return std::find(all.begin(), all.end(), "tea") != all.end();
            };
            break;
        case 1:
            out.text = "customer.points >= 60";
            out.holds = [](const Moment& m) { return m.life.points >= 60; };
            break;
        case 2:
            out.text = "customer.renewal is unknown";
            out.holds = [](const Moment& m) { return !m.life.renewal; };
            break;
        case 3:
            out.text = "customer.phone is known";
            out.holds = [](const Moment& m) { return m.life.has_phone; };
            break;
        default:
            out.text = "customer.points is one of [1, 2, 3, 50, 70]";
            out.holds = [](const Moment& m) {
                const std::int64_t p = m.life.points;
                return (p >= 1 && p <= 3) || p == 50 || p == 70;
            };
            break;
    }
    return out;
}

Asked Author::today() {
    static constexpr const char* kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                            "Friday", "Saturday", "Sunday"};
    Asked out;
    out.family = "today is";
    out.borders = midnights;
    const auto kind = below(5);
    const auto weekday = static_cast<std::int64_t>(below(7));
    const std::int64_t fixed = *dsl::parse_date(below(2) == 0 ? "2026-03-25" : "2026-10-20") +
                               static_cast<std::int64_t>(below(40));
    const std::string texts[] = {"a weekday", "a weekend", kDays[weekday],
                                 "after " + dsl::format_date(fixed),
                                 "before " + dsl::format_date(fixed)};
    out.text = "today is " + texts[kind];
    out.holds = [=](const Moment& m) {
        const std::int64_t day = local_day(m.now, m.life);
        const std::int64_t of_week = (day + 3) % 7;  // the first of January 1970 was a Thursday
        const bool answers[] = {of_week<5, of_week >= 5, of_week == weekday, day> fixed,
                                day < fixed};
        return answers[kind];
    };
    return out;
}

Asked Author::now_between() {
    Asked out;
    out.family = "now is between";
    // Often they begin or end in an hour that clocks repeat or skip.
    auto from = static_cast<std::int64_t>(below(below(2) == 0 ? 1'440 : 240));
    std::int64_t to = (from + 30 + static_cast<std::int64_t>(below(1'000))) % 1'440;
    if (below(3) == 0) {
        std::swap(from, to);
    }
    out.text = "now is between " + clock_text(from) + " and " + clock_text(to);
    out.borders = [=](const Moment& m, std::vector<Instant>& instants) {
        const std::int64_t today = local_day(m.now, m.life);
        for (const std::int64_t minute : {from, to, std::int64_t{0}, std::int64_t{180}}) {
            for (std::int64_t day = today; day < today + 40; day += 1 + minute % 2) {
                LocalTime local;
                local.days = day;
                local.seconds = static_cast<std::int32_t>(minute * 60);
                instants.push_back(resolve(local, m.life.zone));
            }
        }
        odd_nights(m, instants);
    };
    out.holds = [=](const Moment& m) {
        const std::int64_t minute = to_local(m.now, m.life.zone).seconds / 60;
        return from < to ? minute >= from && minute < to : minute >= from || minute < to;
    };
    return out;
}

Asked Author::reach() {
    Asked out;
    out.family = "can get";
    if (below(2) == 0) {
        out.text = "customer can get email";
        out.holds = [](const Moment& m) {
            return m.life.has_email && m.life.email_consent && (m.life.suppressed & 1U) == 0;
        };
    } else {
        out.text = "customer can get sms";
        out.holds = [](const Moment& m) {
            return m.life.has_phone && m.life.sms_consent && (m.life.suppressed & 2U) == 0;
        };
    }
    return out;
}

Asked Author::state() {
    const auto& lifecycle = lifecycles_[below(lifecycles_.size())];
    const std::size_t state = below(lifecycle->states.size());
    const std::string& name = lifecycle->states[state].name;
    const auto kind = below(4);
    const std::size_t span = length();
    const std::string length(kLengths[span].text);
    const std::string texts[] = {"is in " + name, "is not in " + name,
                                 "has been in " + name + " for more than " + length,
                                 "has been in " + name + " for less than " + length};
    Asked out;
    out.family = kind < 2 ? "is in" : "has been in";
    out.text = "customer " + texts[kind];
    out.by_arrival = true;
    out.lifecycles = lifecycle->reads;
    out.lifecycles.push_back(lifecycle);
    out.borders = [=](const Moment& m, std::vector<Instant>& instants) {
        const Moment far = m.at(m.now + kDay * kHorizonDays);
        static_cast<void>(standing(far, *lifecycle));
        for (const StateMove& move : m.notes.courses.at({lifecycle.get(), m.applied}).moves) {
            instants.push_back(move.at);
            instants.push_back(add(move.at, kLengths[span].span, m.life.zone));
        }
    };
    out.holds = [=](const Moment& m) {
        const StateMove here = standing(m, *lifecycle);
        const Instant long_enough = add(here.at, kLengths[span].span, m.life.zone);
        const bool in = here.state == state;
        const bool answers[] = {in, !in, in && m.now > long_enough, in && m.now < long_enough};
        return answers[kind];
    };
    return out;
}

Asked inverted(const Asked& part) {
    Asked out = merged("not", {part}, "not (" + part.text + ")");
    out.holds = [part](const Moment& m) { return !part.holds(m); };
    return out;
}

Asked joined_by(bool all, const std::vector<Asked>& parts) {
    std::string text;
    for (const Asked& part : parts) {
        text += (text.empty() ? "(" : all ? ") and (" : ") or (") + part.text;
    }
    Asked out = merged(all ? "and" : "or", parts, text + ")");
    out.holds = [all, parts](const Moment& m) {
        std::size_t yes = 0;
        for (const Asked& part : parts) {
            yes += part.holds(m) ? 1 : 0;
        }
        return all ? yes == parts.size() : yes > 0;
    };
    return out;
}

Asked Author::joined() {
    if (below(4) == 0) {
        return inverted(below(2) == 0 ? joined() : leaf(random_()));
    }
    const bool all = below(2) == 0;
    std::vector<Asked> parts;
    const std::uint64_t count = 2 + below(2);
    for (std::uint64_t i = 0; i < count; ++i) {
        parts.push_back(below(6) == 0 ? joined() : leaf(random_()));
    }
    return joined_by(all, parts);
}

Asked Author::leaf(std::uint64_t which) {
    using Write = Asked (Author::*)();
    static constexpr Write kWrites[] = {&Author::quantity,
                                        &Author::quantity,
                                        &Author::quantity,
                                        &Author::recency,
                                        &Author::recency,
                                        &Author::field_value,
                                        &Author::field_value,
                                        &Author::count_of,
                                        &Author::number_of_totals,
                                        &Author::number_of_totals,
                                        &Author::different,
                                        &Author::number_of_totals,
                                        &Author::number_of_totals,
                                        &Author::days_between,
                                        &Author::intent,
                                        &Author::messages,
                                        &Author::messages,
                                        &Author::engagement,
                                        &Author::sequence,
                                        &Author::sequence,
                                        &Author::sequence,
                                        &Author::state,
                                        &Author::state,
                                        &Author::text_trait,
                                        &Author::renewal,
                                        &Author::today,
                                        &Author::now_between,
                                        &Author::reach};
    if (segment_ && below(40) == 0) {
        return *segment_;
    }
    return (this->*kWrites[which % std::size(kWrites)])();
}

Asked Author::condition(std::uint64_t which) {
    constexpr std::uint64_t kLeaves = 28;  // each of them once, then joined ones
    return which % (kLeaves + 8) < kLeaves ? leaf(which % (kLeaves + 8)) : joined();
}

Asked Author::lasting() {
    using Write = Asked (Author::*)();
    static constexpr Write kWrites[] = {
        &Author::quantity,    &Author::recency,  &Author::number_of_totals,
        &Author::field_value, &Author::sequence, &Author::renewal,
        &Author::state};
    for (;;) {
        // One that was declared before may be asked where she stands.
        const std::size_t kinds = std::size(kWrites) - (lifecycles_.empty() ? 1 : 0);
        Asked out = (this->*kWrites[below(kinds)])();
        // Its own borders only: what compares with today also changes at midnights.
        if (!out.in_flow && out.text.find("today") == std::string::npos) {
            return out;
        }
    }
}

void Author::declare() {
    lifecycles_.clear();
    segment_.reset();
    lifecycles_.push_back(ordered("Mood"));
    lifecycles_.push_back(ways("Progress"));
    const Asked inner = lasting();
    Asked segment = merged("is in", {inner}, "customer is in Regulars");
    segment.parts.clear();
    segment.declares = "segment Regulars when " + inner.text + "\n";
    segment.holds = inner.holds;
    segment_ = segment;
}

std::shared_ptr<const LifecycleDef> Author::ordered(std::string_view name) {
    auto out = std::make_shared<LifecycleDef>();
    out->text = "lifecycle " + std::string(name) + " {\n";
    for (const char* const state : {"Gold", "Silver", "Bronze"}) {
        LifecycleDef::State& made = out->states.emplace_back();
        made.name = state;
        made.enters = lasting();
        if (below(2) == 0) {
            out->text += "  state " + made.name + " when " + made.enters->text + "\n";
            continue;
        }
        out->text += "  state " + made.name + " {\n    enters when " + made.enters->text + "\n";
        if (below(3) != 0) {
            made.leaves = lasting();
            out->text += "    leaves when " + made.leaves->text + "\n";
        }
        if (below(2) == 0) {
            made.stays = length();
            out->text += "    stays at least " + std::string(kLengths[*made.stays].text) + "\n";
        }
        out->text += "  }\n";
    }
    out->states.emplace_back().name = "Member";
    out->text += "  state Member otherwise\n}\n";
    return out;
}

std::shared_ptr<const LifecycleDef> Author::ways(std::string_view name) {
    auto out = std::make_shared<LifecycleDef>();
    const char* const names[] = {"Invited", "Exploring", "Activated", "Stalled"};
    out->text = "lifecycle " + std::string(name) + " {\n  starts in Invited\n";
    for (const char* const state : names) {
        out->states.emplace_back().name = state;
        out->text += "  state " + std::string(state) + "\n";
    }
    out->reads = lifecycles_;
    out->ways = {{0, 1, What::viewed, {}, 0},  {1, 2, {}, lasting(), 0},
                 {1, 3, {}, {}, 2 + below(6)}, {3, 1, What::order, {}, 0},
                 {2, 3, {}, lasting(), 0},     {{}, 0, What::alone, {}, 0}};
    for (const LifecycleDef::Way& way : out->ways) {
        out->text +=
            "  from " + std::string(way.from ? names[*way.from] : "any") + " to " + names[way.to];
        out->text += way.on     ? " when " + std::string(name_of(*way.on))
                     : way.when ? " when " + way.when->text
                                : " after " + std::string(kLengths[way.after].text);
        out->text += "\n";
    }
    out->text += "}\n";
    return out;
}

}  // namespace sluice::oracle
