#include "dsl/template/scanner.hpp"

#include "dsl/template/text.hpp"

namespace sluice::dsl::tpl {

void split_tag(Piece& piece) {
    const std::string_view body = trim(piece.inner);
    std::size_t size = 0;
    const auto word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    while (size < body.size() && word(body[size])) {
        ++size;
    }
    size = size == 0 && !body.empty() && body[0] == '#' ? 1 : size;
    piece.name = body.substr(0, size);
    piece.markup = trim(body.substr(size));
}

Piece Scanner::next() {
    return mode_ == Mode::lines ? line_piece() : document_piece();
}

Piece Scanner::line_piece() {
    while (at_ < text_.size()) {
        const std::size_t end = std::min(text_.find('\n', at_), text_.size());
        const std::string_view line = trim(text_.substr(at_, end - at_));
        at_ = std::min(end + 1, text_.size());
        if (line.empty()) {
            continue;
        }
        Piece piece{Piece::Kind::tag, line, line, {}, {}};
        split_tag(piece);
        return piece;
    }
    return {Piece::Kind::end, text_.substr(text_.size()), {}, {}, {}};
}

Piece Scanner::document_piece() {
    if (at_ >= text_.size()) {
        return {Piece::Kind::end, text_.substr(text_.size()), {}, {}, {}};
    }
    const std::string_view two = text_.substr(at_, 2);
    if (two == "{{") {
        return braced(Piece::Kind::output, "}}");
    }
    if (two == "{%") {
        return braced(Piece::Kind::tag, "%}");
    }
    return at_placeholder(at_) ? placeholder_piece() : text_piece();
}

bool Scanner::at_placeholder(std::size_t at) const {
    return build_.impl.options.syntax == Syntax::placeholder && text_[at] == '{' &&
           at + 1 < text_.size() && identifier_bytes(text_.substr(at + 1)) > 0;
}

std::size_t Scanner::text_end() const {
    for (std::size_t at = text_.find('{', at_); at != std::string_view::npos;
         at = text_.find('{', at + 1)) {
        const bool escaped =
            build_.impl.options.syntax == Syntax::placeholder && at > at_ && text_[at - 1] == '\\';
        if (escaped) {
            return at - 1;  // before the backslash
        }
        const char after = at + 1 < text_.size() ? text_[at + 1] : '\0';
        if ((after == '{' || after == '%' || at_placeholder(at)) && at > at_) {
            return at;
        }
    }
    return text_.size();
}

Piece Scanner::text_piece() {
    if (build_.impl.options.syntax == Syntax::placeholder && text_.substr(at_, 2) == "\\{") {
        const std::string_view brace = text_.substr(at_ + 1, 1);
        at_ += 2;
        trim_next_ = false;
        return {Piece::Kind::text, brace, brace, {}, {}};
    }
    const std::size_t end = text_end();
    std::string_view text = text_.substr(at_, end - at_);
    const bool trim_before = text_.substr(end, 3) == "{{-" || text_.substr(end, 3) == "{%-";
    text = trim_next_ ? trim_left(text) : text;
    text = trim_before ? trim_right(text) : text;
    trim_next_ = false;
    at_ = end;
    return {Piece::Kind::text, text, text, {}, {}};
}

Piece Scanner::placeholder_piece() {
    const std::size_t close = text_.find_first_of("}\n", at_);
    if (close == std::string_view::npos || text_[close] == '\n') {
        const std::size_t end = std::min(close, text_.size());
        build_.fault(text_.substr(at_, end - at_), "E311", "This { has no closing }.",
                     "Close it, or write \\{ for a plain brace.");
        at_ = text_.size();
        return {Piece::Kind::end, {}, {}, {}, {}};
    }
    const std::string_view whole = text_.substr(at_, close + 1 - at_);
    at_ = close + 1;
    trim_next_ = false;
    return {Piece::Kind::placeholder, whole, whole.substr(1, whole.size() - 2), {}, {}};
}

Piece Scanner::braced(Piece::Kind kind, std::string_view close) {
    const std::size_t end = text_.find(close, at_ + 2);
    if (end == std::string_view::npos) {
        const std::size_t line_end = std::min(text_.find('\n', at_), text_.size());
        build_.fault(text_.substr(at_, line_end - at_), "E311",
                     "This " + std::string(text_.substr(at_, 2)) + " has no closing " +
                         std::string(close) + ".");
        at_ = text_.size();
        return {Piece::Kind::end, {}, {}, {}, {}};
    }
    Piece piece{
        kind, text_.substr(at_, end + 2 - at_), text_.substr(at_ + 2, end - at_ - 2), {}, {}};
    at_ = end + 2;
    if (!piece.inner.empty() && piece.inner.front() == '-') {
        piece.inner.remove_prefix(1);
    }
    trim_next_ = !piece.inner.empty() && piece.inner.back() == '-';
    if (trim_next_) {
        piece.inner.remove_suffix(1);
    }
    if (kind == Piece::Kind::tag) {
        split_tag(piece);
    }
    return piece;
}

bool Scanner::skip_comment() {
    if (mode_ == Mode::lines) {
        return skip_comment_lines();
    }
    for (int open = 1; open > 0;) {
        const std::size_t start = text_.find("{%", at_);
        if (start == std::string_view::npos || text_.find("%}", start) == std::string_view::npos) {
            return false;
        }
        at_ = start;
        const Piece tag = braced(Piece::Kind::tag, "%}");
        std::string_view body;
        if (tag.name == "raw" && !raw_text("endraw", body)) {
            return false;
        }
        open += tag.name == "comment" ? 1 : (tag.name == "endcomment" ? -1 : 0);
    }
    return true;
}

bool Scanner::skip_comment_lines() {
    for (int open = 1; open > 0;) {
        const Piece line = line_piece();
        if (line.kind == Piece::Kind::end) {
            return false;
        }
        open += line.name == "comment" ? 1 : (line.name == "endcomment" ? -1 : 0);
    }
    return true;
}

bool Scanner::raw_text(std::string_view name, std::string_view& body) {
    if (mode_ == Mode::lines) {
        const std::size_t start = at_;
        for (Piece line = line_piece(); line.kind != Piece::Kind::end; line = line_piece()) {
            if (line.name == name) {
                body = text_.substr(
                    start, static_cast<std::size_t>(line.whole.data() - text_.data()) - start);
                return true;
            }
        }
        return false;
    }
    for (std::size_t start = text_.find("{%", at_); start != std::string_view::npos;
         start = text_.find("{%", start + 1)) {
        std::string_view after = text_.substr(start + 2);
        after = trim_left(after.substr(after.substr(0, 1) == "-" ? 1 : 0));
        if (after.substr(0, name.size()) != name) {
            continue;
        }
        after = trim_left(after.substr(name.size()));
        const bool trims_next = after.substr(0, 1) == "-";
        after.remove_prefix(trims_next ? 1 : 0);
        if (after.substr(0, 2) == "%}") {
            body = text_.substr(at_, start - at_);
            at_ = static_cast<std::size_t>(after.data() - text_.data()) + 2;
            trim_next_ = trims_next;
            return true;
        }
    }
    return false;
}

}  // namespace sluice::dsl::tpl
