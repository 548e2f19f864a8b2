// The indentation is only asked when the braces of a declaration do not balance; a file that
// balances may be indented as its author likes.
#include "dsl/parser/braces.hpp"

#include "dsl/parser/keywords.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sluice::dsl::parser {

namespace {

using Kind = TokenKind;

/// An open `{`: its place in the output and the indentation of the line it stands on.
struct Open {
    std::size_t at = 0;
    std::uint32_t indent = 0;
    std::uint32_t line = 0;
};

/// A line of the current declaration: its first and last token in the output.
struct Line {
    std::size_t first = 0;
    std::size_t last = 0;
    std::uint32_t indent = 0;
    bool any = false;  // false: every token of it was taken out
};

/// A declaring word at column 1 with what must follow it. Nothing can go on across such a token,
/// whatever is still open in front of it.
bool starts_declaration(const std::vector<Token>& in, std::size_t i) {
    const Token& t = in[i];
    if (!t.bol || t.column != 1 || t.kind != Kind::word) {
        return false;
    }
    const Token& next = in[i + 1];
    switch (t.word) {
        case kw("customer"):
            return next.kind == Kind::left_brace;
        case kw("catalog"):
            return next.word == kw("event");
        case kw("event"):
        case kw("message"):
        case kw("segment"):
        case kw("lifecycle"):
        case kw("policy"):
        case kw("webhook"):
        case kw("flow"):
        case kw("test"):
        case kw("change"):
            return next.kind == Kind::name || next.kind == Kind::text;
        default:
            return false;
    }
}

class Repair {
public:
    Repair(Tokens& tokens, Problems& problems) : in_(tokens.list), problems_(problems) {
        out_.reserve(in_.size() + 8);
    }

    std::vector<Token> run() {
        std::size_t begin = 0;
        while (begin + 1 < in_.size()) {
            std::size_t end = begin + 1;
            while (end + 1 < in_.size() && !starts_declaration(in_, end)) {
                ++end;
            }
            declaration(begin, end);
            begin = end;
        }
        out_.push_back(in_.back());
        return std::move(out_);
    }

private:
    void declaration(std::size_t begin, std::size_t end) {
        missing_ = 0;
        for (std::size_t i = begin; i < end; ++i) {
            missing_ += in_[i].kind == Kind::left_brace ? 1 : 0;
            missing_ -= in_[i].kind == Kind::right_brace ? 1 : 0;
        }
        open_.clear();
        lines_.clear();
        for (std::size_t i = begin; i < end; ++i) {
            if (in_[i].bol || lines_.empty()) {
                if (!lines_.empty() && !lines_.back().any) {
                    lines_.pop_back();  // its place is where the next line begins
                }
                lines_.push_back({out_.size(), out_.size(), in_[i].column});
                close_by_indentation(in_[i]);
                lines_.back().first = out_.size();
            }
            take(in_[i]);
        }
        close_rest(in_[end]);
    }

    void take(const Token& t) {
        if (t.kind == Kind::left_brace) {
            open_.push_back({out_.size(), lines_.back().indent, t.line});
        } else if (t.kind == Kind::right_brace) {
            if (missing_ < 0 && surplus(t)) {
                return;
            }
            if (open_.empty()) {
                report_surplus(t);
                return;
            }
            open_.pop_back();
        }
        lines_.back().last = out_.size();
        lines_.back().any = true;
        out_.push_back(t);
    }

    // ---- a `}` is missing

    void close_by_indentation(const Token& t) {
        while (missing_ > 0 && !open_.empty() && t.bol) {
            const std::uint32_t indent = open_.back().indent;
            const bool closes = t.kind == Kind::right_brace;
            if (closes ? t.column >= indent : t.column > indent) {
                return;
            }
            const Token& brace = out_[open_.back().at];
            const bool same = t.column == indent;
            std::string why =
                same ? "this line is indented like line " : "this line is left of line ";
            why += std::to_string(brace.line) + ", so I think a `}` belongs just before it";
            report_unclosed(brace, Label{span_of(t, problems_.file()), why});
            insert(Kind::right_brace, t);
        }
    }

    void close_rest(const Token& next) {
        while (!open_.empty()) {
            const Token& brace = out_[open_.back().at];
            Token where = next;
            if (next.kind == Kind::end && !out_.empty()) {
                where = out_.back();
                where.offset += where.length;
                where.column += where.length;
                where.length = 0;
            }
            const std::string why = next.kind == Kind::end
                                        ? "the file ends here without a `}`"
                                        : "the next declaration starts here, before any `}`";
            report_unclosed(brace, Label{span_of(where, problems_.file()), why});
            insert(Kind::right_brace, next);
        }
    }

