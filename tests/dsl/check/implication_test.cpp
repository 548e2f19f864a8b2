// The implication engine against brute force: whatever it calls impossible must fail in every small
// world, and whatever it calls always true must hold in every one.
#include "dsl/check/implication.hpp"
#include "tests/dsl/check/project.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace sluice::dsl {
namespace {

using check::Fact;

const std::filesystem::path kBase =
    std::filesystem::path(SLUICE_SOURCE_DIR) / "tests/dsl/check/golden/_base";
constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;

struct Mark {
    std::int64_t age = 0;  // seconds
    std::int64_t total = 0;
};

/// One customer at one instant, in a zone whose clocks never change.
struct World {
    Value points, country, vip, status;
    std::vector<Mark> orders;  // newest first
    Index state = 0;
    int weekday = 0;
    int minute = 0;
    std::int64_t today = 0;
};

std::int64_t seconds_of(const Duration& duration) {
    return duration.days * kDay + duration.seconds;
}

/// The meaning of conditions, written down once more as plainly as possible.
class Evaluator {
public:
    Evaluator(const Program& program, const World& world) : program_(program), world_(world) {}

    bool holds(Index condition) const {
        return std::visit([this](const auto& node) { return see(node); },
                          program_.conditions[condition].node);
    }

private:
    Value value_of(const Operand& operand) const {
        switch (operand.kind) {
            case Operand::Kind::literal:
                return operand.value;
            case Operand::Kind::customer_field: {
                const std::string& name = program_.customer_fields[operand.field].name;
                return name == "points"    ? world_.points
                       : name == "country" ? world_.country
                       : name == "vip"     ? world_.vip
                                           : world_.status;
            }
            case Operand::Kind::event_field:
                return Value::of_number(candidate_->total);
            case Operand::Kind::measure: {
                const Measure& measure = program_.measures[operand.field];
                std::int64_t sum = 0;
                for (const Mark& mark : counted(measure.aggregate, measure.window)) {
                    sum += mark.total;
                }
                return Value::of_number(sum);
            }
            default:
                ADD_FAILURE() << "an operand this world does not have";
                return {};
        }
    }

    std::vector<Mark> counted(Index index, const HistoryWindow& window) const {
        std::vector<Mark> out;
        const Aggregate& aggregate = program_.aggregates[index];
        for (const Mark& mark : world_.orders) {
            Evaluator inside(program_, world_);
            inside.candidate_ = &mark;
            const bool recent =
                window.kind == HistoryWindow::Kind::ever || mark.age < seconds_of(window.duration);
            if (recent && (aggregate.filter == kNone || inside.holds(aggregate.filter))) {
                out.push_back(mark);
            }
        }
        return out;
    }

    bool see(const CondAlways& node) const { return node.value; }
    bool see(const CondAll& node) const {
        return std::all_of(node.terms.begin(), node.terms.end(),
                           [this](Index term) { return holds(term); });
    }
    bool see(const CondAny& node) const {
        return std::any_of(node.terms.begin(), node.terms.end(),
                           [this](Index term) { return holds(term); });
    }
    bool see(const CondNot& node) const { return !holds(node.term); }
    bool see(const CondCompare& node) const {
        const Value left = value_of(node.left);
        const Value right = value_of(node.right);
        if (!left.known() || !right.known()) {
            return false;
        }
        const auto order = left.kind == Value::Kind::text
                               ? left.text <=> right.text
                               : std::strong_ordering(left.number <=> right.number);
        switch (node.op) {
            case CompareOp::equal:
                return order == 0;
            case CompareOp::not_equal:
                return order != 0;
            case CompareOp::greater:
                return order > 0;
            case CompareOp::greater_equal:
                return order >= 0;
            case CompareOp::less:
                return order < 0;
            case CompareOp::less_equal:
                return order <= 0;
        }
        return false;
    }
    bool see(const CondKnown& node) const { return value_of(node.operand).known(); }
    bool see(const CondOneOf& node) const {
        const Value value = value_of(node.operand);
        return value.known() &&
               std::any_of(node.values.begin(), node.values.end(),
                           [&](const Operand& one) { return value_of(one) == value; });
    }
    bool see(const CondQuantity& node) const {
        const auto found = static_cast<std::int64_t>(counted(node.aggregate, node.window).size());
        return found >= node.min && (node.max < 0 || found <= node.max);
    }
    bool see(const CondRecency& node) const {
        const auto marks = counted(node.aggregate, {});
        if (marks.empty()) {
            return false;
        }
        const std::int64_t age = node.first ? marks.back().age : marks.front().age;
        switch (node.op) {
            case CondRecency::Op::more_than:
                return age > seconds_of(node.low);
            case CondRecency::Op::less_than:
                return age < seconds_of(node.low);
            case CondRecency::Op::between:
                return age >= seconds_of(node.low) && age < seconds_of(node.high);
        }
        return false;
    }
    bool see(const CondInSegment& node) const {
        return holds(program_.segments[node.segment].condition);
    }
    bool see(const CondInState& node) const { return world_.state == node.state; }
    bool see(const CondToday& node) const { return ((node.weekdays >> world_.weekday) & 1) != 0; }
    bool see(const CondTodayDate& node) const {
        return node.before ? world_.today < node.date : world_.today > node.date;
    }
    bool see(const CondNowBetween& node) const {
        return node.from < node.to ? world_.minute >= node.from && world_.minute < node.to
                                   : world_.minute >= node.from || world_.minute < node.to;
    }
    template <typename Other>
    bool see(const Other&) const {
        ADD_FAILURE() << "a condition this world does not have";
        return false;
    }

