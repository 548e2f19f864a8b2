// Which lines of a statement begin before its end: those its blocks begin (already set), those of a
// condition that does not fit or that the author has broken, and those of lists that run over.

#include "dsl/format/layout.hpp"
#include "dsl/parser/keywords.hpp"
#include "dsl/parser/places.hpp"

#include <algorithm>

namespace sluice::dsl::formatter {

namespace {

using parser::kw;
using parser::Node;
using parser::TokenKind;

/// Decides for one statement; its condition first, then what is left over.
class Breaker {
public:
    Breaker(const Draft& draft, Layout& layout, const Row& row)
        : draft_(draft), layout_(layout), row_(row) {}

    void run() {
        walk(row_.node);
        wrap_lists();
    }

private:
    struct Line {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
    };

    // ---- the parts of a statement

    /// Everything but what the blocks hold: their rows are statements of their own.
    void walk(std::uint32_t node) {
        switch (draft_.tree[node].kind) {
            case Node::condition:
                condition(node, layout_.gaps[line_around(node).begin].indent + kHang);
                return;
            case Node::start_event:
                audience(node);
                break;
            case Node::alternative:
            case Node::best_time:
                clauses_.push_back(draft_.tree[node].begin);
                return;
            case Node::followed:
                clauses_.push_back(draft_.tree[node].begin);
                break;
            case Node::send:
            case Node::call:
            case Node::record:
                arguments(node);
                break;
            case Node::list:
            case Node::type:
                elements(node);
                return;
            default:
                break;
        }
        const std::uint32_t open = draft_.own(node, TokenKind::left_brace);
        draft_.each(node, [&](std::uint32_t child) {
            if (open == kNone || draft_.tree[child].begin < open) {
                walk(child);
            }
        });
    }

    /// `starts when …,` and below it `for customers with …`.
    void audience(std::uint32_t node) {
        const std::uint32_t fan_out = draft_.child(node, Node::fan_out);
        if (fan_out == kNone) {
            return;
        }
        const std::uint32_t at = draft_.tree[fan_out].begin + 1;
        if (draft_.token(at).bol || too_wide({row_.first, row_.end})) {
            begin_line(at, row_.indent + kIndent);
        }
    }

    /// All joining words of a condition begin lines, or none.
    void condition(std::uint32_t node, std::uint32_t hang) {
        bool broken = false;
        draft_.each(node, [&](std::uint32_t child) {
            const std::uint32_t at = draft_.tree[child].begin;
            broken = broken || (draft_.tree[child].kind == Node::join &&
                                (draft_.token(at).bol || draft_.token(at + 1).bol));
        });
        broken = broken || too_wide(line_around(node));
        bool joined = false;
        draft_.each(node, [&](std::uint32_t child) {
            if (draft_.tree[child].kind == Node::join && broken) {
                begin_line(draft_.tree[child].begin, hang);
                joined = broken_ = true;
            }
        });
        draft_.each(node,
                    [&](std::uint32_t child) { inside(child, joined ? hang + kHang : hang); });
    }

    /// Conditions in parentheses, what follows a pattern, and lists of values.
    void inside(std::uint32_t node, std::uint32_t hang) {
        const Node kind = draft_.tree[node].kind;
        if (kind == Node::condition) {
            condition(node, hang);
            return;
        }
        if (kind == Node::list) {
            elements(node);
            return;
        }
        if (kind == Node::followed) {
            clauses_.push_back(draft_.tree[node].begin);
        }
        draft_.each(node, [&](std::uint32_t child) { inside(child, hang); });
    }

    // ---- lists

    void arguments(std::uint32_t node) {
        const std::uint32_t args = draft_.child(node, Node::args);
        if (args != kNone) {
            clauses_.push_back(draft_.tree[args].begin - 1);
            elements(args);
        }
    }

    void elements(std::uint32_t node) {
        draft_.each(node, [&](std::uint32_t child) {
            const std::uint32_t at = draft_.tree[child].begin;
            if (at > draft_.tree[node].begin && may_begin_line(at)) {
                elements_.push_back(at);
            }
        });
    }

    /// At the start of a line the parser takes a word that may begin a statement for one.
    bool may_begin_line(std::uint32_t at) const {
        const std::uint16_t word = draft_.token(at).word;
        return draft_.is(at - 1, TokenKind::comma) &&
               (word == 0 || parser::home_of(parser::keyword_text(word)) == nullptr);
    }

    /// Lines that are still too long are filled up to the last clause, or else the last element,
    /// that fits.
    void wrap_lists() {
        for (std::vector<std::uint32_t>* at : {&clauses_, &elements_}) {
            std::ranges::sort(*at);
            for (std::uint32_t begin = row_.first; begin < row_.end && !at->empty();) {
                const Line line{begin, end_of_line(begin)};
                if (too_wide(line)) {
                    wrap(line, *at);
                }
                begin = line.end;
            }
        }
    }

    void wrap(const Line& line, const std::vector<std::uint32_t>& points) {
        // What a line leaves over stands deeper than the joining words of its condition.
        const Gap& start = layout_.gaps[line.begin];
        const std::uint32_t hang = start.indent + (broken_ && !start.inside ? 2 : 1) * kHang;
        std::uint32_t begin = line.begin;
        const auto behind = std::ranges::upper_bound(points, line.begin);
        for (auto point = behind; point != points.end() && *point < line.end; ++point) {
            const auto next = std::next(point);
            const std::uint32_t until = next == points.end() ? line.end : std::min(*next, line.end);
            if (too_wide({begin, until})) {
                begin_line(*point, hang);
                begin = *point;
            }
        }
    }

    // ---- lines

    void begin_line(std::uint32_t at, std::uint32_t indent) {
        layout_.gaps[at].line = true;
        layout_.gaps[at].inside = true;
        layout_.gaps[at].indent = indent;
    }

    [[nodiscard]] std::uint32_t end_of_line(std::uint32_t at) const {
        for (++at; at < row_.end && !layout_.gaps[at].line; ++at) {
        }
        return at;
    }

    /// The line of the statement that a node begins on, to its end.
    [[nodiscard]] Line line_around(std::uint32_t node) const {
        std::uint32_t begin = draft_.tree[node].begin;
        while (begin > row_.first && !layout_.gaps[begin].line) {
            --begin;
        }
        return {begin, end_of_line(begin)};
    }

    [[nodiscard]] bool too_wide(const Line& line) const {
        return layout_.gaps[line.begin].indent + flat_width(draft_, layout_, line.begin, line.end) >
               kColumns;
    }

    const Draft& draft_;
    Layout& layout_;
    const Row& row_;
    bool broken_ = false;  // whether joining words of the statement begin lines
    // Tokens that may begin a line when there is need.
    std::vector<std::uint32_t> clauses_;
    std::vector<std::uint32_t> elements_;
};

}  // namespace

void break_lines(const Draft& draft, Layout& layout, const Row& row) {
    Breaker(draft, layout, row).run();
}

}  // namespace sluice::dsl::formatter
