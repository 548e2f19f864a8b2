#pragma once

#include "dsl/check/types.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

/// Which data a path can name at one place, and resolving it. Private to dsl/check.
namespace sluice::dsl::check {

/// `as cart`: a name for the event that started the run or that a wait received.
struct Binding {
    std::string name;
    Index event = kNone;  // kNone: the event is unknown, which has been reported
    Index slot = kNone;
    Span span;
    bool visible = false;
    bool used = false;
};

/// The bindings of one flow. All of them are collected before its steps are checked, so that a use
/// outside the block of a binding is told apart from an unknown name.
struct FlowScope {
    Flow* flow = nullptr;  // slots are added here
    std::vector<Binding> bindings;
    std::size_t start_bindings_count = 0;  // they stand first; those of waits follow
    std::size_t starts_count = 0;          // as written
    bool starts_complete = true;           // false: some start could not be read
    bool damaged = false;                  // a syntax error may have taken bindings away

    /// The binding visible under the name, or null.
    Binding* visible(std::string_view name);
    /// The first binding of the name, visible or not; null when there is none.
    Binding* anywhere(std::string_view name);
};

/// Where a condition or value stands.
struct Scope {
    enum class Place : std::uint8_t {
        step,           // steps, `only if`: the customer and the flow's bindings
        where,          // `where` of a start, goal, wait or ends when: also the event's fields
        history_where,  // `where` inside a history condition: the same, but comparisons only
        outside,        // segments, policy, tests: the customer only
    };
    Place place = Place::step;
    FlowScope* flow = nullptr;    // null outside flows
    Index event = kNone;          // candidate event of a `where`
    bool in_start = false;        // the run's own bindings do not exist yet
    bool negated = false;         // an odd number of `not` around this point
    bool in_consent = false;      // `can get` would go round in circles
    std::set<std::string> known;  // paths an `is known` guard has settled
};

/// Segments, lifecycles, policy: only the customer can be read.
inline Scope customer_scope() {
    Scope scope;
    scope.place = Scope::Place::outside;
    return scope;
}

/// The datum a path names; reports E206, E208, E210 or E222 and gives nothing when there is none.
std::optional<Typed> resolve_path(Compilation& c, const ast::Path& path, Scope& scope);

/// A value to be compared with, given to or stored in `target`: literal, name, path, today or now.
std::optional<Operand> operand_for(Compilation& c, const ast::ValueExpr& value, const Typed& target,
                                   Scope& scope);

/// A value of any type, for webhooks: its operand and type.
std::optional<Typed> operand_of_any_type(Compilation& c, const ast::ValueExpr& value, Scope& scope);

/// The slot of the event that started the run, when the flow has exactly one start.
Index start_slot(FlowScope& flow);

std::string dotted(const ast::Path& path);

/// Tells who listens where a binding is given or used.
void note_binding(const Compilation& c, const Binding& binding, const Span& span,
                  bool shorthand = false);

}  // namespace sluice::dsl::check
