#pragma once

#include "dsl/source.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::dsl {

/// The author's words of a span: comments dropped, white space runs outside quotes made one space.
std::string words(const SourceSet& sources, const Span& span);

/// `1 flow`, `2 flows`: a count and its noun, whose plural ends in s.
std::string counted(std::size_t count, std::string_view noun);

}  // namespace sluice::dsl
