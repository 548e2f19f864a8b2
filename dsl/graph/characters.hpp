#pragma once

#include <string>
#include <string_view>

/// Text in characters that every terminal has. Private to dsl/graph.
namespace sluice::dsl::graph {

/// Box drawing becomes `+ - |`, arrows `v > <`, other characters beyond ASCII `?`.
std::string to_ascii(std::string_view text);

/// A code point as UTF-8.
void append_utf8(std::string& out, char32_t c);

}  // namespace sluice::dsl::graph
