#pragma once

#include "dsl/graph/picture.hpp"

#include <string>
#include <string_view>

/// Colours and icons of the SVG. Private to dsl/graph.
namespace sluice::dsl::graph {

/// Colours of a kind: the ink of icon and verb, the ground behind the icon.
struct Palette {
    std::string_view ink, ground, dark_ink, dark_ground;
};
Palette palette_of(Kind kind);

/// The style sheet, light first, then what changes for readers who prefer dark.
std::string style_sheet();

/// Path data of an icon in a square of 24, to be stroked, not filled.
std::string_view icon_path(Kind kind);

}  // namespace sluice::dsl::graph
