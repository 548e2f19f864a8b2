#pragma once

#include "dsl/program.hpp"

#include <string>

/// Canonical text of conditions, operands and patterns: the parts dump() and aggregate identities
/// are made of. Names instead of indexes, so that the text outlives a program. Private to
/// dsl/check.
namespace sluice::dsl::check {

/// What indexes refer to where the text stands.
struct RenderPlace {
    const Flow* flow = nullptr;  // for slots
    Index event = kNone;         // for event fields
};

std::string render_operand(const Program& program, const Operand& operand, RenderPlace place);
/// `always` for kNone.
std::string render_condition(const Program& program, Index condition, RenderPlace place);
/// `Order Placed[cart_id is cart.cart_id]`.
std::string render_pattern(const Program& program, const EventPattern& pattern, const Flow* flow);
std::string render_window(const Program& program, const HistoryWindow& window);
std::string render_measure(const Program& program, const Measure& measure, RenderPlace place);
std::string render_change(const Program& program, const StateChange& change);
std::string render_time(std::int32_t minutes);
std::string render_weekdays(std::uint8_t weekdays);
std::string render_literal(const Value& value);

}  // namespace sluice::dsl::check
