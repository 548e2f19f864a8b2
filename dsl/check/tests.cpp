#include "dsl/check/tests.hpp"

#include "dsl/check/lower_cond.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

constexpr std::int64_t kDefaultClockDate = 20'458;  // 2026-01-05
constexpr std::int32_t kDefaultClockTime = 9 * 60;

TestMoment lowered_moment(const ast::Moment& moment) {
    TestMoment out;
    out.after = lowered(moment.after);
    if (moment.date) {
        out.date = moment.date->days;
        out.time = moment.time.minutes;
    }
    return out;
}

/// The row as written. The span of a row may begin after its keyword.
std::string row_text(const Compilation& c, const Span& row) {
    const std::string_view before =
        std::string_view(c.sources.files[row.file].text).substr(0, row.offset);
    const std::size_t end = before.find_last_not_of(" \t\r\n");
    const std::size_t gap =
        end == std::string_view::npos ? end : before.find_last_of(" \t\r\n{", end);
    if (gap == std::string_view::npos) {
        return c.words(row);
    }
    const std::string_view word = before.substr(gap + 1, end - gap);
    const bool keyword = word == "expect" || word == "given" || word == "at" || word == "advance";
    return (keyword ? std::string(word) + " " : std::string()) + c.words(row);
}

/// Minutes of the test's own calendar. Months are as long as the shortest one: nothing is refused
/// that may be in time.
std::int64_t minutes_of(const Duration& duration) {
    return (std::int64_t{duration.months} * 28 + duration.days) * 1'440 + duration.seconds / 60;
}

/// Follows the clock of a test through its rows. What a row lets happen cannot lie in the past.
class TestClock {
public:
    TestClock(Compilation& compilation, const Test& test)
        : c_(compilation), begin_(test.clock_date * 1'440 + test.clock_time), now_(begin_) {}

    void happens(const ast::Moment& at) {
        const bool sure = at.date || at.after.months == 0;
        const std::int64_t then = at.date ? at.date->days * 1'440 + at.time.minutes
                                          : begin_ + minutes_of(lowered(at.after));
        // An hour more or less is what a change of the clocks may make of days.
        if (sure && then < begin_) {
            c_.error("E404", at.span, "The test begins after this:").help =
                "What happened before is written, for example:  given Order Placed 3 days ago";
        } else if (sure && then + 60 < now_) {
            c_.error("E404", at.span, "A line above has moved the clock beyond this:").help =
                "Rows stand in the order of their times. Move this one up.";
        }
        now_ = std::max(now_, then);
    }
    void advance(const ast::Duration& by) { now_ += minutes_of(lowered(by)); }

private:
    Compilation& c_;
    std::int64_t begin_;
    std::int64_t now_;
};

struct TestLowering {
    Compilation& c;
    Test& test;
    TestClock& clock;

    /// The value of one row entry; `today` is the day of the test's clock.
    std::optional<Value> value(const ast::ValueExpr& expr, const Typed& target) const {
        const bool today = std::holds_alternative<ast::Today>(expr.node);
        if (today && family_of(target.type.kind) == Family::date) {
            return Value::of_date(test.clock_date);
        }
        return literal_for(c, expr, target);
    }

    std::optional<Value> list_value(const ast::Prop& prop, const Typed& target) const {
        std::vector<std::string> items;
        for (const ast::ValueExpr& expr : prop.values) {
            const auto item = value(expr, target);
            if (!item) {
                return std::nullopt;
            }
            items.push_back(item->text);
        }
        return Value::of_list(std::move(items));
    }

    std::optional<Value> prop_value(const ast::Prop& prop, const Typed& target) const {
        if (family_of(target.type.kind) == Family::list) {
            return list_value(prop, target);
        }
        if (prop.is_list || prop.values.size() != 1) {
            c.error("E301", prop.span,
                    "`" + prop.word + "` holds " + content_of(target.type) + ", not a list:")
                .help = "Write one value.";
            return std::nullopt;
        }
        return value(prop.values.front(), target);
    }

    /// `event` is kNone for the customer's fields.
    FieldValues props(const std::vector<ast::Prop>& rows, Index event) const {
        FieldValues out;
        for (const ast::Prop& prop : rows) {
            Scope scope;
            scope.place = event == kNone ? Scope::Place::outside : Scope::Place::where;
            scope.event = event;
            const auto target = resolve_path(c, path_of(prop, event), scope);
            if (!target) {
                continue;
            }
            Typed named = *target;
            named.words = prop.word;
            const bool known = std::all_of(prop.values.begin(), prop.values.end(),
                                           [&](const ast::ValueExpr& written) {
                                               return check_names(c, named, event, written, true);
                                           });
            if (!known) {
                continue;
            }
            const auto given = prop_value(prop, named);
            if (given) {
                out.emplace_back(named.operand.field, *given);
            }
        }
        return out;
    }

