#pragma once

#include "dsl/language/index.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl::language {

struct CompletionItem {
    enum class Kind : std::uint8_t { keyword, snippet, name, field, binding, value };
    Kind kind = Kind::keyword;
    std::string label;
    std::string detail;         // a type, "event", "built in"
    std::string documentation;  // Markdown; may be empty
    std::string insert;         // replaces the span
    bool is_snippet = false;    // `insert` has LSP tab stops
    std::uint32_t offset = 0;   // bytes; what is replaced ends at the cursor
    std::uint32_t length = 0;
    std::string sort;  // what fits best comes first
};

/// What can stand at an offset: the words the grammar asks for there, and for every name, field or
/// binding it asks for those of the kind that fits. Empty inside comments and plain texts.
std::vector<CompletionItem> complete(const Index& index, std::uint32_t file, std::size_t offset);

/// A whole statement offered where its first word can begin one.
struct Snippet {
    std::string_view word;   // the keyword it begins with
    std::string_view label;  // shown
    std::string_view insert;
};
const std::vector<Snippet>& snippets();

}  // namespace sluice::dsl::language
