// Like below like: runs of rows of one kind, without an empty line between them, have a part of
// theirs begin in one column.

#include "dsl/format/layout.hpp"
#include "dsl/parser/keywords.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace sluice::dsl::formatter {

namespace {

using parser::kw;
using parser::Node;
using parser::TokenKind;

/// How a kind of row is aligned.
struct Column {
    std::uint32_t gap = 1;     // before the column
    std::uint32_t alone = 1;   // in a run of one row
    std::uint32_t differ = 8;  // columns the rows of a run may differ by; one long name must not
                               // push the rest of the page away
};

constexpr std::uint32_t kAnyWidth = std::numeric_limits<std::uint32_t>::max();
constexpr Column kTable{2, 1, kAnyWidth};
constexpr Column kEvent{1, 1, 4};
constexpr Column kMoment{2, 2, 8};
constexpr Column kPlain{};

/// One row of a run: its column begins before token `cell`.
struct Cell {
    std::uint32_t first = 0;
    std::uint32_t cell = kNone;
};

class Aligner {
public:
    Aligner(const Draft& draft, Layout& layout) : draft_(draft), layout_(layout) {}

    void block(const std::vector<Row>& rows) {
        for (std::size_t begin = 0; begin < rows.size();) {
            const std::size_t end = run_from(rows, begin);
            run(std::span(rows).subspan(begin, end - begin));
            begin = end;
        }
    }

private:
    /// Rows of one kind, next to each other.
    std::size_t run_from(const std::vector<Row>& rows, std::size_t begin) const {
        std::size_t end = begin + 1;
        while (end < rows.size() && alike(rows[begin], rows[end]) &&
               !layout_.gaps[rows[end].first].apart && !draft_.blank_before(rows[end].first)) {
            ++end;
        }
        return end;
    }

    /// `catalog event` is another column than `event`.
    bool alike(const Row& a, const Row& b) const {
        return kind_of(a) == kind_of(b) &&
               (kind_of(a) != Node::event || draft_.words[a.first] == draft_.words[b.first]);
    }

    Node kind_of(const Row& row) const {
        const Node kind = row.node == kNone ? Node::word : draft_.tree[row.node].kind;
        return kind == Node::at_customer ? Node::at_event : kind;
    }

    void run(std::span<const Row> rows) {
        const Node kind = kind_of(rows.front());
        if (kind == Node::field) {
            align(rows, kTable, [&](const Row& row) { return type_of(row); });
            align(rows, kTable, [&](const Row& row) { return modifier_of(row); });
        } else if (kind == Node::prop) {
            align(rows, kTable, [&](const Row& row) { return row.first + 1; });
        } else if (kind == Node::at_event) {
            align(rows, kMoment, [&](const Row& row) { return behind_moment(row); });
        } else {
            align(rows, kind == Node::event ? kEvent : kPlain,
                  [&](const Row& row) { return cell_of(row); });
        }
    }

    // ---- where the columns of a row begin

    std::uint32_t type_of(const Row& row) const {
        return draft_.tree[draft_.child(row.node, Node::type)].begin;
    }

    std::uint32_t modifier_of(const Row& row) {
        const std::uint32_t type = draft_.child(row.node, Node::type);
        const std::uint32_t at = draft_.tree[type].end;
        if (at >= row.end) {
            return kNone;
        }
        if (draft_.is_word(draft_.tree[type].begin, kw("one"))) {
            layout_.gaps[at].spaces = kTable.gap;  // too long to set a column
            return kNone;
        }
        return at;
    }

    std::uint32_t behind_moment(const Row& row) const {
        return draft_.tree[draft_.child(row.node, Node::moment)].end;
    }

    std::uint32_t cell_of(const Row& row) const {
        switch (kind_of(row)) {
            case Node::event:
            case Node::variant:
            case Node::split_arm:
                return brace_of_one_line(row);
            case Node::segment:
            case Node::consent:
                return draft_.own_word(row.node, kw("when"));
            case Node::state: {
                const std::uint32_t when = draft_.own_word(row.node, kw("when"));
                return when != kNone ? when : draft_.own_word(row.node, kw("otherwise"));
            }
            case Node::quiet_hours:
                return draft_.child(row.node, Node::kind) == kNone
                           ? kNone
                           : draft_.own_word(row.node, kw("from"));
            default:
                return kNone;
        }
    }

    std::uint32_t brace_of_one_line(const Row& row) const {
        for (std::uint32_t i = row.first + 1; i < row.end; ++i) {
            if (draft_.is(i, TokenKind::left_brace)) {
                return layout_.gaps[i + 1].line ? kNone : i;
            }
        }
        return kNone;
    }

    // ---- columns

    template <class CellOf>
    void align(std::span<const Row> rows, const Column& column, CellOf cell_of_row) {
        std::vector<Cell> cells;
        for (const Row& row : rows) {
            const std::uint32_t cell = cell_of_row(row);
            if (cell != kNone && together(row.first, cell)) {
                cells.push_back({row.first, cell});
            } else if (column.differ != kAnyWidth) {
                set(cells, column);
                cells.clear();
            }
        }
        set(cells, column);
    }

    /// Whether nothing breaks the line from its begin to the column.
    bool together(std::uint32_t first, std::uint32_t cell) const {
        for (std::uint32_t i = first + 1; i <= cell; ++i) {
            if (layout_.gaps[i].line || draft_.commented(i)) {
                return false;
            }
        }
        return true;
    }

    void set(std::span<const Cell> cells, const Column& column) {
        for (std::size_t begin = 0; begin < cells.size();) {
            std::uint32_t least = width(cells[begin]);
            std::uint32_t most = least;
            std::size_t end = begin + 1;
            for (; end < cells.size(); ++end) {
                const std::uint32_t low = std::min(least, width(cells[end]));
                const std::uint32_t high = std::max(most, width(cells[end]));
                if (high - low > column.differ) {
                    break;
                }
                least = low;
                most = high;
            }
            pad(cells.subspan(begin, end - begin), most, column);
            begin = end;
        }
    }

    void pad(std::span<const Cell> cells, std::uint32_t most, const Column& column) {
        const std::uint32_t gap = cells.size() == 1 ? column.alone : column.gap;
        for (const Cell& cell : cells) {
            layout_.gaps[cell.cell].spaces = most - width(cell) + gap;
        }
    }

    std::uint32_t width(const Cell& cell) const {
        return flat_width(draft_, layout_, cell.first, cell.cell);
    }

    const Draft& draft_;
    Layout& layout_;
};

}  // namespace

void align_columns(const Draft& draft, Layout& layout) {
    Aligner aligner(draft, layout);
    for (const std::vector<Row>& rows : layout.rows) {
        aligner.block(rows);
    }
}

}  // namespace sluice::dsl::formatter
