#include "engine/behaviour/aggregates.hpp"
#include "engine/behaviour/evaluate.hpp"
#include "tests/support/story.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

/// The bounded memory of history conditions against a scan of the whole history.
///
/// Random conditions are written as flow text, compiled, and asked at random instants and at the
/// exact border of their windows. Histories are longer than any ring, hold late events, and lie
/// around the daylight-saving days of several zones. A failure prints the seed and the condition.
namespace sluice {
namespace {

/// One event as the scan sees it.
struct Happened {
    bool order = true;  // else Viewed
    Instant at;
    std::uint32_t ordinal = 0;
    std::optional<std::int64_t> total;  // whole units
    std::optional<std::string> category;
    std::optional<std::string> product;
};

/// What a condition is asked about: everything known of one customer at one instant.
struct Question {
    const std::vector<Happened>& history;  // applied so far
    Instant now;
    Zone zone;
    Instant entered_at;
    std::uint32_t entered_ordinal = 0;
    std::string viewed;        // product_id of the run's `view`
    std::int64_t points = 0;   // the customer's, whole units
    std::int64_t renewal = 0;  // the customer's, days since 1970-01-01
};

struct Length {
    std::string text;
    CalendarSpan span;
};

/// A condition in flow text, and its meaning spelled out.
struct Asked {
    std::string text;
    std::function<bool(const Question&)> holds;
    std::vector<CalendarSpan> borders;  // lengths whose border is worth an instant
};

const std::vector<Length>& lengths() {
    // From short to long: `between` takes one of the first six and one of the rest.
    static const std::vector<Length> kLengths = {
        {"30 minutes", {0, 0, 1'800}},
        {"5 hours", {0, 0, 18'000}},
        {"24 hours", {0, 0, 86'400}},
        {"1 day", {0, 1, 0}},
        {"1 day 4 hours", {0, 1, 14'400}},
        {"36 hours", {0, 0, 129'600}},
        {"3 days", {0, 3, 0}},
        {"2 weeks", {0, 14, 0}},
        {"1 month", {1, 0, 0}},
        {"2 months 3 days", {2, 3, 0}},
    };
    return kLengths;
}

class Author {
public:
    explicit Author(std::mt19937_64& random) : random_(random) {}

    Asked condition() { return below(4) == 0 ? recency() : quantity(); }

private:
    using Fits = std::function<bool(const Happened&, const Question&)>;
    struct Pattern {
        std::string text;
        Fits fits;
    };
    struct Window {
        std::string text;
        Fits inside;
        std::vector<CalendarSpan> borders;
    };

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    Pattern pattern() {
        switch (below(10)) {
            case 0:
                return {"Order Placed", [](const Happened& e, const Question&) { return e.order; }};
            case 1:
                return {"Order Placed where total > 50", [](const Happened& e, const Question&) {
                            return e.order && e.total && *e.total > 50;
                        }};
            case 2:
                return {"Order Placed where category is \"shoes\"",
                        [](const Happened& e, const Question&) {
                            return e.order && e.category == "shoes";
                        }};
            case 3:
                return {"Order Placed where (total <= 80 and category is not \"shoes\")",
                        [](const Happened& e, const Question&) {
                            return e.order && e.total && *e.total <= 80 && e.category != "shoes";
                        }};
            case 4:
                return {"Viewed", [](const Happened& e, const Question&) { return !e.order; }};
            case 5:
                return {"Order Placed where total > customer.points",
                        [](const Happened& e, const Question& asked) {
                            return e.order && *e.total > asked.points;
                        }};
            case 6:
                return {"Order Placed where (category is \"shoes\" or total <= customer.points)",
                        [](const Happened& e, const Question& asked) {
                            return e.order && (e.category == "shoes" || *e.total <= asked.points);
                        }};
            case 7:
                return {"Order Placed where (total > 50 and customer.renewal is after today)",
                        [](const Happened& e, const Question& asked) {
                            return e.order && *e.total > 50 &&
                                   asked.renewal > to_local(asked.now, asked.zone).days;
                        }};
            case 8:
                return {
                    "Viewed where (product_id is view.product_id and "
                    "customer.renewal is in the next 2 weeks)",
                    [](const Happened& e, const Question& asked) {
                        const Instant at = local_midnight(asked.renewal, asked.zone);
                        return !e.order && e.product == asked.viewed && asked.now < at &&
                               subtract(at, {0, 14, 0}, asked.zone) <= asked.now;
                    }};
            default:
                return {"Viewed where product_id is view.product_id",
                        [](const Happened& e, const Question& asked) {
                            return !e.order && e.product == asked.viewed;
                        }};
        }
    }

    Window window() {
        switch (below(6)) {
            case 0:
                return {"", [](const Happened&, const Question&) { return true; }, {}};
            case 1:
                return {" since entry", since_entry, {}};
            case 2:
                return {
                    " before entry",
                    [](const Happened& e, const Question& asked) { return !since_entry(e, asked); },
                    {}};
            case 3: {
                const std::int64_t day = *dsl::parse_date("2026-03-20") + std::int64_t(below(20));
                return {" since " + dsl::format_date(day),
                        [day](const Happened& e, const Question& asked) {
                            return to_local(e.at, asked.zone).days >= day;
                        },
                        {}};
            }
            default: {
                const Length length = lengths()[below(lengths().size())];
                return {" in the last " + length.text,
                        [span = length.span](const Happened& e, const Question& asked) {
                            return asked.now < add(e.at, span, asked.zone);
                        },
                        {length.span}};
            }
        }
    }
    static bool since_entry(const Happened& e, const Question& asked) {
        return e.ordinal > asked.entered_ordinal && e.at >= asked.entered_at;
    }

    Asked quantity() {
        const auto n = static_cast<std::int64_t>(below(below(4) == 0 ? 40 : 4) + 1);
        struct Amount {
            std::string text;
            std::int64_t min, max;
        };
        const std::string number = std::to_string(n);
        const Amount amounts[] = {{"any", 1, 1'000'000},
                                  {"no", 0, 0},
                                  {"at least " + number, n, 1'000'000},
                                  {"at most " + number, 0, n},
                                  {"more than " + number, n + 1, 1'000'000},
                                  {"fewer than " + number, 0, n - 1},
                                  {"exactly " + number, n, n}};
        const Amount amount = amounts[below(std::size(amounts))];
        const Pattern what = pattern();
        const Window when = window();
        return {amount.text + " " + what.text + when.text,
                [amount, what, when](const Question& asked) {
                    const std::int64_t found = std::count_if(
                        asked.history.begin(), asked.history.end(), [&](const Happened& e) {
                            return what.fits(e, asked) && when.inside(e, asked);
                        });
                    return found >= amount.min && found <= amount.max;
                },
                when.borders};
    }

    Asked recency() {
        const bool first = below(2) == 0;
        const Pattern what = pattern();
        std::size_t low = below(lengths().size());
        std::size_t high = below(lengths().size());
        const auto kind = below(3);
        if (kind == 2) {  // between: the shorter one is written first
            low = below(6);
            high = 6 + below(lengths().size() - 6);
        }
        const Length near = lengths()[low];
        const Length far = lengths()[high];
        const std::string ask = kind == 0   ? "more than " + near.text + " ago"
                                : kind == 1 ? "less than " + near.text + " ago"
                                            : "between " + near.text + " and " + far.text + " ago";
        return {(first ? "first " : "last ") + what.text + " was " + ask,
                [=](const Question& asked) {
                    std::optional<Instant> at;
                    for (const Happened& e : asked.history) {
                        if (what.fits(e, asked)) {
                            at = !at ? e.at : first ? std::min(*at, e.at) : std::max(*at, e.at);
                        }
                    }
                    if (!at) {
                        return false;
                    }
                    const Instant old = add(*at, near.span, asked.zone);
                    if (kind == 0) {
                        return asked.now > old;
                    }
                    return kind == 1
                               ? asked.now < old
                               : asked.now >= old && asked.now < add(*at, far.span, asked.zone);
                },
                kind == 2 ? std::vector{near.span, far.span} : std::vector{near.span}};
    }

    std::mt19937_64& random_;
};

/// The conditions of a program, in the order they were written.
std::vector<Index> branches_of(const dsl::Program& program) {
    std::vector<Index> out;
    for (const dsl::Instruction& instruction : program.flows.front().code) {
        if (const auto* branch = std::get_if<dsl::OpBranch>(&instruction.op)) {
            out.push_back(branch->condition);
        }
    }
    return out;
}

/// One customer whose events are applied one after the other.
class Shopper {
public:
    Shopper(const dsl::Program& program, std::mt19937_64& random, std::string_view zone)
        : program_(program), random_(random), zone_(*find_zone(zone)) {
        customer_.id = "c";
        layout_.traits.resize(program.customer_fields.size());
        layout_.aggregates.resize(program.aggregates.size());
        // Around the last Sunday of March or of October: hours that do not exist, or exist twice.
        now_ = testing::utc(below(2) == 0 ? "2026-03-10 00:00" : "2026-10-10 00:00");
        points_ = static_cast<std::int64_t>(below(120));
        renewal_ = to_local(now_, zone_).days + static_cast<std::int64_t>(below(70));
        layout_.traits[program.find_customer_field("points")] = Value::of_integer(points_);
        layout_.traits[program.find_customer_field("renewal")] = Value::of_date(renewal_);
    }

    void live(std::size_t events) {
        const std::size_t entry = below(events);
        for (std::size_t i = 0; i < events; ++i) {
            happen();
            if (i == entry) {
                run_.entered_at = now_;
                run_.entered_ordinal = customer_.events;
                bind_view();
            }
        }
    }
    void happen() {
        now_ += Millis{static_cast<std::int64_t>(below(below(3) == 0 ? 90'000'000 : 7'200'000))};
        Happened e;
        e.order = below(3) != 0;
        // One in six comes late, and some share an instant with another one.
        e.at =
            below(6) == 0 ? now_ - Millis{static_cast<std::int64_t>(below(2'000'000'000))} : now_;
        e.ordinal = ++customer_.events;
        static const std::array<const char*, 3> kKinds = {"shoes", "hats", "books"};
        if (e.order) {
            e.total = static_cast<std::int64_t>(below(120));
            if (below(4) != 0) {
                e.category = kKinds[below(3)];
            }
        } else {
            e.product = "p" + std::to_string(below(5));
        }
        Fields fields;
        const Index event = program_.find_event(e.order ? "Order Placed" : "Viewed");
        if (e.order) {
            fields = {Value::of_text("o"), Value::of_integer(*e.total),
                      e.category ? Value::of_text(*e.category) : Value{}};
        } else {
            fields = {Value::of_text(*e.product)};
        }
        fold(program_, customer_, layout_, {event, fields, {e.at, e.ordinal}}, zone_);
        history_.push_back(std::move(e));
    }
    /// An instant to ask at: some time later, or where a window's border meets an event.
    Instant moment(const std::vector<CalendarSpan>& borders) {
        for (int tries = 0; !borders.empty() && tries < 6; ++tries) {
            const CalendarSpan span = borders[below(borders.size())];
            const Instant at = add(history_[below(history_.size())].at, span, zone_);
            const auto nudge = static_cast<std::int64_t>(below(3)) - 1;
            if (at + Millis{nudge} >= now_) {
                return at + Millis{nudge};
            }
        }
        return now_ + Millis{static_cast<std::int64_t>(below(3'000'000'000))};
    }
    [[nodiscard]] bool engine(Index condition, Instant now) const {
        return evaluate(Context{program_, customer_, layout_, now, zone_, &run_, nullptr, 0},
                        condition);
    }
    /// An instant before the truth's own end at which it is already different: there must be none.
    std::optional<Instant> first_change(Index condition, Instant now) {
        const Truth truth =
            judge(Context{program_, customer_, layout_, now, zone_, &run_, nullptr, 0}, condition);
        EXPECT_EQ(truth.value, engine(condition, now));
        EXPECT_GT(truth.until, now);
        const Instant end = std::min(truth.until, now + Millis{120LL * 86'400'000});
        const auto length = static_cast<std::uint64_t>((end - now).count());
        for (const Instant at : {end - Millis{1}, now + Millis{1},
                                 now + Millis{static_cast<std::int64_t>(below(length))},
                                 now + Millis{static_cast<std::int64_t>(below(length))}}) {
            if (at < end && engine(condition, at) != truth.value) {
                return at;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] bool scan(const Asked& asked, Instant now) const {
        return asked.holds({history_, now, zone_, run_.entered_at, run_.entered_ordinal, viewed_,
                            points_, renewal_});
    }
    /// Whether some event is exactly a border old at this instant.
    [[nodiscard]] bool on_border(const std::vector<CalendarSpan>& borders, Instant now) const {
        return std::any_of(borders.begin(), borders.end(), [&](const CalendarSpan& span) {
            return std::any_of(history_.begin(), history_.end(),
                               [&](const Happened& e) { return add(e.at, span, zone_) == now; });
        });
    }

private:
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    void bind_view() {
        viewed_ = "p" + std::to_string(below(6));  // p5 was never seen
        run_.slots = {{Value::of_text(viewed_)}};
    }

    const dsl::Program& program_;
    std::mt19937_64& random_;
    Zone zone_;
    Instant now_;
    Customer customer_;
    Layout layout_;
    Run run_;
    std::string viewed_;
    std::int64_t points_ = 0;
    std::int64_t renewal_ = 0;
    std::vector<Happened> history_;
};

constexpr std::array<std::string_view, 6> kZones = {"Europe/Berlin",       "America/New_York",
                                                    "Australia/Lord_Howe", "Asia/Kathmandu",
                                                    "America/Santiago",    "UTC"};

class AggregatesOracleTest : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(AggregatesOracleTest, BoundedMemoryAgreesWithTheWholeHistory) {
    std::mt19937_64 random(GetParam());
    Author author(random);
    std::vector<Asked> asked;
    std::string flow = "flow Probe { starts when Viewed as view\n";
    for (int i = 0; i < 30; ++i) {
        asked.push_back(author.condition());
        flow += "  if " + asked.back().text + " { send email Hello }\n";
    }
    const auto program = testing::compile_text(
        {testing::kShop, testing::kOpenPolicy, testing::kMessages, flow + "}"});
    ASSERT_TRUE(program);
    const std::vector<Index> conditions = branches_of(*program);
    ASSERT_EQ(conditions.size(), asked.size());

    std::size_t checks = 0, yes = 0, borders = 0;
    for (int person = 0; person < 60; ++person) {
        const std::string_view zone = kZones[random() % kZones.size()];
        Shopper shopper(*program, random, zone);
        shopper.live(5 + random() % 60);
        for (int round = 0; round < 3; ++round) {
            for (std::size_t i = 0; i < asked.size(); ++i) {
                const Instant now = shopper.moment(asked[i].borders);
                const bool want = shopper.scan(asked[i], now);
                ASSERT_EQ(shopper.engine(conditions[i], now), want)
                    << "seed " << GetParam() << ", person " << person << ", zone " << zone << ", "
                    << asked[i].text << " at " << format_rfc3339(now);
                ASSERT_EQ(shopper.first_change(conditions[i], now), std::nullopt)
                    << "seed " << GetParam() << ", person " << person << ", zone " << zone << ", "
                    << asked[i].text << " changed by itself before it said, asked at "
                    << format_rfc3339(now);
                ++checks;
                yes += want ? 1 : 0;
                borders += shopper.on_border(asked[i].borders, now) ? 1 : 0;
            }
            shopper.happen();
        }
    }
    // The questions must not be trivial: both answers, and many at the very border.
    EXPECT_EQ(checks, 5'400U);
    EXPECT_GT(yes, checks / 10);
    EXPECT_LT(yes, checks * 9 / 10);
    EXPECT_GT(borders, 100U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AggregatesOracleTest, ::testing::Range<std::uint64_t>(1, 9));

/// The border cases by hand, so that the rule can be read: half-open windows (T8).
TEST(AggregatesBorderTest, AnEventExactlyThatOldIsOutside) {
    const auto program = testing::compile_text(
        {testing::kShop, testing::kOpenPolicy, testing::kMessages,
         "flow Probe { starts when Viewed as view\n"
         "if any Order Placed in the last 1 day { send email Hello }\n"
         "if last Order Placed was more than 1 day ago { send email Hello }\n"
         "if last Order Placed was less than 1 day ago { send email Hello }\n"
         "if last Order Placed was between 1 day and 2 days ago { send email Hello } }"});
    ASSERT_TRUE(program);
    const std::vector<Index> conditions = branches_of(*program);
    const Zone berlin = *find_zone("Europe/Berlin");
    Customer customer;
    Layout layout;
    layout.traits.resize(program->customer_fields.size());
    layout.aggregates.resize(program->aggregates.size());
    // Saturday noon before the clocks go forward: a day later is 23 hours later.
    const Instant at = testing::utc("2026-03-28 11:00");
    const Fields fields = {Value::of_text("o"), Value::of_integer(1), Value{}};
    fold(*program, customer, layout, {program->find_event("Order Placed"), fields, {at, 1}},
         berlin);
    const auto answers = [&](Instant now) {
        std::string out;
        for (Index condition : conditions) {
            const Context context{*program, customer, layout, now, berlin, nullptr, nullptr, 0};
            out += evaluate(context, condition) ? "y" : "n";
        }
        return out;
    };
    const Instant day_later = testing::utc("2026-03-29 10:00");
    EXPECT_EQ(answers(day_later - Millis{1}), "ynyn");
    EXPECT_EQ(answers(day_later), "nnny");
    EXPECT_EQ(answers(day_later + Millis{1}), "nyny");
    EXPECT_EQ(answers(testing::utc("2026-03-30 10:00")), "nynn");
}

/// `no … before entry` stays true however much happens afterwards.
TEST(AggregatesBorderTest, ManyEventsSinceEntryAreNotTakenForEarlierOnes) {
    const auto program =
        testing::compile_text({testing::kShop, testing::kOpenPolicy, testing::kMessages,
                               "flow Probe { starts when Viewed as view\n"
                               "if no Order Placed before entry { send email Hello } }"});
    ASSERT_TRUE(program);
    Customer customer;
    Layout layout;
    layout.traits.resize(program->customer_fields.size());
    layout.aggregates.resize(program->aggregates.size());
    sluice::Run run;
    run.entered_at = testing::utc("2026-03-02 10:00");
    run.entered_ordinal = 1;
    const Fields fields = {Value::of_text("o"), Value::of_integer(1), Value{}};
    for (std::uint32_t i = 0; i < 100; ++i) {
        const Instant at = run.entered_at + Millis{1'000} * i;
        fold(*program, customer, layout, {program->find_event("Order Placed"), fields, {at, i + 2}},
             Zone{});
        const Context context{*program, customer, layout, at, Zone{}, &run, nullptr, 0};
        ASSERT_TRUE(evaluate(context, branches_of(*program).front())) << i;
    }
}

}  // namespace
}  // namespace sluice
