// The map of a project: what starts flows on the left, the flows in the middle, what they lead to
// on the right. A source or target is a hub: its connectors share one lane of the channel between
// two columns and branch off it, and no two hubs share a stretch.
#include "dsl/graph/cards.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace sluice::dsl::graph {

namespace {

struct Hub {
    Box box;
    std::vector<std::size_t> spokes;  // into the ports
    int y = 0;                        // where its connectors begin or end
    std::size_t lane = 0;
};
struct FlowPort {
    std::size_t flow = 0;
    std::size_t hub = 0;
    int y = 0;
};

/// One channel: the hubs of one side and the ports of the flows they belong to.
struct Channel {
    bool left = true;
    std::vector<Hub> hubs;
    std::vector<FlowPort> ports;
    std::size_t lanes = 0;
};

class MapLayout {
public:
    MapLayout(const Overview& overview, const Metrics& metrics) : map_(overview), m_(metrics) {}

    Scene lay_out() {
        order_flows();
        Channel left = channel(map_.sources, true);
        Channel right = channel(map_.targets, false);
        place_flows(left, right);
        place_hubs(left);
        place_hubs(right);
        assign_lanes(left);
        assign_lanes(right);
        draw(left);
        draw(right);
        headings(left, right);
        for (Box& box : flows_) {
            scene_.boxes.push_back(std::move(box));
        }
        top_card();
        scene_.name = "";
        scene_.fit(m_.margin);
        return std::move(scene_);
    }

private:
    [[nodiscard]] int flow_width() const { return m_.cells ? 38 : 400; }
    [[nodiscard]] int port_height() const { return m_.cells ? 1 : 18; }
    [[nodiscard]] int lane_width() const { return m_.cells ? 2 : 14; }

