#include "dsl/format/draft.hpp"

#include "dsl/parser/braces.hpp"
#include "dsl/parser/grammar_entry.hpp"
#include "dsl/parser/lexer.hpp"
#include "dsl/parser/problems.hpp"

#include <algorithm>

namespace sluice::dsl::formatter {

namespace {

using parser::TokenKind;

std::vector<std::uint32_t> parents_of(const parser::Tree& tree) {
    std::vector<std::uint32_t> parents(tree.size(), kNone);
    for (std::uint32_t node = 0; node < tree.size(); ++node) {
        for (std::uint32_t i = node + 1; i < tree[node].next; i = tree[i].next) {
            parents[i] = node;
        }
    }
    return parents;
}

/// The repair of braces has made them balance.
std::vector<std::uint32_t> partners_of(const std::vector<parser::Token>& tokens) {
    std::vector<std::uint32_t> partners(tokens.size(), kNone);
    std::vector<std::uint32_t> open;
    for (std::uint32_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].kind == TokenKind::left_brace) {
            open.push_back(i);
        } else if (tokens[i].kind == TokenKind::right_brace && !open.empty()) {
            partners[i] = open.back();
            partners[open.back()] = i;
            open.pop_back();
        }
    }
    return partners;
}

std::vector<std::uint32_t> comments_before(const parser::Tokens& tokens) {
    std::vector<std::uint32_t> counts;
    counts.reserve(tokens.list.size());
    std::uint32_t count = 0;
    for (const parser::Token& token : tokens.list) {
        while (count < tokens.comments.size() && tokens.comments[count].offset < token.offset) {
            ++count;
        }
        counts.push_back(token.kind == TokenKind::end
                             ? static_cast<std::uint32_t>(tokens.comments.size())
                             : count);
    }
    return counts;
}

}  // namespace

std::string_view Draft::raw(const parser::Comment& comment) const {
    std::string_view text = source.substr(comment.offset, comment.length);
    while (!text.empty() && std::string_view(" \t\r\f\v").find(text.back()) != text.npos) {
        text.remove_suffix(1);
    }
    return text;
}

bool Draft::blank_before(std::uint32_t i) const {
    std::uint32_t line = i == 0 ? 1 : token(i - 1).line;
    for (std::uint32_t c = i == 0 ? 0 : comments[i - 1]; c < comments[i]; ++c) {
        if (tokens.comments[c].line > line + 1) {
            return true;
        }
        line = tokens.comments[c].line;
    }
    return token(i).line > line + 1;
}

std::uint32_t Draft::child(std::uint32_t node, parser::Node kind) const {
    for (std::uint32_t i = node + 1; i < tree[node].next; i = tree[i].next) {
        if (tree[i].kind == kind) {
            return i;
        }
    }
    return kNone;
}

namespace {

template <class Match>
std::uint32_t own_token(const Draft& draft, std::uint32_t node, Match match) {
    std::uint32_t at = draft.tree[node].begin;
    const auto until = [&](std::uint32_t end) {
        while (at < end && !match(draft.token(at))) {
            ++at;
        }
        return at < end;
    };
    for (std::uint32_t i = node + 1; i < draft.tree[node].next; i = draft.tree[i].next) {
        if (until(draft.tree[i].begin)) {
            return at;
        }
        at = std::max(at, draft.tree[i].end);
    }
    return until(draft.tree[node].end) ? at : kNone;
}

}  // namespace

std::uint32_t Draft::own(std::uint32_t node, TokenKind kind) const {
    return own_token(*this, node, [&](const parser::Token& token) { return token.kind == kind; });
}

std::uint32_t Draft::own_word(std::uint32_t node, std::uint16_t word) const {
    return own_token(*this, node, [&](const parser::Token& token) { return token.word == word; });
}

std::uint32_t width_of(std::string_view text) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return static_cast<std::uint32_t>(std::ranges::count_if(text, begins));
}

std::optional<Draft> read_draft(const SourceSet& sources, std::uint32_t file) {
    parser::Problems problems(sources, file);
    Draft draft;
    draft.source = sources.files[file].text;
    draft.tokens = parser::lex(problems);
    parser::repair_braces(draft.tokens, problems);
    parser::Recorder recorder(draft.tokens.list, problems);
    parser::run_grammar(draft.tokens.list.data(), &draft.tokens.list.back(), recorder);
    draft.tree = recorder.take();
    if (problems.count() != 0) {
        return std::nullopt;
    }
    draft.parents = parents_of(draft.tree);
    draft.partners = partners_of(draft.tokens.list);
    draft.comments = comments_before(draft.tokens);
    draft.words = canonical_words(draft);
    draft.widths.reserve(draft.words.size());
    for (const std::string& word : draft.words) {
        draft.widths.push_back(width_of(word));
    }
    return draft;
}

}  // namespace sluice::dsl::formatter
