#pragma once

#include "dsl/source.hpp"

#include <string>

namespace sluice::dsl {

/// The author's words of a span: comments dropped, white space runs outside quotes made one space.
std::string words(const SourceSet& sources, const Span& span);

}  // namespace sluice::dsl
