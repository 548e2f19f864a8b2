#pragma once

#include "dsl/format/draft.hpp"

#include <cstdint>
#include <vector>

namespace sluice::dsl::formatter {

/// Width of a page, and of a row of data (the fields of an event, what a test knows), which may
/// run wider: a table is read in columns.
inline constexpr std::uint32_t kColumns = 100;
inline constexpr std::uint32_t kDataColumns = 130;
inline constexpr std::uint32_t kIndent = 2;
inline constexpr std::uint32_t kHang = 4;

/// What stands before a token.
struct Gap {
    bool line = false;         // it begins a line
    bool inside = false;       // a line of a statement that has begun on an earlier one
    bool apart = false;        // with an empty line before it, even if the author left none
    std::uint32_t indent = 0;  // of the line it begins, should it be a comment that makes it so
    std::uint32_t spaces = 1;  // when it begins none
};

/// A statement: one line, unless it has a block or is too long for one.
struct Row {
    std::uint32_t first = 0;  // tokens [first, end)
    std::uint32_t end = 0;
    std::uint32_t node = kNone;  // of the tree; kNone when the statement has none of its own
    std::uint32_t indent = 0;
};

struct Layout {
    std::vector<Gap> gaps;               // one a token, the end included
    std::vector<std::vector<Row>> rows;  // of each block that has its rows on lines of their own
};

/// Decides where lines begin. Looks at tokens and at the few things that are the author's to
/// decide: line breaks before joining words and after a comma that introduces `for customers`,
/// blocks on one line, empty lines.
Layout lay_out(const Draft& draft);

/// Characters of the tokens [first, end) on one line.
std::uint32_t flat_width(const Draft& draft, const Layout& layout, std::uint32_t first,
                         std::uint32_t end);

/// Breaks what is too long or was broken by the author: conditions before their joining words,
/// `for customers` and long lists. `row` must have its line begins set.
void break_lines(const Draft& draft, Layout& layout, const Row& row);

/// Widens gaps so that like stands below like. The last step.
void align_columns(const Draft& draft, Layout& layout);

}  // namespace sluice::dsl::formatter
