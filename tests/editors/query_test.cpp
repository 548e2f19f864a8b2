// The queries of editors/tree-sitter-flow: they fit the grammar, and highlights.scm gives every
// word of the language, every name and every datum one colour, the right one.
#include "tests/editors/compiler_tree.hpp"
#include "tests/editors/corpus.hpp"
#include "tests/editors/grammar_tree.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

namespace sluice::editors {
namespace {

using dsl::parser::CompilerTree;
using dsl::parser::Token;
using dsl::parser::TokenKind;

struct DeleteQuery {
    void operator()(TSQuery* query) const { ts_query_delete(query); }
};
using QueryPtr = std::unique_ptr<TSQuery, DeleteQuery>;

QueryPtr query(const std::string& file) {
    const std::string text = dsl::parser::read_source("editors/tree-sitter-flow/queries/" + file);
    EXPECT_FALSE(text.empty()) << file;
    std::uint32_t offset = 0;
    TSQueryError error = TSQueryErrorNone;
    TSQuery* made = ts_query_new(tree_sitter_flow(), text.data(),
                                 static_cast<std::uint32_t>(text.size()), &offset, &error);
    EXPECT_EQ(error, TSQueryErrorNone) << file << " at: " << text.substr(offset, 60);
    return QueryPtr(made);
}

class QueryFileTest : public testing::TestWithParam<std::string> {};

TEST_P(QueryFileTest, FitsTheGrammar) {
    EXPECT_NE(query(GetParam()), nullptr);
}

std::vector<std::string> query_files() {
    std::vector<std::string> names;
    const std::filesystem::path folder =
        std::filesystem::path(SLUICE_SOURCE_DIR) / "editors/tree-sitter-flow/queries";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        names.push_back(entry.path().filename().string());
    }
    return names;
}

INSTANTIATE_TEST_SUITE_P(Queries, QueryFileTest, testing::ValuesIn(query_files()),
                         [](const auto& file) {
                             return file.param.substr(0, file.param.find('.'));
                         });

/// The captures of a text by the place of their node: begin, then end.
using Captures = std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::string>>;

Captures captures_of(const std::string& file, std::string_view text) {
    const QueryPtr wanted = query(file);
    const TreePtr tree = grammar_tree(text);
    TSQueryCursor* cursor = ts_query_cursor_new();
    ts_query_cursor_exec(cursor, wanted.get(), ts_tree_root_node(tree.get()));
    Captures out;
    TSQueryMatch match;
    for (std::uint32_t index = 0; ts_query_cursor_next_capture(cursor, &match, &index);) {
        const TSQueryCapture& capture = match.captures[index];
        std::uint32_t length = 0;
        const char* name = ts_query_capture_name_for_id(wanted.get(), capture.index, &length);
        out[{ts_node_start_byte(capture.node), ts_node_end_byte(capture.node)}].emplace_back(
            name, length);
    }
    ts_query_cursor_delete(cursor);
    return out;
}

const std::set<std::string>& colours_of(const Token& token, bool data_word) {
    static const std::set<std::string> data{"variable", "property"};
    static const std::set<std::string> language{
        "keyword",          "keyword.conditional", "keyword.repeat",
        "keyword.return",   "keyword.operator",    "type.builtin",
        "constant.builtin", "attribute",           "number"};
    static const std::set<std::string> name{"type"};
    static const std::set<std::string> text{"string", "type"};
    static const std::set<std::string> number{"number"};
    static const std::set<std::string> label{"label"};
    static const std::set<std::string> sign{"operator", "punctuation.bracket",
                                            "punctuation.delimiter"};
    switch (token.kind) {
        case TokenKind::word:
            return data_word ? data : language;
        case TokenKind::name:
            return name;
        case TokenKind::text:
            return text;
        case TokenKind::number:
        case TokenKind::percent:
        case TokenKind::time:
        case TokenKind::date:
            return number;
        case TokenKind::label:
            return label;
        default:
            return sign;
    }
}

/// Checks every token of a valid text; returns how many there were.
std::size_t check_colours(const std::string& text, const std::string& title) {
    const CompilerTree ours = dsl::parser::compiler_tree(text);
    const Captures found = captures_of("highlights.scm", text);
    for (std::size_t i = 0; i + 1 < ours.tokens.list.size(); ++i) {
        const Token& token = ours.tokens.list[i];
        const auto at = found.find({token.offset, token.offset + token.length});
        const std::string shown = text.substr(token.offset, token.length);
        if (at == found.end()) {
            ADD_FAILURE() << title << ":" << token.line << ": no colour for " << shown;
            continue;
        }
        EXPECT_EQ(at->second.size(), 1U) << title << ":" << token.line << ": two for " << shown;
        EXPECT_TRUE(colours_of(token, ours.data_word[i]).contains(at->second.front()))
            << title << ":" << token.line << ": " << shown << " is " << at->second.front();
    }
    return ours.tokens.list.size();
}

TEST(HighlightsTest, EveryTokenOfEveryAcceptedFileHasOneFittingColour) {
    std::size_t tokens = 0;
    for (const std::string& path : dsl::parser::flow_files()) {
        const std::string text = dsl::parser::read_source(path);
        if (dsl::parser::compiler_tree(text).errors == 0) {
            tokens += check_colours(text, path);
        }
    }
    EXPECT_GT(tokens, 7000U);
}

TEST(HighlightsTest, EveryTokenOfTheCorpusHasOneFittingColour) {
    for (const CorpusCase& one : corpus()) {
        check_colours(one.text, one.title);
    }
}

std::string coloured(const std::string& text) {
    std::string out;
    for (const auto& [place, names] : captures_of("highlights.scm", text)) {
        out += text.substr(place.first, place.second - place.first) + ":" + names.front() + " ";
    }
    return out;
}

TEST(HighlightsTest, WordsAreColouredByWhatTheyMeanThere) {
    EXPECT_EQ(coloured("flow F { wait 2 days, then until 10:00 @pause }"),
              "flow:keyword F:type {:punctuation.bracket wait:keyword 2:number days:number "
              ",:punctuation.delimiter then:keyword until:keyword 10:00:number @pause:label "
              "}:punctuation.bracket ");
    EXPECT_EQ(coloured("segment S when total of Order Placed.total > 5 and days is known"),
              "segment:keyword S:type when:keyword total:keyword of:keyword Order Placed:type "
              ".:punctuation.delimiter total:property >:operator 5:number and:keyword.operator "
              "days:variable is:keyword.operator known:keyword ");
    EXPECT_EQ(coloured("customer { text text optional }"),
              "customer:keyword {:punctuation.bracket text:property text:type.builtin "
              "optional:attribute }:punctuation.bracket ");
}

TEST(HighlightsTest, PlaceholdersAreSeenInsideTexts) {
    EXPECT_EQ(coloured("message M { sms \"Hi {customer.name | you} \\{x\" }"),
              "message:keyword M:type {:punctuation.bracket sms:keyword "
              "\"Hi {customer.name | you} \\{x\":string {customer.name | you}:string.special "
              "\\{:string.escape }:punctuation.bracket ");
}

TEST(FoldsTest, BlocksFold) {
    const std::string text = "flow F {\n  if any A {\n    stop\n  }\n}\n";
    const Captures folds = captures_of("folds.scm", text);
    std::vector<std::string> shown;
    for (const auto& [place, names] : folds) {
        shown.push_back(text.substr(place.first, place.second - place.first));
    }
    EXPECT_EQ(shown,
              (std::vector<std::string>{text.substr(0, text.size() - 1), "{\n    stop\n  }"}));
}

}  // namespace
}  // namespace sluice::editors
