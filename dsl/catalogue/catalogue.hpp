#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice::dsl {

/// One page of docs/language/errors, as written (Markdown).
struct ErrorPage {
    std::string_view code;
    std::string_view text;
};

/// All pages, sorted by code. Compiled in.
std::span<const ErrorPage> error_pages();

/// The page of a code; `e206` is found as well.
std::optional<std::string_view> find_error_page(std::string_view code);

/// Whether a word looks like a code of a diagnostic: `E206`, `w411`.
bool looks_like_code(std::string_view word);

/// A page for the terminal: no marks of Markdown, examples set in by four spaces.
std::string plain_page(std::string_view text);

}  // namespace sluice::dsl
