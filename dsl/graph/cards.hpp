#pragma once

#include "dsl/graph/scene.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Boxes with their text set, at the origin: the middle of the top edge is (0, 0). Private to
/// dsl/graph.
namespace sluice::dsl::graph {

/// What a card says, whatever it stands for.
struct CardText {
    Kind kind = Kind::rule;
    std::string id;
    std::string mark;  // small, in the corner: the id of a step, the rank of a state
    std::string verb;
    std::string title;
    std::vector<std::string> details;
    std::optional<std::int64_t> people;
    std::vector<std::string> starts;  // flows, with a bolt
};
Box card(const Metrics& metrics, const CardText& text, int width);
Box card(const Metrics& metrics, const Node& node);

struct HeaderText {
    Kind kind = Kind::start;
    std::string name;
    std::string description;
    const std::vector<Fact>* facts = nullptr;
    std::optional<std::int64_t> people;
};
/// The card on top of a picture, and a flow in the overview.
Box header(const Metrics& metrics, const HeaderText& text, int width);

/// Text on a connector, at most `width` wide.
Box label(const Metrics& metrics, const std::vector<std::string>& alternatives, int width);

}  // namespace sluice::dsl::graph
