// Damages the working shop, one token or the rest of one line at a time, and checks it as its
// author would: damage must be reported, once, where it is, in the author's words.
//
// A mutant that reads as another program without an error is another program: nobody can know that
// `3 days` was meant to be `2 days`. What must not happen is that something written has no effect
// and no report: then the mutant would print as the healthy file does (dsl/format), though its
// tokens differ.
//
// SLUICE_MUTANTS=all runs every mutant instead of a sample; SLUICE_MUTANTS_SHOW=1 prints those that
// count against the goals.
#include "dsl/format/format.hpp"
#include "dsl/parser/lexer.hpp"
#include "tests/dsl/check/project.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <regex>

namespace sluice::dsl {
namespace {

using fixtures::Project;

const std::filesystem::path kShop = std::filesystem::path(SLUICE_TEST_DATA) / "shop";
constexpr std::size_t kSample = 250;

struct Mutant {
    std::uint32_t file = 0;
    std::string text;
    std::uint32_t first_line = 0;  // first and last damaged line
    std::uint32_t last_line = 0;
    std::string what;
};

/// One file of the shop and its tokens.
struct Original {
    std::uint32_t file = 0;
    const std::string& text;
    std::vector<parser::Token> tokens;

    [[nodiscard]] std::string of(const parser::Token& token) const {
        return text.substr(token.offset, token.length);
    }
    [[nodiscard]] Mutant with(const parser::Token& token, std::size_t length,
                              const std::string& instead) const {
        Mutant out{file, text, token.line, token.line, {}};
        out.text.replace(token.offset, length, instead);
        out.what = "line " + std::to_string(token.line) + ": `" +
                   text.substr(token.offset, length) + "` became `" + instead + "`";
        return out;
    }
};

std::vector<parser::Token> tokens_of(const SourceSet& sources, std::uint32_t file) {
    parser::Problems problems(sources, file);
    std::vector<parser::Token> tokens = parser::lex(problems).list;
    tokens.pop_back();
    return tokens;
}

using Mutator = void (*)(const Original&, std::vector<Mutant>&);

void deletions(const Original& from, std::vector<Mutant>& out) {
    for (const parser::Token& token : from.tokens) {
        out.push_back(from.with(token, token.length, ""));
    }
}

void duplicates(const Original& from, std::vector<Mutant>& out) {
    for (const parser::Token& token : from.tokens) {
        out.push_back(from.with(token, token.length, from.of(token) + " " + from.of(token)));
    }
}

void swaps(const Original& from, std::vector<Mutant>& out) {
    for (std::size_t i = 0; i + 1 < from.tokens.size(); ++i) {
        const parser::Token& left = from.tokens[i];
        const parser::Token& right = from.tokens[i + 1];
        const std::size_t between = left.offset + left.length;
        if (from.of(left) != from.of(right)) {
            Mutant mutant = from.with(
                left, right.offset + right.length - left.offset,
                from.of(right) + from.text.substr(between, right.offset - between) + from.of(left));
            mutant.last_line = right.line;
            out.push_back(std::move(mutant));
        }
    }
}

void keyword_typos(const Original& from, std::vector<Mutant>& out) {
    for (const parser::Token& token : from.tokens) {
        std::string word = from.of(token);
        for (std::size_t at = 0; token.word != 0 && at + 1 < word.size(); ++at) {
            std::swap(word[at], word[at + 1]);
            if (word != from.of(token) && word[0] != '-') {
                out.push_back(from.with(token, token.length, word));
            }
            std::swap(word[at], word[at + 1]);
        }
    }
}

void name_typos(const Original& from, std::vector<Mutant>& out) {
    for (const parser::Token& token : from.tokens) {
        std::string word = from.of(token);
        const bool ours = token.kind == parser::TokenKind::name ||
                          (token.kind == parser::TokenKind::word && token.word == 0);
        if (ours && word.size() > 3 && word[2] != word[3] && word[2] != ' ' && word[3] != ' ') {
            std::swap(word[2], word[3]);
            out.push_back(from.with(token, token.length, word));
        }
    }
}

void rests_of_lines(const Original& from, std::vector<Mutant>& out) {
    for (std::size_t i = 1; i < from.tokens.size(); ++i) {
        const parser::Token& token = from.tokens[i];
        if (token.line == from.tokens[i - 1].line) {
            const std::size_t end = std::min(from.text.find('\n', token.offset), from.text.size());
            out.push_back(from.with(token, end - token.offset, ""));
        }
    }
}

struct Tally {
    std::size_t mutants = 0;
    std::size_t accepted = 0;  // another legal program
    std::size_t silent = 0;    // something written has no effect and no report
    std::size_t one = 0;       // exactly one error
    std::size_t on_line = 0;   // the first error stands on the damage or points at it
    std::vector<std::string> misses;

