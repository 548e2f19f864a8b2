#include "dsl/graph/characters.hpp"

#include "dsl/graph/metrics.hpp"

namespace sluice::dsl::graph {

namespace {

char plain(char32_t c) {
    switch (c) {
        case U'─':
        case U'╌':
            return '-';
        case U'│':
        case U'╎':
            return '|';
        case U'▼':
            return 'v';
        case U'▲':
            return '^';
        case U'▶':
            return '>';
        case U'◀':
            return '<';
        case U'●':
            return 'x';
        case U'◉':
            return 'o';
        case U'·':
            return '-';
        default:
            // What is left of the box drawing block are corners and junctions.
            return c >= 0x2500 && c <= 0x257f ? '+' : '?';
    }
}

}  // namespace

std::string to_ascii(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = next_code_point(text, at);
        if (c < 0x80) {
            out += static_cast<char>(c);
        } else {
            out.append(static_cast<std::size_t>(columns(c)), plain(c));
        }
    }
    return out;
}

void append_utf8(std::string& out, char32_t c) {
    const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xc0 | (c >> 6));
        put(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        put(0xe0 | (c >> 12));
        put(0x80 | ((c >> 6) & 0x3f));
        put(0x80 | (c & 0x3f));
    } else {
        put(0xf0 | (c >> 18));
        put(0x80 | ((c >> 12) & 0x3f));
        put(0x80 | ((c >> 6) & 0x3f));
        put(0x80 | (c & 0x3f));
    }
}

}  // namespace sluice::dsl::graph
