// Conditions of the reference interpreter: a scan over everything that ever happened.
#include "dsl/value.hpp"
#include "tests/oracle/reference/interpreter.hpp"

#include <algorithm>

namespace sluice::reference {

namespace ast = dsl::ast;

bool Interpreter::holds(const ast::Cond& cond, const Scope& scope) const {
    if (const auto* all = std::get_if<ast::CondAnd>(&cond.node)) {
        return std::all_of(all->terms.begin(), all->terms.end(),
                           [&](const ast::CondPtr& term) { return holds(*term, scope); });
    }
    if (const auto* any = std::get_if<ast::CondOr>(&cond.node)) {
        return std::any_of(any->terms.begin(), any->terms.end(),
                           [&](const ast::CondPtr& term) { return holds(*term, scope); });
    }
    if (const auto* inverted = std::get_if<ast::CondNot>(&cond.node)) {
        return !holds(*inverted->term, scope);
    }
    if (const auto* compare = std::get_if<ast::CondCompare>(&cond.node)) {
        return compares(number(compare->path, scope), compare->comparison, scope);
    }
    if (const auto* counted = std::get_if<ast::CondHistory>(&cond.node)) {
        return history(*counted, scope);
    }
    if (const auto* age = std::get_if<ast::CondRecency>(&cond.node)) {
        return recency(*age, scope);
    }
    if (const auto* measured = std::get_if<ast::CondAggregate>(&cond.node)) {
        return aggregate(*measured, scope);
    }
    if (const auto* day = std::get_if<ast::CondToday>(&cond.node)) {
        const int weekday = to_local(now_, zone_).weekday();
        return (day->op == ast::CondToday::Op::weekend) == (weekday >= 5);
    }
    if (const auto* member = std::get_if<ast::CondIsIn>(&cond.node)) {
        const bool inside = std::any_of(states_.begin(), states_.end(), [&](const auto& one) {
            return one.second == member->state.text;
        });
        return inside != member->negated;
    }
    const auto& clock = std::get<ast::CondNowBetween>(cond.node);
    const LocalTime local = to_local(now_, zone_);
    const std::int32_t minute = local.seconds / 60;
    return clock.from.minutes < clock.to.minutes
               ? minute >= clock.from.minutes && minute < clock.to.minutes
               : minute >= clock.from.minutes || minute < clock.to.minutes;
}

bool Interpreter::fits(const ast::EventPattern& pattern, const Event& event,
                       const Scope& scope) const {
    return pattern.event.text == event.name &&
           (pattern.where == nullptr || holds(*pattern.where, {scope.run, &event}));
}

std::optional<std::int64_t> Interpreter::number(const ast::Path& path, const Scope& scope) const {
    const auto in = [](const std::map<std::string, std::int64_t>& fields, const std::string& name) {
        const auto place = fields.find(name);
        return place == fields.end() ? std::nullopt : std::optional(place->second);
    };
    if (path.words.size() == 1) {
        return in(scope.event->numbers, path.words[0]);
    }
    if (path.words[0] == "customer") {
        return in(traits_, path.words[1]).value_or(0);
    }
    const auto bound = scope.run->bound.find(path.words[0]);
    return bound == scope.run->bound.end() ? std::nullopt
                                           : in(bound->second.numbers, path.words[1]);
}

std::optional<std::int64_t> Interpreter::number(const ast::ValueExpr& value,
                                                const Scope& scope) const {
    if (const auto* path = std::get_if<ast::Path>(&value.node)) {
        return number(*path, scope);
    }
    return std::get<dsl::Value>(value.node).number;
}

bool Interpreter::compares(std::optional<std::int64_t> left, const ast::Comparison& comparison,
                           const Scope& scope) const {
    const auto& cmp = std::get<ast::CmpValue>(comparison);
    const auto right = number(cmp.value, scope);
    const bool known = left && right;
    switch (cmp.op) {
        case ast::CompareOp::equal:
            return known && *left == *right;
        case ast::CompareOp::not_equal:
            return !(known && *left == *right);
        case ast::CompareOp::greater:
            return known && *left > *right;
        case ast::CompareOp::greater_equal:
            return known && *left >= *right;
        case ast::CompareOp::less:
            return known && *left < *right;
        case ast::CompareOp::less_equal:
            return known && *left <= *right;
    }
    return false;
}

std::vector<const Event*> Interpreter::occurrences(const ast::EventPattern& pattern,
                                                   const std::optional<ast::Window>& window,
                                                   const Scope& scope) const {
    std::vector<const Event*> out;
    for (const Event& event : past_) {
        if (!fits(pattern, event, scope)) {
            continue;
        }
        bool inside = true;
        if (window && window->kind == ast::Window::Kind::in_the_last) {
            inside = now_ < later(event.at, window->duration);
        } else if (window && window->kind == ast::Window::Kind::since_entry) {
            inside = event.ordinal > scope.run->entered_ordinal;
        }
        if (inside) {
            out.push_back(&event);
        }
    }
    return out;
}

bool Interpreter::history(const ast::CondHistory& node, const Scope& scope) const {
    std::int64_t count = 0;
    if (node.followed_by) {
        // Each first event counts once: at the instant of the event that followed it in time, or,
        // if nothing did, when its time was over.
        for (const Event* first : occurrences(node.event, std::nullopt, scope)) {
            const Instant deadline = later(first->at, node.followed_by->within);
            const auto then = std::find_if(past_.begin(), past_.end(), [&](const Event& event) {
                return event.ordinal > first->ordinal && event.at < deadline &&
                       fits(node.followed_by->event, event, scope);
            });
            const bool followed = then != past_.end();
            const Instant at = followed ? then->at : deadline;
            const bool fits_kind = followed != node.followed_by->negated && at <= now_;
            const bool inside = !node.window || now_ < later(at, node.window->duration);
            count += fits_kind && inside ? 1 : 0;
        }
    } else {
        count = static_cast<std::int64_t>(occurrences(node.event, node.window, scope).size());
    }
    const std::int64_t n = node.quantity.count;
    switch (node.quantity.op) {
        case ast::QuantityOp::any:
            return count > 0;
        case ast::QuantityOp::none:
            return count == 0;
        case ast::QuantityOp::at_least:
            return count >= n;
        case ast::QuantityOp::at_most:
            return count <= n;
        case ast::QuantityOp::more_than:
            return count > n;
        case ast::QuantityOp::fewer_than:
            return count < n;
        case ast::QuantityOp::exactly:
            return count == n;
    }
    return false;
}

bool Interpreter::recency(const ast::CondRecency& node, const Scope& scope) const {
    const auto found = occurrences(node.event, std::nullopt, scope);
    if (found.empty()) {
        return false;
    }
    const Instant at = (node.first ? found.front() : found.back())->at;
    switch (node.op) {
        case ast::CondRecency::Op::more_than:
            return now_ > later(at, node.low);
        case ast::CondRecency::Op::less_than:
            return now_ < later(at, node.low);
        case ast::CondRecency::Op::between:
            return now_ >= later(at, node.low) && now_ < later(at, node.high);
    }
    return false;
}

bool Interpreter::aggregate(const ast::CondAggregate& node, const Scope& scope) const {
    std::vector<std::int64_t> values;
    for (const Event* event : occurrences(node.event, node.window, scope)) {
        values.push_back(node.field.empty() ? 0 : event->numbers.at(node.field));
    }
    std::optional<std::int64_t> result;
    const auto size = static_cast<std::int64_t>(values.size());
    std::int64_t sum = 0;
    for (const std::int64_t value : values) {
        sum += value;
    }
    if (node.function == "total") {
        result = sum;
    } else if (node.function == "count") {
        result = size * dsl::kDecimalScale;
    } else if (node.function == "number_of_different") {
        std::sort(values.begin(), values.end());
        const auto different = std::unique(values.begin(), values.end()) - values.begin();
        result = different * dsl::kDecimalScale;
    } else if (size > 0) {
        result = node.function == "average"   ? sum / size
                 : node.function == "highest" ? *std::max_element(values.begin(), values.end())
                                              : *std::min_element(values.begin(), values.end());
    }
    return compares(result, node.comparison, scope);
}

}  // namespace sluice::reference
