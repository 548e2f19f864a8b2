// Damages the working shop one token at a time and compiles it: the checker must not crash, must
// not accept damage silently into something illegal, and must complain where the damage is.
#include "tests/dsl/check/project.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <iostream>
#include <set>

namespace sluice::dsl {
namespace {

using fixtures::Project;

const std::filesystem::path kShop = std::filesystem::path(SLUICE_TEST_DATA) / "shop";
constexpr std::array<const char*, 5> kFiles = {"00-schema.flow", "01-policy.flow",
                                               "03-messages.flow", "10-welcome.flow",
                                               "11-abandoned-cart.flow"};

Project shop() {
    Project project;
    for (const char* name : kFiles) {
        project.add(name, fixtures::read_text(kShop / name));
    }
    project.body_folders.push_back(kShop);
    return project;
}

struct Token {
    std::size_t begin = 0;
    std::size_t end = 0;
};

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == ':' ||
           c == '-';
}

std::vector<Token> tokens_of(const std::string& text) {
    std::vector<Token> out;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '#') {
            at = std::min(text.find('\n', at), text.size());
            continue;
        }
        if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        if (text[at] == '"') {
            end = text.find('"', at + 1) + 1;
        } else {
            while (is_word(text[at]) && end < text.size() && is_word(text[end])) {
                ++end;
            }
        }
        out.push_back({at, end});
        at = end;
    }
    return out;
}

enum class Damage : std::uint8_t { remove, repeat, swap };

struct Mutant {
    std::string text;
    std::set<std::uint32_t> lines;  // where the damage is
    std::set<std::string> words;    // what stands on those lines, before and after
    bool braces = false;            // a brace was damaged, so the wrong block may be named
    std::string description;
};

std::uint32_t line_at(const std::string& text, std::size_t offset) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
    return static_cast<std::uint32_t>(1 + std::count(text.begin(), end, '\n'));
}

std::string line_text(const std::string& text, std::uint32_t line) {
    std::size_t begin = 0;
    for (std::uint32_t at = 1; at < line; ++at) {
        begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
    }
    return text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
}

/// Words of the language say nothing about what a line uses.
const std::set<std::string> kLanguage = {
    "customer", "customers", "event",     "message", "flow",  "policy",  "test",    "starts",
    "when",     "where",     "only",      "entry",   "after", "goal",    "within",  "send",
    "email",    "emails",    "with",      "wait",    "then",  "until",   "hours",   "days",
    "minutes",  "timeout",   "otherwise", "topic",   "uses",  "subject", "preview", "body",
    "file",     "text",      "optional",  "default", "html",  "mjml",    "expect",  "given",
    "clock",    "advance",   "quiet",     "hold",    "from"};

void add_words(std::set<std::string>& words, const std::string& line) {
    std::string word;
    for (const char c : line + " ") {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
            word += c;
            continue;
        }
        if (word.size() > 3 && !kLanguage.contains(word)) {
            words.insert(word);
        }
        word.clear();
    }
}

Mutant mutate(const std::string& text, const std::vector<Token>& tokens, std::size_t at,
              Damage damage) {
    const Token& token = tokens[at];
    const Token& next = tokens[at + 1];
    const std::string word = text.substr(token.begin, token.end - token.begin);
    Mutant out;
    out.text = text;
    out.lines = {line_at(text, token.begin)};
    switch (damage) {
        case Damage::remove:
            out.text.erase(token.begin, token.end - token.begin);
            out.description = "without `" + word + "`";
            break;
        case Damage::repeat:
            out.text.insert(token.end, " " + word);
            out.description = "with two `" + word + "`";
            break;
        case Damage::swap: {
            const std::string other = text.substr(next.begin, next.end - next.begin);
            const std::string between = text.substr(token.end, next.begin - token.end);
            out.text.replace(token.begin, next.end - token.begin, other + between + word);
            out.lines.insert(line_at(text, next.begin));
            out.description = "with `" + word + "` and `" + other + "` swapped";
            break;
        }
    }
    out.braces = out.description.find_first_of("{}") != std::string::npos;
    for (const std::uint32_t line : out.lines) {
        add_words(out.words, line_text(text, line));
        add_words(out.words, line_text(out.text, line));
    }
    return out;
}

