#include "dsl/language/reading.hpp"

#include "dsl/parser/braces.hpp"
#include "dsl/parser/grammar_entry.hpp"
#include "dsl/parser/keywords.hpp"
#include "dsl/parser/lexer.hpp"

#include <algorithm>
#include <string>

namespace sluice::dsl::language {
namespace {

bool is_word(const Token& token) {
    return token.kind == TokenKind::word || token.kind == TokenKind::name ||
           token.kind == TokenKind::text || token.kind == TokenKind::number ||
           token.kind == TokenKind::label;
}

/// How deep the grammar would go into itself; an upper bound.
std::size_t nesting_of(const std::vector<Token>& tokens) {
    std::size_t depth = 0;
    std::size_t deepest = 0;
    std::size_t negations = 0;
    for (const Token& token : tokens) {
        const bool opens =
            token.kind == TokenKind::left_brace || token.kind == TokenKind::left_paren;
        const bool closes =
            token.kind == TokenKind::right_brace || token.kind == TokenKind::right_paren;
        depth = opens ? depth + 1 : closes && depth > 0 ? depth - 1 : depth;
        negations = token.word == parser::kw("not") ? negations + 1 : 0;
        deepest = std::max(deepest, depth + negations);
    }
    return deepest;
}

SourceSet one_file(std::string_view text) {
    SourceSet sources;
    sources.files.push_back({"text.flow", std::string(text)});
    return sources;
}

}  // namespace

const Token* Reading::at(std::size_t offset) const {
    const Token* found = nullptr;
    for (const Token& token : tokens.list) {
        if (token.offset > offset || token.kind == TokenKind::end) {
            break;
        }
        const bool covers = offset < token.offset + token.length;
        const bool ends = offset == token.offset + token.length && is_word(token);
        if (!token.inserted && (covers || ends)) {
            found = found != nullptr && !is_word(token) ? found : &token;
        }
    }
    return found;
}

std::vector<const TreeNode*> Reading::around(const Token& token) const {
    const std::uint32_t index = index_of(token);
    std::vector<const TreeNode*> out;
    for (std::uint32_t at = 0; at < tree.size();) {
        const TreeNode& node = tree[at];
        const bool covers = node.begin <= index && index < node.end;
        if (covers) {
            out.push_back(&node);
        }
        at = covers ? at + 1 : node.next;
    }
    return out;
}

std::uint32_t Reading::begin_of(const TreeNode& node) const {
    return tokens.list[node.begin].offset;
}

std::uint32_t Reading::end_of(const TreeNode& node) const {
    if (node.end <= node.begin) {
        return begin_of(node);
    }
    const Token& last = tokens.list[node.end - 1];
    return last.offset + last.length;
}

Reading read(const SourceSet& sources, std::uint32_t file) {
    parser::Problems problems(sources, file);
    Reading out;
    out.tokens = parser::lex(problems);
    parser::repair_braces(out.tokens, problems);
    parser::Recorder recorder(out.tokens.list, problems);
    parser::run_grammar(out.tokens.list.data(), &out.tokens.list.back(), recorder);
    out.tree = recorder.take();
    return out;
}

bool is_balanced(std::string_view text) {
    const SourceSet sources = one_file(text);
    parser::Problems problems(sources, 0);
    const parser::Tokens tokens = parser::lex(problems);
    std::ptrdiff_t depth = 0;
    for (const Token& token : tokens.list) {
        depth += token.kind == TokenKind::left_brace ? 1 : 0;
        depth -= token.kind == TokenKind::right_brace ? 1 : 0;
        if (depth < 0) {
            return false;
        }
    }
    return depth == 0;
}

Expectation expectation_at_end(std::string_view prefix, bool balanced) {
    const SourceSet sources = one_file(prefix);
    parser::Problems problems(sources, 0);
    Expectation out;
    out.tokens = parser::lex(problems);
    std::vector<Token>& list = out.tokens.list;
    if (!balanced || nesting_of(list) > parser::kNestingMax) {
        parser::repair_braces(out.tokens, problems);
        while (list.size() > 1 && list[list.size() - 2].inserted &&
               list[list.size() - 2].kind == TokenKind::right_brace) {
            list.erase(list.end() - 2);
        }
    }
    parser::Recorder recorder(list, problems);
    recorder.listen(&out.wanted);
    parser::run_grammar(list.data(), &list.back(), recorder);
    return out;
}

}  // namespace sluice::dsl::language
