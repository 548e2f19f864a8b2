#pragma once

#include "dsl/graph/picture.hpp"

#include <string>
#include <vector>

/// A picture as nodes and edges, for languages that do their own layout. Private to dsl/graph.
namespace sluice::dsl::graph {

struct FlatNode {
    Kind kind = Kind::start;
    std::string id;                  // of a step; empty for others
    std::vector<std::string> lines;  // of text
    bool end = false;                // where somebody comes out: drawn small, without text
    bool repeat = false;             // heads a cluster, which is called after its own index
    int cluster = -1;                // index of the repeat it stands in, a repeat in its own
    int outside = -1;                // of a repeat: the cluster around its cluster
};
struct FlatEdge {
    std::size_t from = 0, to = 0;
    std::string label;
};
struct Flat {
    std::string name;
    bool sideways = false;  // reads better from left to right
    std::vector<FlatNode> nodes;
    std::vector<FlatEdge> edges;
};

Flat flatten(const Drawing& drawing);

}  // namespace sluice::dsl::graph
