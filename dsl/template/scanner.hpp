#pragma once

#include "dsl/template/builder.hpp"

#include <cstdint>
#include <string_view>

/// Cutting a template into text, outputs, tags and placeholders. Private to dsl/template.
namespace sluice::dsl::tpl {

struct Piece {
    enum class Kind : std::uint8_t { end, text, output, tag, placeholder };
    Kind kind = Kind::end;
    std::string_view whole;   // with the braces
    std::string_view inner;   // without braces and white space control
    std::string_view name;    // tag: its first word
    std::string_view markup;  // tag: what follows the name
};

/// Reads pieces one after the other and applies white space control (`{%- … -%}`) to the text.
/// In a `{% liquid %}` tag every line is a tag.
class Scanner {
public:
    enum class Mode : std::uint8_t { document, lines };

    Scanner(Build& build, std::string_view text, Mode mode)
        : build_(build), text_(text), mode_(mode) {}

    /// Reports what is never closed; then the rest of the text is dropped.
    Piece next();
    /// Skips a comment whose start has been read, with comments and raw parts inside it.
    /// False when it is never closed.
    bool skip_comment();
    /// The text up to `{% name %}` as it stands; false when that never comes.
    bool raw_text(std::string_view name, std::string_view& body);
    [[nodiscard]] Mode mode() const { return mode_; }

private:
    Piece document_piece();
    Piece line_piece();
    Piece text_piece();
    Piece placeholder_piece();
    Piece braced(Piece::Kind kind, std::string_view close);
    [[nodiscard]] std::size_t text_end() const;
    [[nodiscard]] bool at_placeholder(std::size_t at) const;
    bool skip_comment_lines();

    Build& build_;
    std::string_view text_;
    Mode mode_;
    std::size_t at_ = 0;
    bool trim_next_ = false;
};

/// Splits `name markup`; a tag that begins with `#` is named "#".
void split_tag(Piece& piece);

}  // namespace sluice::dsl::tpl
