#include "tests/engine/behaviour/oracle/shrink.hpp"

#include "tests/engine/behaviour/oracle/author.hpp"
#include "tests/engine/behaviour/oracle/shopper.hpp"

#include <algorithm>

namespace sluice::oracle {
namespace {

/// What the scan says; empty when a bound was reached.
std::optional<bool> scan(const Case& one, Instant now) {
    Notes notes;
    bool beyond = false;
    const Moment moment{one.life, one.life.events.size(), now, notes, beyond};
    const bool answer = one.asked[one.index].holds(moment);
    return beyond ? std::nullopt : std::optional(answer);
}

bool differ(const Case& one, const Compiled& compiled) {
    Shopper shopper(compiled, one.life);
    shopper.apply_to(one.life.events.size());
    const auto want = scan(one, one.now);
    if (!want) {
        return false;
    }
    if (!one.later) {
        return shopper.holds(one.index, one.now) != *want;
    }
    const Truth truth = shopper.judge(one.index, one.now);
    const auto then = scan(one, *one.later);
    return then && truth.value == *want && *then != truth.value && *one.later < truth.until;
}

void keep_if_failing(Case& one, Case smaller) {
    if (disagrees(smaller)) {
        one = std::move(smaller);
    }
}

/// Without the events [from, from + count).
Case without(const Case& one, std::size_t from, std::size_t count) {
    Case out = one;
    const auto begin = out.life.events.begin() + static_cast<std::ptrdiff_t>(from);
    out.life.events.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
    const std::size_t before = std::min(out.life.entered_after, from + count);
    out.life.entered_after -= before > from ? before - from : 0;
    return out;
}

void drop_events(Case& one) {
    const Compiled compiled = compile(one.asked);
    for (std::size_t size = one.life.events.size() / 2; size > 0; size /= 2) {
        for (std::size_t from = 0; from + size <= one.life.events.size();) {
            Case smaller = without(one, from, size);
            if (!smaller.life.events.empty() && differ(smaller, compiled)) {
                one = std::move(smaller);
            } else {
                from += size;
            }
        }
    }
}

void drop_conditions(Case& one) {
    Case alone = one;
    alone.asked = {one.asked[one.index]};
    alone.index = 0;
    keep_if_failing(one, std::move(alone));
}

Asked rebuilt(const Asked& whole, const std::vector<Asked>& parts) {
    return whole.family == "not" ? inverted(parts.front())
                                 : joined_by(whole.family == "and", parts);
}

/// Each a little simpler: a part (or a part of one) for the whole, one less, or one made simpler.
std::vector<Asked> simpler(const Asked& whole) {
    std::vector<Asked> out = whole.parts;
    for (std::size_t i = 0; i < whole.parts.size(); ++i) {
        std::vector<Asked> parts = whole.parts;
        out.insert(out.end(), parts[i].parts.begin(), parts[i].parts.end());
        for (Asked& part : simpler(whole.parts[i])) {
            parts[i] = std::move(part);
            out.push_back(rebuilt(whole, parts));
        }
        if (parts.size() > 2) {
            parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
            out.push_back(rebuilt(whole, parts));
        }
    }
    return out;
}

bool simplify(Case& one) {
    for (const Asked& asked : simpler(one.asked[one.index])) {
        Case smaller = one;
        smaller.asked[one.index] = asked;
        for (const auto& later : {one.later, std::optional<Instant>{}}) {
            smaller.later = later;
            if (disagrees(smaller)) {
                one = std::move(smaller);
                return true;
            }
        }
    }
    return false;
}

std::string row(const Happened& event, const Life& life) {
    const auto local = [&](Instant at) {
        const LocalTime time = to_local(at, life.zone);
        return format_rfc3339(
            from_ms(time.days * 86'400'000 + time.seconds * 1'000LL + time.millis));
    };
    std::string out = "  " + local(event.at);
    out += event.at < event.received ? " (arrived " + local(event.received) + ")" : "";
    out += "  " + std::string(name_of(event.what));
    if (event.what == What::order || event.what == What::cart) {
        out += "  total " + std::to_string(event.total);
    }
    if (event.what == What::order && event.category) {
        out += "  category " + *event.category;
    }
    if (event.what == What::viewed) {
        out += "  product_id " + event.product;
    }
    if (event.what >= What::email_sent && event.message) {
        out += "  message " + *event.message;
    }
    return out + "\n";
}

std::string words(std::optional<bool> answer) {
    return !answer ? "beyond a bound" : *answer ? "yes" : "no";
}

}  // namespace

bool disagrees(const Case& one) {
    const Compiled compiled = compile(one.asked);
    return compiled.program && differ(one, compiled);
}

Case shrunk(Case one) {
    drop_conditions(one);
    drop_events(one);
    while (simplify(one)) {
        drop_events(one);
    }
    return one;
}

std::string report(const Case& one) {
    const Compiled compiled = compile(one.asked);
    Shopper shopper(compiled, one.life);
    shopper.apply_to(one.life.events.size());
    const Life& life = one.life;
    std::string out = text_of(one.asked) + "asked: " + one.asked[one.index].text + "\nin " +
                      life.zone_name + ", points " + std::to_string(life.points) + ", renewal " +
                      (life.renewal ? std::to_string(*life.renewal) : "unknown") + ", view " +
                      life.viewed + ", local times:\n";
    for (std::size_t i = 0; i < life.events.size(); ++i) {
        out += row(life.events[i], life);
        out += i + 1 == life.entered_after ? "  -- entered --\n" : "";
    }
    const auto ask = [&](Instant at) {
        return "  " + format_rfc3339(at) + " UTC: the engine says " +
               words(shopper.holds(one.index, at)) + ", the scan says " + words(scan(one, at)) +
               "\n";
    };
    out += ask(one.now);
    if (one.later) {
        const Instant until = shopper.judge(one.index, one.now).until;
        out += "and that this lasts until " +
               (until == kNever ? std::string("ever") : format_rfc3339(until)) + "\n" +
               ask(*one.later);
    }
    return out;
}

}  // namespace sluice::oracle
