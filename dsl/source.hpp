#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl {

/// A piece of one source file. `file` indexes SourceSet::files.
struct Span {
    std::uint32_t file = 0;
    std::uint32_t offset = 0;  // bytes
    std::uint32_t length = 0;  // bytes; 0 marks a place between characters
    std::uint32_t line = 0;    // 1-based; 0 means the node has no place (synthesised)
    std::uint32_t column = 0;  // 1-based, in bytes
    friend bool operator==(const Span&, const Span&) = default;
};

/// One file as given to the compiler. `path` is relative to the project directory, with `/`.
struct SourceFile {
    std::string path;
    std::string text;
};

/// All files of one project directory, sorted by path. Owns the text that spans point into.
struct SourceSet {
    std::vector<SourceFile> files;

    /// The text a span covers; empty when the span is synthesised.
    [[nodiscard]] std::string_view text(const Span& span) const;
    /// The whole source line a span begins on, without its line end.
    [[nodiscard]] std::string_view line(const Span& span) const;
};

}  // namespace sluice::dsl
