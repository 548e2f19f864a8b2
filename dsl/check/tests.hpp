#pragma once

#include "dsl/check/schema.hpp"

/// `test "…" for Flow { … }`: rows checked against the schema. Private to dsl/check.
namespace sluice::dsl::check {

void declare_tests(Compilation& c, const Decls& decls);

}  // namespace sluice::dsl::check