    [[nodiscard]] std::size_t refused() const { return mutants - accepted; }
    [[nodiscard]] static double share(std::size_t part, std::size_t whole) {
        return whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    }
};

/// What compilers say among themselves, and how C++ writes its types.
const std::regex kJargon(
    "\\b(token|parse[rd]?|parsing|syntax|lexer|lexical|AST|grammar|expression|identifier|"
    "literal|production|nonterminal|x3|boost|std|sluice|const|operand|EOF)\\b|::|_k\\b|N5");

class Harness {
public:
    Harness() {
        healthy_.add_folder(kShop);
        const CompileResult whole = healthy_.compile();
        EXPECT_TRUE(whole.program != nullptr) << healthy_.report(whole);
    }

    Tally run(const char* name, Mutator mutate) {
        const std::vector<Mutant> mutants = sample(mutate);
        Tally tally;
        for (const Mutant& mutant : mutants) {
            examine(mutant, tally);
        }
        std::printf(
            "%-22s %5zu mutants  %5zu refused  %3zu silent  %5.1f %% exactly one error  "
            "%5.1f %% on the line\n",
            name, tally.mutants, tally.refused(), tally.silent,
            Tally::share(tally.one, tally.refused()), Tally::share(tally.on_line, tally.refused()));
        if (std::getenv("SLUICE_MUTANTS_SHOW") != nullptr) {
            for (const std::string& miss : tally.misses) {
                std::cout << miss << "\n";
            }
        }
        EXPECT_EQ(tally.silent, 0U);
        EXPECT_GT(tally.refused(), 0U);
        return tally;
    }

private:
    std::vector<Mutant> sample(Mutator mutate) const {
        std::vector<Mutant> all;
        for (std::uint32_t file = 0; file < healthy_.sources.files.size(); ++file) {
            mutate({file, healthy_.sources.files[file].text, tokens_of(healthy_.sources, file)},
                   all);
        }
        const char* wish = std::getenv("SLUICE_MUTANTS");
        const bool whole = wish != nullptr && std::string_view(wish) == "all";
        const std::size_t stride = whole ? 1 : std::max<std::size_t>(1, all.size() / kSample);
        std::vector<Mutant> kept;
        for (std::size_t i = 0; i < all.size(); i += stride) {
            kept.push_back(std::move(all[i]));
        }
        return kept;
    }

