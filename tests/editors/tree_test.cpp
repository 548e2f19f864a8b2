// The tree-sitter grammar against the compiler: what the one accepts, the other reads to the same
// tree; what is broken does not pull down its neighbours.
#include "tests/editors/compiler_tree.hpp"
#include "tests/editors/corpus.hpp"
#include "tests/editors/grammar_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sluice::editors {
namespace {

using dsl::parser::CompilerTree;
using dsl::parser::NamedSpan;
using dsl::parser::Token;
using dsl::parser::TokenKind;

std::string name_of(TSNode node) {
    const std::string type = ts_node_type(node);
    return type == "quoted_name" ? "name" : type;
}

std::vector<NamedSpan> nodes_of(TSNode root) {
    std::vector<NamedSpan> nodes;
    walk(root, [&](TSNode node) {
        const std::string name = name_of(node);
        if (ts_node_is_named(node) && name != "comment" && name != "source_file") {
            nodes.push_back({name, ts_node_start_byte(node), ts_node_end_byte(node)});
        }
        return name != "string" && std::string_view(ts_node_type(node)) != "quoted_name";
    });
    return nodes;
}

std::string show(const std::vector<NamedSpan>& nodes, std::size_t at, std::string_view text) {
    if (at >= nodes.size()) {
        return "nothing";
    }
    const NamedSpan& node = nodes[at];
    return node.name + " " + std::string(text.substr(node.begin, node.end - node.begin));
}

void expect_same(const CompilerTree& ours, std::string_view text, const std::string& title) {
    const TreePtr tree = grammar_tree(text);
    const TSNode root = ts_tree_root_node(tree.get());
    EXPECT_FALSE(ts_node_has_error(root)) << title << " has an ERROR or MISSING node";
    const std::vector<NamedSpan> theirs = nodes_of(root);
    const auto [a, b] = std::ranges::mismatch(ours.nodes, theirs);
    const auto at = static_cast<std::size_t>(a - ours.nodes.begin());
    EXPECT_TRUE(a == ours.nodes.end() && b == theirs.end())
        << title << "\nthe compiler reads:    " << show(ours.nodes, at, text)
        << "\nthe grammar reads:     " << show(theirs, at, text);
}

TEST(GrammarTreeTest, EveryAcceptedFileHasTheCompilersTree) {
    std::size_t accepted = 0;
    for (const std::string& path : dsl::parser::flow_files()) {
        const std::string text = dsl::parser::read_source(path);
        const CompilerTree ours = dsl::parser::compiler_tree(text);
        if (ours.errors == 0) {
            expect_same(ours, text, path);
            ++accepted;
        }
    }
    EXPECT_GE(accepted, 110U);
}

TEST(GrammarTreeTest, CorpusHasTheCompilersTree) {
    for (const CorpusCase& one : corpus()) {
        const CompilerTree ours = dsl::parser::compiler_tree(one.text);
        EXPECT_EQ(ours.errors, 0U) << one.title << " is no valid file";
        expect_same(ours, one.text, one.title);
    }
}

TEST(GrammarTreeTest, CorpusHoldsEveryKindOfNode) {
    std::set<std::string> seen;
    for (const CorpusCase& one : corpus()) {
        for (const NamedSpan& node : dsl::parser::compiler_tree(one.text).nodes) {
            seen.insert(node.name);
        }
    }
    for (const auto kind : dsl::parser::named_kinds()) {
        EXPECT_TRUE(seen.contains(std::string(dsl::parser::grammar_name(kind))))
            << dsl::parser::grammar_name(kind);
    }
}

// A kind that was added to the compiler's tree must get a name here, or be named as one without.
TEST(GrammarTreeTest, EveryKindOfTheCompilerIsKnownHere) {
    using dsl::parser::Node;
    static const std::set<Node> unnamed{Node::join, Node::kind};
    std::size_t seen = 0;
    for (const std::string& path : dsl::parser::flow_files()) {
        for (const auto& node : dsl::parser::compiler_tree(dsl::parser::read_source(path)).tree) {
            const bool known = !dsl::parser::grammar_name(node.kind).empty();
            EXPECT_TRUE(known || unnamed.contains(node.kind)) << static_cast<int>(node.kind);
            ++seen;
        }
    }
    EXPECT_GT(seen, 5000U);
}

std::string squeezed(const std::string& tree) {
    std::string out;
    for (const char c : tree) {
        const bool space = c == ' ' || c == '\n' || c == '\r';
        const bool needed = !out.empty() && out.back() != ' ' && out.back() != '(' && c != ')';
        if (!space) {
            out += c;
        } else if (needed) {
            out += ' ';
        }
    }
    std::erase_if(out, [](char c) { return c == '\t'; });
    return out;
}

/// `(flow name: (name))` as `(flow (name))`; corpus files leave the fields out.
std::string without_fields(std::string tree) {
    for (std::size_t at = tree.find(": ("); at != std::string::npos; at = tree.find(": (")) {
        const std::size_t begin = tree.find_last_of(' ', at) + 1;
        tree.erase(begin, at + 2 - begin);
    }
    return tree;
}

class CorpusTest : public testing::TestWithParam<CorpusCase> {};

TEST_P(CorpusTest, TreeIsAsWritten) {
    const TreePtr tree = grammar_tree(GetParam().text);
    char* printed = ts_node_string(ts_tree_root_node(tree.get()));
    const std::string got = without_fields(printed);
    free(printed);
    std::string want = squeezed(GetParam().tree);
    while (want.find(") )") != std::string::npos) {
        want.replace(want.find(") )"), 3, "))");
    }
    EXPECT_EQ(got, want.substr(0, want.find_last_of(')') + 1));
}

INSTANTIATE_TEST_SUITE_P(Corpus, CorpusTest, testing::ValuesIn(corpus()),
                         [](const auto& one) { return one.param.test_name; });

// ---- broken files

std::vector<NamedSpan> declarations_of(std::string_view text) {
    const TreePtr tree = grammar_tree(text);
    const TSNode root = ts_tree_root_node(tree.get());
    std::vector<NamedSpan> out;
    for (std::uint32_t i = 0; i < ts_node_named_child_count(root); ++i) {
        const TSNode child = ts_node_named_child(root, i);
        const std::string name = name_of(child);
        if (name != "comment" && name != "ERROR") {
            out.push_back({name, ts_node_start_byte(child), ts_node_end_byte(child)});
        }
    }
    return out;
}

bool brace_or_quote(const Token& token) {
    return token.kind == TokenKind::left_brace || token.kind == TokenKind::right_brace ||
           token.kind == TokenKind::end;
}

/// How many declarations other than the damaged one are not found any more.
std::size_t lost(const std::vector<NamedSpan>& before, const std::vector<NamedSpan>& after,
                 const Token& cut) {
    std::size_t missing = 0;
    for (NamedSpan want : before) {
        if (want.begin <= cut.offset && cut.offset < want.end) {
            continue;
        }
        if (want.begin > cut.offset) {
            want.begin -= cut.length;
            want.end -= cut.length;
        }
        missing += std::ranges::find(after, want) == after.end() ? 1U : 0U;
    }
    return missing;
}

TEST(GrammarRecoveryTest, AMissingWordLeavesTheOtherDeclarationsWhole) {
    std::size_t cuts = 0;
    std::size_t hurt = 0;
    for (const std::string& path : dsl::parser::flow_files()) {
        if (!path.starts_with("tests/data/examples/")) {
            continue;
        }
        const std::string text = dsl::parser::read_source(path);
        const std::vector<NamedSpan> before = declarations_of(text);
        for (const Token& token : dsl::parser::compiler_tree(text).tokens.list) {
            if (brace_or_quote(token)) {
                continue;
            }
            std::string cut = text;
            cut.erase(token.offset, token.length);
            hurt += lost(before, declarations_of(cut), token) > 0 ? 1U : 0U;
            ++cuts;
        }
    }
    EXPECT_GT(cuts, 1000U);
    EXPECT_LE(hurt * 100, cuts * 2) << hurt << " of " << cuts;
}

TEST(GrammarRecoveryTest, BrokenFilesAreMarkedBroken) {
    std::size_t broken = 0;
    for (const std::string& path : dsl::parser::flow_files()) {
        const bool syntax = path.find("golden/E10") != std::string::npos;
        // A nesting too deep for the compiler is no mistake in the form.
        if (!syntax || path.find("E105") != std::string::npos) {
            continue;
        }
        const std::string text = dsl::parser::read_source(path);
        EXPECT_TRUE(ts_node_has_error(ts_tree_root_node(grammar_tree(text).get()))) << path;
        ++broken;
    }
    EXPECT_GE(broken, 20U);
}

}  // namespace
}  // namespace sluice::editors
