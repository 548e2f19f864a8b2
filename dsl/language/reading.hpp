#pragma once

#include "dsl/parser/recorder.hpp"
#include "dsl/parser/token.hpp"
#include "dsl/parser/tree.hpp"
#include "dsl/source.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// The parser's own view of one text: tokens, comments and the flat tree. Private to dsl/language.
namespace sluice::dsl::language {

using parser::Node;
using parser::Token;
using parser::TokenKind;
using parser::TreeNode;
using parser::Wanted;

struct Reading {
    parser::Tokens tokens;
    parser::Tree tree;

    /// The token that covers the offset or ends there; kept words win over signs. Null: none.
    [[nodiscard]] const Token* at(std::size_t offset) const;
    /// The nodes around a token, outermost first.
    [[nodiscard]] std::vector<const TreeNode*> around(const Token& token) const;
    [[nodiscard]] std::uint32_t index_of(const Token& token) const {
        return static_cast<std::uint32_t>(&token - tokens.list.data());
    }
    /// From the first to behind the last byte of a node.
    [[nodiscard]] std::uint32_t begin_of(const TreeNode& node) const;
    [[nodiscard]] std::uint32_t end_of(const TreeNode& node) const;
};

Reading read(const SourceSet& sources, std::uint32_t file);

/// The text up to an offset, with what the grammar asked for at its end.
struct Expectation {
    parser::Tokens tokens;  // without a closing brace that is not written
    std::vector<Wanted> wanted;
};

/// `balanced`: the whole text has its braces, so the ones missing here stand behind the cursor.
Expectation expectation_at_end(std::string_view prefix, bool balanced);

/// Whether every brace of the text has its partner.
bool is_balanced(std::string_view text);

}  // namespace sluice::dsl::language