    void examine(const Mutant& mutant, Tally& tally) {
        Project project = healthy_;
        project.sources.files[mutant.file].text = mutant.text;
        const CompileResult result = project.compile();
        tally.mutants += 1;
        std::vector<const Diagnostic*> errors;
        for (const Diagnostic& diagnostic : result.diagnostics) {
            const std::string text = render_text(diagnostic, project.sources);
            EXPECT_FALSE(std::regex_search(diagnostic.message + " " + diagnostic.help, kJargon))
                << mutant.what << "\n"
                << text;
            EXPECT_GE(diagnostic.span.line, 1U) << mutant.what;
            if (diagnostic.severity == Severity::error) {
                errors.push_back(&diagnostic);
            }
        }
        EXPECT_EQ(errors.empty(), result.program != nullptr) << mutant.what;
        const std::string where = project.sources.files[mutant.file].path + " " + mutant.what;
        if (errors.empty()) {
            tally.accepted += 1;
            if (result.diagnostics.empty() && prints_as_healthy(project, mutant)) {
                tally.silent += 1;
                tally.misses.push_back("SILENT " + where);
            }
            return;
        }
        tally.one += errors.size() == 1 ? 1U : 0U;
        const bool hit = points_at(*errors.front(), mutant);
        tally.on_line += hit ? 1U : 0U;
        if (errors.size() > 1 || !hit) {
            tally.misses.push_back((hit ? "MANY " : "MISS ") + where + "\n" +
                                   project.report(result));
        }
    }

    bool prints_as_healthy(const Project& project, const Mutant& mutant) const {
        const auto texts = [&](const SourceSet& sources) {
            std::vector<std::string> out;
            for (const parser::Token& token : tokens_of(sources, mutant.file)) {
                out.push_back(sources.files[mutant.file].text.substr(token.offset, token.length));
            }
            return out;
        };
        return texts(project.sources) != texts(healthy_.sources) &&
               format(project.sources, mutant.file).text ==
                   format(healthy_.sources, mutant.file).text;
    }

    static bool touches(const Span& span, const Mutant& mutant) {
        // Behind something deleted from the end of a line the next line is where reading stops.
        return span.file == mutant.file && span.line >= mutant.first_line &&
               span.line <= mutant.last_line + 1;
    }
    /// Stands there, has a label there, or says in words that the declaration it means is there.
    bool points_at(const Diagnostic& diagnostic, const Mutant& mutant) const {
        const std::string place = "declared in " + healthy_.sources.files[mutant.file].path + ":" +
                                  std::to_string(mutant.first_line);
        return touches(diagnostic.span, mutant) ||
               (diagnostic.help + " ").find(place + " ") != std::string::npos ||
               diagnostic.help.find(place + ".") != std::string::npos ||
               std::any_of(diagnostic.labels.begin(), diagnostic.labels.end(),
                           [&](const Label& label) { return touches(label.span, mutant); });
    }

    Project healthy_;
};

/// Percent of the refused mutants.
struct Goals {
    double on_line = 0;
    double exactly_one = 0;
};

void expect_goals(const Tally& tally, const Goals& goals) {
    EXPECT_GE(Tally::share(tally.on_line, tally.refused()), goals.on_line) << "on the line";
    EXPECT_GE(Tally::share(tally.one, tally.refused()), goals.exactly_one) << "exactly one error";
}

TEST(CheckMutationTest, ADeletedTokenIsFound) {
    expect_goals(Harness().run("delete a token", deletions), {95.0, 90.0});
}

TEST(CheckMutationTest, ADuplicatedTokenIsFound) {
    expect_goals(Harness().run("duplicate a token", duplicates), {95.0, 90.0});
}

TEST(CheckMutationTest, ATypingMistakeInAKeywordIsFound) {
    expect_goals(Harness().run("typo in a keyword", keyword_typos), {97.0, 90.0});
}

TEST(CheckMutationTest, ATypingMistakeInANameIsFound) {
    // A name of one use may be wrong at either end, and fields are told at each place.
    expect_goals(Harness().run("typo in a name", name_typos), {85.0, 80.0});
}

TEST(CheckMutationTest, SwappedTokensAreFound) {
    expect_goals(Harness().run("swap two tokens", swaps), {95.0});
}

TEST(CheckMutationTest, ALineCutShortIsFound) {
    expect_goals(Harness().run("delete rest of line", rests_of_lines), {90.0});
}

}  // namespace
}  // namespace sluice::dsl
