#pragma once

#include "dsl/check/schema.hpp"

#include <array>

/// The policy and the segments. Private to dsl/check.
namespace sluice::dsl::check {

/// What later passes ask about the policy.
struct PolicyFacts {
    bool declared = false;
    bool damaged = false;                   // incomplete for a reason already reported
    std::array<bool, kChannels> consent{};  // there is a rule, right or wrong
    Span span;
};

PolicyFacts declare_policy(Compilation& c, const Decls& decls);
void declare_segments(Compilation& c, const Decls& decls);

/// E403: a segment or a consent rule that depends on itself.
void check_cycles(Compilation& c);

}  // namespace sluice::dsl::check
