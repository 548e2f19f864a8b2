#pragma once

#include "dsl/parser/recorder.hpp"

namespace sluice::dsl::parser {

/// Reads the tokens from first to last (the end token) into the recorder. The only door to the
/// grammar; keeps Boost.Spirit out of everything else.
void run_grammar(const Token* first, const Token* last, Recorder& recorder);

}  // namespace sluice::dsl::parser