    void report_unclosed(const Token& brace, Label why) {
        --missing_;
        Diagnostic d;
        d.code = "E101";
        d.span = span_of(brace, problems_.file());
        d.message = "This brace is never closed:";
        const bool muted = problems_.muted(brace.line, brace.line);
        problems_.mute(brace.line);
        d.labels.push_back({d.span, "opened here"});
        d.labels.push_back(std::move(why));
        if (!muted) {
            problems_.add(std::move(d));
        }
    }

    // ---- a `}` is too many, or its `{` is missing

    /// Whether the token was dealt with as one too many.
    bool surplus(const Token& t) {
        const std::uint32_t indent = lines_.back().indent;
        if (!t.bol) {
            // Behind other words a `}` closes what was opened on its own line.
            const bool fits = !open_.empty() && open_.back().line == t.line;
            if (fits) {
                return false;
            }
            report_surplus(t);
            return true;
        }
        if (!open_.empty() && t.column <= open_.back().indent) {
            return false;
        }
        if (const auto head = headless_line(indent)) {
            open_after(*head);
            return false;
        }
        report_surplus(t);
        return true;
    }

    /// The line that looks like the head of the block that ends with this indentation: the nearest
    /// one indented alike, with deeper lines behind it and no `{` of its own.
    [[nodiscard]] std::optional<std::size_t> headless_line(std::uint32_t indent) const {
        for (std::size_t i = lines_.size() - 1; i-- > 0;) {
            const Line& line = lines_[i];
            if (line.indent > indent) {
                continue;
            }
            if (line.indent < indent) {
                return std::nullopt;
            }
            const bool closes_only =
                line.first == line.last && out_[line.first].kind == Kind::right_brace;
            const bool opens = out_[line.last].kind == Kind::left_brace;
            const bool deeper = lines_[i + 1].indent > indent;
            return deeper && !closes_only && !opens ? std::optional(i) : std::nullopt;
        }
        return std::nullopt;
    }

    void open_after(std::size_t index) {
        ++missing_;
        const Token& last = out_[lines_[index].last];
        Token brace = last;
        brace.kind = Kind::left_brace;
        brace.offset += last.length;
        brace.column += last.length;
        brace.length = 0;
        brace.inserted = true;
        brace.bol = false;
        brace.word = 0;
        Diagnostic d;
        d.code = "E101";
        d.span = span_of(brace, problems_.file());
        d.message =
            "The lines below this one are indented and end with a `}`, but no `{` opens them:";
        d.help = "Put a `{` at the end of the line.";
        d.fix = Fix{d.span, " {"};
        problems_.mute(brace.line);
        problems_.add(std::move(d));
        const std::size_t at = lines_[index].last + 1;
        out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(at), brace);
        lines_[index].last = at;
        for (std::size_t i = index + 1; i < lines_.size(); ++i) {
            ++lines_[i].first;
            ++lines_[i].last;
        }
        for (Open& open : open_) {
            open.at += open.at >= at ? 1 : 0;
        }
        // Blocks opened behind the new one are inside it.
        const auto place = std::ranges::find_if(open_, [&](const Open& o) { return o.at > at; });
        open_.insert(place, Open{at, lines_[index].indent, brace.line});
    }

    void report_surplus(const Token& t) {
        ++missing_;
        Diagnostic d;
        d.code = "E101";
        d.span = span_of(t, problems_.file());
        d.message = "This brace closes nothing:";
        d.help = "Delete it, or put the `{` it belongs to in front of its block.";
        const bool muted = problems_.muted(t.line, t.line);
        problems_.mute(t.line);
        if (!muted) {
            problems_.add(std::move(d));
        }
    }

    void insert(Kind kind, const Token& before) {
        Token t = before;
        t.kind = kind;
        t.length = 0;
        t.inserted = true;
        t.word = 0;
        out_.push_back(t);
        open_.pop_back();
    }

    const std::vector<Token>& in_;
    Problems& problems_;
    std::vector<Token> out_;
    std::vector<Open> open_;
    std::vector<Line> lines_;
    int missing_ = 0;  // `}` still to be found missing in this declaration; negative: too many
};

class Depth {
public:
    explicit Depth(Problems& problems) : problems_(problems) {}

    std::vector<Token> run(const std::vector<Token>& in) {
        std::vector<Token> out;
        out.reserve(in.size());
        for (std::size_t i = 0; i + 1 < in.size(); ++i) {
            const Token& t = in[i];
            if (starts_declaration(in, i)) {
                levels_.clear();
                depth_ = 0;
                nots_ = 0;
            }
            if (opens(t) && depth_ + nots_ + 1 > kNestingMax) {
                report(t);
                out.push_back(t);
                open(t);
                nots_ = 0;
                i = behind_content(in, i) - 1;
            } else if (t.word == kw("not") && depth_ + nots_ >= kNestingMax) {
                report(t);
            } else {
                count(t);
                out.push_back(t);
            }
        }
        out.push_back(in.back());
        return out;
    }

private:
    static bool opens(const Token& t) {
        return t.kind == Kind::left_brace || t.kind == Kind::left_paren ||
               t.kind == Kind::left_bracket;
    }
    static bool closes(const Token& t) {
        return t.kind == Kind::right_brace || t.kind == Kind::right_paren ||
               t.kind == Kind::right_bracket;
    }

