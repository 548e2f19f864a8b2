// Conditions over the past: quantities, recency, values, numbers, intent, messages and sequences.
#include "tests/engine/behaviour/oracle/author.hpp"

#include "dsl/value.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::oracle {
namespace {

/// `at least 3`: how many are enough.
struct Amount {
    std::string text;
    std::int64_t min = 0, max = 1'000'000;

    [[nodiscard]] bool fits(std::int64_t found) const { return found >= min && found <= max; }
};

Amount amount(Random& random, std::int64_t n) {
    const std::string number = std::to_string(n);
    const Amount all[] = {{"any", 1, 1'000'000},
                          {"no", 0, 0},
                          {"at least " + number, n, 1'000'000},
                          {"at most " + number, 0, n},
                          {"more than " + number, n + 1, 1'000'000},
                          {"fewer than " + number, 0, n - 1},
                          {"exactly " + number, n, n}};
    return all[random() % std::size(all)];
}

/// `>= 3`, against a number or `customer.points`. Nothing is rounded.
struct Comparison {
    std::string text;
    std::size_t op = 0;
    Fraction right;
    bool points = false;

    [[nodiscard]] bool holds(const std::optional<Fraction>& left, const Life& life) const {
        if (!left) {
            return op == 5;  // unknown is not equal to anything
        }
        const std::int64_t a = left->over * (points ? 1 : right.under);
        const std::int64_t b = (points ? life.points : right.over) * left->under;
        const bool results[] = {a > b, a >= b, a < b, a <= b, a == b, a != b};
        return results[op];
    }
};

Comparison comparison(Random& random, std::string number, Fraction value) {
    static constexpr const char* kOps[] = {">", ">=", "<", "<=", "is", "is not"};
    Comparison out;
    out.op = random() % 6;
    out.right = value;
    out.points = random() % 8 == 0;
    out.text = std::string(" ") + kOps[out.op] + " " + (out.points ? "customer.points" : number);
    return out;
}

Comparison whole(Random& random, std::int64_t low, std::uint64_t width) {
    const std::int64_t number = low + static_cast<std::int64_t>(random() % width);
    return comparison(random, std::to_string(number), {number, 1});
}

/// The one of these that is the newest, or the oldest; among those of one instant the newest is the
/// one applied last, the oldest the one applied first.
std::optional<std::size_t> end_of(const std::vector<std::size_t>& events, bool first,
                                  const Moment& moment) {
    std::optional<std::size_t> out;
    for (const std::size_t i : events) {
        const bool better = !out || (first ? moment.life.events[i].at < moment.life.events[*out].at
                                           : newer(i, *out, moment));
        out = better ? i : *out;
    }
    return out;
}

constexpr std::size_t kRingMax = 65;    // what `before entry` looks back on since the entry
constexpr std::size_t kSumsMax = 256;   // then the oldest two of a sum are merged
constexpr std::size_t kValuesMax = 64;  // gaps look back on

/// Asked before the entry, all of the pattern's events must still be remembered.
void look_back(const Pattern& what, const Window& window, const Moment& m) {
    const bool many =
        window.kind == Window::Kind::before_entry && found(what, Window{}, m).size() > kValuesMax;
    m.beyond = m.beyond || many;
}

/// Of more than that the oldest two of a sum are merged; it is exact while they are too old.
void merge_oldest(const Pattern& what, const Window& window, std::size_t inside, const Moment& m) {
    const bool merged =
        window.kind != Window::Kind::ever && found(what, Window{}, m).size() > kSumsMax;
    m.beyond =
        m.beyond || (merged && (inside >= kSumsMax || window.kind == Window::Kind::before_entry));
}

const char* const kCategories[] = {"shoes", "hats", "books"};

}  // namespace

