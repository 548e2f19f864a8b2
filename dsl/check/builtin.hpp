#pragma once

#include <span>
#include <string_view>

/// The events that every project has, without declaring them.
namespace sluice::dsl::check {

/// A name and what it stands for, in words for hovers and the reference.
struct BuiltinName {
    std::string_view name;
    std::string_view text;
};

/// What becomes of messages, in the order of Program::events.
std::span<const BuiltinName> builtin_events();

/// Their fields; all of them hold text and may be unknown.
std::span<const BuiltinName> builtin_event_fields();

}  // namespace sluice::dsl::check
