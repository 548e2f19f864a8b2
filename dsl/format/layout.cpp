#include "dsl/format/layout.hpp"

#include "dsl/parser/keywords.hpp"

#include <algorithm>

namespace sluice::dsl::formatter {

namespace {

using parser::kw;
using parser::Node;
using parser::TokenKind;

/// Between two tokens of one line.
std::uint32_t spaces_between(TokenKind before, TokenKind token) {
    switch (token) {
        case TokenKind::comma:
        case TokenKind::dot:
        case TokenKind::right_paren:
        case TokenKind::right_bracket:
            return 0;
        default:
            break;
    }
    return before == TokenKind::dot || before == TokenKind::left_paren ||
                   before == TokenKind::left_bracket
               ? 0
               : 1;
}

/// Between the entries of a block on one line, so that they are seen as entries.
std::uint32_t spaces_of_entries(Node owner) {
    return owner == Node::event || owner == Node::webhook ? 3 : 2;
}

bool holds_data(Node owner) {
    switch (owner) {
        case Node::event:
        case Node::webhook:
        case Node::email:
        case Node::given_customer:
        case Node::given_event:
        case Node::at_customer:
        case Node::at_event:
            return true;
        default:
            return false;
    }
}

class Composer {
public:
    explicit Composer(const Draft& draft) : draft_(draft) {
        layout_.gaps.resize(draft.tokens.list.size());
        for (std::uint32_t i = 1; i < layout_.gaps.size(); ++i) {
            layout_.gaps[i].spaces = spaces_between(draft.token(i - 1).kind, draft.token(i).kind);
        }
    }

    Layout run() {
        std::vector<Row> rows;
        for (std::uint32_t i = 0; i < draft_.tree.size(); i = draft_.tree[i].next) {
            rows.push_back({draft_.tree[i].begin, draft_.tree[i].end, i, 0});
        }
        for (const Row& row : rows) {
            statement(row);
        }
        separate(rows);
        layout_.rows.push_back(std::move(rows));
        layout_.gaps[draft_.end()].line = true;
        align_columns(draft_, layout_);
        return std::move(layout_);
    }

private:
    // ---- rows

    void statement(const Row& row) {
        for (std::uint32_t i = row.first; i < row.end; ++i) {
            layout_.gaps[i].indent = row.indent + kHang;
        }
        layout_.gaps[row.first].line = true;
        layout_.gaps[row.first].indent = row.indent;
        if (row.node == kNone) {
            return;
        }
        if (!on_one_line(row)) {
            blocks(row.node, row);
            break_lines(draft_, layout_, row);
        }
    }

    /// Opens the blocks below a node, up to those of the statements inside them.
    void blocks(std::uint32_t node, const Row& row) {
        const std::uint32_t open = draft_.own(node, TokenKind::left_brace);
        if (open != kNone) {
            block(node, open, row);
            return;
        }
        const std::uint32_t begin = draft_.tree[node].begin;
        if (begin > row.first && draft_.is(begin - 1, TokenKind::right_brace)) {
            layout_.gaps[begin].indent = row.indent;  // `otherwise`, should a comment part it
        }
        draft_.each(node, [&](std::uint32_t child) { blocks(child, row); });
    }

    void block(std::uint32_t node, std::uint32_t open, const Row& row) {
        const std::uint32_t close = draft_.partners[open];
        std::vector<Row> rows = rows_of(node, open, row.indent + kIndent);
        layout_.gaps[open].indent = row.indent;
        Gap& behind = layout_.gaps[close];
        behind.indent = row.indent;
        behind.line = !rows.empty() || draft_.commented(close);
        behind.spaces = 0;
        for (const Row& inner : rows) {
            statement(inner);
        }
        layout_.rows.push_back(std::move(rows));
    }

    std::vector<Row> rows_of(std::uint32_t node, std::uint32_t open, std::uint32_t indent) const {
        const std::uint32_t close = draft_.partners[open];
        std::vector<Row> rows;
        const Node kind = draft_.tree[node].kind;
        if (kind == Node::change || kind == Node::state) {
            loose_rows(kind, open, rows);
        }
        draft_.each(node, [&](std::uint32_t child) {
            const Node of = draft_.tree[child].kind;
            // A `change` has leaves only; its rows are found by their words.
            if (draft_.tree[child].begin > open && draft_.tree[child].end <= close &&
                kind != Node::change) {
                const bool behind_word = begins_behind_its_word(of);
                rows.push_back({draft_.tree[child].begin - (behind_word ? 1U : 0U), 0, child, 0});
            }
        });
        std::ranges::sort(rows, {}, &Row::first);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i].end = i + 1 < rows.size() ? rows[i + 1].first : close;
            rows[i].indent = indent;
        }
        return rows;
    }