    /// Flows that share what starts them stand together.
    void order_flows() {
        std::vector<std::size_t> first(map_.flows.size(), map_.sources.size());
        for (const Link& link : map_.starts) {
            first[link.to] = std::min(first[link.to], link.from);
        }
        order_.resize(map_.flows.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::ranges::stable_sort(order_, {}, [&](std::size_t flow) { return first[flow]; });
    }

    Channel channel(const std::vector<Place>& places, bool left) {
        Channel out;
        out.left = left;
        for (const Place& place : places) {
            CardText text;
            text.kind = place.kind;
            text.id = place.title;
            text.verb = place.verb.empty() ? "Event" : place.verb;
            text.title = place.title;
            if (!place.detail.empty()) {
                text.details.push_back(place.detail);
            }
            out.hubs.push_back({card(m_, text, m_.place_width), {}, 0, 0});
        }
        const std::vector<std::size_t> hubs = hubs_in_order(left, places.size());
        for (const std::size_t flow : order_) {
            for (const std::size_t hub : hubs) {
                add_port(out, flow, hub);
            }
        }
        return out;
    }

    /// From the top, by the middle of the flows they belong to, so that few lines cross.
    std::vector<std::size_t> hubs_in_order(bool left, std::size_t count) const {
        std::vector<std::size_t> sum(count, 0), flows(count, 0), hubs(count);
        for (std::size_t rank = 0; rank < order_.size(); ++rank) {
            for (const Link& link : left ? map_.starts : map_.leads) {
                if ((left ? link.to : link.from) == order_[rank]) {
                    const std::size_t hub = left ? link.from : link.to;
                    sum[hub] += rank;
                    ++flows[hub];
                }
            }
        }
        std::iota(hubs.begin(), hubs.end(), std::size_t{0});
        std::ranges::stable_sort(hubs, [&](std::size_t a, std::size_t b) {
            return sum[a] * flows[b] < sum[b] * flows[a];
        });
        return hubs;
    }
    void add_port(Channel& channel, std::size_t flow, std::size_t hub) const {
        const auto& links = channel.left ? map_.starts : map_.leads;
        const bool linked = std::ranges::any_of(links, [&](const Link& link) {
            return (channel.left ? link.to : link.from) == flow &&
                   (channel.left ? link.from : link.to) == hub;
        });
        if (linked) {
            channel.hubs[hub].spokes.push_back(channel.ports.size());
            channel.ports.push_back({flow, hub, 0});
        }
    }
    /// The tallest hub of a flow: a flow no lower than that lets its lines run straight.
    static int tallest(const Channel& channel, std::size_t flow) {
        int height = 0;
        for (const FlowPort& port : channel.ports) {
            height = std::max(height, port.flow == flow ? channel.hubs[port.hub].box.rect.h : 0);
        }
        return height;
    }

    static std::size_t ports_of(const Channel& channel, std::size_t flow) {
        return static_cast<std::size_t>(std::ranges::count(channel.ports, flow, &FlowPort::flow));
    }

    void place_flows(Channel& left, Channel& right) {
        flows_.resize(map_.flows.size());
        int y = 0;
        for (const std::size_t flow : order_) {
            const FlowCard& text = map_.flows[flow];
            Box box =
                header(m_, {Kind::start, text.name, text.description, &text.facts, text.people},
                       flow_width());
            const std::size_t ports = std::max(ports_of(left, flow), ports_of(right, flow));
            box.rect.h =
                std::max({box.rect.h, static_cast<int>(ports) * port_height() + 2 * m_.pad_y,
                          tallest(left, flow), tallest(right, flow)});
            set_ports(left, flow, y, box.rect.h);
            set_ports(right, flow, y, box.rect.h);
            const int height = box.rect.h;
            flows_[flow] = moved(std::move(box), 0, y);
            y += height + m_.gap * 2 / 3;
        }
    }

    /// The ports of one flow, spread around the middle of its card.
    void set_ports(Channel& channel, std::size_t flow, int top, int height) const {
        const int count = static_cast<int>(ports_of(channel, flow));
        int y = top + (height - count * port_height()) / 2 + port_height() / 2;
        for (FlowPort& port : channel.ports) {
            if (port.flow == flow) {
                port.y = y;
                y += port_height();
            }
        }
    }

    /// Each hub as near as there is room to the middle of what it is connected to, in that order.
    void place_hubs(Channel& channel) const {
        std::vector<std::size_t> order(channel.hubs.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        const auto wanted = [&](std::size_t i) {
            const Hub& hub = channel.hubs[i];
            const int first = channel.ports[hub.spokes.front()].y;
            return (first + channel.ports[hub.spokes.back()].y) / 2;
        };
        std::ranges::stable_sort(order, {}, wanted);
        int free_from = 0;
        for (const std::size_t i : order) {
            Hub& hub = channel.hubs[i];
            const int half = hub.box.rect.h / 2;
            hub.y = std::max(wanted(i), free_from + half);
            if (hub.spokes.size() == 1 && hub.y - wanted(i) <= m_.gap / 4) {
                hub.y = wanted(i);
            }
            while (meets_other(channel, i)) {
                hub.y += m_.cells ? 1 : 6;
            }
            free_from = hub.y - half + hub.box.rect.h + m_.gap / 2;
        }
    }
    /// Whether a hub's line would lie on the line of a port that belongs to another.
    [[nodiscard]] bool meets_other(const Channel& channel, std::size_t hub) const {
        const int distance = m_.cells ? 1 : 6;
        return std::ranges::any_of(channel.ports, [&](const FlowPort& port) {
            return port.hub != hub && std::abs(port.y - channel.hubs[hub].y) < distance;
        });
    }

    static std::pair<int, int> reach(const Channel& channel, const Hub& hub) {
        int low = hub.y, high = hub.y;
        for (const std::size_t port : hub.spokes) {
            low = std::min(low, channel.ports[port].y);
            high = std::max(high, channel.ports[port].y);
        }
        return {low, high};
    }

    /// Of lines that turn down the lowest turns first, of those that turn up the highest: then they
    /// do not cross.
    void assign_lanes(Channel& channel) const {
        std::vector<Hub*> hubs;
        for (Hub& hub : channel.hubs) {
            const auto [low, high] = reach(channel, hub);
            if (low != high) {
                hubs.push_back(&hub);
            }
        }
        std::ranges::stable_sort(hubs, {}, [&](const Hub* hub) {
            const auto [low, high] = reach(channel, *hub);
            return hub->y == high ? -hub->y : hub->y;
        });
        for (std::size_t i = 0; i < hubs.size(); ++i) {
            Hub& hub = *hubs[i];
            const auto [low, high] = reach(channel, hub);
            const auto meets = [&, low = low, high = high](const Hub* other) {
                const auto [from, to] = reach(channel, *other);
                return other->lane == hub.lane && from <= high + 8 && low <= to + 8;
            };
            while (std::any_of(hubs.begin(), hubs.begin() + static_cast<long>(i), meets)) {
                ++hub.lane;
            }
            channel.lanes = std::max(channel.lanes, hub.lane + 1);
        }
    }

    [[nodiscard]] int channel_width(const Channel& channel) const {
        return 2 * m_.gap + static_cast<int>(channel.lanes) * lane_width();
    }

    void draw(Channel& channel) {
        const int flow_edge = flow_width() / 2;
        const int hub_edge = flow_edge + channel_width(channel);
        const int sign = channel.left ? -1 : 1;
        for (Hub& hub : channel.hubs) {
            const int lane =
                flow_edge + m_.gap + static_cast<int>(hub.lane) * lane_width() + lane_width() / 2;
            for (const std::size_t port : hub.spokes) {
                spoke(hub, channel.ports[port].y, {sign * hub_edge, sign * lane, sign * flow_edge},
                      channel.left);
            }
            const int middle = sign * (hub_edge + m_.place_width / 2);
            scene_.boxes.push_back(moved(std::move(hub.box), middle, 0));
            Box& box = scene_.boxes.back();
            box = moved(std::move(box), 0, hub.y - box.rect.h / 2);
            ++source_;
        }
    }

    struct Way {
        int hub, lane, flow;
    };
    void spoke(const Hub& hub, int port_y, Way x, bool left) {
        std::vector<Point> points = {{x.hub, hub.y}, {x.flow, hub.y}};
        if (port_y != hub.y) {
            points = {{x.hub, hub.y}, {x.lane, hub.y}, {x.lane, port_y}, {x.flow, port_y}};
        }
        if (!left) {
            std::ranges::reverse(points);
        }
        scene_.connectors.push_back({std::move(points), true, source_});
    }

    void headings(const Channel& left, const Channel& right) {
        const int y = -m_.gap / 2;
        const auto heading = [&](std::string text, int x) {
            scene_.texts.push_back(
                {{x, y}, Role::heading, Anchor::middle, std::move(text), Kind::rule});
        };
        heading("FLOWS", 0);
        const int edge = flow_width() / 2 + m_.place_width / 2;
        if (!left.hubs.empty()) {
            heading("WHAT STARTS THEM", -edge - channel_width(left));
        }
        if (!right.hubs.empty()) {
            heading("WHAT THEY LEAD TO", edge + channel_width(right));
        }
    }

    void top_card() {
        const std::string count = std::to_string(map_.flows.size());
        const HeaderText text{Kind::start,
                              "All flows",
                              count + (map_.flows.size() == 1 ? " flow" : " flows"),
                              &map_.facts,
                              {}};
        int left = 0, right = 0, top = 0;
        for (const Box& box : scene_.boxes) {
            left = std::min(left, box.rect.x);
            right = std::max(right, box.rect.right());
            top = std::min(top, box.rect.y);
        }
        Box box = header(m_, text, m_.header_width);
        const int height = box.rect.h;
        scene_.boxes.push_back(
            moved(std::move(box), (left + right) / 2, top - height - m_.gap * 2));
    }

    static Box moved(Box box, int x, int y) {
        Scene scene;
        scene.boxes.push_back(std::move(box));
        scene.shift(x, y);
        return std::move(scene.boxes.front());
    }

    const Overview& map_;
    const Metrics& m_;
    Scene scene_;
    std::vector<std::size_t> order_;
    std::vector<Box> flows_;
    int source_ = 1;
};

}  // namespace

Scene lay_out(const Overview& overview, const Metrics& metrics) {
    return MapLayout(overview, metrics).lay_out();
}

}  // namespace sluice::dsl::graph
