#pragma once

#include "dsl/language/index.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::dsl::language {

struct Hover {
    std::string markdown;
    std::uint32_t offset = 0;  // of what it is about, in bytes
    std::uint32_t length = 0;
};

/// What the thing at an offset is: a name with its declaration, a field with its type, or a
/// construct of the language. Empty where there is nothing to say.
std::optional<Hover> hover(const Index& index, std::uint32_t file, std::size_t offset);

/// A keyword with several forms or meanings, for people who see it for the first time. What has one
/// form only is explained by its construct (constructs.hpp).
struct Page {
    std::string_view word;   // the keyword it begins with
    std::string_view title;  // its shape: `wait up to D { on … }`
    std::string_view text;   // Markdown
};
std::span<const Page> pages();

/// The page of a keyword, or the construct it begins, as Markdown; empty when there is neither.
std::string page_of(std::string_view word);

/// What a symbol is, as Markdown.
std::string describe(const Index& index, const Symbol& symbol);

}  // namespace sluice::dsl::language
