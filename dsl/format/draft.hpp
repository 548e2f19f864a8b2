#pragma once

#include "dsl/parser/token.hpp"
#include "dsl/parser/tree.hpp"
#include "dsl/source.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl::formatter {

inline constexpr std::uint32_t kNone = 0xFFFFFFFF;

/// A file read as far as its layout needs it: the tokens, the comments between them, the concrete
/// tree above them. Borrows the text of the SourceSet it was read from.
struct Draft {
    std::string_view source;
    parser::Tokens tokens;
    parser::Tree tree;

    std::vector<std::uint32_t> parents;   // of each node; kNone for a declaration
    std::vector<std::uint32_t> partners;  // of each brace, the other one; kNone for other tokens
    std::vector<std::uint32_t> comments;  // how many stand before each token, from the file's begin
    std::vector<std::string> words;       // each token as it is printed; empty for the end
    std::vector<std::uint32_t> widths;    // of the words, in characters

    [[nodiscard]] const parser::Token& token(std::uint32_t i) const { return tokens.list[i]; }
    [[nodiscard]] std::string_view raw(std::uint32_t i) const {
        return source.substr(token(i).offset, token(i).length);
    }
    [[nodiscard]] std::string_view raw(const parser::Comment& comment) const;
    [[nodiscard]] bool is(std::uint32_t i, parser::TokenKind kind) const {
        return token(i).kind == kind;
    }
    [[nodiscard]] bool is_word(std::uint32_t i, std::uint16_t word) const {
        return token(i).word == word;
    }
    [[nodiscard]] std::uint32_t end() const {
        return static_cast<std::uint32_t>(tokens.list.size()) - 1;
    }
    /// Whether a comment stands between this token and the one before it.
    [[nodiscard]] bool commented(std::uint32_t i) const {
        return comments[i] != (i == 0 ? 0 : comments[i - 1]);
    }
    /// Whether there is an empty line, or one of white space, between this token and the one
    /// before it, comments not counted as empty.
    [[nodiscard]] bool blank_before(std::uint32_t i) const;

    /// Visits the children of a node: each(index).
    template <class Visit>
    void each(std::uint32_t node, Visit visit) const {
        for (std::uint32_t i = node + 1; i < tree[node].next; i = tree[i].next) {
            visit(i);
        }
    }
    /// The first child of this kind; kNone when there is none.
    [[nodiscard]] std::uint32_t child(std::uint32_t node, parser::Node kind) const;
    /// The first token of this kind that belongs to the node and to none of its children.
    [[nodiscard]] std::uint32_t own(std::uint32_t node, parser::TokenKind kind) const;
    /// As own(), for a keyword.
    [[nodiscard]] std::uint32_t own_word(std::uint32_t node, std::uint16_t word) const;
};

/// Reads a file that the parser accepts. Empty when it complains.
std::optional<Draft> read_draft(const SourceSet& sources, std::uint32_t file);

/// The tokens as they are printed; the words of words.cpp.
std::vector<std::string> canonical_words(const Draft& draft);

/// Characters of UTF-8 text.
std::uint32_t width_of(std::string_view text);

}  // namespace sluice::dsl::formatter