    /// `given` and `expect` stand before the nodes they introduce.
    static bool begins_behind_its_word(Node kind) {
        switch (kind) {
            case Node::given_customer:
            case Node::given_event:
            case Node::expect_nothing:
            case Node::expect_no:
            case Node::expect_send:
            case Node::expect_call:
            case Node::expect_count:
            case Node::expect_goal:
            case Node::expect_ended:
            case Node::expect_condition:
                return true;
            default:
                return false;
        }
    }

    /// Lines without a node: `final` in a state, everything in a change.
    void loose_rows(Node kind, std::uint32_t open, std::vector<Row>& rows) const {
        for (std::uint32_t i = open + 1; i < draft_.partners[open]; ++i) {
            const bool final_line =
                kind == Node::state && lies_loose(i) && draft_.is_word(i, kw("final"));
            const bool label = draft_.is(i, TokenKind::label) && !draft_.is_word(i - 1, kw("to"));
            const bool change = kind == Node::change && (label || draft_.is_word(i, kw("was")));
            if (final_line || change) {
                rows.push_back({i, 0, kNone, 0});
            }
        }
    }

    /// Whether the token is the first of a line of a state: behind the brace, or behind a node.
    bool lies_loose(std::uint32_t at) const {
        if (draft_.is(at - 1, TokenKind::left_brace)) {
            return true;
        }
        const auto ends_here = [&](const parser::TreeNode& node) {
            return node.end == at && (node.kind == Node::enters || node.kind == Node::leaves ||
                                      node.kind == Node::stays);
        };
        return draft_.is_word(at - 1, kw("final")) || std::ranges::any_of(draft_.tree, ends_here);
    }

    // ---- blocks on one line

    /// Short blocks stay on one line where the author has them so and they fit.
    bool on_one_line(const Row& row) {
        std::uint32_t open = row.first;
        while (open < row.end && !draft_.is(open, TokenKind::left_brace)) {
            ++open;
        }
        if (open == row.end || !written_on_one_line(row)) {
            return false;
        }
        const std::uint32_t node = owner(row.node, open);
        const std::vector<Row> rows = rows_of(node, open, 0);
        const bool data = holds_data(draft_.tree[node].kind);
        if (!data && !(rows.size() == 1 && may_hold_one(node, rows.front()))) {
            return false;
        }
        for (std::size_t i = 1; i < rows.size(); ++i) {
            layout_.gaps[rows[i].first].spaces = spaces_of_entries(draft_.tree[node].kind);
        }
        layout_.gaps[draft_.partners[open]].spaces = rows.empty() ? 0 : 1;
        const std::uint32_t width = flat_width(draft_, layout_, row.first, row.end);
        return row.indent + width <= (data ? kDataColumns : kColumns);
    }

    bool written_on_one_line(const Row& row) const {
        for (std::uint32_t i = row.first + 1; i < row.end; ++i) {
            if (draft_.token(i).bol) {
                return false;
            }
        }
        return true;
    }

    /// The node below `node` that this brace belongs to.
    std::uint32_t owner(std::uint32_t node, std::uint32_t open) const {
        for (std::uint32_t i = node; i < draft_.tree[node].next; ++i) {
            if (draft_.tree[i].begin <= open && open < draft_.tree[i].end &&
                draft_.own(i, TokenKind::left_brace) == open) {
                return i;
            }
        }
        return node;
    }

    /// A block of one step without a block of its own, and a change of one line. What has an
    /// `otherwise` is read better on lines.
    bool may_hold_one(std::uint32_t node, const Row& inner) const {
        if (draft_.tree[node].kind == Node::change) {
            return true;
        }
        if (draft_.tree[node].kind != Node::block) {
            return false;
        }
        for (std::uint32_t i = inner.first; i < inner.end; ++i) {
            if (draft_.is(i, TokenKind::left_brace)) {
                return false;
            }
        }
        const std::uint32_t parent = draft_.parents[node];
        return draft_.tree[parent].kind != Node::arm ||
               draft_.tree[draft_.parents[parent]].next == draft_.tree[parent].next;
    }

    // ---- the file

    /// Declarations stand apart; only those of one line may be grouped.
    void separate(const std::vector<Row>& rows) {
        for (std::size_t i = 1; i < rows.size(); ++i) {
            const bool grouped = is_one_line(rows[i - 1]) && is_one_line(rows[i]);
            layout_.gaps[rows[i].first].apart = !grouped;
        }
    }

    bool is_one_line(const Row& row) const {
        for (std::uint32_t i = row.first + 1; i < row.end; ++i) {
            if (layout_.gaps[i].line || draft_.commented(i)) {
                return false;
            }
        }
        return true;
    }

    const Draft& draft_;
    Layout layout_;
};

}  // namespace

std::uint32_t flat_width(const Draft& draft, const Layout& layout, std::uint32_t first,
                         std::uint32_t end) {
    std::uint32_t width = 0;
    for (std::uint32_t i = first; i < end; ++i) {
        width += draft.widths[i] + (i == first ? 0 : layout.gaps[i].spaces);
    }
    return width;
}

Layout lay_out(const Draft& draft) {
    return Composer(draft).run();
}

}  // namespace sluice::dsl::formatter
