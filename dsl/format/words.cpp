// How single tokens are spelled: units of time in singular or plural, names without quotes they
// can do without. Everything else stands as the author wrote it.

#include "dsl/format/draft.hpp"
#include "dsl/parser/lexer.hpp"
#include "dsl/value.hpp"

namespace sluice::dsl::formatter {

namespace {

using parser::Node;
using parser::TokenKind;

/// `1 day` and `per day`, but `2 days`, `0 days` and `1.5 hours`.
std::string unit(const Draft& draft, std::uint32_t node) {
    const std::uint32_t at = draft.tree[node].begin;
    std::string word(draft.raw(at));
    if (word.ends_with('s')) {
        word.pop_back();
    }
    const std::uint32_t parent = draft.parents[node];
    const bool counted = parent != kNone && draft.tree[parent].kind == Node::duration;
    const bool one = !counted || draft.token(at - 1).value == kDecimalScale;
    return one ? word : word + "s";
}

/// Whether the text is one Name and nothing else.
bool reads_as_name(std::string_view text) {
    SourceSet sources;
    sources.files.push_back({"", std::string(text)});
    parser::Problems problems(sources, 0);
    const parser::Tokens tokens = parser::lex(problems);
    return problems.count() == 0 && tokens.comments.empty() && tokens.list.size() == 2 &&
           tokens.list[0].kind == TokenKind::name && tokens.list[0].length == text.size();
}

std::string name(const Draft& draft, std::uint32_t at) {
    const std::string_view raw = draft.raw(at);
    if (!draft.is(at, TokenKind::text)) {
        return std::string(raw);
    }
    const std::string_view inside = raw.substr(1, raw.size() - 2);
    // Two names in a row would be read as one.
    const bool alone =
        (at == 0 || !draft.is(at - 1, TokenKind::name)) && !draft.is(at + 1, TokenKind::name);
    return std::string(alone && reads_as_name(inside) ? inside : raw);
}

}  // namespace

std::vector<std::string> canonical_words(const Draft& draft) {
    std::vector<std::string> words;
    words.reserve(draft.tokens.list.size());
    for (std::uint32_t i = 0; i < draft.tokens.list.size(); ++i) {
        words.emplace_back(draft.raw(i));
    }
    for (std::uint32_t i = 0; i < draft.tree.size(); ++i) {
        const std::uint32_t at = draft.tree[i].begin;
        if (draft.tree[i].kind == Node::unit) {
            words[at] = unit(draft, i);
        } else if (draft.tree[i].kind == Node::name) {
            words[at] = name(draft, at);
        }
    }
    return words;
}

}  // namespace sluice::dsl::formatter
