#pragma once

#include "dsl/parser/problems.hpp"
#include "dsl/parser/token.hpp"

namespace sluice::dsl::parser {

/// Deepest nesting of blocks, parentheses, brackets and `not`. Bounds the recursion of everything
/// that walks the tree; real files stay below ten.
inline constexpr std::size_t kNestingMax = 64;

/// Makes the braces of the file balance, so that the grammar can rely on them.
///
/// A missing `}` or `{` is put in where the indentation says it belongs, one too many is taken
/// out, each with one E101. A declaration at column 1 always ends what stands before it, so that
/// one forgotten brace cannot hide the rest of the file. What is nested more than kNestingMax
/// levels deep is reported (E105) and taken out.
void repair_braces(Tokens& tokens, Problems& problems);

}  // namespace sluice::dsl::parser
