#include "tests/engine/behaviour/oracle/scan.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace sluice::oracle {
namespace {

constexpr std::ptrdiff_t kSamplesMax = 64;
constexpr std::size_t kWaitingMax = 16;  // occurrences that wait to be followed

/// After the entry by arrival, and not older than it.
bool since_entry(std::size_t i, const Moment& moment) {
    return i >= moment.life.entered_after && moment.life.events[i].at >= moment.life.entered_at;
}

bool is_sent(What what) {
    return what == What::email_sent || what == What::sms_sent;
}
/// A `where` with the customer's data looks back on so many of its event.
void look_back(const Pattern& pattern, const Moment& moment) {
    const auto last = moment.life.events.begin() + static_cast<std::ptrdiff_t>(moment.applied);
    const auto count = std::count_if(moment.life.events.begin(), last, [&](const Happened& event) {
        return event.what == pattern.what;
    });
    moment.beyond = moment.beyond || (pattern.asked && count > kSamplesMax);
}

bool of_email(What what) {
    return what >= What::email_sent && what <= What::email_bounced;
}

}  // namespace

std::string_view name_of(What what) {
    static constexpr std::array<std::string_view, kWhats> kNames = {
        "Order Placed",  "Cart Started",    "Viewed",        "Left Alone",
        "Email Sent",    "Email Delivered", "Email Opened",  "Email Clicked",
        "Email Bounced", "Sms Sent",        "Sms Delivered", "Sms Clicked"};
    return kNames[static_cast<std::size_t>(what)];
}

Instant Notes::later(const Life& life, std::size_t i, std::size_t length) {
    if (ends_.size() < life.events.size()) {
        ends_.resize(life.events.size());
    }
    auto& known = ends_[i][length];
    if (!known) {
        known = add(life.events[i].at, kLengths[length].span, life.zone);
    }
    return *known;
}

bool newer(std::size_t a, std::size_t b, const Moment& moment) {
    return std::pair(moment.life.events[a].at, a) > std::pair(moment.life.events[b].at, b);
}

bool fits(const Pattern& pattern, const Happened& event, const Moment& moment) {
    return event.what == pattern.what && (!pattern.where || pattern.where(event, moment));
}

bool inside(const Window& window, std::size_t i, const Moment& moment) {
    switch (window.kind) {
        case Window::Kind::ever:
            return true;
        case Window::Kind::last:
            return moment.now < moment.later(i, window.length);
        case Window::Kind::since_entry:
            return since_entry(i, moment);
        case Window::Kind::before_entry:
            return !since_entry(i, moment);
        case Window::Kind::since_date:
            return local_day(moment.life.events[i].at, moment.life) >= window.date;
        case Window::Kind::since_last:
            break;
    }
    for (std::size_t other = 0; other < moment.applied; ++other) {
        if (moment.life.events[other].what == window.event && !newer(i, other, moment)) {
            return false;
        }
    }
    return true;
}

std::vector<std::size_t> found(const Pattern& pattern, const Window& window, const Moment& moment) {
    std::vector<std::size_t> out;
    look_back(pattern, moment);
    for (std::size_t i = 0; i < moment.applied; ++i) {
        if (fits(pattern, moment.life.events[i], moment) && inside(window, i, moment)) {
            out.push_back(i);
        }
    }
    return out;
}

std::optional<Fraction> total_of(const std::vector<std::size_t>& events, const Moment& moment) {
    Fraction sum;
    for (const std::size_t i : events) {
        sum.over += moment.life.events[i].total;
    }
    return sum;
}

std::optional<Fraction> average_of(const std::vector<std::size_t>& events, const Moment& moment) {
    if (events.empty()) {
        return std::nullopt;
    }
    return Fraction{total_of(events, moment)->over, static_cast<std::int64_t>(events.size())};
}

std::optional<Fraction> highest_of(const std::vector<std::size_t>& events, const Moment& moment) {
    std::optional<Fraction> out;
    for (const std::size_t i : events) {
        const std::int64_t total = moment.life.events[i].total;
        out = Fraction{out ? std::max(out->over, total) : total};
    }
    return out;
}

std::optional<Fraction> lowest_of(const std::vector<std::size_t>& events, const Moment& moment) {
    std::optional<Fraction> out;
    for (const std::size_t i : events) {
        const std::int64_t total = moment.life.events[i].total;
        out = Fraction{out ? std::min(out->over, total) : total};
    }
    return out;
}

std::optional<Fraction> gap_of(const std::vector<std::size_t>& events, const Moment& moment) {
    std::vector<std::int64_t> instants;
    for (const std::size_t i : events) {
        instants.push_back(to_ms(moment.life.events[i].at));
    }
    std::sort(instants.begin(), instants.end());
    std::vector<std::int64_t> gaps;
    for (std::size_t i = 1; i < instants.size(); ++i) {
        gaps.push_back(instants[i] - instants[i - 1]);
    }
    if (gaps.empty()) {
        return std::nullopt;
    }
    std::sort(gaps.begin(), gaps.end());
    const std::int64_t twice = gaps[gaps.size() / 2] + gaps[(gaps.size() - 1) / 2];
    return Fraction{twice * 10'000 / (2 * 86'400'000LL), 10'000};
}

std::optional<std::string> field_of(const Happened& event, std::string_view field) {
    if (field == "category") {
        return event.category;
    }
    return field == "message" ? event.message : std::optional(event.product);
}

