// A picture as indented lines: for readers who hear it, and for flows too wide for a terminal.
#include "dsl/graph/characters.hpp"
#include "dsl/graph/write.hpp"

namespace sluice::dsl::graph {

namespace {

std::string in_brackets(const std::optional<std::int64_t>& people) {
    return people ? " (" + people_words(*people) + ")" : "";
}

std::string sentence(const Node& node) {
    std::string out = node.verb + (node.title.empty() ? "" : " " + node.title);
    for (const std::string& detail : node.details) {
        out += ", " + detail;
    }
    return out + in_brackets(node.people);
}

class Outline {
public:
    std::string operator()(const Picture& picture) {
        line("Flow " + picture.name + in_brackets(picture.people), "");
        line(picture.description, "");
        facts(picture.facts);
        steps(picture.steps, "");
        return std::move(out_);
    }
    std::string operator()(const StateChart& chart) {
        line("Lifecycle " + chart.name, "");
        for (const StateBox& state : chart.states) {
            line((state.final_state ? "Final state " : "State ") + state.name +
                     in_brackets(state.people),
                 "");
            for (const auto* lines : {&state.details, &state.flows}) {
                for (const std::string& text : *lines) {
                    line(text, "  ");
                }
            }
        }
        for (const Arrow& arrow : chart.arrows) {
            std::string text = "From " +
                               (arrow.from ? chart.states[*arrow.from].name : "any state") +
                               " to " + chart.states[arrow.to].name;
            for (const std::string& label : arrow.labels) {
                text += (&label == &arrow.labels.front() ? " " : " or ") + label;
            }
            line(text, "");
        }
        return std::move(out_);
    }
    std::string operator()(const Overview& overview) {
        facts(overview.facts);
        for (std::size_t flow = 0; flow < overview.flows.size(); ++flow) {
            const FlowCard& card = overview.flows[flow];
            line("Flow " + card.name + in_brackets(card.people), "");
            line(card.description, "  ");
            for (const Link& link : overview.starts) {
                if (link.to == flow) {
                    place("Starts with", overview.sources[link.from]);
                }
            }
            for (const Fact& fact : card.facts) {
                line(fact.verb + " " + fact.text, "  ");
            }
            for (const Link& link : overview.leads) {
                if (link.from == flow) {
                    place("Leads to", overview.targets[link.to]);
                }
            }
        }
        return std::move(out_);
    }

private:
    void line(const std::string& text, const std::string& indent) {
        if (!text.empty()) {
            out_ += indent + text + "\n";
        }
    }
    void place(const std::string& verb, const Place& place) {
        std::string text = verb;
        for (const auto* part : {&place.verb, &place.title, &place.detail}) {
            text += part->empty() ? "" : " " + *part;
        }
        line(text, "  ");
    }
    void facts(const std::vector<Fact>& facts) {
        for (const Fact& fact : facts) {
            line(fact.verb + " " + fact.text, "");
        }
    }
    void steps(const Sequence& sequence, const std::string& indent) {
        for (const Node& node : sequence) {
            line(node.id + ": " + sentence(node), indent);
            for (const Way& way : node.ways) {
                const bool body = node.kind == Kind::repeat;
                if (!body) {
                    line(way.label + (way.steps.empty() ? ": go on" : ":"), indent + "  ");
                }
                steps(way.steps, indent + (body ? "  " : "    "));
            }
        }
    }

    std::string out_;
};

}  // namespace

std::string write_outline(const Drawing& drawing, Charset charset) {
    const std::string text = std::visit(Outline{}, drawing);
    return charset == Charset::ascii ? to_ascii(text) : text;
}

}  // namespace sluice::dsl::graph
