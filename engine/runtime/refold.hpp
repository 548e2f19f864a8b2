#pragma once

#include "engine/runtime/step.hpp"

#include <vector>

/// What a history makes of a customer's memories, traits and states in the terms of one program: a
/// deploy folds it anew, and so does a merge of two records. Pure.
namespace sluice {

/// What is known of somebody nothing has happened to. The release is loaded.
Layout empty_layout(const Releases& releases, std::uint32_t release);

/// Folds a history, oldest first, and lets the lifecycles run along to `customer.last_at`: states
/// are where they would be, since when they would be, and nothing starts. The n-th call has the
/// ordinal n.
Layout folded_layout(const Releases& releases, const Customer& customer, std::uint32_t release,
                     const std::vector<InboundEvent>& history);

/// The internal event by which a history tells that a flow moved the customer between states. Its
/// name is no client's: what a client sends has a message id.
InboundEvent moved_by_flow(const dsl::Lifecycle& lifecycle, Index state, Instant at);
bool is_moved_by_flow(const InboundEvent& event);

/// How the front layout `after` differs from `before` (of any release), in the lifecycles of the
/// current program and by the names of both. Nothing when the release of `before` is not loaded.
std::vector<Moved> moves_between(const Releases& releases, const Layout& before,
                                 const Layout& after);

}  // namespace sluice
