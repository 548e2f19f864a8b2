#include "dsl/catalogue/catalogue.hpp"

#include <algorithm>
#include <cctype>

namespace sluice::dsl {
namespace {

char upper(char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
}

}  // namespace

bool looks_like_code(std::string_view word) {
    return word.size() == 4 && (upper(word[0]) == 'E' || upper(word[0]) == 'W') &&
           std::all_of(word.begin() + 1, word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::string_view> find_error_page(std::string_view code) {
    const auto pages = error_pages();
    const auto same = [&](const ErrorPage& page) {
        return std::equal(page.code.begin(), page.code.end(), code.begin(), code.end(),
                          [](char a, char b) { return a == upper(b); });
    };
    const auto found = std::find_if(pages.begin(), pages.end(), same);
    return found == pages.end() ? std::nullopt : std::optional(found->text);
}

std::string plain_page(std::string_view text) {
    std::string out;
    bool example = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with("```")) {
            example = !example;
            continue;
        }
        if (!example && line.starts_with('#')) {
            line.remove_prefix(line.find_first_not_of("# "));
        }
        out += (example && !line.empty() ? "    " : "") + std::string(line) + "\n";
    }
    return out;
}

}  // namespace sluice::dsl
