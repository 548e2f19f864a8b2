// A lifecycle from top to bottom. An arrow to the next state goes straight down; others run in
// lanes, downwards on the right and upwards on the left. Their labels stand in the gaps between two
// states, where no arrow runs sideways, so that no line ever meets a text.
#include "dsl/graph/cards.hpp"

#include <algorithm>

namespace sluice::dsl::graph {

namespace {

enum class Side : std::uint8_t { axis, right, left, self, entry };

struct Route {
    std::size_t from = 0, to = 0;
    Side side = Side::axis;
    std::size_t lane = 0;
    Box label;
    int from_y = 0, to_y = 0;  // where it leaves and arrives, on the side of the states
    [[nodiscard]] std::size_t low() const { return std::min(from, to); }
    [[nodiscard]] std::size_t high() const { return std::max(from, to); }
    /// The gap its label stands in: below state `gap`.
    [[nodiscard]] std::size_t gap() const { return side == Side::left ? from - 1 : from; }
};

/// One end of a route on the side of a state.
struct Port {
    Route* route;
    bool leaves;
    int rank;  // ports of one side stand in this order
};

class StatesLayout {
public:
    StatesLayout(const StateChart& chart, const Metrics& metrics) : chart_(chart), m_(metrics) {}

    Scene lay_out() {
        make_boxes();
        make_routes();
        assign_lanes(Side::right);
        assign_lanes(Side::left);
        grow_for_ports();
        place_boxes();
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            place_ports(i, true);
            place_ports(i, false);
        }
        for (Route& route : routes_) {
            draw(route);
        }
        for (Box& box : boxes_) {
            scene_.boxes.push_back(std::move(box));
        }
        scene_.name = chart_.name;
        scene_.fit(m_.margin);
        return std::move(scene_);
    }

private:
    [[nodiscard]] int width() const {
        return chart_.ordered ? m_.header_width - 2 * m_.margin : m_.card_width + 2 * m_.lane;
    }
    [[nodiscard]] int port_height() const { return m_.cells ? 1 : 18; }

    void make_boxes() {
        for (std::size_t i = 0; i < chart_.states.size(); ++i) {
            const StateBox& state = chart_.states[i];
            CardText text;
            text.kind = Kind::state;
            text.id = state.name;
            text.mark = chart_.ordered ? std::to_string(i + 1) : "";
            text.verb = state.final_state ? "Final state" : "State";
            text.title = state.name;
            text.details = state.details;
            text.starts = state.flows;
            text.people = state.people;
            boxes_.push_back(card(m_, text, width()));
            boxes_.back().twofold = state.final_state && !m_.cells;
        }
    }

    void make_routes() {
        if (chart_.ordered) {
            for (std::size_t i = 0; i + 1 < boxes_.size(); ++i) {
                Route route;
                route.from = i;
                route.to = i + 1;
                route.label = label(m_, {"otherwise"}, m_.label_width);
                routes_.push_back(std::move(route));
            }
            return;
        }
        for (const Arrow& arrow : chart_.arrows) {
            Route route;
            route.from = arrow.from.value_or(arrow.to);
            route.to = arrow.to;
            route.side = !arrow.from                  ? Side::entry
                         : route.to == route.from + 1 ? Side::axis
                         : route.to > route.from      ? Side::right
                         : route.to < route.from      ? Side::left
                                                      : Side::self;
            const int room = route.side == Side::axis ? m_.label_width : m_.lane_label_width;
            route.label = arrow.from ? label(m_, arrow.labels, room) : entry_box(arrow);
            routes_.push_back(std::move(route));
        }
    }

