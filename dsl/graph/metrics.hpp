#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Sizes of text and distances between things, in one unit: pixels for SVG, character cells for the
/// terminal. The layout is the same for both; only the numbers differ.
namespace sluice::dsl::graph {

/// What a piece of text is for; decides size and weight.
enum class Role : std::uint8_t {
    name,         // of the flow, in the header
    description,  // below it
    fact_verb,    // "Only if"
    fact,         // what follows it
    verb,         // "Send email", small, above the title
    title,
    detail,
    id,
    label,    // on a connector
    badge,    // people
    heading,  // above a column of the overview
};

struct Metrics {
    bool cells = false;

    int card_width = 0;    // of a step; even, so that its middle is a whole number
    int header_width = 0;  // of the card on top
    int place_width = 0;   // of a source or target in the overview
    int pad_x = 0, pad_y = 0;
    int icon_space = 0;       // left of the text of a card; 0: no icons
    int fact_verb_space = 0;  // between the verbs of a header and what follows them
    int fact_icon_space = 0;

    int gap = 0;         // between two steps
    int stem = 0;        // from a card down to where the ways part
    int drop = 0;        // from there to the labels
    int label_gap = 0;   // from the labels to the first steps
    int merge = 0;       // from the last steps to where the ways meet
    int tail = 0;        // from there on
    int column_gap = 0;  // between two ways
    int lane = 0;        // between a connector that runs beside cards and what is next to it
    int frame = 0;       // inside a frame, around its content
    int dot = 0;         // radius of an end
    int margin = 0;

    int label_pad_x = 0, label_pad_y = 0;
    int label_width = 0;       // of the text of a label, at most
    int lane_label_width = 0;  // of one beside the states of a lifecycle

    /// Height of one line.
    [[nodiscard]] int line(Role role) const;
    /// From the top of a line to the baseline.
    [[nodiscard]] int ascent(Role role) const;
    [[nodiscard]] int width(Role role, std::string_view text) const;
    /// Lines no wider than `width`: broken at spaces, inside a word only when it is too long alone.
    /// Behind `_`, `.`, `-` or `/` if it can be. At least one line, unless the text is empty.
    [[nodiscard]] std::vector<std::string> wrap(Role role, std::string_view text, int width) const;
    /// As few lines as wrap() needs, and those of about the same length.
    [[nodiscard]] std::vector<std::string> wrap_evenly(Role role, std::string_view text,
                                                       int width) const;
};

/// Pixels of a sans-serif font with the widths of Helvetica, which Arial and Liberation Sans share.
Metrics pixels();
/// Cells of a terminal.
Metrics cells(int card_width);

/// Font size in pixels, and whether bold; what the widths are computed for.
struct Font {
    int size;
    bool bold;
};
Font font_of(Role role);

/// The next code point of UTF-8 text, advancing `at`; U+FFFD for what is not UTF-8.
char32_t next_code_point(std::string_view text, std::size_t& at);
/// Columns of a terminal: 2 for wide East Asian characters and emoji, 0 for combining marks.
int columns(char32_t c);

}  // namespace sluice::dsl::graph