    const Program& program_;
    const World& world_;
    const Mark* candidate_ = nullptr;
};

class Dice {
public:
    explicit Dice(std::uint32_t seed) : random_(seed) {}
    std::size_t upto(std::size_t count) { return random_() % count; }
    const std::string& pick(const std::vector<std::string>& from) {
        return from[upto(from.size())];
    }
    std::string number(std::size_t most) { return std::to_string(upto(most + 1)); }

private:
    std::mt19937 random_;
};

std::string leaf(Dice& dice) {
    const std::string where = dice.upto(4) == 0 ? " where total > " + dice.number(2) : "";
    const std::string days = std::to_string(1 + dice.upto(3)) + " days";
    switch (dice.upto(14)) {
        case 0:
        case 1:
            return "customer.points " + dice.pick({"is", "is not", ">", ">=", "<", "<="}) + " " +
                   dice.number(3);
        case 2:
            return "customer.country " + dice.pick({"is", "is not"}) + " " +
                   dice.pick({"\"DE\"", "\"FR\""});
        case 3:
            return "customer.country is " + dice.pick({"known", "unknown"});
        case 4:
            return "customer.country is one of [" + dice.pick({"\"DE\"", "\"FR\", \"DE\""}) + "]";
        case 5:
            return "customer.email_status " + dice.pick({"is", "is not"}) + " " +
                   dice.pick({"\"subscribed\"", "\"unsubscribed\""});
        case 6:
            return "customer.vip " + dice.pick({"is", "is not"}) + " " + dice.pick({"yes", "no"});
        case 7:
        case 8:
            return dice.pick({"any", "no", "at least 2", "at most 1", "exactly 1"}) +
                   " Order Placed" + where + " in the last " + days;
        case 9:
            return dice.pick({"any", "no", "exactly 2", "fewer than 2"}) + " Order Placed" + where;
        case 10:
            return dice.pick({"first", "last"}) + " Order Placed" + where + " was " +
                   dice.pick({"more than", "less than"}) + " " + days + " ago";
        case 11:
            return dice.pick({"first", "last"}) + " Order Placed was between 1 day and 3 days ago";
        case 12:
            return "total of Order Placed.total in the last " + days + " " +
                   dice.pick({">=", "<"}) + " " + dice.number(3);
        default:
            return dice.pick({"customer is in Low", "customer is not in High", "customer is in Few",
                              "customer is not in Few", "today is a weekday", "today is a weekend",
                              "today is Monday", "now is between 08:00 and 20:00",
                              "now is between 20:00 and 09:00", "today is after 2026-03-02",
                              "today is before 2026-03-04"});
    }
}

std::string condition(Dice& dice, int depth) {
    if (depth == 0 || dice.upto(4) == 0) {
        return leaf(dice);
    }
    if (dice.upto(6) == 0) {
        return "not (" + condition(dice, depth - 1) + ")";
    }
    const std::string word = dice.upto(3) == 0 ? " or " : " and ";
    std::string out = "(" + condition(dice, depth - 1) + ")";
    for (std::size_t more = 1 + dice.upto(2); more > 0; --more) {
        out += word + "(" + condition(dice, depth - 1) + ")";
    }
    return out;
}

World world(Dice& dice) {
    World out;
    out.points = Value::of_integer(static_cast<std::int64_t>(dice.upto(5)));
    constexpr std::array<const char*, 3> kCountries = {"DE", "FR", "IT"};
    if (dice.upto(3) != 0) {
        out.country = Value::of_text(kCountries[dice.upto(3)]);
    }
    out.vip = Value::of_yes_no(dice.upto(2) == 0);
    out.status = Value::of_text(dice.upto(2) == 0 ? "subscribed" : "unsubscribed");
    for (std::size_t orders = dice.upto(4); orders > 0; --orders) {
        const auto age = static_cast<std::int64_t>(dice.upto(9)) * 12 * kHour;
        out.orders.push_back({age, static_cast<std::int64_t>(dice.upto(4)) * kDecimalScale});
    }
    std::sort(out.orders.begin(), out.orders.end(),
              [](const Mark& a, const Mark& b) { return a.age < b.age; });
    out.state = static_cast<Index>(dice.upto(3));
    out.weekday = static_cast<int>(dice.upto(7));
    out.minute = static_cast<int>(dice.upto(24)) * 60;
    out.today = *parse_date("2026-03-01") + static_cast<std::int64_t>(dice.upto(5));
    return out;
}

/// Many segments at once: one compilation, many conditions.
std::shared_ptr<const Program> program_of(Dice& dice, int count) {
    std::string text =
        "lifecycle Level {\n  state Low when customer.points < 2\n"
        "  state High when customer.points > 3\n  state Middle otherwise\n}\n"
        "segment Few when at most 1 Order Placed in the last 2 days\n";
    for (int at = 0; at < count; ++at) {
        text += "segment \"s" + std::to_string(at) + "\" when " + condition(dice, 2) + "\n";
    }
    fixtures::Project project;
    project.add_folder(kBase);
    project.add("10-flow.flow", text);
    const CompileResult result = project.compile();
    EXPECT_TRUE(result.program != nullptr) << project.report(result) << text;
    return result.program;
}

TEST(ImplicationTest, IsNeverWrong) {
    Dice dice(20261120);
    std::vector<World> worlds;
    for (int at = 0; at < 1'500; ++at) {
        worlds.push_back(world(dice));
    }
    std::size_t never_found = 0;
    std::size_t never_there = 0;
    std::size_t always_found = 0;
    for (int round = 0; round < 20; ++round) {
        const auto program = program_of(dice, 60);
        ASSERT_TRUE(program != nullptr);
        for (Index at = 0; at < program->conditions.size(); ++at) {
            const std::string& text = program->conditions[at].text;
            if (text.empty() || text.find("total >") == 0) {
                continue;  // a filter looks at an event, not at a customer
            }
            const Fact holds{at, true, kNone};
            const bool never = check::impossible(*program, {&holds, 1});
            const bool always = check::always_true(*program, at);
            const auto meeting = std::count_if(worlds.begin(), worlds.end(), [&](const World& one) {
                return Evaluator(*program, one).holds(at);
            });
            EXPECT_FALSE(never && meeting > 0) << text;
            EXPECT_FALSE(always && meeting < static_cast<std::int64_t>(worlds.size())) << text;
            never_found += never ? 1U : 0U;
            always_found += always ? 1U : 0U;
            never_there += meeting == 0 ? 1U : 0U;
        }
    }
    // Enough of both is found for the test to mean something.
    EXPECT_GT(never_found * 2, never_there);
    EXPECT_GT(never_found, 50U);
    EXPECT_GT(always_found, 10U);
}

TEST(DurationOrderTest, OnlyCertainOrdersCount) {
    const auto shorter = [](const Duration& one, const Duration& other) {
        return check::never_longer(one, other);
    };
    EXPECT_TRUE(shorter({0, 7, 0}, {0, 30, 0}));
    EXPECT_TRUE(shorter({0, 7, 0}, {0, 7, 0}));
    EXPECT_FALSE(shorter({0, 30, 0}, {0, 7, 0}));
    EXPECT_TRUE(shorter({0, 0, 3600}, {0, 3, 0}));
    EXPECT_FALSE(shorter({0, 1, 0}, {0, 0, 24 * 3600}));  // a day may have 25 hours
    EXPECT_FALSE(shorter({1, 0, 0}, {0, 30, 0}));         // a month may have 31 days
    EXPECT_TRUE(shorter({1, 0, 0}, {0, 40, 0}));
}

}  // namespace
}  // namespace sluice::dsl
