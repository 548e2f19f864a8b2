// Every flow file of the tree, and thousands of variants of each: laying out keeps the tree and the
// comments, is done after one time, and does not depend on white space.
//
// Where newlines are put in is limited to places where the language reads across them: a label, the
// second part of a duration and the names of a split and of `expect no email` stay on their line,
// and a word that may begin a statement is not made to begin a line.
#include "dsl/format/verify.hpp"
#include "dsl/parser/keywords.hpp"
#include "dsl/parser/parse.hpp"
#include "dsl/parser/places.hpp"
#include "tests/dsl/format/format_support.hpp"

#include <memory>
#include <random>

namespace sluice::dsl {
namespace {

using formatter::Draft;
using parser::TokenKind;

/// A file that the parser accepts, with its draft.
struct Whole {
    SourceSet sources;
    Draft draft;
};

std::vector<std::unique_ptr<Whole>> whole_files() {
    std::vector<std::unique_ptr<Whole>> out;
    for (const SourceFile& file : all_flow_files()) {
        auto whole = std::make_unique<Whole>();
        whole->sources.files.push_back(file);
        std::vector<Diagnostic> found;
        parse(whole->sources, 0, found);
        auto draft = formatter::read_draft(whole->sources, 0);
        if (found.empty() && draft && draft->end() != 0) {
            whole->draft = std::move(*draft);
            out.push_back(std::move(whole));
        }
    }
    return out;
}

const std::vector<std::unique_ptr<Whole>>& wholes() {
    static const auto all = whole_files();
    return all;
}

void expect_same(const Draft& before, const std::string& text, const std::string& what) {
    const SourceSet sources = source(text);
    const auto after = formatter::read_draft(sources, 0);
    ASSERT_TRUE(after) << what << "\n" << text;
    EXPECT_EQ(formatter::first_difference(before, *after), std::nullopt) << what << "\n" << text;
}

TEST(FormatPropertyTest, ThereAreFilesToLookAt) {
    EXPECT_GT(wholes().size(), 60U);
    std::size_t comments = 0;
    for (const auto& whole : wholes()) {
        comments += whole->draft.tokens.comments.size();
    }
    EXPECT_GT(comments, 20U);
}

TEST(FormatPropertyTest, EveryFileKeepsItsTreeAndIsDoneAfterOneTime) {
    for (const auto& whole : wholes()) {
        SCOPED_TRACE(whole->sources.files[0].path);
        expect_same(whole->draft, tidy(whole->sources.files[0].text), "laid out");
    }
}

TEST(FormatPropertyTest, FilesWithErrorsComeBackAsTheyAre) {
    std::size_t broken = 0;
    for (const SourceFile& file : all_flow_files()) {
        const FormatResult result = formatted(file.text);
        if (!result.diagnostics.empty()) {
            EXPECT_EQ(result.text, file.text) << file.path;
            EXPECT_FALSE(result.changed) << file.path;
            EXPECT_NE(result.diagnostics.front().code, "E590") << file.path;
            ++broken;
        }
    }
    EXPECT_GT(broken, 20U);
}

// ---- white space

class Shaker {
public:
    explicit Shaker(std::uint32_t seed) : random_(seed) {}

    /// Other white space inside lines, other line ends, more empty lines where there is one.
    std::string horizontally(const Draft& draft) {
        return rebuilt(draft, [&](std::uint32_t i) { return draft.token(i).bol; });
    }

    /// As horizontally(), with lines joined and broken.
    std::string anyhow(const Draft& draft) {
        return rebuilt(draft, [&](std::uint32_t i) {
            return i == 0 || (may_break(draft, i) ? below(3) == 0 : keeps_break(draft, i));
        });
    }