Pattern Author::order_pattern() {
    switch (below(9)) {
        case 0:
            return {"Order Placed where total > 50", What::order,
                    [](const Happened& e, const Moment&) { return e.total > 50; }};
        case 1:
            return {"Order Placed where category is \"shoes\"", What::order,
                    [](const Happened& e, const Moment&) { return e.category == "shoes"; }};
        case 2:
            return {"Order Placed where (total <= 80 and category is not \"shoes\")", What::order,
                    [](const Happened& e, const Moment&) {
                        return e.total <= 80 && e.category != "shoes";
                    }};
        case 3:
            return {"Order Placed where category is one of [\"hats\", \"books\"]", What::order,
                    [](const Happened& e, const Moment&) {
                        return e.category == "hats" || e.category == "books";
                    }};
        case 4:
            return {"Order Placed where (category is unknown or not total < 30)", What::order,
                    [](const Happened& e, const Moment&) { return !e.category || e.total >= 30; }};
        case 5:
            return {"Order Placed where total > customer.points", What::order,
                    [](const Happened& e, const Moment& m) { return e.total > m.life.points; },
                    true};
        case 6:
            return {"Order Placed where (category contains \"o\" or total <= customer.points)",
                    What::order,
                    [](const Happened& e, const Moment& m) {
                        const bool o = e.category && e.category->find('o') != std::string::npos;
                        return o || e.total <= m.life.points;
                    },
                    true};
        case 7:
            return {"Order Placed where (total > 50 and customer.renewal is after today)",
                    What::order,
                    [](const Happened& e, const Moment& m) {
                        return e.total > 50 && m.life.renewal &&
                               *m.life.renewal > local_day(m.now, m.life);
                    },
                    true};
        default:
            return {"Order Placed", What::order, nullptr};
    }
}

Pattern Author::viewed_pattern() {
    switch (below(5)) {
        case 0:
            return {"Viewed where product_id is \"p1\"", What::viewed,
                    [](const Happened& e, const Moment&) { return e.product == "p1"; }};
        case 1:
            return {"Viewed where product_id is view.product_id", What::viewed,
                    [](const Happened& e, const Moment& m) { return e.product == m.life.viewed; },
                    false, true};
        case 2:
            return {"Viewed where (product_id is not view.product_id and product_id is not \"p0\")",
                    What::viewed,
                    [](const Happened& e, const Moment& m) {
                        return e.product != m.life.viewed && e.product != "p0";
                    },
                    true, true};
        case 3:
            return {
                "Viewed where (product_id is view.product_id and "
                "customer.renewal is in the next 2 weeks)",
                What::viewed,
                [](const Happened& e, const Moment& m) {
                    if (e.product != m.life.viewed || !m.life.renewal) {
                        return false;
                    }
                    const Instant at = resolve({*m.life.renewal, 0, 0}, m.life.zone);
                    return m.now < at && subtract(at, {0, 14, 0}, m.life.zone) <= m.now;
                },
                true, true};
        default:
            return {"Viewed", What::viewed, nullptr};
    }
}

Pattern Author::pattern() {
    switch (below(10)) {
        case 0:
            return {"Cart Started", What::cart, nullptr};
        case 1:
            return {"Cart Started where total >= 40", What::cart,
                    [](const Happened& e, const Moment&) { return e.total >= 40; }};
        case 2:
            return {"Email Opened where message is \"Hello\"", What::email_opened,
                    [](const Happened& e, const Moment&) { return e.message == "Hello"; }};
        case 3: {
            const auto what = static_cast<What>(below(kWhats));
            return {std::string(name_of(what)), what, nullptr};
        }
        case 4:
        case 5:
        case 6:
            return viewed_pattern();
        default:
            return order_pattern();
    }
}

Window Author::window() {
    Window out;
    switch (below(9)) {
        case 0:
            break;
        case 1:
            out.kind = Window::Kind::since_entry;
            out.text = " since entry";
            break;
        case 2:
            out.kind = Window::Kind::before_entry;
            out.text = " before entry";
            break;
        case 3:
            out.kind = Window::Kind::since_date;
            out.date = *dsl::parse_date(below(2) == 0 ? "2026-03-20" : "2026-10-16") +
                       static_cast<std::int64_t>(below(20));
            out.text = " since " + dsl::format_date(out.date);
            break;
        case 4:
            out.kind = Window::Kind::since_last;
            out.event = static_cast<What>(below(kWhats));
            out.text = " since the last " + std::string(name_of(out.event));
            break;
        default:
            out.kind = Window::Kind::last;
            out.length = length();
            out.text = " in the last " + std::string(kLengths[out.length].text);
            break;
    }
    return out;
}

/// The frame of a condition over the events of a pattern in a window.
Asked Author::on_events(std::string text, std::string_view family, const Pattern& what,
                        const Window& when) {
    Asked out;
    out.text = std::move(text);
    out.family = family;
    const bool entry =
        when.kind == Window::Kind::since_entry || when.kind == Window::Kind::before_entry;
    out.in_flow = what.in_flow || entry;
    out.by_arrival = entry;
    out.borders = [what, when](const Moment& m, std::vector<Instant>& instants) {
        for (std::size_t i = 0; when.kind == Window::Kind::last && i < m.applied; ++i) {
            if (m.life.events[i].what == what.what) {
                instants.push_back(m.later(i, when.length));
            }
        }
    };
    return out;
}

