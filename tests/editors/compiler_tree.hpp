#pragma once

// The compiler's own reading of a .flow file, in the form editor grammars are compared with.

#include "dsl/parser/token.hpp"
#include "dsl/parser/tree.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl::parser {

/// One node of a tree: its name in the tree-sitter grammar and the bytes it covers.
struct NamedSpan {
    std::string name;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    friend bool operator==(const NamedSpan&, const NamedSpan&) = default;
};

/// A file as the compiler reads it.
struct CompilerTree {
    Tokens tokens;
    Tree tree;
    std::size_t errors = 0;
    std::vector<NamedSpan>
        nodes;  // preorder, without the leaves that only say which word stood there
    std::vector<bool> data_word;  // of every token: a word of the author, not of the language
};

CompilerTree compiler_tree(std::string_view text);

/// What the tree-sitter grammar calls this node; empty when it has no such node.
std::string_view grammar_name(Node kind);

/// Every kind of node that has a name in the grammar.
std::vector<Node> named_kinds();

/// Every .flow file of the source tree, sorted, relative to its root.
std::vector<std::string> flow_files();

/// The bytes of a file of the source tree.
std::string read_source(std::string_view path);

}  // namespace sluice::dsl::parser
