#include "dsl/parser/view.hpp"

#include <algorithm>
#include <cstdlib>

namespace sluice::dsl::parser {

std::size_t View::count(Node kind) const {
    std::size_t found = 0;
    for (const View child : children()) {
        found += child.is(kind) ? 1 : 0;
    }
    return found;
}

std::optional<View> View::only(Node kind) const {
    std::optional<View> kept;
    for (const View again : children()) {
        if (!again.is(kind)) {
            continue;
        }
        if (!kept) {
            kept = again;
            continue;
        }
        Problems& problems = reading_->problems;
        Diagnostic d;
        d.code = "E205";
        d.span = span_of(again.first(), problems.file());
        d.message = "There is a " + problems.show(again.first()) + " line before this one:";
        d.labels.push_back({span_of(kept->first(), problems.file()), "the first"});
        d.help = "Keep one of them.";
        problems.add(std::move(d));
    }
    return kept;
}

bool View::has(std::uint16_t word) const {
    std::uint32_t token = self().begin;
    for (std::uint32_t i = index_ + 1; i <= self().next; i = reading_->tree[i].next) {
        const bool behind_last = i == self().next;
        const std::uint32_t until = behind_last ? self().end : reading_->tree[i].begin;
        for (; token < until; ++token) {
            if (reading_->tokens[token].word == word) {
                return true;
            }
        }
        if (behind_last) {
            break;
        }
        token = std::max(token, reading_->tree[i].end);
    }
    return false;
}

Span View::head_span() const {
    std::uint32_t end = self().begin;
    while (end < self().end) {
        const TokenKind kind = reading_->tokens[end].kind;
        if (kind == TokenKind::left_brace || kind == TokenKind::label) {
            break;
        }
        ++end;
    }
    return span(self().begin, end);
}

}  // namespace sluice::dsl::parser
