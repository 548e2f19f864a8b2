#pragma once

#include "dsl/source.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace sluice::dsl {

/// One place in the sources where the compiler found something declared or used: what tools that
/// point at names (jump, rename, hover) are built on, so that they agree with the checks.
struct NameUse {
    enum class Kind : std::uint8_t {
        event,
        message,
        segment,
        state,
        lifecycle,
        webhook,
        flow,
        topic,
        experiment,
        customer_field,
        event_field,
        parameter,  // `uses … as cart` of a message, and what a send passes under that name
        binding,    // `as cart` of a start or a branch
    };
    Kind kind = Kind::event;
    std::string name;
    std::string owner;  // the event of a field or a binding, the message of a parameter
    Span span;          // with the quotes, when there are any
    Span declared;      // of a binding: where it gets its name; synthesised for all others
    bool declaration = false;
    bool shorthand = false;  // `with cart`: one word is both what is passed and its name
    /// Not empty: the place is in this body file, as the flow file at `span.file` names it; then
    /// only `span.offset` and `span.length` count, in bytes of the body.
    std::string body;
};

/// Told of every place in the order of the passes; the same place may come more than once. Places
/// inside what is refused with an error may be missing.
using UseSink = std::function<void(const NameUse&)>;

}  // namespace sluice::dsl