namespace {

/// The first `b` of those applied before `applied` that follows event `i`.
std::optional<std::size_t> follower(const Sequels& asked, std::size_t i, std::size_t applied,
                                    const Moment& moment) {
    std::optional<std::size_t> out;
    for (std::size_t then = 0; then < applied; ++then) {
        const bool follows = fits(asked.b, moment.life.events[then], moment) &&
                             newer(then, i, moment) &&
                             moment.life.events[then].at < moment.later(i, asked.within);
        if (follows && (!out || newer(*out, then, moment))) {
            out = then;
        }
    }
    return out;
}

/// Whether something that mattered later may have been forgotten, in the order of arrival.
bool forgotten(const Sequels& asked, const Moment& moment) {
    std::vector<std::size_t> waiting, answers;
    std::set<std::size_t> lost;
    std::map<std::size_t, std::size_t> followed;
    bool out = false;
    for (std::size_t i = 0; i < moment.applied; ++i) {
        const auto older = [&](std::size_t x, std::size_t y) { return newer(y, x, moment); };
        if (fits(asked.b, moment.life.events[i], moment)) {
            answers.insert(std::upper_bound(answers.begin(), answers.end(), i, older), i);
            for (auto& [first, then] : followed) {
                const bool moves = newer(i, first, moment) && newer(then, i, moment);
                out = out || (moves && followed.size() > asked.ring);
                then = moves ? i : then;
            }
        }
        std::erase_if(waiting, [&](std::size_t first) {
            const auto then = follower(asked, first, i + 1, moment);
            if (then) {
                followed[first] = *then;
            }
            out = out || (then && lost.contains(first));
            return then.has_value();
        });
        if (!fits(asked.a, moment.life.events[i], moment)) {
            continue;
        }
        const auto newer_answers =
            answers.end() - std::upper_bound(answers.begin(), answers.end(), i, older);
        const auto then = follower(asked, i, i + 1, moment);
        if (then) {
            followed[i] = *then;
            out = out || newer_answers > static_cast<std::ptrdiff_t>(kWaitingMax);
            continue;
        }
        waiting.insert(std::upper_bound(waiting.begin(), waiting.end(), i, older), i);
        for (std::size_t old = 0; old + kWaitingMax < waiting.size(); ++old) {
            lost.insert(waiting[old]);
        }
    }
    return out;
}

Sequences find_sequences(const Sequels& asked, const Moment& moment) {
    Sequences out;
    const Moment apart{moment.life, moment.applied, moment.now, moment.notes, out.beyond};
    look_back(asked.a, apart);
    look_back(asked.b, apart);
    out.beyond = out.beyond || forgotten(asked, apart);
    for (std::size_t i = 0; i < moment.applied; ++i) {
        if (!fits(asked.a, moment.life.events[i], moment)) {
            continue;
        }
        const auto then = follower(asked, i, moment.applied, moment);
        if (then && !asked.negated) {
            out.found.push_back({*then, moment.life.events[*then].at});
        } else if (!then && asked.negated) {
            out.found.push_back({i, moment.later(i, asked.within)});
        }
    }
    return out;
}

}  // namespace

std::vector<Sequence> sequences(const Sequels& asked, const Moment& moment) {
    // What is compared with the customer's data may be another today.
    auto& known = moment.notes.sequences;
    const auto key = std::pair(asked.text, moment.applied);
    if (asked.a.asked || asked.b.asked) {
        known.erase(key);
    }
    auto place = known.find(key);
    if (place == known.end()) {
        place = known.emplace(key, find_sequences(asked, moment)).first;
    }
    const std::vector<Sequence>& out = place->second.found;
    const auto undecided = std::count_if(out.begin(), out.end(), [&](const Sequence& one) {
        return asked.negated && one.begin > moment.now;
    });
    moment.beyond = moment.beyond || place->second.beyond ||
                    undecided > static_cast<std::ptrdiff_t>(kWaitingMax);
    return out;
}

double intent_of(const std::vector<std::size_t>& events, double half_life_ms,
                 const Moment& moment) {
    double weight = 0;
    for (const std::size_t i : events) {
        const auto age = static_cast<double>((moment.now - moment.life.events[i].at).count());
        weight += std::pow(0.5, age / half_life_ms);
    }
    return weight;
}

std::vector<Letter> letters(bool email, bool sms, std::size_t last, const Moment& moment) {
    std::vector<Letter> out;  // by when they were sent
    for (std::size_t i = 0; i < moment.applied; ++i) {
        const Happened& event = moment.life.events[i];
        const bool other = event.what < What::email_sent || (of_email(event.what) ? !email : !sms);
        if (other) {
            continue;
        }
        if (is_sent(event.what)) {
            out.push_back({i});
            std::sort(out.begin(), out.end(), [&](const Letter& x, const Letter& y) {
                return newer(y.sent, x.sent, moment);
            });
            continue;
        }
        // What became of it concerns the newest message of that channel and name sent so far.
        const auto concerned = std::find_if(out.rbegin(), out.rend(), [&](const Letter& letter) {
            const Happened& sent = moment.life.events[letter.sent];
            return of_email(sent.what) == of_email(event.what) &&
                   (!event.message || sent.message == event.message);
        });
        if (concerned == out.rend()) {
            continue;
        }
        Letter& letter = *concerned;
        letter.bounced |= event.what == What::email_bounced;
        letter.clicked |= event.what == What::email_clicked || event.what == What::sms_clicked;
        letter.opened |= letter.clicked || event.what == What::email_opened;
        letter.delivered |= letter.opened || event.what == What::email_delivered ||
                            event.what == What::sms_delivered;
    }
    if (out.size() > last) {
        out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(last));
    }
    return out;
}

std::int64_t local_day(Instant at, const Life& life) {
    return to_local(at, life.zone).days;
}

}  // namespace sluice::oracle
