#include "dsl/language/constructs.hpp"

#include "dsl/language/constructs_tables.hpp"

#include <algorithm>
#include <vector>

namespace sluice::dsl::language {
namespace {

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || c == '-';
}

/// `[types](values.md#types)` as `types`.
std::string without_links(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t middle = text.find("](");
        const std::size_t open = text.rfind('[', middle);
        const std::size_t close = text.find(')', std::min(middle, text.size()));
        if (middle == std::string_view::npos || open == std::string_view::npos ||
            close == std::string_view::npos) {
            break;
        }
        out += std::string(text.substr(0, open)) +
               std::string(text.substr(open + 1, middle - open - 1));
        text.remove_prefix(close + 1);
    }
    return out + std::string(text);
}

std::vector<Construct> joined() {
    std::vector<Construct> out;
    for (const auto& table : {declaration_constructs(), message_constructs(), flow_constructs(),
                              condition_constructs(), test_constructs()}) {
        out.insert(out.end(), table.begin(), table.end());
    }
    return out;
}

}  // namespace

std::string_view to_text(Part part) {
    switch (part) {
        case Part::file:
            return "file";
        case Part::header:
            return "header";
        case Part::step:
            return "step";
        case Part::condition:
            return "condition";
        case Part::message:
            return "message";
        case Part::policy:
            return "policy";
        case Part::lifecycle:
            return "lifecycle";
        case Part::test:
            return "test";
    }
    return {};
}

std::span<const Construct> constructs() {
    static const std::vector<Construct> all = joined();
    return all;
}

const Construct* construct_of(parser::Node node) {
    const auto all = constructs();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const Construct& one) { return one.node == node; });
    return found == all.end() ? nullptr : &*found;
}

bool mentions(const Construct& construct, std::string_view keyword) {
    const std::string_view text = construct.syntax;
    for (std::size_t at = text.find(keyword); at != std::string_view::npos;
         at = text.find(keyword, at + 1)) {
        const std::size_t end = at + keyword.size();
        if ((at == 0 || !is_word_character(text[at - 1])) &&
            (end == text.size() || !is_word_character(text[end]))) {
            return true;
        }
    }
    return false;
}

std::vector<std::string_view> ways_of(const Construct& construct) {
    constexpr std::string_view kBetween = " · ";
    std::vector<std::string_view> out;
    std::string_view text = construct.syntax;
    for (std::size_t at = text.find(kBetween); at != std::string_view::npos;
         at = text.find(kBetween)) {
        out.push_back(text.substr(0, at));
        text.remove_prefix(at + kBetween.size());
    }
    out.push_back(text);
    return out;
}

bool begins(const Construct& construct, std::string_view keyword) {
    const auto ways = ways_of(construct);
    return std::any_of(ways.begin(), ways.end(), [&](std::string_view way) {
        return way.starts_with(keyword) &&
               (way.size() == keyword.size() || !is_word_character(way[keyword.size()]));
    });
}

std::string describe(const Construct& construct) {
    return "```\n" + std::string(construct.syntax) + "\n```\n" + without_links(construct.text);
}

}  // namespace sluice::dsl::language
