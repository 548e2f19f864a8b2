#include "dsl/template/text.hpp"

#include "dsl/template/case_table.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

namespace sluice::dsl::tpl {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string_view trim_left(std::string_view text) {
    while (!text.empty() && (is_space(text.front()) || text.front() == '\0')) {
        text.remove_prefix(1);
    }
    return text;
}

std::string_view trim_right(std::string_view text) {
    while (!text.empty() && (is_space(text.back()) || text.back() == '\0')) {
        text.remove_suffix(1);
    }
    return text;
}

std::string_view trim(std::string_view text) {
    return trim_right(trim_left(text));
}

// ---- UTF-8

namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

std::size_t announced_bytes(unsigned lead) {
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    if (lead >= 0xF0 && lead <= 0xF4)
        return 4;
    return 0;
}

/// Bytes of a well-formed character at `at`; 0 when malformed.
std::size_t valid_bytes(std::string_view text, std::size_t at) {
    const unsigned lead = byte_at(text, at);
    const std::size_t size = announced_bytes(lead);
    if (size <= 1 || at + size > text.size()) {
        return size == 1 ? 1 : 0;
    }
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte_at(text, at + i) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    const unsigned second = byte_at(text, at + 1);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    return overlong || outside ? 0 : size;
}

}  // namespace

std::size_t char_bytes(std::string_view text, std::size_t at) {
    const std::size_t size = valid_bytes(text, at);
    return size == 0 ? 1 : size;
}

std::size_t code_points(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); at += char_bytes(text, at)) {
        ++count;
    }
    return count;
}

std::size_t byte_of(std::string_view text, std::size_t character) {
    std::size_t at = 0;
    for (; character > 0 && at < text.size(); --character) {
        at += char_bytes(text, at);
    }
    return at;
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = valid_bytes(text, at);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

char32_t code_point_at(std::string_view text, std::size_t at) {
    const std::size_t size = char_bytes(text, at);
    const unsigned lead = byte_at(text, at);
    if (size == 1) {
        return lead;
    }
    char32_t c = lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        c = (c << 6U) | (byte_at(text, at + i) & 0x3FU);
    }
    return c;
}

void append_code_point(std::string& out, char32_t c) {
    const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0U | (c >> 6U));
        put(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        put(0xE0U | (c >> 12U));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    } else {
        put(0xF0U | (c >> 18U));
        put(0x80U | ((c >> 12U) & 0x3FU));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    }
}

// ---- case

namespace {

template <std::size_t N>
char32_t mapped(const CaseRun (&runs)[N], char32_t c) {
    const auto wanted = static_cast<std::int32_t>(c);
    const auto* after =
        std::upper_bound(std::begin(runs), std::end(runs), wanted,
                         [](std::int32_t v, const CaseRun& r) { return v < r.first; });
    // Runs of step 2 interleave (upper and lower alternate), so the one before may hold it too.
    for (int back = 0; back < 2 && after != std::begin(runs); ++back) {
        --after;
        if (wanted <= after->last && (wanted - after->first) % after->step == 0) {
            return static_cast<char32_t>(wanted + after->delta);
        }
    }
    return c;
}

/// Characters whose capital is more than one letter.
std::string_view expanded_upper(char32_t c, bool title) {
    switch (c) {
        case 0xDF:
            return title ? "Ss" : "SS";
        case 0xFB00:
            return title ? "Ff" : "FF";
        case 0xFB01:
            return title ? "Fi" : "FI";
        case 0xFB02:
            return title ? "Fl" : "FL";
        default:
            return {};
    }
}

enum class Change : std::uint8_t { up, title, down };

void append_changed(std::string& out, std::string_view text, std::size_t at, Change change) {
    const unsigned lead = byte_at(text, at);
    if (lead < 0x80) {
        const bool lower = lead >= 'a' && lead <= 'z';
        const bool upper = lead >= 'A' && lead <= 'Z';
        const unsigned flipped = lead ^ 0x20U;
        out += static_cast<char>((change == Change::down ? upper : lower) ? flipped : lead);
        return;
    }
    const std::size_t size = valid_bytes(text, at);
    if (size == 0) {
        out += text[at];
        return;
    }
    const char32_t c = code_point_at(text, at);
    if (change == Change::down) {
        append_code_point(out, mapped(kLower, c));
        return;
    }
    const std::string_view expanded = expanded_upper(c, change == Change::title);
    if (expanded.empty()) {
        append_code_point(out, mapped(kUpper, c));
    } else {
        out += expanded;
    }
}

std::string changed(std::string_view text, Change first, Change rest) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); at += char_bytes(text, at)) {
        append_changed(out, text, at, at == 0 ? first : rest);
    }
    return out;
}

}  // namespace

