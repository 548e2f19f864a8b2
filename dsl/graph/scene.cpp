#include "dsl/graph/scene.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace sluice::dsl::graph {

namespace {

void shift_point(Point& point, int dx, int dy) {
    point.x += dx;
    point.y += dy;
}

void shift_box(Box& box, int dx, int dy) {
    box.rect.x += dx;
    box.rect.y += dy;
    for (Text& text : box.texts) {
        shift_point(text.at, dx, dy);
    }
    for (Icon& icon : box.icons) {
        shift_point(icon.at, dx, dy);
    }
}

template <class T>
void move_to(std::vector<T>& to, std::vector<T>& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

struct Extent {
    int left = std::numeric_limits<int>::max(), top = std::numeric_limits<int>::max();
    int right = std::numeric_limits<int>::min(), bottom = std::numeric_limits<int>::min();

    void take(const Rect& rect) {
        left = std::min(left, rect.x);
        top = std::min(top, rect.y);
        right = std::max(right, rect.right());
        bottom = std::max(bottom, rect.bottom());
    }
};

Extent extent_of(const Scene& scene) {
    Extent out;
    for (const auto* boxes : {&scene.boxes, &scene.labels}) {
        for (const Box& box : *boxes) {
            out.take(box.rect);
        }
    }
    for (const Frame& frame : scene.frames) {
        out.take(frame.rect);
    }
    for (const Connector& connector : scene.connectors) {
        for (const Point& point : connector.points) {
            out.take({point.x, point.y, 1, 1});
        }
    }
    for (const Dot& dot : scene.dots) {
        out.take({dot.at.x, dot.at.y, 1, 1});
    }
    return out;
}

}  // namespace

void Scene::shift(int dx, int dy) {
    for (Frame& frame : frames) {
        frame.rect.x += dx;
        frame.rect.y += dy;
    }
    for (Connector& connector : connectors) {
        for (Point& point : connector.points) {
            shift_point(point, dx, dy);
        }
    }
    for (auto* list : {&boxes, &labels}) {
        for (Box& box : *list) {
            shift_box(box, dx, dy);
        }
    }
    for (Dot& dot : dots) {
        shift_point(dot.at, dx, dy);
    }
    for (Text& text : texts) {
        shift_point(text.at, dx, dy);
    }
}

void Scene::add(Scene other) {
    move_to(frames, other.frames);
    move_to(connectors, other.connectors);
    move_to(boxes, other.boxes);
    move_to(labels, other.labels);
    move_to(dots, other.dots);
    move_to(texts, other.texts);
}

void Scene::fit(int margin) {
    const Extent extent = extent_of(*this);
    shift(margin - extent.left, margin - extent.top);
    width = extent.right - extent.left + 2 * margin;
    height = extent.bottom - extent.top + 2 * margin;
}

Scene lay_out(const Drawing& drawing, const Metrics& metrics) {
    return std::visit([&](const auto& picture) { return lay_out(picture, metrics); }, drawing);
}

}  // namespace sluice::dsl::graph
