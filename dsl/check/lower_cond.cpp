#include "dsl/check/lower_cond.hpp"

#include "dsl/check/lifecycles.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::check {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

/// One reading of a mixed list: runs joined by the tighter word stand in parentheses.
std::string reading(const Compilation& c, const ast::CondMixed& node, bool and_binds) {
    std::string out;
    std::size_t at = 0;
    while (at < node.terms.size()) {
        std::size_t end = at;
        while (end < node.is_and.size() && node.is_and[end] == and_binds) {
            ++end;
        }
        std::string group = c.words(node.terms[at]->span);
        for (std::size_t term = at + 1; term <= end; ++term) {
            group += (and_binds ? " and " : " or ") + c.words(node.terms[term]->span);
        }
        out += at == 0 ? "" : (and_binds ? " or " : " and ");
        out += end > at ? "(" + group + ")" : group;
        at = end + 1;
    }
    return out;
}

Index report_mixed(Compilation& c, const ast::CondMixed& node, const Span& span) {
    const Span& first = node.joins.empty() ? span : node.joins.front();
    Diagnostic& diagnostic = c.error(
        "E118", first, "`and` and `or` on one line can be read in two ways. Which did you mean?");
    for (std::size_t at = 1; at < node.joins.size(); ++at) {
        if (node.is_and[at] != node.is_and[0]) {
            diagnostic.labels.push_back({node.joins[at], ""});
            break;
        }
    }
    diagnostic.help = "  1.  " + reading(c, node, false) + "\n  2.  " + reading(c, node, true) +
                      "\nCopy the one you want.";
    return kNone;
}

void add_all(std::set<std::string>& into, const std::set<std::string>& from) {
    into.insert(from.begin(), from.end());
}

/// Terms of `and` and `or`. A term that settles a path does so for all of its neighbours: in an
/// `and` they matter only when it holds, in an `or` only when it does not.
std::optional<std::vector<Index>> lower_terms(Compilation& c,
                                              const std::vector<ast::CondPtr>& terms, bool is_and,
                                              Scope& scope) {
    const std::set<std::string> before = scope.known;
    for (const ast::CondPtr& term : terms) {
        add_all(scope.known, is_and ? known_when_true(*term) : known_when_false(*term));
    }
    std::vector<Index> out;
    for (const ast::CondPtr& term : terms) {
        out.push_back(lower_cond(c, *term, scope));
    }
    scope.known = before;
    if (std::find(out.begin(), out.end(), kNone) != out.end()) {
        return std::nullopt;
    }
    return out;
}

Index lower_membership(Compilation& c, const ast::CondIsIn& node, const Span& span) {
    Index inside = kNone;
    if (const auto state = declared_state(c, node.state.text)) {
        c.note(Kind::state, node.state);
        inside = add_condition(c, CondInState{state->lifecycle, state->state}, span);
    } else {
        const Index segment = c.find(Kind::segment, "E203", node.state);
        if (segment == kNone) {
            return kNone;
        }
        inside = add_condition(c, CondInSegment{segment}, span);
    }
    return node.negated ? add_condition(c, CondNot{inside}, span) : inside;
}

Index lower_been_in(Compilation& c, const ast::CondHasBeenIn& node, const Span& span) {
    if (is_zero(node.duration)) {
        c.error("E304", node.duration.span, "This length of time is zero:").help =
            "Write a length such as `14 days`.";
        return kNone;
    }
    const auto state = find_state(c, node.state);
    return state ? add_condition(c,
                                 CondBeenIn{state->lifecycle, state->state, node.more,
                                            lowered(node.duration)},
                                 span)
                 : kNone;
}

Index lower_today(Compilation& c, const ast::CondToday& node, const Span& span) {
    using Op = ast::CondToday::Op;
    switch (node.op) {
        case Op::weekday:
            return add_condition(c, CondToday{kWorkdays}, span);
        case Op::weekend:
            return add_condition(c, CondToday{kWeekend}, span);
        case Op::after:
            return add_condition(c, CondTodayDate{false, node.date.days}, span);
        case Op::before:
            return add_condition(c, CondTodayDate{true, node.date.days}, span);
        case Op::named_day:
            break;
    }
    const std::uint8_t bits = checked_weekday(c, node.day);
    return bits == 0 ? kNone : add_condition(c, CondToday{bits}, span);
}

struct CondLowering {
    Compilation& c;
    const ast::Cond& cond;
    Scope& scope;

