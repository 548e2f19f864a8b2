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
            return true;
        default:
            return false;
    }
}

}  // namespace

bool DataWord::refused(const Token& token) {
    if (token.word == 0) {
        return false;
    }
    return joins(token.word) || (token.bol && home_of(keyword_text(token.word)) != nullptr);
}

}  // namespace sluice::dsl::parser
