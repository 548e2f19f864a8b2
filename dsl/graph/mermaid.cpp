#include "dsl/graph/flat.hpp"
#include "dsl/graph/svg_style.hpp"
#include "dsl/graph/write.hpp"

#include <set>

namespace sluice::dsl::graph {

namespace {

/// Text between double quotes, where brackets mean nothing. Mermaid has numbered entities of its
/// own, which `#` begins and `;` ends; a backtick would begin Markdown, `<` markup.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (std::string_view("\"#;&<`\\|{}").find(c) != std::string_view::npos) {
            out += "#" + std::to_string(static_cast<int>(c)) + ";";
        } else {
            out += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
        }
    }
    return out;
}

std::string quoted(const FlatNode& node) {
    std::string out = "\"";
    for (const std::string& line : node.lines) {
        out += (out.size() == 1 ? "" : "<br/>") + escaped(line);
    }
    return out + "\"";
}

std::string shape(const FlatNode& node) {
    if (node.end) {
        return "((\" \"))";
    }
    switch (node.kind) {
        case Kind::start:
        case Kind::stop:
            return "([" + quoted(node) + "])";
        case Kind::condition:
        case Kind::split:
        case Kind::experiment:
            return "{{" + quoted(node) + "}}";
        case Kind::wait:
        case Kind::state:
            return "(" + quoted(node) + ")";
        default:
            return "[" + quoted(node) + "]";
    }
}

class MermaidWriter {
public:
    explicit MermaidWriter(const Flat& flat) : flat_(flat) {}

    std::string write() {
        out_ = std::string("flowchart ") + (flat_.sideways ? "LR" : "TD") + "\n";
        nodes(-1, "  ");
        for (const FlatEdge& edge : flat_.edges) {
            out_ += "  n" + std::to_string(edge.from) + " -->" +
                    (edge.label.empty() ? "" : "|\"" + escaped(edge.label) + "\"|") + " n" +
                    std::to_string(edge.to) + "\n";
        }
        classes();
        return std::move(out_);
    }

private:
    /// The nodes of one cluster, with the clusters inside it where their first node stands.
    void nodes(int cluster, const std::string& indent) {
        for (std::size_t i = 0; i < flat_.nodes.size(); ++i) {
            const FlatNode& node = flat_.nodes[i];
            const int index = static_cast<int>(i);
            if (node.repeat && index != cluster && node.outside == cluster) {
                out_ += indent + "subgraph loop" + std::to_string(i) + "[\" \"]\n";
                nodes(index, indent + "  ");
                out_ += indent + "end\n";
            } else if (node.cluster == cluster) {
                out_ += indent + "n" + std::to_string(i) + shape(node) + ":::k_" +
                        std::string(name_of(node.kind)) + "\n";
            }
        }
    }
    void classes() {
        std::set<Kind> used;
        for (const FlatNode& node : flat_.nodes) {
            used.insert(node.kind);
        }
        for (const Kind kind : used) {
            const Palette colours = palette_of(kind);
            out_ += "  classDef k_" + std::string(name_of(kind)) +
                    " fill:" + std::string(colours.ground) + ",stroke:" + std::string(colours.ink) +
                    ",color:#0f172a\n";
        }
    }

    const Flat& flat_;
    std::string out_;
};

}  // namespace

std::string write_mermaid(const Drawing& drawing) {
    const Flat flat = flatten(drawing);
    return MermaidWriter(flat).write();
}

}  // namespace sluice::dsl::graph
