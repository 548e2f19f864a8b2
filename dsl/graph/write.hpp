#pragma once

#include "dsl/graph/picture.hpp"

#include <cstdint>
#include <string>

/// A picture as text in one of several languages. Every writer is a pure function; equal drawings
/// give equal text.
namespace sluice::dsl::graph {

/// A complete SVG 1.1 document: no script, no outside reference, follows the reader's choice of a
/// light or dark scheme.
std::string write_svg(const Drawing& drawing);

/// A Mermaid flowchart (Mermaid 10 and later).
std::string write_mermaid(const Drawing& drawing);

/// A Graphviz digraph.
std::string write_dot(const Drawing& drawing);

enum class Charset : std::uint8_t { unicode, ascii };
/// Boxes and lines for a terminal of 100 columns. A flow that is too wide for that even with narrow
/// cards is written as an outline.
std::string write_text(const Drawing& drawing, Charset charset);

/// The steps as indented lines, one a step or way: what the description of the SVG says.
std::string write_outline(const Drawing& drawing, Charset charset);

}  // namespace sluice::dsl::graph
