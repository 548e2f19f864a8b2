#include "dsl/parser/primitives.hpp"

#include "dsl/parser/places.hpp"

namespace sluice::dsl::parser {

namespace {

bool joins(std::uint16_t word) {
    switch (word) {
        case kw("and"):
        case kw("or"):
        case kw("not"):
        case kw("is"):
        case kw("contains"):
        case kw("does"):
        case kw("where"):
        case kw("otherwise"):
        case kw("within"):
        case kw("known"):
        case kw("unknown"):
        case kw("in"):
        case kw("at"):
        case kw("between"):
        case kw("than"):
        case kw("more"):
        case kw("less"):
        case kw("fewer"):
        case kw("greater"):
        case kw("exactly"):
        case kw("if"):
        case kw("else"):
        case kw("as"):
        case kw("up"):
        case kw("to"):
        case kw("with"):
        case kw("for"):
        case kw("since"):
        case kw("then"):
            return true;
        default:
            return false;
    }
}

/// What stands behind a field: `customer.country`, `message is`, `total >`.
bool compared(const Token& next) {
    switch (next.kind) {
        case TokenKind::dot:
        case TokenKind::greater:
        case TokenKind::greater_equal:
        case TokenKind::less:
        case TokenKind::less_equal:
        case TokenKind::assign:
        case TokenKind::equals:
        case TokenKind::not_equals:
            return true;
        default:
            return next.word == kw("is") || next.word == kw("contains") || next.word == kw("does");
    }
}

}  // namespace

bool DataWord::refused(const Token& token) {
    if (token.word == 0) {
        return false;
    }
    // There is always a next token: the end token is never part of the range.
    const bool begins_line = token.bol && !compared(*(&token + 1));
    return joins(token.word) || (begins_line && home_of(keyword_text(token.word)) != nullptr);
}

}  // namespace sluice::dsl::parser