Asked Author::quantity() {
    const Amount enough =
        amount(random_, static_cast<std::int64_t>(below(below(4) == 0 ? 40 : 4) + 1));
    const Pattern what = pattern();
    const Window when = window();
    Asked out = on_events(enough.text + " " + what.text + when.text, "quantity", what, when);
    out.holds = [=](const Moment& m) {
        const auto count = static_cast<std::int64_t>(found(what, when, m).size());
        const bool any_or_none = enough.min == 1 || enough.max == 0;
        if (when.kind == Window::Kind::before_entry && !any_or_none) {
            // It counts from the end: exact while at most a ring has come since the entry.
            const Window since{"", Window::Kind::since_entry};
            m.beyond = m.beyond || found(what, since, m).size() > kValuesMax;
        }
        return enough.fits(count);
    };
    return out;
}

Asked Author::recency() {
    const bool first = below(2) == 0;
    const Pattern what = pattern();
    const auto kind = below(3);
    // Between: the shorter one is written first.
    const std::size_t near = kind == 2 ? below(6) : length();
    const std::size_t far = 6 + below(kLengths.size() - 6);
    const std::string low(kLengths[near].text);
    const std::string high(kLengths[far].text);
    const std::string ask = kind == 0   ? "more than " + low + " ago"
                            : kind == 1 ? "less than " + low + " ago"
                                        : "between " + low + " and " + high + " ago";
    Asked out = on_events((first ? "first " : "last ") + what.text + " was " + ask, "recency", what,
                          Window{});
    out.borders = [=](const Moment& m, std::vector<Instant>& instants) {
        for (std::size_t i = 0; i < m.applied; ++i) {
            if (m.life.events[i].what == what.what) {
                instants.push_back(m.later(i, near));
                instants.push_back(m.later(i, far));
            }
        }
    };
    out.holds = [=](const Moment& m) {
        const auto at = end_of(found(what, Window{}, m), first, m);
        if (!at) {
            return false;
        }
        const Instant old = m.later(*at, near);
        if (kind == 2) {
            return m.now >= old && m.now < m.later(*at, far);
        }
        return kind == 0 ? m.now > old : m.now < old;
    };
    return out;
}

Asked Author::field_value() {
    struct Field {
        What what;
        std::string_view name;
        std::string value;
    };
    const Field fields[] = {{What::order, "category", kCategories[below(3)]},
                            {What::viewed, "product_id", "p" + std::to_string(below(5))},
                            {What::email_opened, "message", below(2) == 0 ? "Hello" : "Second"},
                            {What::order, "total", ""},
                            {What::viewed, "product_id", ""}};
    const Field field = fields[below(std::size(fields))];
    const bool first = below(2) == 0;
    const Pattern what{std::string(name_of(field.what)), field.what, nullptr};
    const bool number = field.name == "total";
    const bool view = !number && field.value.empty();
    const Comparison compared = whole(random_, 20, 60);
    const std::string quoted = "\"" + field.value + "\"";
    const std::string texts[] = {" is " + quoted,   " is not " + quoted,
                                 " is known",       " is unknown",
                                 " contains \"o\"", " is one of [\"hats\", " + quoted + "]"};
    const std::size_t op = below(std::size(texts));
    const std::string ask = number ? compared.text
                            : view ? std::string(" is view.product_id")
                                   : texts[op];
    Asked out =
        on_events((first ? "first " : "last ") + what.text + "." + std::string(field.name) + ask,
                  "value of last/first", what, Window{});
    out.in_flow = view;
    out.holds = [=](const Moment& m) {
        const auto at = end_of(found(what, Window{}, m), first, m);
        if (number) {
            return compared.holds(
                at ? std::optional(Fraction{m.life.events[*at].total}) : std::nullopt, m.life);
        }
        const auto text = at ? field_of(m.life.events[*at], field.name) : std::nullopt;
        if (view) {
            return text == m.life.viewed;
        }
        const bool same = text == field.value;
        const bool answers[] = {same,
                                !same,
                                text.has_value(),
                                !text.has_value(),
                                text && text->find('o') != std::string::npos,
                                same || text == "hats"};
        return answers[op];
    };
    return out;
}