    /// The word of a row as a path of its owner, with the span of the word alone.
    static ast::Path path_of(const ast::Prop& prop, Index event) {
        ast::Path path;
        path.words = event == kNone ? std::vector<std::string>{"customer", prop.word}
                                    : std::vector<std::string>{prop.word};
        path.span = prop.span;
        path.span.length = static_cast<std::uint32_t>(prop.word.size());
        return path;
    }

    std::optional<TestItem> item(decltype(TestItem::node) node) const {
        TestItem out;
        out.node = std::move(node);
        return out;
    }

    using Item = std::optional<TestItem>;

    Item operator()(const ast::GivenCustomer& node) const {
        return item(TestGivenCustomer{props(node.props, kNone)});
    }
    Item operator()(const ast::GivenEvent& node) const {
        const Index event = c.find(Kind::event, "E201", node.event);
        return event == kNone
                   ? Item()
                   : item(TestGivenEvent{event, lowered(node.ago), props(node.props, event)});
    }
    Item operator()(const ast::AtCustomer& node) const {
        clock.happens(node.at);
        return item(TestCustomer{lowered_moment(node.at), props(node.props, kNone)});
    }
    Item operator()(const ast::AtEvent& node) const {
        clock.happens(node.at);
        const Index event = c.find(Kind::event, "E201", node.event);
        return event == kNone
                   ? Item()
                   : item(TestEvent{lowered_moment(node.at), event, props(node.props, event)});
    }
    Item operator()(const ast::Advance& node) const {
        if (is_zero(node.duration)) {
            c.error("E304", node.duration.span, "This length of time is zero:").help =
                "Write a length such as `10 days`.";
        }
        clock.advance(node.duration);
        return item(TestAdvance{lowered(node.duration)});
    }
    Item operator()(const ast::ExpectNothing&) const { return item(TestExpectNothing{}); }
    Item operator()(const ast::ExpectNo& node) const {
        const Index message = node.message ? c.find(Kind::message, "E202", *node.message) : kNone;
        return item(TestExpectNo{lowered(node.channel), message});
    }
    Item operator()(const ast::ExpectAtSend& node) const {
        const Index message = c.find(Kind::message, "E202", node.what.message);
        return item(TestExpectSend{lowered_moment(node.at), lowered(node.what.channel), message});
    }
    Item operator()(const ast::ExpectAtCall& node) const {
        const Index webhook = c.find(Kind::webhook, "E204", node.webhook);
        return item(TestExpectCall{lowered_moment(node.at), webhook});
    }
    Item operator()(const ast::ExpectCount& node) const {
        TestExpectCount out{node.count, std::nullopt};
        if (node.kind == "emails") {
            out.channel = Channel::email;
        } else if (node.kind == "sms") {
            out.channel = Channel::sms;
        }
        return item(out);
    }
    Item operator()(const ast::ExpectGoal&) const { return item(TestExpectGoal{}); }
    Item operator()(const ast::ExpectEnded& node) const {
        return item(TestExpectEnded{node.because});
    }
    Item operator()(const ast::ExpectCond& node) const {
        Scope scope;
        scope.place = Scope::Place::outside;
        const Index condition = lower_cond(c, *node.cond, scope);
        return condition == kNone ? Item() : item(TestExpectCond{condition});
    }
};

}  // namespace

void declare_tests(Compilation& c, const Decls& decls) {
    for (const DeclRef& ref : decls) {
        const auto* decl = std::get_if<ast::TestDecl>(&ref.decl->node);
        if (decl == nullptr) {
            continue;
        }
        Test test;
        test.title = decl->title.text;
        test.file = c.sources.files[ref.decl->span.file].path;
        test.line = ref.decl->span.line;
        test.flow = c.find(Kind::flow, "E204", decl->flow);
        test.clock_date = decl->clock_date ? decl->clock_date->days : kDefaultClockDate;
        test.clock_time = decl->clock_date ? decl->clock_time.minutes : kDefaultClockTime;
        TestClock clock(c, test);
        for (const ast::TestItem& row : decl->items) {
            auto item = std::visit(TestLowering{c, test, clock}, row.node);
            if (item) {
                item->line = row.span.line;
                item->text = row_text(c, row.span);
                test.items.push_back(std::move(*item));
            }
        }
        c.program.tests.push_back(std::move(test));
    }
}

}  // namespace sluice::dsl::check
