#include "dsl/graph/flat.hpp"
#include "dsl/graph/svg_style.hpp"
#include "dsl/graph/write.hpp"

namespace sluice::dsl::graph {

namespace {

/// Text between double quotes; in labels `\` also begins an escape of Graphviz's own.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
    }
    return out;
}

std::string label_of(const FlatNode& node) {
    std::string out;
    for (const std::string& line : node.lines) {
        out += (out.empty() ? "" : "\\n") + escaped(line);
    }
    return out;
}

std::string_view shape_of(Kind kind) {
    switch (kind) {
        case Kind::condition:
        case Kind::split:
        case Kind::experiment:
            return "hexagon";
        default:
            return "box";
    }
}

class DotWriter {
public:
    explicit DotWriter(const Flat& flat) : flat_(flat) {}

    std::string write() {
        out_ = "digraph \"" + escaped(flat_.name) + "\" {\n";
        out_ += std::string("  rankdir=") + (flat_.sideways ? "LR" : "TB") + ";\n";
        out_ += "  node [fontname=\"Helvetica\", fontsize=11, style=\"rounded,filled\"];\n";
        out_ += "  edge [fontname=\"Helvetica\", fontsize=10, color=\"#8a97ab\"];\n";
        nodes(-1, "  ");
        for (const FlatEdge& edge : flat_.edges) {
            out_ += "  n" + std::to_string(edge.from) + " -> n" + std::to_string(edge.to);
            out_ += edge.label.empty() ? ";\n" : " [label=\"" + escaped(edge.label) + "\"];\n";
        }
        return std::move(out_) + "}\n";
    }

private:
    void nodes(int cluster, const std::string& indent) {
        for (std::size_t i = 0; i < flat_.nodes.size(); ++i) {
            const FlatNode& node = flat_.nodes[i];
            const int index = static_cast<int>(i);
            if (node.repeat && index != cluster && node.outside == cluster) {
                out_ += indent + "subgraph cluster_" + std::to_string(i) + " {\n" + indent +
                        "  style=\"rounded,dashed\";\n";
                nodes(index, indent + "  ");
                out_ += indent + "}\n";
            } else if (node.cluster == cluster) {
                one(node, i, indent);
            }
        }
    }

    void one(const FlatNode& node, std::size_t index, const std::string& indent) {
        const Palette colours = palette_of(node.kind);
        out_ += indent + "n" + std::to_string(index);
        if (node.end) {
            out_ += " [label=\"\", shape=doublecircle, width=0.15, style=filled];\n";
            return;
        }
        out_ += " [label=\"" + label_of(node) + "\", shape=" + std::string(shape_of(node.kind)) +
                ", color=\"" + std::string(colours.ink) + "\", fillcolor=\"" +
                std::string(colours.ground) + "\"];\n";
    }

    const Flat& flat_;
    std::string out_;
};

}  // namespace

std::string write_dot(const Drawing& drawing) {
    const Flat flat = flatten(drawing);
    return DotWriter(flat).write();
}

}  // namespace sluice::dsl::graph
