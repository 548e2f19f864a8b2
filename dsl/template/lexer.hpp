#pragma once

#include <cstdint>
#include <string_view>

/// Tokens inside `{{ … }}` and `{% … %}`. Private to dsl/template.
namespace sluice::dsl::tpl {

struct Token {
    enum class Kind : std::uint8_t {
        end,
        id,
        number,
        text,
        pipe,
        dot,
        dots,
        colon,
        comma,
        open,
        close,
        open_round,
        close_round,
        compare,
        assign,
        unknown
    };
    Kind kind = Kind::end;
    std::string_view text;  // with the quotes
};

/// Reads one token at a time; knows nothing of grammar.
class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) { advance(); }

    [[nodiscard]] const Token& peek() const { return token_; }
    Token take();
    /// What is not read yet, beginning with the current token.
    [[nodiscard]] std::string_view rest() const;
    [[nodiscard]] std::string_view whole() const { return text_; }

private:
    void advance();
    Token scan();
    Token cut(Token::Kind kind, std::size_t size);

    std::string_view text_;
    std::size_t at_ = 0;
    Token token_;
};

/// Bytes of the identifier that `text` begins with, 0 when none: a letter or `_`, then letters,
/// digits, `_`, `-`, and at last one `?`.
std::size_t identifier_bytes(std::string_view text);

}  // namespace sluice::dsl::tpl
