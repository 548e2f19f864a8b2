#pragma once

// The generated parser of editors/tree-sitter-flow, run by the tree-sitter library.

#include <tree_sitter/api.h>

#include <cstdint>
#include <memory>
#include <string_view>

extern "C" const TSLanguage* tree_sitter_flow(void);

namespace sluice::editors {

struct DeleteTree {
    void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
using TreePtr = std::unique_ptr<TSTree, DeleteTree>;

inline TreePtr grammar_tree(std::string_view text) {
    TSParser* parser = ts_parser_new();
    ts_parser_set_language(parser, tree_sitter_flow());
    TSTree* tree = ts_parser_parse_string(parser, nullptr, text.data(),
                                          static_cast<std::uint32_t>(text.size()));
    ts_parser_delete(parser);
    return TreePtr(tree);
}

/// Calls visit(node) for every node below and including `node`, in preorder; its answer says
/// whether to go into the node.
template <class Visit>
void walk(TSNode node, const Visit& visit) {
    if (!visit(node)) {
        return;
    }
    for (std::uint32_t i = 0; i < ts_node_child_count(node); ++i) {
        walk(ts_node_child(node, i), visit);
    }
}

inline std::string_view text_of(TSNode node, std::string_view source) {
    const std::uint32_t begin = ts_node_start_byte(node);
    return source.substr(begin, ts_node_end_byte(node) - begin);
}

}  // namespace sluice::editors