    /// Whether an occurrence fits is asked of its own data; the rest is joined to the condition.
    bool refused_in_history(std::string_view what) const {
        if (scope.place != Scope::Place::history_where) {
            return false;
        }
        c.error("E307", cond.span,
                std::string(what) + " is about the customer, not about one of these events:")
            .help = "Only comparisons stand here. Join it behind the condition with `and`.";
        return true;
    }

    Index operator()(const ast::CondAnd& node) const { return terms(node.terms, true); }
    Index operator()(const ast::CondOr& node) const { return terms(node.terms, false); }
    Index terms(const std::vector<ast::CondPtr>& list, bool is_and) const {
        const auto indexes = lower_terms(c, list, is_and, scope);
        if (!indexes) {
            return kNone;
        }
        return is_and ? add_condition(c, CondAll{*indexes}, cond.span)
                      : add_condition(c, CondAny{*indexes}, cond.span);
    }
    Index operator()(const ast::CondNot& node) const {
        scope.negated = !scope.negated;
        const Index term = lower_cond(c, *node.term, scope);
        scope.negated = !scope.negated;
        return term == kNone ? kNone : add_condition(c, CondNot{term}, cond.span);
    }
    Index operator()(const ast::CondMixed& node) const { return report_mixed(c, node, cond.span); }
    Index operator()(const ast::CondCompare& node) const {
        return lower_compare(c, cond, node, scope);
    }
    Index operator()(const ast::CondHistory& node) const {
        return refused_in_history("A count of events") ? kNone
                                                       : lower_history(c, cond, node, scope);
    }
    Index operator()(const ast::CondRecency& node) const {
        return refused_in_history("`last … was …`") ? kNone : lower_recency(c, cond, node, scope);
    }
    Index operator()(const ast::CondMessages& node) const {
        return refused_in_history("Asking about the last messages") ? kNone
                                                                    : lower_messages(c, cond, node);
    }
    Index operator()(const ast::CondLastField& node) const {
        return refused_in_history("`last …`") ? kNone : lower_last_field(c, cond, node, scope);
    }
    Index operator()(const ast::CondAggregate& node) const {
        return refused_in_history("A number over the past") ? kNone
                                                            : lower_aggregate(c, cond, node, scope);
    }
    Index operator()(const ast::CondHasBeenIn& node) const {
        return refused_in_history("`customer has been in`") ? kNone
                                                            : lower_been_in(c, node, cond.span);
    }
    Index operator()(const ast::CondCanGet& node) const {
        if (scope.in_consent) {
            c.error("E403", cond.span,
                    "Whether a customer can get a message depends on this very rule:")
                .help = "Write the rule over the customer's fields.";
            return kNone;
        }
        return refused_in_history("`can get`")
                   ? kNone
                   : add_condition(c, CondCanGet{lowered(node.channel)}, cond.span);
    }
    Index operator()(const ast::CondIsIn& node) const {
        return refused_in_history("`customer is in`") ? kNone
                                                      : lower_membership(c, node, cond.span);
    }
    Index operator()(const ast::CondToday& node) const {
        return refused_in_history("`today is`") ? kNone : lower_today(c, node, cond.span);
    }
    Index operator()(const ast::CondNowBetween& node) const {
        if (refused_in_history("`now is between`")) {
            return kNone;
        }
        if (node.from.minutes == node.to.minutes) {
            c.error("E404", cond.span, "This window is empty, so it is never that time:").help =
                "The window starts at the first time and ends just before the second.";
            return kNone;
        }
        return add_condition(c, CondNowBetween{node.from.minutes, node.to.minutes}, cond.span);
    }
};

/// Comparisons that hold only for a known value.
bool needs_known(const ast::Comparison& comparison) {
    if (const auto* known = std::get_if<ast::CmpKnown>(&comparison)) {
        return known->known;
    }
    if (const auto* value = std::get_if<ast::CmpValue>(&comparison)) {
        return value->op != ast::CompareOp::not_equal;
    }
    if (const auto* contains = std::get_if<ast::CmpContains>(&comparison)) {
        return !contains->negated;
    }
    return true;
}

/// Comparisons that fail only for a known value.
bool fails_only_when_known(const ast::Comparison& comparison) {
    if (const auto* known = std::get_if<ast::CmpKnown>(&comparison)) {
        return !known->known;
    }
    return !needs_known(comparison);
}

