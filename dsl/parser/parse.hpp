#pragma once

#include "dsl/ast.hpp"
#include "dsl/diagnostic.hpp"
#include "dsl/source.hpp"

#include <vector>

namespace sluice::dsl {

/// Reads one file of the set into its tree, appending what is wrong to `diagnostics`.
///
/// Never throws and always returns: a broken statement is reported once, skipped to the next line
/// of the same brace depth, and left out of the tree, so that the healthy parts can still be
/// checked. Thread-safe for different outputs; holds no state.
ast::File parse(const SourceSet& sources, std::uint32_t file, std::vector<Diagnostic>& diagnostics);

}  // namespace sluice::dsl
