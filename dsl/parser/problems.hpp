#pragma once

#include "dsl/diagnostic.hpp"
#include "dsl/parser/token.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace sluice::dsl::parser {

/// Collects what is wrong in one file and keeps one cause to one report.
///
/// A line that the lexer or the repair of braces has complained about is muted: what the grammar
/// then cannot read on it is a consequence. At most kErrorsMax reports a file; garbage needs no
/// hundred thousand messages.
class Problems {
public:
    static constexpr std::size_t kErrorsMax = 100;

    Problems(const SourceSet& sources, std::uint32_t file)
        : sources_(sources), file_(file), source_(sources.files[file].text) {}

    [[nodiscard]] std::uint32_t file() const { return file_; }
    [[nodiscard]] std::string_view source() const { return source_; }
    [[nodiscard]] std::string_view text(const Token& token) const {
        return {source_.data() + token.offset, token.length};
    }
    [[nodiscard]] std::string_view text(const Span& span) const { return sources_.text(span); }

    /// A token as shown inside a message: in backticks, short, printable.
    [[nodiscard]] std::string show(const Token& token) const;

    void add(Diagnostic diagnostic);
    void mute(std::uint32_t line) { muted_.insert(line); }
    /// Whether any line from first to last is muted.
    [[nodiscard]] bool muted(std::uint32_t first, std::uint32_t last) const;

    [[nodiscard]] std::size_t count() const { return found_.size(); }
    void truncate(std::size_t count) {
        if (found_.size() > count) {
            found_.resize(count);
        }
    }
    std::vector<Diagnostic> take() { return std::move(found_); }

private:
    const SourceSet& sources_;
    std::uint32_t file_;
    std::string_view source_;
    std::vector<Diagnostic> found_;
    std::unordered_set<std::uint32_t> muted_;
};

/// `text` cut to a length that fits a sentence, control bytes and broken UTF-8 replaced.
std::string for_message(std::string_view text);

}  // namespace sluice::dsl::parser