Asked Author::number_of_totals() {
    using Function = std::optional<Fraction> (*)(const std::vector<std::size_t>&, const Moment&);
    struct Row {
        std::string_view word;
        Function function;
        std::int64_t low;
        std::uint64_t width;
    };
    static constexpr Row kRows[] = {{"total", total_of, 0, 500},
                                    {"average", average_of, 20, 60},
                                    {"highest", highest_of, 60, 60},
                                    {"lowest", lowest_of, -20, 60}};
    const Row row = kRows[below(std::size(kRows))];
    const Pattern what =
        below(3) == 0 ? Pattern{"Cart Started", What::cart, nullptr} : order_pattern();
    const Window when = window();
    const Comparison compared = whole(random_, row.low, row.width);
    const std::string name(name_of(what.what));
    Asked out = on_events(std::string(row.word) + " of " + name + ".total" +
                              what.text.substr(name.size()) + when.text + compared.text,
                          row.word, what, when);
    out.holds = [=](const Moment& m) {
        const auto events = found(what, when, m);
        if (row.word == "highest" || row.word == "lowest") {
            look_back(what, when, m);
        } else {
            merge_oldest(what, when, events.size(), m);
        }
        return compared.holds(row.function(events, m), m.life);
    };
    return out;
}

Asked Author::count_of() {
    const Pattern what = pattern();
    const Window when = window();
    const Comparison compared = whole(random_, 0, below(3) == 0 ? 20 : 5);
    Asked out =
        on_events("count of " + what.text + when.text + compared.text, "count of", what, when);
    out.holds = [=](const Moment& m) {
        const auto events = found(what, when, m);
        merge_oldest(what, when, events.size(), m);
        return compared.holds(Fraction{static_cast<std::int64_t>(events.size())}, m.life);
    };
    return out;
}

Asked Author::different() {
    const auto kind = below(3);
    const std::string_view field = kind == 0 ? "category" : kind == 1 ? "product_id" : "message";
    const Pattern plain{"Email Opened", What::email_opened, nullptr};
    const Pattern what = kind == 0 ? order_pattern() : kind == 1 ? viewed_pattern() : plain;
    const Window when = window();
    const Comparison compared = whole(random_, 0, 5);
    const std::string name(name_of(what.what));
    Asked out = on_events("number of different " + name + "." + std::string(field) +
                              what.text.substr(name.size()) + when.text + compared.text,
                          "number of different", what, when);
    out.holds = [=](const Moment& m) {
        std::vector<std::string> values;
        for (const std::size_t i : found(what, when, m)) {
            if (const auto value = field_of(m.life.events[i], field)) {
                values.push_back(*value);
            }
        }
        std::sort(values.begin(), values.end());
        const auto count = std::unique(values.begin(), values.end()) - values.begin();
        look_back(what, when, m);
        return compared.holds(Fraction{count}, m.life);
    };
    return out;
}

Asked Author::days_between() {
    const Pattern what = pattern();
    const Window when = window();
    static constexpr std::pair<const char*, Fraction> kDays[] = {
        {"0.25", {1, 4}},    {"0.5", {1, 2}},      {"1", {1, 1}},       {"2", {2, 1}},
        {"0.57", {57, 100}}, {"1.13", {113, 100}}, {"0.29", {29, 100}}, {"1.5", {3, 2}}};
    const auto& [text, days] = kDays[below(std::size(kDays))];
    const Comparison compared = comparison(random_, text, days);
    Asked out = on_events("days between " + what.text + when.text + compared.text, "days between",
                          what, when);
    out.holds = [=](const Moment& m) {
        const auto events = found(what, when, m);
        look_back(what, when, m);
        m.beyond = m.beyond || events.size() > kValuesMax;
        return compared.holds(gap_of(events, m), m.life);
    };
    return out;
}

Asked Author::intent() {
    static constexpr std::pair<const char*, double> kHalves[] = {
        {"3 hours", 3 * 3'600'000.0}, {"3 days", 3 * 86'400'000.0}, {"1 month", 30 * 86'400'000.0}};
    const auto [text, half] = kHalves[below(std::size(kHalves))];
    const double half_life = half;
    const Pattern what = pattern();
    Comparison compared = whole(random_, 1, 6);
    compared.op %= 4;  // nobody asks whether it is exactly so much
    static constexpr const char* kOps[] = {">", ">=", "<", "<="};
    compared.points = false;
    compared.text =
        std::string(" ") + kOps[compared.op] + " " + std::to_string(compared.right.over);
    Asked out = on_events("intent of " + what.text + " with half-life " + text + compared.text,
                          "intent", what, Window{});
    out.holds = [=](const Moment& m) {
        const double weight = intent_of(found(what, Window{}, m), half_life, m);
        const auto right = static_cast<double>(compared.right.over);
        // Numbers have four digits, the rest is cut: too near to tell by.
        m.beyond = m.beyond || std::abs(weight - right) < 0.000'2;
        return compared.op < 2 ? weight > right : weight < right;
    };
    return out;
}

