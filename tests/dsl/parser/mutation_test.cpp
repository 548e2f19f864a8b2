// Damages the example files one token at a time and holds the parser to its promises: it ends, it
// speaks of the author's words only, and it points at the damage.
//
// SLUICE_MUTANTS=all runs every mutant instead of the sample.
#include "dsl/parser/keywords.hpp"
#include "dsl/parser/lexer.hpp"
#include "dsl/parser/parse.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice::dsl {
namespace {

constexpr std::size_t kSample = 1'500;

struct Mutant {
    std::string text;
    std::uint32_t first_line = 0;  // first and last damaged line
    std::uint32_t last_line = 0;
    std::string what;
};

struct Tally {
    std::size_t mutants = 0;
    std::size_t still_valid = 0;
    std::size_t one = 0;
    std::size_t more = 0;
    std::size_t right_line = 0;
    std::vector<std::string> misses;
};

std::vector<SourceFile> examples() {
    std::vector<SourceFile> files;
    const std::filesystem::path folder = std::filesystem::path(SLUICE_TEST_DATA) / "examples";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream in(entry.path());
        files.push_back({entry.path().filename().string(),
                         std::string(std::istreambuf_iterator<char>(in), {})});
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

std::vector<parser::Token> tokens_of(const SourceFile& file) {
    SourceSet sources;
    sources.files.push_back(file);
    parser::Problems problems(sources, 0);
    std::vector<parser::Token> tokens = parser::lex(problems).list;
    tokens.pop_back();
    return tokens;
}

std::string_view text_of(const SourceFile& file, const parser::Token& token) {
    return std::string_view(file.text).substr(token.offset, token.length);
}

Mutant replaced(const SourceFile& file, const parser::Token& token, std::string_view by,
                std::string_view how) {
    Mutant out{file.text, token.line, token.line, file.path + ":" + std::to_string(token.line)};
    out.text.replace(token.offset, token.length, by);
    out.what += " " + std::string(how) + " `" + std::string(text_of(file, token)) + "`";
    return out;
}

std::vector<Mutant> deletions(const SourceFile& file) {
    std::vector<Mutant> out;
    for (const parser::Token& token : tokens_of(file)) {
        out.push_back(replaced(file, token, "", "delete"));
    }
    return out;
}

std::vector<Mutant> duplicates(const SourceFile& file) {
    std::vector<Mutant> out;
    for (const parser::Token& token : tokens_of(file)) {
        const std::string text(text_of(file, token));
        out.push_back(replaced(file, token, text + " " + text, "duplicate"));
    }
    return out;
}

std::vector<Mutant> swaps(const SourceFile& file) {
    std::vector<Mutant> out;
    const std::vector<parser::Token> tokens = tokens_of(file);
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        const std::string left(text_of(file, tokens[i]));
        const std::string right(text_of(file, tokens[i + 1]));
        if (left == right) {
            continue;
        }
        Mutant mutant = replaced(file, tokens[i + 1], left, "swap with the token before");
        mutant.text.replace(tokens[i].offset, tokens[i].length, right);
        mutant.first_line = tokens[i].line;
        out.push_back(std::move(mutant));
    }
    return out;
}

std::vector<Mutant> typing_mistakes(const SourceFile& file) {
    std::vector<Mutant> out;
    for (const parser::Token& token : tokens_of(file)) {
        std::string word(text_of(file, token));
        if (token.word == 0 || word.size() < 3 || word[1] == word[2]) {
            continue;
        }
        std::swap(word[1], word[2]);
        out.push_back(replaced(file, token, word, "two letters of"));
    }
    return out;
}

bool touches(const Span& span, const Mutant& mutant) {
    // Behind a token deleted from the end of a line the next line is where reading stops.
    return span.line >= mutant.first_line && span.line <= mutant.last_line + 1;
}

bool points_at(const Diagnostic& diagnostic, const Mutant& mutant) {
    return touches(diagnostic.span, mutant) ||
           std::ranges::any_of(diagnostic.labels,
                               [&](const Label& label) { return touches(label.span, mutant); });
}

void expect_no_cpp_names(const std::string& text, const Mutant& mutant) {
    for (const char* foreign : {"boost", "N5", "x3", "std::", "sluice::", "_k"}) {
        EXPECT_EQ(text.find(foreign), std::string::npos) << mutant.what << "\n" << text;
    }
}

void run(const Mutant& mutant, Tally& tally) {
    SourceSet sources;
    sources.files.push_back({"mutant.flow", mutant.text});
    std::vector<Diagnostic> found;
    parse(sources, 0, found);
    const auto lines = std::ranges::count(mutant.text, '\n') + 1;
    for (const Diagnostic& diagnostic : found) {
        EXPECT_GE(diagnostic.span.line, 1U) << mutant.what;
        EXPECT_LE(diagnostic.span.line, lines) << mutant.what;
        EXPECT_LE(diagnostic.span.offset + diagnostic.span.length, mutant.text.size());
        expect_no_cpp_names(render_text(diagnostic, sources), mutant);
    }
    ++tally.mutants;
    tally.still_valid += found.empty() ? 1U : 0U;
    // A swap over the end of a line damages two lines, and each may be reported.
    const std::size_t causes = mutant.first_line == mutant.last_line ? 1 : 2;
    tally.one += !found.empty() && found.size() <= causes ? 1U : 0U;
    tally.more += found.size() > causes ? 1U : 0U;
    if (!found.empty() && points_at(found.front(), mutant)) {
        ++tally.right_line;
    } else if (!found.empty()) {
        tally.misses.push_back(mutant.what + " -> " + render_text(found.front(), sources));
    }
    if (found.size() > causes && std::getenv("SLUICE_MUTANTS_SHOW") != nullptr) {
        std::string all = "MANY " + mutant.what + "\n";
        for (const Diagnostic& diagnostic : found) {
            all += render_text(diagnostic, sources);
        }
        std::puts(all.c_str());
    }
}

using Mutator = std::vector<Mutant> (*)(const SourceFile&);

Tally run_all(const char* name, Mutator mutate) {
    std::vector<Mutant> mutants;
    for (const SourceFile& file : examples()) {
        std::ranges::move(mutate(file), std::back_inserter(mutants));
    }
    const char* wish = std::getenv("SLUICE_MUTANTS");
    const bool all = wish != nullptr && std::string_view(wish) == "all";
    const std::size_t stride = all ? 1 : std::max<std::size_t>(1, 4 * mutants.size() / kSample);
    Tally tally;
    for (std::size_t i = 0; i < mutants.size(); i += stride) {
        run(mutants[i], tally);
    }
    const std::size_t broken = tally.mutants - tally.still_valid;
    const double right =
        broken == 0 ? 100.0
                    : 100.0 * static_cast<double>(tally.right_line) / static_cast<double>(broken);
    std::printf(
        "%-22s %5zu mutants  %4zu still valid  %5zu one a cause  %4zu more  %5.1f %% on the line\n",
        name, tally.mutants, tally.still_valid, tally.one, tally.more, right);
    if (std::getenv("SLUICE_MUTANTS_SHOW") != nullptr) {
        for (const std::string& miss : tally.misses) {
            std::puts(("MISS " + miss).c_str());
        }
    }
    return tally;
}

void expect_good(const Tally& tally) {
    const std::size_t broken = tally.mutants - tally.still_valid;
    ASSERT_GT(broken, 0U);
    EXPECT_GE(tally.right_line * 100, broken * 95) << "first errors away from the damage";
    EXPECT_GE(tally.one * 100, broken * 98) << "one cause, several errors";
}

TEST(MutationTest, ADeletedTokenIsFound) {
    expect_good(run_all("delete a token", deletions));
}

TEST(MutationTest, ADuplicatedTokenIsFound) {
    expect_good(run_all("duplicate a token", duplicates));
}

TEST(MutationTest, SwappedTokensAreFound) {
    expect_good(run_all("swap two tokens", swaps));
}

TEST(MutationTest, ATypingMistakeInAKeywordIsFound) {
    expect_good(run_all("swap two letters", typing_mistakes));
}

}  // namespace
}  // namespace sluice::dsl
