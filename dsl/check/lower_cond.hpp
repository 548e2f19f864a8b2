#pragma once

#include "dsl/check/scope.hpp"

#include <set>
#include <string>
#include <utility>

/// Conditions and event patterns: checked and lowered in one walk. Private to dsl/check.
namespace sluice::dsl::check {

/// The condition's index, or kNone after a report.
Index lower_cond(Compilation& c, const ast::Cond& cond, Scope& scope);

/// An event with its filter, which may read whatever `scope` offers besides the event's fields.
/// `event` is kNone after a report.
/// Catalog events are for starts only.
EventPattern lower_pattern(Compilation& c, const ast::EventPattern& pattern, const Scope& scope,
                           bool start = false);
/// E213 when the event is one of the catalog; false then.
bool check_own_event(Compilation& c, Index event, const Span& span);

/// Conditions over the past; part of lower_cond().
Index lower_history(Compilation& c, const ast::Cond& cond, const ast::CondHistory& node,
                    Scope& scope);
Index lower_recency(Compilation& c, const ast::Cond& cond, const ast::CondRecency& node,
                    Scope& scope);

Index lower_messages(Compilation& c, const ast::Cond& cond, const ast::CondMessages& node);
Index lower_aggregate(Compilation& c, const ast::Cond& cond, const ast::CondAggregate& node,
                      Scope& scope);
Index lower_last_field(Compilation& c, const ast::Cond& cond, const ast::CondLastField& node,
                       Scope& scope);

/// Some fields of built-in events hold names of this project, such as the message of `Email
/// Opened`. False when `value` is none of them, after a report. What happened to somebody may be
/// about something sent from elsewhere (`elsewhere`): only a name that looks misspelt is reported.
bool check_names(Compilation& c, const Typed& field, Index event, const ast::ValueExpr& value,
                 bool elsewhere = false);

/// What is compared with a path, a measure or a field of the last event.
Index lower_comparison(Compilation& c, const Span& span, const Typed& left,
                       const ast::Comparison& comparison, Scope& scope);

/// A comparison of a path; part of lower_cond().
Index lower_compare(Compilation& c, const ast::Cond& cond, const ast::CondCompare& node,
                    Scope& scope);

/// Paths that are certainly known when the condition holds.
std::set<std::string> known_when_true(const ast::Cond& cond);
/// Paths that are certainly known when it does not hold (`x is unknown or …`).
std::set<std::string> known_when_false(const ast::Cond& cond);

/// Appends to the pool with the author's words.
template <typename Node>
Index add_condition(Compilation& c, Node node, const Span& span) {
    c.program.conditions.push_back({std::move(node), c.words(span)});
    c.places.conditions.push_back(span);
    return to_index(c.program.conditions.size() - 1);
}

/// Bits of a weekday Name, 0 when it is none.
std::uint8_t weekday_bits(std::string_view name);
/// The bits, or 0 after E306.
std::uint8_t checked_weekday(Compilation& c, const ast::Name& name);
inline constexpr std::uint8_t kWorkdays = 0x1f;
inline constexpr std::uint8_t kWeekend = 0x60;

}  // namespace sluice::dsl::check