    /// Shorter routes first, so that they lie inside longer ones; a lane holds what does not meet.
    void assign_lanes(Side side) {
        std::vector<Route*> routes;
        for (Route& route : routes_) {
            if (route.side == side || (side == Side::right && route.side == Side::self)) {
                routes.push_back(&route);
            }
        }
        std::ranges::stable_sort(routes, {}, [](const Route* r) { return r->high() - r->low(); });
        std::vector<int>& widths = side == Side::left ? left_lanes_ : right_lanes_;
        for (std::size_t i = 0; i < routes.size(); ++i) {
            Route& route = *routes[i];
            const auto meets = [&](const Route* other) {
                return other->lane == route.lane &&
                       (other->high() == other->low() || route.high() == route.low() ||
                        (other->low() < route.high() && route.low() < other->high()));
            };
            while (std::any_of(routes.begin(), routes.begin() + static_cast<long>(i), meets)) {
                ++route.lane;
            }
            widths.resize(std::max(widths.size(), route.lane + 1));
            widths[route.lane] = std::max(widths[route.lane], route.label.rect.w);
        }
    }

    /// The middle of a lane.
    [[nodiscard]] int lane_x(bool right, std::size_t lane) const {
        const std::vector<int>& widths = right ? right_lanes_ : left_lanes_;
        int x = width() / 2 + m_.lane + m_.label_pad_x;
        for (std::size_t i = 0; i < lane; ++i) {
            x += widths[i] + m_.lane;
        }
        x += widths[lane] / 2;
        return right ? x : -x;
    }

    /// The ends on one side of a state, from the top. What comes from above arrives above what
    /// leaves downwards; among them the order in which lines do not cross.
    std::vector<Port> ports(std::size_t state, bool right) {
        std::vector<Port> out;
        for (Route& route : routes_) {
            const int lane = static_cast<int>(route.lane);
            if (route.side == Side::self && right && route.from == state) {
                out.push_back({&route, true, -1000 + 2 * lane});
                out.push_back({&route, false, -1000 + 2 * lane + 1});
            } else if (route.side == (right ? Side::right : Side::left)) {
                if (route.to == state) {
                    out.push_back({&route, false, right ? lane : 2000 - lane});
                }
                if (route.from == state) {
                    out.push_back({&route, true, right ? 2000 - lane : lane});
                }
            } else if (route.side == Side::entry && !right && route.to == state) {
                out.push_back({&route, false, -2000});
            }
        }
        std::ranges::stable_sort(out, {}, &Port::rank);
        return out;
    }

    /// Height that a port takes: of a loop's first end so much that its label fits below.
    [[nodiscard]] int height_of(const Port& port) const {
        const bool loop = port.route->side == Side::self && port.leaves;
        return loop ? port.route->label.rect.h + 2 * m_.drop + m_.label_gap : port_height();
    }

    void grow_for_ports() {
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            for (const bool right : {true, false}) {
                int sum = 2 * m_.pad_y;
                for (const Port& port : ports(i, right)) {
                    sum += height_of(port);
                }
                boxes_[i].rect.h = std::max(boxes_[i].rect.h, sum);
            }
        }
        for (const Route& route : routes_) {
            if (route.side == Side::entry) {
                int& height = boxes_[route.to].rect.h;
                height = std::max(height, route.label.rect.h);
            }
        }
    }

    void place_ports(std::size_t state, bool right) {
        const std::vector<Port> all = ports(state, right);
        int sum = 0;
        for (const Port& port : all) {
            sum += height_of(port);
        }
        int y = boxes_[state].rect.y + (boxes_[state].rect.h - sum) / 2;
        for (const Port& port : all) {
            (port.leaves ? port.route->from_y : port.route->to_y) = y + port_height() / 2;
            y += height_of(port);
        }
    }

    /// Space below a state, for the labels that stand there.
    [[nodiscard]] int gap_below(std::size_t state) const {
        int height = 0;
        for (const Route& route : routes_) {
            const bool in_gap = route.side != Side::self && route.side != Side::entry;
            if (in_gap && route.gap() == state) {
                height = std::max(height, route.label.rect.h);
            }
        }
        return height == 0 ? m_.gap : height + m_.drop + m_.label_gap;
    }

