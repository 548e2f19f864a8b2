#include "dsl/graph/metrics.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::graph {

namespace {

// Advance widths of U+0020..U+007E in 1/1000 em.
constexpr std::array<std::int16_t, 95> kRegular = {
    278,  278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,  //
    556,  556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,  //
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,  //
    667,  778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,  //
    333,  556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,  //
    556,  556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
};
constexpr std::array<std::int16_t, 95> kBold = {
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,  //
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,  //
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,  //
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,  //
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,  //
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
};
constexpr int kOtherLetter = 600;  // accented Latin, Greek, Cyrillic: near the widest of them
constexpr int kWideLetter = 1000;

struct Style {
    Font font;
    int line;
};
Style style_of(Role role) {
    switch (role) {
        case Role::name:
            return {{20, true}, 27};
        case Role::description:
            return {{13, false}, 19};
        case Role::fact_verb:
            return {{12, true}, 20};
        case Role::fact:
            return {{13, false}, 20};
        case Role::verb:
            return {{11, true}, 15};
        case Role::title:
            return {{14, true}, 19};
        case Role::detail:
            return {{12, false}, 17};
        case Role::id:
            return {{10, false}, 15};
        case Role::label:
            return {{12, false}, 16};
        case Role::badge:
            return {{11, true}, 18};
        case Role::heading:
            return {{12, true}, 20};
    }
    return {{12, false}, 17};
}

int letter_width(char32_t c, bool bold) {
    if (c >= 0x20 && c <= 0x7e) {
        return (bold ? kBold : kRegular)[c - 0x20];
    }
    const int cell = columns(c);
    return cell == 0 ? 0 : cell == 2 ? kWideLetter : kOtherLetter;
}

bool between(char32_t c, char32_t low, char32_t high) {
    return c >= low && c <= high;
}

/// How many bytes of `word` fit; at least one character. Up to a joint, when there is one in the
/// second half of what fits.
std::size_t fitting(const Metrics& metrics, Role role, std::string_view word, int width) {
    std::size_t good = 0;
    for (std::size_t at = 0; at < word.size();) {
        next_code_point(word, at);
        if (good > 0 && metrics.width(role, word.substr(0, at)) > width) {
            break;
        }
        good = at;
    }
    const std::size_t joint = word.substr(0, good).find_last_of("_.-/");
    const bool useful = good < word.size() && joint != std::string_view::npos && 2 * joint > good;
    return useful ? joint + 1 : good;
}

}  // namespace

Font font_of(Role role) {
    return style_of(role).font;
}

int Metrics::line(Role role) const {
    return cells ? 1 : style_of(role).line;
}

int Metrics::ascent(Role role) const {
    if (cells) {
        return 0;
    }
    // Centred on the line: cap height is about 0.72 of the size.
    const Style style = style_of(role);
    return (style.line * 100 + style.font.size * 72) / 200;
}

int Metrics::width(Role role, std::string_view text) const {
    const Font font = font_of(role);
    int sum = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = next_code_point(text, at);
        sum += cells ? columns(c) : letter_width(c, font.bold);
    }
    return cells ? sum : (sum * font.size + 999) / 1000;
}

std::vector<std::string> Metrics::wrap(Role role, std::string_view text, int width_max) const {
    std::vector<std::string> lines;
    std::string line;
    while (!text.empty()) {
        std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        while (!word.empty()) {
            const std::string longer =
                line.empty() ? std::string(word) : line + " " + std::string(word);
            if (width(role, longer) <= width_max) {
                line = longer;
                break;
            }
            if (!line.empty()) {
                lines.push_back(std::move(line));
                line.clear();
                continue;
            }
            const std::size_t part = fitting(*this, role, word, width_max);
            lines.emplace_back(word.substr(0, part));
            word.remove_prefix(part);
        }
    }
    if (!line.empty()) {
        lines.push_back(std::move(line));
    }
    return lines;
}

std::vector<std::string> Metrics::wrap_evenly(Role role, std::string_view text,
                                              int width_max) const {
    std::vector<std::string> lines = wrap(role, text, width_max);
    if (lines.size() < 2) {
        return lines;
    }
    int low = width_max / 2, high = width_max;  // `high` is known to be enough
    while (low < high) {
        const int middle = (low + high) / 2;
        std::vector<std::string> tried = wrap(role, text, middle);
        if (tried.size() == lines.size()) {
            high = middle;
            lines = std::move(tried);
        } else {
            low = middle + 1;
        }
    }
    return lines;
}

Metrics pixels() {
    Metrics out;
    out.card_width = 236;
    out.header_width = 500;
    out.place_width = 210;
    out.pad_x = 14;
    out.pad_y = 11;
    out.icon_space = 42;
    out.fact_verb_space = 14;
    out.fact_icon_space = 26;
    out.gap = 34;
    out.stem = 20;
    out.drop = 16;
    out.label_gap = 26;
    out.merge = 22;
    out.tail = 14;
    out.column_gap = 36;
    out.lane = 16;
    out.frame = 20;
    out.dot = 7;
    out.margin = 28;
    out.label_pad_x = 10;
    out.label_pad_y = 4;
    out.label_width = 180;
    out.lane_label_width = 130;
    return out;
}

Metrics cells(int card_width) {
    Metrics out;
    out.cells = true;
    out.card_width = card_width;
    out.header_width = 72;
    out.place_width = 20;
    out.pad_x = 2;
    out.pad_y = 1;
    out.fact_verb_space = 2;
    out.gap = 2;
    out.stem = 1;
    out.drop = 1;
    out.label_gap = 2;
    out.merge = 1;
    out.tail = 1;
    out.column_gap = 2;
    out.lane = 2;
    out.frame = 2;
    out.margin = 1;
    out.label_pad_x = 1;
    out.label_width = card_width - 2;
    out.lane_label_width = 12;
    return out;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at++);
    if (first < 0x80) {
        return first;
    }
    const int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    if (more == 0 || first >= 0xf8) {
        return 0xfffd;
    }
    char32_t c = first & (0x3fU >> more);
    for (int i = 0; i < more; ++i) {
        if (at >= text.size() || (byte(at) & 0xc0) != 0x80) {
            return 0xfffd;
        }
        c = (c << 6) | (byte(at++) & 0x3fU);
    }
    return c;
}

int columns(char32_t c) {
    if (between(c, 0x300, 0x36f) || between(c, 0x200b, 0x200f) || between(c, 0xfe00, 0xfe0f)) {
        return 0;
    }
    const bool wide = between(c, 0x1100, 0x115f) || between(c, 0x2e80, 0xa4cf) ||
                      between(c, 0xac00, 0xd7a3) || between(c, 0xf900, 0xfaff) ||
                      between(c, 0xfe30, 0xfe6f) || between(c, 0xff00, 0xff60) ||
                      between(c, 0x1f300, 0x1faff) || between(c, 0x20000, 0x3fffd);
    return wide ? 2 : 1;
}

}  // namespace sluice::dsl::graph