Asked Author::messages() {
    static constexpr const char* kKinds[] = {"emails", "sms", "messages"};
    static constexpr const char* kOutcomes[] = {"opened", "clicked", "delivered", "bounced",
                                                "ignored"};
    const auto kind = below(3);
    const auto outcome = below(5);
    const auto last = below(3) == 0 ? 1 + below(20) : 1 + below(5);
    const Amount enough =
        amount(random_, static_cast<std::int64_t>(1 + below(std::max<std::uint64_t>(last - 1, 1))));
    const bool impossible = enough.min > static_cast<std::int64_t>(last);
    const std::string quantity = impossible ? "any" : enough.text == "no" ? "none" : enough.text;
    Asked out;
    out.family = "messages";
    out.by_arrival = true;
    out.text = quantity + " of the last " + std::to_string(last) + " " + kKinds[kind] + " were " +
               kOutcomes[outcome];
    out.holds = [=](const Moment& m) {
        std::int64_t good = 0;
        for (const Letter& letter : letters(kind != 1, kind != 0, last, m)) {
            const bool met[] = {letter.opened, letter.clicked, letter.delivered, letter.bounced,
                                !letter.opened};
            good += met[outcome] ? 1 : 0;
        }
        return impossible ? good > 0 : enough.fits(good);
    };
    return out;
}

Asked Author::engagement() {
    static constexpr std::pair<const char*, Fraction> kShares[] = {
        {"0", {0, 1}},   {"0.2", {1, 5}}, {"0.25", {1, 4}}, {"0.4", {2, 5}},
        {"0.5", {1, 2}}, {"0.6", {3, 5}}, {"0.75", {3, 4}}, {"1", {1, 1}}};
    const bool email = below(2) == 0;
    const auto& [text, share] = kShares[below(std::size(kShares))];
    const auto last = below(5) == 0 ? 10 : 1 + below(12);
    const Comparison compared = comparison(random_, text, share);
    Asked out;
    out.family = "engagement";
    out.by_arrival = true;
    out.text = std::string("engagement with ") + (email ? "email" : "sms") +
               (last == 10 ? "" : " in the last " + std::to_string(last) + " messages") +
               compared.text;
    out.holds = [=](const Moment& m) {
        const auto newest = letters(email, !email, last, m);
        if (newest.empty()) {
            return compared.holds(std::nullopt, m.life);
        }
        const auto good = std::count_if(newest.begin(), newest.end(),
                                        [](const Letter& letter) { return letter.opened; });
        return compared.holds(Fraction{good, static_cast<std::int64_t>(newest.size())}, m.life);
    };
    return out;
}

Asked Author::sequence() {
    const Amount enough = amount(random_, 1 + static_cast<std::int64_t>(below(3)));
    const Pattern a = pattern();
    const Pattern b = pattern();
    const std::size_t within = below(7);
    const bool negated = below(2) == 0;
    const Window when = window();
    const bool from_the_end = when.kind == Window::Kind::before_entry;
    const std::int64_t told_apart = enough.max == 1'000'000 ? enough.min : enough.max + 1;
    const std::string text = a.text + (negated ? " not" : "") + " followed by " + b.text +
                             " within " + std::string(kLengths[within].text);
    const std::size_t ring = from_the_end ? kValuesMax : static_cast<std::size_t>(told_apart);
    const Sequels asked{text + std::to_string(ring), a, b, within, negated, ring};
    Asked out = on_events(enough.text + " " + text + when.text,
                          negated ? "not followed by" : "followed by", a, when);
    out.in_flow = out.in_flow || b.in_flow;
    const auto leaves = [when](const Moment& m, Instant begin) {
        return when.kind == Window::Kind::last ? add(begin, kLengths[when.length].span, m.life.zone)
                                               : kNever;
    };
    out.borders = [=](const Moment& m, std::vector<Instant>& instants) {
        for (const Sequence& one : sequences(asked, m)) {
            instants.push_back(one.begin);
            instants.push_back(leaves(m, one.begin));
        }
    };
    out.holds = [=](const Moment& m) {
        std::int64_t count = 0;
        for (const Sequence& one : sequences(asked, m)) {
            const bool now = one.begin <= m.now && m.now < leaves(m, one.begin);
            const bool counts =
                when.kind == Window::Kind::last ? now : now && inside(when, one.mark, m);
            count += counts ? 1 : 0;
        }
        look_back(a, when, m);
        look_back(b, when, m);
        return enough.fits(count);
    };
    return out;
}

}  // namespace sluice::oracle