    void place_boxes() {
        const HeaderText text{Kind::state, chart_.name, "", &facts(), {}};
        Box top = header(m_, text, m_.header_width);
        int y = top.rect.h + m_.gap;
        if (!boxes_.empty()) {
            scene_.connectors.push_back({{{0, top.rect.h}, {0, y}}, true, 0});
        }
        scene_.boxes.push_back(std::move(top));
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            const int height = boxes_[i].rect.h;
            move(boxes_[i], 0, y);
            y += height + gap_below(i);
        }
    }

    const std::vector<Fact>& facts() {
        if (chart_.ordered) {
            facts_ = {{Kind::state, "Lifecycle",
                       "a customer is in the first state that fits, from the top"}};
        } else {
            const std::string first = chart_.states.empty() ? "" : chart_.states.front().name;
            facts_ = {{Kind::state, "Lifecycle", "starts in " + first}};
        }
        return facts_;
    }

    static void move(Box& box, int x, int y) {
        Scene scene;
        scene.boxes.push_back(std::move(box));
        scene.shift(x, y);
        box = std::move(scene.boxes.front());
    }

    void draw(Route& route) {
        const Rect& from = boxes_[route.from].rect;
        const Rect& to = boxes_[route.to].rect;
        const int source = static_cast<int>(&route - routes_.data()) + 1;
        if (route.side == Side::entry) {
            draw_entry(route, source);
            return;
        }
        if (route.side == Side::axis) {
            const int top = from.bottom() + m_.drop;
            line({{0, from.bottom()}, {0, top}}, false, source);
            line({{0, top + route.label.rect.h}, {0, to.y}}, true, source);
            put_label(route, 0, top);
            return;
        }
        const bool right = route.side != Side::left;
        const int x = lane_x(right, route.lane);
        const int edge = right ? from.right() : from.x;
        const int gap_top = boxes_[route.gap()].rect.bottom();
        const int top = route.side == Side::self ? route.from_y + m_.drop : gap_top + m_.drop;
        const int bottom = top + route.label.rect.h;
        const bool down = route.to_y > route.from_y;
        line({{edge, route.from_y}, {x, route.from_y}, {x, down ? top : bottom}}, false, source);
        line({{x, down ? bottom : top}, {x, route.to_y}, {edge, route.to_y}}, true, source);
        put_label(route, x, top);
    }

    void line(std::vector<Point> points, bool arrow, int source) {
        scene_.connectors.push_back({std::move(points), arrow, source});
    }
    void put_label(Route& route, int x, int y) {
        move(route.label, x, y);
        scene_.labels.push_back(std::move(route.label));
    }

    /// `from any to X` comes from a card of its own, on the left of all lanes.
    void draw_entry(Route& route, int source) {
        const std::size_t lanes = left_lanes_.size();
        const int lanes_end =
            lanes == 0 ? -width() / 2 - m_.lane : lane_x(false, lanes - 1) - left_lanes_.back() / 2;
        const Rect& to = boxes_[route.to].rect;
        move(route.label, lanes_end - 2 * m_.lane - route.label.rect.right(), to.y);
        const int from = route.label.rect.right();
        scene_.boxes.push_back(std::move(route.label));
        line({{from, route.to_y}, {to.x, route.to_y}}, true, source);
    }

    [[nodiscard]] Box entry_box(const Arrow& arrow) const {
        CardText text;
        text.kind = Kind::move;
        text.verb = "From";
        text.title = "any state";
        for (const std::string& label : arrow.labels) {
            text.details.push_back((text.details.empty() ? "" : "or ") + label);
        }
        Box box = card(m_, text, m_.place_width);
        box.shape = Shape::ghost;
        return box;
    }

    const StateChart& chart_;
    const Metrics& m_;
    Scene scene_;
    std::vector<Box> boxes_;
    std::vector<Route> routes_;
    std::vector<int> right_lanes_, left_lanes_;
    std::vector<Fact> facts_;
};

}  // namespace

Scene lay_out(const StateChart& chart, const Metrics& metrics) {
    return StatesLayout(chart, metrics).lay_out();
}

}  // namespace sluice::dsl::graph
