#pragma once

#include "dsl/check/schema.hpp"

#include <optional>

/// Lifecycles, their states, and changes between them. Private to dsl/check.
namespace sluice::dsl::check {

struct StateRef {
    Index lifecycle = kNone;
    Index state = kNone;
};

/// The state of a lifecycle that has this name.
std::optional<StateRef> declared_state(const Compilation& c, std::string_view name);

/// A state or a segment; a segment asked for here is watched from now on, as a lifecycle of its
/// own. E203 and nothing when the name is neither.
std::optional<StateRef> find_state(Compilation& c, const ast::Name& name);

/// `customer enters X`, `leaves X`, `moves from X to Y`. Nothing after a report.
std::optional<StateChange> lower_change(Compilation& c, const ast::StateChange& change);

void declare_lifecycles(Compilation& c, const Decls& decls);

/// Fills Program::lifecycle_order; E403 when lifecycles depend on each other in a circle.
void order_lifecycles(Compilation& c);

}  // namespace sluice::dsl::check
