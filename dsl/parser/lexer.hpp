#pragma once

#include "dsl/parser/problems.hpp"
#include "dsl/parser/token.hpp"

namespace sluice::dsl::parser {

/// Splits the file into tokens. Takes any bytes: what is not a token is reported (E104, E120,
/// E305), skipped, and its line muted. Habits with one clear meaning (`AND`, `&&`, `9am`, `'x'`)
/// are reported with a fix and read as what they mean, so that nothing else fails because of them.
Tokens lex(Problems& problems);

}  // namespace sluice::dsl::parser