    [[nodiscard]] std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(random_() % limit);
    }

private:
    template <class Breaks>
    std::string rebuilt(const Draft& draft, Breaks breaks) {
        std::string text = below(4) == 0 ? "\xEF\xBB\xBF" : "";
        bool line = true;
        for (std::uint32_t i = 0; i <= draft.end(); ++i) {
            const std::uint32_t from = i == 0 ? 0 : draft.comments[i - 1];
            for (std::uint32_t c = from; c < draft.comments[i]; ++c) {
                const parser::Comment& comment = draft.tokens.comments[c];
                const bool apart = parted(draft, line_before(draft, i, c), comment.line);
                text += comment.own_line ? line_end(line, apart) + spaces(0) : spaces(1);
                text += std::string(draft.raw(comment)) + line_end(false, false);
                line = true;
            }
            if (i == draft.end()) {
                break;
            }
            const bool apart =
                parted(draft, line_before(draft, i, draft.comments[i]), draft.token(i).line);
            if (breaks(i) || line) {
                const bool top = is_top(draft, i);
                text += line_end(line, apart && draft.token(i).bol) + (top ? "" : spaces(1));
            } else {
                text += glued(draft, i) ? spaces(0) : spaces(1);
            }
            text += draft.raw(i);
            line = false;
        }
        return text + (below(2) == 0 ? "" : line_end(line, false));
    }

    static bool parted(const Draft&, std::uint32_t before, std::uint32_t line) {
        return line > before + 1;
    }

    static std::uint32_t line_before(const Draft& draft, std::uint32_t i, std::uint32_t comment) {
        const std::uint32_t from = i == 0 ? 0 : draft.comments[i - 1];
        if (comment > from) {
            return draft.tokens.comments[comment - 1].line;
        }
        return i == 0 ? 1 : draft.token(i - 1).line;
    }

    static bool is_top(const Draft& draft, std::uint32_t i) {
        for (std::uint32_t node = 0; node < draft.tree.size(); node = draft.tree[node].next) {
            if (draft.tree[node].begin == i) {
                return true;
            }
        }
        return false;
    }

    std::string line_end(bool already, bool apart) {
        const char* end = below(3) == 0 ? " \t\r\n" : "\n";
        std::string out = already ? "" : end;
        for (std::uint32_t more = apart ? 1 + below(3) : 0; more > 0; --more) {
            out += below(2) == 0 ? "   \n" : end;
        }
        return out;
    }

    std::string spaces(std::uint32_t least) {
        static constexpr const char* kSome[] = {"", " ", "  ", "\t", "       ", "\xC2\xA0"};
        return kSome[least + below(least == 0 ? 5 : 4)];
    }

    /// Whether nothing is needed between two tokens.
    static bool glued(const Draft& draft, std::uint32_t i) {
        const auto separate = [&](TokenKind kind) {
            return kind == TokenKind::left_brace || kind == TokenKind::right_brace ||
                   kind == TokenKind::left_paren || kind == TokenKind::right_paren ||
                   kind == TokenKind::left_bracket || kind == TokenKind::right_bracket ||
                   kind == TokenKind::comma;
        };
        return separate(draft.token(i).kind) || separate(draft.token(i - 1).kind);
    }

    static bool may_break(const Draft& draft, std::uint32_t i) {
        const TokenKind kind = draft.token(i).kind;
        const std::uint16_t word = draft.token(i).word;
        const bool fixed = kind == TokenKind::label || kind == TokenKind::number ||
                           kind == TokenKind::name || kind == TokenKind::text;
        return !fixed && (word == 0 || parser::home_of(parser::keyword_text(word)) == nullptr);
    }

    /// Labels of a `change` begin lines; what begins a line elsewhere may stay behind others.
    bool keeps_break(const Draft& draft, std::uint32_t i) {
        return draft.token(i).bol && (is_top(draft, i) || below(2) == 0);
    }