    /// Nesting so far: one a bracket, and one for each `not` in front of it.
    void count(const Token& t) {
        if (t.word == kw("not")) {
            ++nots_;
            return;
        }
        if (opens(t)) {
            open(t);
        } else if (closes(t)) {
            close(t);
        }
        nots_ = 0;
    }

    void open(const Token& t) {
        levels_.emplace_back(t.kind, nots_ + 1);
        depth_ += nots_ + 1;
    }

    /// Closes everything inside the matching bracket too, so that one forgotten `)` does not count
    /// for the rest of the file.
    void close(const Token& t) {
        const Kind wanted = t.kind == Kind::right_brace   ? Kind::left_brace
                            : t.kind == Kind::right_paren ? Kind::left_paren
                                                          : Kind::left_bracket;
        std::size_t keep = levels_.size();
        while (keep > 0 && levels_[keep - 1].first != wanted) {
            if (levels_[keep - 1].first == Kind::left_brace) {
                return;
            }
            --keep;
        }
        if (keep == 0) {
            return;
        }
        for (; levels_.size() >= keep; levels_.pop_back()) {
            depth_ -= levels_.back().second;
        }
    }

    static std::size_t behind_content(const std::vector<Token>& in, std::size_t i) {
        std::size_t inner = 0;
        for (++i; i + 1 < in.size(); ++i) {
            if (closes(in[i]) && inner-- == 0) {
                break;
            }
            inner += opens(in[i]) ? 1 : 0;
        }
        return i;
    }

    void report(const Token& t) {
        Diagnostic d;
        d.code = "E105";
        d.span = span_of(t, problems_.file());
        d.message = "This is nested more than " + std::to_string(kNestingMax) + " levels deep:";
        d.help = "Move a part of it into a segment or a flow of its own.";
        if (!problems_.muted(t.line, t.line)) {
            problems_.add(std::move(d));
        }
        problems_.mute(t.line);
    }

    Problems& problems_;
    std::vector<std::pair<Kind, std::size_t>> levels_;
    std::size_t depth_ = 0;
    std::size_t nots_ = 0;
};

/// What a token may take part in: a block, or something nested.
struct Opens {
    int braces = 0;
    int nested = 0;
};
constexpr auto kOpens = [] {
    std::array<Opens, static_cast<std::size_t>(Kind::end) + 1> opens{};
    opens[static_cast<std::size_t>(Kind::left_brace)] = {1, 1};
    opens[static_cast<std::size_t>(Kind::right_brace)] = {-1, -1};
    opens[static_cast<std::size_t>(Kind::left_paren)] = {0, 1};
    opens[static_cast<std::size_t>(Kind::left_bracket)] = {0, 1};
    return opens;
}();

/// Counts what may need a repair, without a branch: what comes next in a file cannot be foreseen.
/// `not`s and brackets are counted as if none were closed before the next declaration: the depth is
/// never less than that.
struct Balance {
    int braces = 0;
    int lowest = 0;
    int depth = 0;  // of this declaration
    int deepest = 0;

    void take(const Token& t) {
        const Opens& opens = kOpens[static_cast<std::size_t>(t.kind)];
        braces += opens.braces;
        depth += opens.nested + (t.word == kw("not") ? 1 : 0);
        lowest = std::min(lowest, braces);
        deepest = std::max(deepest, depth);
    }
};

/// Whether nothing is to be repaired: every declaration closes what it opens, and nothing can be
/// nested too deep. Nearly every file of every day; one look at its tokens tells.
bool sound(const std::vector<Token>& in) {
    Balance balance;
    for (std::size_t i = 0; i + 1 < in.size(); ++i) {
        if (in[i].bol && in[i].column == 1 && starts_declaration(in, i)) {
            if (balance.braces != 0) {
                return false;
            }
            balance.depth = 0;
        }
        balance.take(in[i]);
    }
    return balance.braces == 0 && balance.lowest >= 0 &&
           balance.deepest <= static_cast<int>(kNestingMax);
}

}  // namespace

void repair_braces(Tokens& tokens, Problems& problems) {
    if (sound(tokens.list)) {
        return;
    }
    tokens.list = Repair(tokens, problems).run();
    tokens.list = Depth(problems).run(tokens.list);
}

}  // namespace sluice::dsl::parser
