#pragma once

#include "dsl/graph/metrics.hpp"
#include "dsl/graph/picture.hpp"

#include <string>
#include <vector>

/// A picture with every place decided: what the writers of SVG and of terminal text draw. Units
/// are those of the Metrics it was laid out with; x grows to the right, y down.
///
/// Invariants (held by tests): boxes, labels and dots do not overlap; no connector touches the
/// inside of a box or label; text lies inside its box; everything lies inside width x height.
namespace sluice::dsl::graph {

struct Point {
    int x = 0, y = 0;
    friend bool operator==(const Point&, const Point&) = default;
};
struct Rect {
    int x = 0, y = 0, w = 0, h = 0;
    [[nodiscard]] int right() const { return x + w; }
    [[nodiscard]] int bottom() const { return y + h; }
    [[nodiscard]] int middle_x() const { return x + w / 2; }
    [[nodiscard]] int middle_y() const { return y + h / 2; }
};

enum class Anchor : std::uint8_t { start, middle, end };
/// One line of text; `at` is on the baseline (pixels) or the row (cells).
struct Text {
    Point at;
    Role role = Role::title;
    Anchor anchor = Anchor::start;
    std::string text;
    Kind kind = Kind::rule;  // colours a verb
};
struct Icon {
    Kind kind = Kind::rule;
    Point at;  // top left
    bool small = false;
};

enum class Shape : std::uint8_t { card, header, ghost, label };
struct Box {
    Rect rect;
    Kind kind = Kind::rule;
    Shape shape = Shape::card;
    std::string id;  // of a step, or the name of a state or flow; empty for labels
    std::vector<Text> texts;
    std::vector<Icon> icons;
    std::string badge;
    bool twofold = false;  // a second outline: a final state
};
struct Connector {
    std::vector<Point> points;  // orthogonal
    bool arrow = false;
    int source = 0;  // connectors of different sources never lie on each other
};
struct Frame {
    Rect rect;
};
struct Dot {
    Point at;  // its middle
    bool stop = false;
};

struct Scene {
    int width = 0, height = 0;
    std::string name;
    std::vector<Frame> frames;
    std::vector<Connector> connectors;
    std::vector<Box> boxes;
    std::vector<Box> labels;
    std::vector<Dot> dots;
    std::vector<Text> texts;  // that stand alone: headings

    void shift(int dx, int dy);
    /// Takes over what is in `other`.
    void add(Scene other);
    /// Moves everything so that it begins at the margin, and sets width and height.
    void fit(int margin);
};

Scene lay_out(const Picture& picture, const Metrics& metrics);
Scene lay_out(const StateChart& chart, const Metrics& metrics);
Scene lay_out(const Overview& overview, const Metrics& metrics);
Scene lay_out(const Drawing& drawing, const Metrics& metrics);

}  // namespace sluice::dsl::graph
