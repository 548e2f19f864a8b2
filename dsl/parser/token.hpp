#pragma once

#include "dsl/source.hpp"

#include <cstdint>
#include <vector>

namespace sluice::dsl::parser {

enum class TokenKind : std::uint8_t {
    word,     // lowercase word: keyword or data name
    name,     // Capitalised Words joined by single spaces
    text,     // "…"
    number,   // value: scaled by kDecimalScale
    percent,  // value: percent scaled by kDecimalScale
    time,     // value: minutes since midnight
    date,     // value: days since 1970-01-01
    label,    // @second-wait
    left_brace,
    right_brace,
    left_paren,
    right_paren,
    left_bracket,
    right_bracket,
    comma,
    dot,
    assign,      // =
    equals,      // ==, a habit for `is`
    not_equals,  // != or <>, a habit for `is not`
    greater,
    greater_equal,
    less,
    less_equal,
    end,  // behind the last token; never part of the range given to the grammar
};

/// One token. Tokens never span lines. `bol` marks the first token of its line.
struct Token {
    std::uint32_t offset = 0;  // bytes
    std::uint32_t length = 0;  // bytes; 0 for an inserted brace and the end
    std::uint32_t line = 1;
    std::uint32_t column = 1;  // in bytes
    std::int64_t value = 0;
    TokenKind kind = TokenKind::end;
    bool bol = false;
    bool inserted = false;   // put in by the repair of braces
    bool unclosed = false;   // a text without its closing quote
    std::uint16_t word = 0;  // keyword number, see keywords.hpp
};

/// A `#` comment; kept aside for tools that print files back.
struct Comment {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    std::uint32_t line = 0;
    bool own_line = false;
};

struct Tokens {
    std::vector<Token> list;  // the last one is always TokenKind::end
    std::vector<Comment> comments;
};

inline Span span_of(const Token& token, std::uint32_t file) {
    return {file, token.offset, token.length, token.line, token.column};
}

}  // namespace sluice::dsl::parser
