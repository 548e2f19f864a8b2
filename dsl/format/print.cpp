#include "dsl/format/print.hpp"

#include <algorithm>

namespace sluice::dsl::formatter {

namespace {

using parser::TokenKind;

/// Before a comment behind a line.
constexpr std::uint32_t kCommentGap = 2;
/// Lines may differ by this many columns and still share a column of comments.
constexpr std::uint32_t kCommentsDiffer = 24;

struct Line {
    bool blank_before = false;
    std::uint32_t indent = 0;
    std::string text;
    std::string_view comment;  // behind the text
};

class Printer {
public:
    Printer(const Draft& draft, const Layout& layout) : draft_(draft), layout_(layout) {}

    std::string run() {
        for (std::uint32_t i = 0; i <= draft_.end(); ++i) {
            forced_blank_ = layout_.gaps[i].apart && !draft_.blank_before(i);
            const std::uint32_t from = i == 0 ? 0 : draft_.comments[i - 1];
            for (std::uint32_t c = from; c < draft_.comments[i]; ++c) {
                comment(draft_.tokens.comments[c], i);
            }
            if (i != draft_.end()) {
                token(i);
            }
        }
        align_comments();
        return joined();
    }

private:
    void comment(const parser::Comment& comment, std::uint32_t before) {
        if (!comment.own_line && open_) {
            lines_.back().comment = draft_.raw(comment);
        } else {
            const bool closes = draft_.is(before, TokenKind::right_brace);
            const std::uint32_t indent = layout_.gaps[before].indent + (closes ? kIndent : 0);
            begin_line(before, comment.line, indent);
            lines_.back().text = draft_.raw(comment);
            opened_ = false;
        }
        open_ = false;
        source_line_ = comment.line;
    }

    void token(std::uint32_t i) {
        const Gap& gap = layout_.gaps[i];
        if (gap.line || !open_) {
            begin_line(draft_.is(i, TokenKind::right_brace) ? kNone : i, draft_.token(i).line,
                       gap.indent);
        } else {
            lines_.back().text.append(gap.spaces, ' ');
        }
        lines_.back().text += draft_.words[i];
        open_ = true;
        opened_ = draft_.is(i, TokenKind::left_brace);
        source_line_ = draft_.token(i).line;
    }

    /// `before` is the token that the line begins with or leads to. Empty lines are kept before
    /// statements, but not at the edges of a block.
    void begin_line(std::uint32_t before, std::uint32_t source_line, std::uint32_t indent) {
        const bool between = before != kNone && layout_.gaps[before].line && !opened_ &&
                             !lines_.empty() && !layout_.gaps[before].inside;
        const bool written = source_line > source_line_ + 1;
        lines_.push_back({between && (written || forced_blank_), indent, {}, {}});
        forced_blank_ = false;
    }

    // ---- the whole

    /// Comments behind lines that follow each other begin in one column, unless one of the lines
    /// would push the others' comments far away.
    void align_comments() {
        for (std::size_t begin = 0; begin < lines_.size();) {
            std::uint32_t least = width(lines_[begin]);
            std::uint32_t most = least;
            std::size_t end = begin + 1;
            for (; end < lines_.size() && follows(lines_[end - 1], lines_[end]); ++end) {
                const std::uint32_t here = width(lines_[end]);
                if (std::max(most, here) - std::min(least, here) > kCommentsDiffer) {
                    break;
                }
                least = std::min(least, here);
                most = std::max(most, here);
            }
            for (std::size_t i = begin; i < end && !lines_[i].comment.empty(); ++i) {
                lines_[i].text.append(most - width(lines_[i]) + kCommentGap, ' ');
                lines_[i].text += lines_[i].comment;
            }
            begin = end;
        }
    }

    static bool follows(const Line& line, const Line& next) {
        return shares(line) && shares(next) && !next.blank_before && line.indent == next.indent;
    }

    /// A comment behind a brace is about the block.
    static bool shares(const Line& line) {
        return !line.comment.empty() && !line.text.ends_with('{') && !line.text.starts_with('}');
    }

    static std::uint32_t width(const Line& line) { return line.indent + width_of(line.text); }

    std::string joined() const {
        std::string text;
        text.reserve(draft_.source.size() + draft_.source.size() / 8);
        for (const Line& line : lines_) {
            text += line.blank_before ? "\n" : "";
            text.append(line.indent, ' ');
            text += line.text;
            text += '\n';
        }
        return text;
    }

    const Draft& draft_;
    const Layout& layout_;
    std::vector<Line> lines_;
    std::uint32_t source_line_ = 0;  // of what was printed last
    bool open_ = false;              // whether the last line takes more tokens
    bool opened_ = false;            // whether a `{` was printed last
    bool forced_blank_ = false;
};

}  // namespace

std::string print(const Draft& draft, const Layout& layout) {
    return Printer(draft, layout).run();
}

}  // namespace sluice::dsl::formatter
