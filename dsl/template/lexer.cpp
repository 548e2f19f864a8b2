#include "dsl/template/lexer.hpp"

#include "dsl/template/text.hpp"

namespace sluice::dsl::tpl {
namespace {

bool digit(char c) {
    return c >= '0' && c <= '9';
}

bool word_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    const std::size_t start = at;
    while (at < text.size() && digit(text[at])) {
        ++at;
    }
    return at - start;
}

std::size_t number_bytes(std::string_view text) {
    const std::size_t sign = !text.empty() && text[0] == '-' ? 1 : 0;
    const std::size_t whole = digits_at(text, sign);
    if (whole == 0) {
        return 0;
    }
    const std::size_t end = sign + whole;
    const std::size_t fraction =
        end < text.size() && text[end] == '.' ? digits_at(text, end + 1) : 0;
    return fraction == 0 ? end : end + 1 + fraction;
}

std::size_t comparison_bytes(std::string_view text) {
    for (const std::string_view op : {"==", "!=", "<>", "<=", ">="}) {
        if (text.substr(0, 2) == op) {
            return 2;
        }
    }
    return text[0] == '<' || text[0] == '>' ? 1 : 0;
}

Token::Kind sign_kind(char c) {
    switch (c) {
        case '|':
            return Token::Kind::pipe;
        case '.':
            return Token::Kind::dot;
        case ':':
            return Token::Kind::colon;
        case ',':
            return Token::Kind::comma;
        case '[':
            return Token::Kind::open;
        case ']':
            return Token::Kind::close;
        case '(':
            return Token::Kind::open_round;
        case ')':
            return Token::Kind::close_round;
        case '=':
            return Token::Kind::assign;
        default:
            return Token::Kind::unknown;
    }
}

}  // namespace

std::size_t identifier_bytes(std::string_view text) {
    if (text.empty() || !word_start(text[0])) {
        return 0;
    }
    std::size_t at = 1;
    while (at < text.size() && (word_start(text[at]) || digit(text[at]) || text[at] == '-')) {
        ++at;
    }
    return at < text.size() && text[at] == '?' ? at + 1 : at;
}

Token Lexer::take() {
    const Token token = token_;
    advance();
    return token;
}

std::string_view Lexer::rest() const {
    const std::size_t used = token_.kind == Token::Kind::end
                                 ? text_.size()
                                 : static_cast<std::size_t>(token_.text.data() - text_.data());
    return text_.substr(used);
}

void Lexer::advance() {
    while (at_ < text_.size() && is_space(text_[at_])) {
        ++at_;
    }
    token_ = at_ == text_.size() ? Token{Token::Kind::end, text_.substr(at_)} : scan();
}

Token Lexer::scan() {
    const std::string_view rest = text_.substr(at_);
    if (const std::size_t size = comparison_bytes(rest); size > 0) {
        return cut(Token::Kind::compare, size);
    }
    if (rest[0] == '"' || rest[0] == '\'') {
        const std::size_t close = rest.find(rest[0], 1);
        return close == std::string_view::npos ? cut(Token::Kind::unknown, trim_right(rest).size())
                                               : cut(Token::Kind::text, close + 1);
    }
    if (const std::size_t size = number_bytes(rest); size > 0) {
        return cut(Token::Kind::number, size);
    }
    if (const std::size_t size = identifier_bytes(rest); size > 0) {
        return cut(Token::Kind::id, size);
    }
    if (rest.substr(0, 2) == "..") {
        return cut(Token::Kind::dots, 2);
    }
    const Token::Kind kind = sign_kind(rest[0]);
    return cut(kind, kind == Token::Kind::unknown ? char_bytes(rest, 0) : 1);
}

Token Lexer::cut(Token::Kind kind, std::size_t size) {
    const Token token{kind, text_.substr(at_, size)};
    at_ += size;
    return token;
}

}  // namespace sluice::dsl::tpl