std::string upcase(std::string_view text) {
    return changed(text, Change::up, Change::up);
}

std::string downcase(std::string_view text) {
    return changed(text, Change::down, Change::down);
}

std::string capitalize(std::string_view text) {
    return changed(text, Change::title, Change::down);
}

// ---- HTML

namespace {

std::string_view entity_of(char c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return {};
    }
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// True when an entity such as `&amp;` or `&#39;` starts at `at`.
bool at_entity(std::string_view text, std::size_t at) {
    std::size_t i = at + 1;
    const bool number = i < text.size() && text[i] == '#';
    i += number ? 1 : 0;
    const std::size_t start = i;
    while (i < text.size() && (number ? is_digit(text[i]) : is_letter(text[i]))) {
        ++i;
    }
    return i > start && i < text.size() && text[i] == ';';
}

/// A piece of markup that strip_html removes with its content. `never_closed` remembers that no
/// end follows, so that a text full of openings is still read in linear time.
struct Removed {
    std::string_view open;
    std::string_view close;
    bool never_closed = false;
};

/// The place after a removed piece that starts at `at`, or npos when none starts there.
std::size_t removed_end(std::string_view text, std::size_t at, Removed* first, Removed* last) {
    for (Removed* piece = first; piece != last; ++piece) {
        if (text.substr(at, piece->open.size()) != piece->open) {
            continue;
        }
        const std::size_t close = piece->never_closed
                                      ? std::string_view::npos
                                      : text.find(piece->close, at + piece->open.size());
        piece->never_closed = close == std::string_view::npos;
        return piece->never_closed ? close : close + piece->close.size();
    }
    return std::string_view::npos;
}

std::string without(std::string_view text, Removed* first, Removed* last) {
    std::string kept;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end =
            text[at] == '<' ? removed_end(text, at, first, last) : std::string_view::npos;
        if (end == std::string_view::npos) {
            kept += text[at++];
        } else {
            at = end;
        }
    }
    return kept;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
    std::size_t done = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view entity = entity_of(text[at]);
        if (!entity.empty()) {
            out.append(text, done, at - done).append(entity);
            done = at + 1;
        }
    }
    out.append(text, done);
}

std::string escape_once(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view entity = entity_of(text[at]);
        if (entity.empty() || (text[at] == '&' && at_entity(text, at))) {
            out += text[at];
        } else {
            out += entity;
        }
    }
    return out;
}

std::string strip_html(std::string_view text) {
    // Two passes, as in Ruby: whole blocks first, then whatever still looks like a tag.
    Removed blocks[] = {{"<script", "</script>"}, {"<!--", "-->"}, {"<style", "</style>"}};
    Removed tags[] = {{"<", ">"}};
    return without(without(text, std::begin(blocks), std::end(blocks)), std::begin(tags),
                   std::end(tags));
}

std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> before(right.size() + 1);
    std::vector<std::size_t> row(right.size() + 1);
    std::vector<std::size_t> next(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= left.size(); ++i) {
        next[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t changed_cost = left[i - 1] == right[j - 1] ? 0 : 1;
            next[j] = std::min({next[j - 1] + 1, row[j] + 1, row[j - 1] + changed_cost});
            const bool swapped =
                i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            next[j] = swapped ? std::min(next[j], before[j - 2] + 1) : next[j];
        }
        before.swap(row);
        row.swap(next);
    }
    return row[right.size()];
}

}  // namespace sluice::dsl::tpl
