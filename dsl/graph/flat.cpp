#include "dsl/graph/flat.hpp"

namespace sluice::dsl::graph {

namespace {

/// A way that still leads nowhere.
struct Loose {
    std::size_t from;
    std::string label;
};

std::string sentence(std::string_view verb, std::string_view text) {
    const bool both = !verb.empty() && !text.empty();
    return std::string(verb) + (both ? " " : "") + std::string(text);
}

std::vector<std::string> lines_of(const std::string& name, const std::string& description,
                                  const std::vector<Fact>& facts) {
    std::vector<std::string> lines = {name};
    if (!description.empty()) {
        lines.push_back(description);
    }
    for (const Fact& fact : facts) {
        lines.push_back(sentence(fact.verb, fact.text));
    }
    return lines;
}

std::string joined(const std::vector<std::string>& labels) {
    std::string out;
    for (const std::string& label : labels) {
        out += (out.empty() ? "" : " or ") + label;
    }
    return out;
}

void add_people(FlatNode& node, const std::optional<std::int64_t>& people) {
    if (people) {
        node.lines.push_back(people_words(*people));
    }
}

class Flattening {
public:
    Flat operator()(const Picture& picture) {
        flat_.name = picture.name;
        FlatNode start;
        start.lines = lines_of(picture.name, picture.description, picture.facts);
        add_people(start, picture.people);
        const std::size_t first = add(std::move(start));
        const std::vector<Loose> ends = steps(picture.steps, {{first, ""}});
        if (!ends.empty()) {
            FlatNode end;
            end.kind = Kind::rule;
            end.end = true;
            lead(ends, add(std::move(end)));
        }
        return std::move(flat_);
    }

    Flat operator()(const StateChart& chart) {
        flat_.name = chart.name;
        for (const StateBox& state : chart.states) {
            FlatNode node;
            node.kind = Kind::state;
            node.id = state.name;
            node.lines = {state.name + (state.final_state ? " (final)" : "")};
            node.lines.insert(node.lines.end(), state.details.begin(), state.details.end());
            node.lines.insert(node.lines.end(), state.flows.begin(), state.flows.end());
            add_people(node, state.people);
            add(std::move(node));
        }
        for (std::size_t i = 0; chart.ordered && i + 1 < chart.states.size(); ++i) {
            flat_.edges.push_back({i, i + 1, "otherwise"});
        }
        for (const Arrow& arrow : chart.arrows) {
            std::size_t from = arrow.from.value_or(0);
            if (!arrow.from) {
                FlatNode any;
                any.kind = Kind::move;
                any.lines = {"From any state"};
                from = add(std::move(any));
            }
            flat_.edges.push_back({from, arrow.to, joined(arrow.labels)});
        }
        return std::move(flat_);
    }

    Flat operator()(const Overview& overview) {
        flat_.name = "All flows";
        flat_.sideways = true;
        const auto add_place = [&](const Place& place) {
            FlatNode node;
            node.kind = place.kind;
            node.lines = {sentence(place.verb, place.title)};
            if (!place.detail.empty()) {
                node.lines.push_back(place.detail);
            }
            return add(std::move(node));
        };
        for (const Place& source : overview.sources) {
            add_place(source);
        }
        const std::size_t first_flow = flat_.nodes.size();
        for (const FlowCard& flow : overview.flows) {
            FlatNode node;
            node.id = flow.name;
            node.lines = lines_of(flow.name, flow.description, flow.facts);
            add_people(node, flow.people);
            add(std::move(node));
        }
        const std::size_t first_target = flat_.nodes.size();
        for (const Place& target : overview.targets) {
            add_place(target);
        }
        for (const Link& link : overview.starts) {
            flat_.edges.push_back({link.from, first_flow + link.to, ""});
        }
        for (const Link& link : overview.leads) {
            flat_.edges.push_back({first_flow + link.from, first_target + link.to, ""});
        }
        return std::move(flat_);
    }

private:
    std::size_t add(FlatNode node) {
        node.cluster = cluster_;
        flat_.nodes.push_back(std::move(node));
        return flat_.nodes.size() - 1;
    }

    void lead(const std::vector<Loose>& ways, std::size_t to) {
        for (const Loose& way : ways) {
            flat_.edges.push_back({way.from, to, way.label});
        }
    }

    std::vector<Loose> steps(const Sequence& sequence, std::vector<Loose> ways) {
        for (const Node& node : sequence) {
            ways = step(node, ways);
        }
        return ways;
    }

    std::vector<Loose> step(const Node& node, const std::vector<Loose>& ways) {
        FlatNode flat;
        flat.kind = node.kind;
        flat.id = node.id;
        flat.lines = {sentence(node.verb, node.title)};
        flat.lines.insert(flat.lines.end(), node.details.begin(), node.details.end());
        add_people(flat, node.people);
        flat.repeat = node.kind == Kind::repeat;
        const int outside = cluster_;
        flat.outside = outside;
        if (flat.repeat) {
            cluster_ = static_cast<int>(flat_.nodes.size());
        }
        const std::size_t at = add(std::move(flat));
        lead(ways, at);
        std::vector<Loose> out;
        if (node.kind == Kind::repeat) {
            for (Loose& end : steps(node.ways.front().steps, {{at, ""}})) {
                flat_.edges.push_back({end.from, at, end.label.empty() ? "again" : end.label});
            }
            out.push_back({at, "done"});
        } else if (node.ways.empty() && node.kind != Kind::stop) {
            out.push_back({at, ""});
        }
        for (const Way& way : node.ways) {
            if (node.kind == Kind::repeat) {
                break;
            }
            for (Loose& end : steps(way.steps, {{at, way.label}})) {
                out.push_back(std::move(end));
            }
        }
        cluster_ = outside;
        return out;
    }

    Flat flat_;
    int cluster_ = -1;
};

}  // namespace

Flat flatten(const Drawing& drawing) {
    return std::visit(Flattening{}, drawing);
}

}  // namespace sluice::dsl::graph