std::set<std::string> united(const std::vector<ast::CondPtr>& terms, bool when) {
    std::set<std::string> out;
    for (const ast::CondPtr& term : terms) {
        add_all(out, when ? known_when_true(*term) : known_when_false(*term));
    }
    return out;
}

std::set<std::string> common(const std::vector<ast::CondPtr>& terms, bool when) {
    std::set<std::string> out;
    for (std::size_t at = 0; at < terms.size(); ++at) {
        const auto these = when ? known_when_true(*terms[at]) : known_when_false(*terms[at]);
        if (at == 0) {
            out = these;
            continue;
        }
        std::erase_if(out, [&](const std::string& path) { return !these.contains(path); });
    }
    return out;
}

}  // namespace

std::set<std::string> known_when_true(const ast::Cond& cond) {
    if (const auto* compare = std::get_if<ast::CondCompare>(&cond.node)) {
        return needs_known(compare->comparison) ? std::set{dotted(compare->path)}
                                                : std::set<std::string>{};
    }
    if (const auto* all = std::get_if<ast::CondAnd>(&cond.node)) {
        return united(all->terms, true);
    }
    if (const auto* any = std::get_if<ast::CondOr>(&cond.node)) {
        return common(any->terms, true);
    }
    const auto* inverted = std::get_if<ast::CondNot>(&cond.node);
    return inverted != nullptr ? known_when_false(*inverted->term) : std::set<std::string>{};
}

std::set<std::string> known_when_false(const ast::Cond& cond) {
    if (const auto* compare = std::get_if<ast::CondCompare>(&cond.node)) {
        return fails_only_when_known(compare->comparison) ? std::set{dotted(compare->path)}
                                                          : std::set<std::string>{};
    }
    if (const auto* all = std::get_if<ast::CondAnd>(&cond.node)) {
        return common(all->terms, false);
    }
    if (const auto* any = std::get_if<ast::CondOr>(&cond.node)) {
        return united(any->terms, false);
    }
    const auto* inverted = std::get_if<ast::CondNot>(&cond.node);
    return inverted != nullptr ? known_when_true(*inverted->term) : std::set<std::string>{};
}

std::uint8_t weekday_bits(std::string_view name) {
    for (std::size_t day = 0; day < kWeekdays.size(); ++day) {
        if (kWeekdays[day] == name) {
            return static_cast<std::uint8_t>(1U << day);
        }
    }
    return 0;
}

std::uint8_t checked_weekday(Compilation& c, const ast::Name& name) {
    const std::uint8_t bits = weekday_bits(name.text);
    if (bits == 0) {
        const std::vector<std::string> days(kWeekdays.begin(), kWeekdays.end());
        const auto candidates = did_you_mean(name.text, days);
        Diagnostic& diagnostic =
            c.error("E306", name.span, "`" + name.text + "` is not a day of the week:");
        diagnostic.help = candidates.empty()
                              ? "Write a day such as `Monday`, `a weekday` or `a weekend`."
                              : suggestion(candidates);
        if (!candidates.empty()) {
            diagnostic.fix = Fix{name.span, candidates.front()};
        }
    }
    return bits;
}

Index lower_cond(Compilation& c, const ast::Cond& cond, Scope& scope) {
    return std::visit(CondLowering{c, cond, scope}, cond.node);
}

bool check_own_event(Compilation& c, Index event, const Span& span) {
    if (!c.program.events[event].catalog) {
        return true;
    }
    c.error("E213", span,
            "`" + c.program.events[event].name +
                "` happens to the catalog, not to a customer, so it can only start a flow:")
        .help = "Record an event of the customer when it matters to her.";
    return false;
}

EventPattern lower_pattern(Compilation& c, const ast::EventPattern& pattern, const Scope& scope,
                           bool start) {
    EventPattern out;
    out.event = c.find(Kind::event, "E201", pattern.event);
    if (out.event != kNone && !start && !check_own_event(c, out.event, pattern.event.span)) {
        out.event = kNone;
    }
    if (out.event == kNone || pattern.where == nullptr) {
        return out;
    }
    Scope inner = scope;
    inner.place = Scope::Place::where;
    inner.event = out.event;
    out.filter = lower_cond(c, *pattern.where, inner);
    if (out.filter == kNone) {
        out.event = kNone;
    }
    return out;
}

}  // namespace sluice::dsl::check