/// On a damaged line, on a line that mentions something from one, or pointing at one.
bool near_damage(const Diagnostic& diagnostic, const Mutant& mutant, const Project& project,
                 std::uint32_t file) {
    if (diagnostic.span.file == file && mutant.lines.contains(diagnostic.span.line)) {
        return true;
    }
    if (mutant.braces && diagnostic.code == "E101" && diagnostic.span.file == file) {
        return true;
    }
    for (const Label& label : diagnostic.labels) {
        if (label.span.file == file && mutant.lines.contains(label.span.line)) {
            return true;
        }
    }
    std::set<std::string> words;
    add_words(words, std::string(project.sources.line(diagnostic.span)));
    return std::any_of(words.begin(), words.end(),
                       [&](const std::string& word) { return mutant.words.contains(word); });
}

struct Tally {
    int mutants = 0;
    int refused = 0;
    int warned = 0;
    int same = 0;       // compiled to the same program
    int different = 0;  // compiled to another legal program
    int elsewhere = 0;  // errors on lines that have nothing to do with the damage
    int cascades = 0;   // mutants with more than three errors
};

void examine(const Project& project, const Mutant& mutant, std::uint32_t file,
             const std::string& healthy, Tally& tally) {
    const CompileResult result = project.compile();
    tally.mutants += 1;
    if (result.program != nullptr) {
        const bool clean = result.diagnostics.empty();
        tally.warned += clean ? 0 : 1;
        const std::string text = dump(*result.program);
        (text == healthy ? tally.same : tally.different) += clean ? 1 : 0;
        EXPECT_EQ(result.program->hash.size(), 32U);
        for (const Flow& flow : result.program->flows) {
            ASSERT_FALSE(flow.code.empty());
            EXPECT_TRUE(std::holds_alternative<OpEnd>(flow.code.back().op));
        }
        return;
    }
    tally.refused += 1;
    EXPECT_FALSE(result.diagnostics.empty()) << mutant.description;
    tally.cascades += result.diagnostics.size() > 3 ? 1 : 0;
    for (const Diagnostic& diagnostic : result.diagnostics) {
        EXPECT_NE(diagnostic.span.line, 0U) << diagnostic.message;
        if (diagnostic.severity == Severity::error &&
            !near_damage(diagnostic, mutant, project, file)) {
            tally.elsewhere += 1;
            std::cout << project.sources.files[file].path << " " << mutant.description << ":\n"
                      << render_text(diagnostic, project.sources);
        }
    }
}

TEST(CheckMutationTest, DamageIsReportedWhereItIs) {
    const Project healthy = shop();
    const CompileResult whole = healthy.compile();
    ASSERT_TRUE(whole.program != nullptr) << healthy.report(whole);
    const std::string text = dump(*whole.program);
    Tally tally;
    const char* more = std::getenv("SLUICE_MUTANTS");
    const int wanted = more == nullptr ? 500 : std::atoi(more);
    std::uint64_t seed = 20'260'105;
    while (tally.mutants < wanted) {
        seed = seed * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
        const auto file = static_cast<std::uint32_t>((seed >> 33U) % kFiles.size());
        const std::string& original = healthy.sources.files[file].text;
        const auto tokens = tokens_of(original);
        const std::size_t at = (seed >> 40U) % (tokens.size() - 1);
        const auto damage = static_cast<Damage>((seed >> 60U) % 3);
        const Mutant mutant = mutate(original, tokens, at, damage);
        Project project = healthy;
        project.sources.files[file].text = mutant.text;
        examine(project, mutant, file, text, tally);
    }
    std::cout << tally.mutants << " mutants: " << tally.refused << " refused, " << tally.warned
              << " accepted with a warning, " << tally.same << " unchanged, " << tally.different
              << " another legal program; " << tally.cascades << " with more than three reports, "
              << tally.elsewhere << " errors away from the damage\n";
    EXPECT_EQ(tally.elsewhere, 0);
    EXPECT_LE(tally.cascades, tally.mutants / 100);
}

}  // namespace
}  // namespace sluice::dsl
