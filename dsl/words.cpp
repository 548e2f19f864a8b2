#include "dsl/words.hpp"

#include <algorithm>
#include <string_view>

namespace sluice::dsl {

namespace {

bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

std::string words(const SourceSet& sources, const Span& span) {
    const std::string_view text = sources.text(span);
    std::string out;
    bool in_quotes = false;
    bool gap = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (!in_quotes && c == '#') {
            at = std::min(text.find('\n', at), text.size());
            gap = true;
            continue;
        }
        if (!in_quotes && is_space(c)) {
            gap = true;
            continue;
        }
        if (c == '"' && (!in_quotes || at == 0 || text[at - 1] != '\\')) {
            in_quotes = !in_quotes;
        }
        if (gap && !out.empty()) {
            out += ' ';
        }
        gap = false;
        out += c;
    }
    return out;
}

std::string counted(std::size_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace sluice::dsl
