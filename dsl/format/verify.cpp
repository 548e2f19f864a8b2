#include "dsl/format/verify.hpp"

#include "dsl/parser/keywords.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::formatter {

namespace {

using parser::TokenKind;

/// `day` for `days`; empty when the word is no unit of time.
std::string_view unit(std::string_view word) {
    static constexpr auto kUnits = std::to_array<std::string_view>(
        {"second", "minute", "hour", "day", "week", "month", "year"});
    if (word.ends_with('s')) {
        word.remove_suffix(1);
    }
    return std::ranges::find(kUnits, word) == kUnits.end() ? std::string_view() : word;
}

bool same_token(const Draft& before, const Draft& after, std::uint32_t i) {
    const std::string_view a = before.raw(i);
    const std::string_view b = after.raw(i);
    if (before.token(i).kind == after.token(i).kind && a == b) {
        return true;
    }
    const bool unquoted = before.is(i, TokenKind::text) && after.is(i, TokenKind::name) &&
                          a == "\"" + std::string(b) + "\"";
    const bool one_unit = before.is(i, TokenKind::word) && after.is(i, TokenKind::word) &&
                          !unit(a).empty() && unit(a) == unit(b);
    return unquoted || one_unit;
}

/// Names of one letter more or less than a unit are no units: the trees tell them apart.
bool same_leaf(const Draft& before, const Draft& after, const parser::TreeNode& leaf) {
    return leaf.kind == parser::Node::unit || leaf.kind == parser::Node::name ||
           before.raw(leaf.begin) == after.raw(leaf.begin);
}

bool same_node(const parser::TreeNode& a, const parser::TreeNode& b) {
    return a.kind == b.kind && a.begin == b.begin && a.end == b.end && a.next == b.next;
}

std::optional<std::uint32_t> differing_token(const Draft& before, const Draft& after) {
    const std::uint32_t count = std::min(before.end(), after.end());
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!same_token(before, after, i)) {
            return i;
        }
    }
    return before.end() == after.end() ? std::nullopt : std::optional(count);
}

std::optional<std::uint32_t> differing_node(const Draft& before, const Draft& after) {
    const std::size_t count = std::min(before.tree.size(), after.tree.size());
    for (std::size_t i = 0; i < count; ++i) {
        const parser::TreeNode& a = before.tree[i];
        const bool leaf = a.next == i + 1 && a.end == a.begin + 1;
        if (!same_node(a, after.tree[i]) || (leaf && !same_leaf(before, after, a))) {
            return a.begin;
        }
    }
    return before.tree.size() == after.tree.size() ? std::nullopt : std::optional(before.end());
}

std::optional<std::uint32_t> differing_comment(const Draft& before, const Draft& after) {
    for (std::uint32_t i = 0; i <= before.end(); ++i) {
        if (before.comments[i] != after.comments[i]) {
            return i;
        }
        for (std::uint32_t c = i == 0 ? 0 : before.comments[i - 1]; c < before.comments[i]; ++c) {
            const parser::Comment& a = before.tokens.comments[c];
            const parser::Comment& b = after.tokens.comments[c];
            if (a.own_line != b.own_line || before.raw(a) != after.raw(b)) {
                return i;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> first_difference(const Draft& before, const Draft& after) {
    if (const auto token = differing_token(before, after)) {
        return token;
    }
    if (const auto node = differing_node(before, after)) {
        return node;
    }
    return differing_comment(before, after);
}

}  // namespace sluice::dsl::formatter