    std::mt19937 random_;
};

/// Statements joined onto a line and blocks broken apart are the author's to decide; everything
/// else must come out the same.
TEST(FormatPropertyTest, WhiteSpaceInsideLinesDoesNotMatter) {
    for (const auto& whole : wholes()) {
        const std::string& path = whole->sources.files[0].path;
        const std::string want = tidy(whole->sources.files[0].text);
        Shaker shaker(20260301);
        for (int round = 0; round < 12; ++round) {
            const std::string mutant = shaker.horizontally(whole->draft);
            ASSERT_EQ(tidy(mutant), want) << path << "\n" << mutant;
        }
    }
}

TEST(FormatPropertyTest, LinesJoinedAndBrokenKeepTheTree) {
    for (const auto& whole : wholes()) {
        const std::string& path = whole->sources.files[0].path;
        Shaker shaker(7);
        for (int round = 0; round < 12; ++round) {
            const std::string mutant = shaker.anyhow(whole->draft);
            const FormatResult result = formatted(mutant);
            ASSERT_TRUE(result.diagnostics.empty())
                << path << "\n"
                << render_text(result.diagnostics[0], source(mutant)) << mutant;
            expect_same(whole->draft, result.text, path);
            ASSERT_EQ(formatted(result.text).text, result.text) << path << "\n" << mutant;
        }
    }
}

// ---- comments

/// The file with comments put in, behind tokens or on lines of their own.
std::string annotated(const Draft& draft, Shaker& shaker) {
    std::string text(draft.source);
    for (std::uint32_t i = draft.end(); i-- > 0;) {
        const std::uint32_t behind = draft.token(i).offset + draft.token(i).length;
        if (shaker.below(12) == 0) {
            text.insert(behind, (shaker.below(2) == 0 ? "# note " : "\n# note ") +
                                    std::to_string(i) + "  \n ");
        }
    }
    return text;
}

TEST(FormatPropertyTest, CommentsAnywhereStayBetweenTheirTokens) {
    Shaker shaker(31);
    std::size_t notes = 0;
    for (const auto& whole : wholes()) {
        for (int round = 0; round < 12; ++round) {
            const SourceSet mutant = source(annotated(whole->draft, shaker));
            const auto draft = formatter::read_draft(mutant, 0);
            if (!draft) {
                continue;  // a word that begins a statement was made to begin a line
            }
            notes += draft->tokens.comments.size();
            ASSERT_TRUE(format(mutant, 0).diagnostics.empty()) << mutant.files[0].text;
            expect_same(*draft, tidy(mutant.files[0].text), mutant.files[0].text);
        }
    }
    EXPECT_GT(notes, 1'500U);
}

// ---- damage

std::string damaged(const Draft& draft, Shaker& shaker) {
    std::vector<std::string_view> tokens;
    for (std::uint32_t i = 0; i < draft.end(); ++i) {
        tokens.push_back(draft.raw(i));
    }
    const auto at = shaker.below(static_cast<std::uint32_t>(tokens.size()));
    const auto other = shaker.below(static_cast<std::uint32_t>(tokens.size()));
    switch (shaker.below(4)) {
        case 0:
            tokens.erase(tokens.begin() + at);
            break;
        case 1:
            tokens.insert(tokens.begin() + at, tokens[other]);
            break;
        case 2:
            std::swap(tokens[at], tokens[other]);
            break;
        default:
            tokens[at] = "# comment\n";
            break;
    }
    std::string text;
    for (const std::string_view token : tokens) {
        text += std::string(token) + (shaker.below(5) == 0 ? "\n  " : " ");
    }
    return text;
}

TEST(FormatPropertyTest, DamagedFilesNeverSurprise) {
    Shaker shaker(99);
    std::size_t broken = 0;
    std::size_t whole_still = 0;
    for (const auto& whole : wholes()) {
        for (int round = 0; round < 50; ++round) {
            const std::string mutant = damaged(whole->draft, shaker);
            const FormatResult result = formatted(mutant);
            if (!result.diagnostics.empty()) {
                ASSERT_NE(result.diagnostics.back().code, "E590") << mutant;
                ASSERT_EQ(result.text, mutant);
                ASSERT_FALSE(result.changed);
                ++broken;
            } else {
                ASSERT_EQ(formatted(result.text).text, result.text) << mutant;
                ++whole_still;
            }
        }
    }
    EXPECT_GT(broken, 500U);
    EXPECT_GT(whole_still, 200U);
}

TEST(FormatPropertyTest, AnyBytesAtAll) {
    std::mt19937 random(5);
    for (int round = 0; round < 300; ++round) {
        std::string text(random() % 200, '\0');
        for (char& c : text) {
            c = static_cast<char>(random());
        }
        const FormatResult result = formatted(text);
        ASSERT_TRUE(result.text == text || result.diagnostics.empty());
    }
}

}  // namespace
}  // namespace sluice::dsl
