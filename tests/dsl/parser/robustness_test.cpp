// Any bytes at all: the parser returns, with places inside the file.
#include "dsl/parser/keywords.hpp"
#include "tests/dsl/parser/parse_support.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace sluice::dsl {
namespace {

void survive(const std::string& text) {
    const Parsed p = parsed(text);
    const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n') + 1);
    for (const Diagnostic& diagnostic : p.diagnostics) {
        ASSERT_GE(diagnostic.span.line, 1U);
        ASSERT_LE(diagnostic.span.line, lines);
        ASSERT_LE(diagnostic.span.offset + diagnostic.span.length, text.size());
        ASSERT_EQ(render_json(diagnostic, p.sources).find('\n'), std::string::npos);
    }
    ASSERT_LE(p.diagnostics.size(), 110U);
}

std::string examples() {
    std::string all;
    for (const char* name : {"11-abandoned-cart.flow", "13-after-first-order.flow"}) {
        std::ifstream in(std::string(SLUICE_TEST_DATA) + "/examples/" + name);
        all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
}

TEST(RobustnessTest, RandomBytes) {
    std::mt19937 random(7);
    for (int round = 0; round < 400; ++round) {
        std::string text(random() % 300, '\0');
        for (char& c : text) {
            c = static_cast<char>(random());
        }
        survive(text);
    }
}

TEST(RobustnessTest, RandomWordsOfTheLanguage) {
    std::mt19937 random(11);
    constexpr std::string_view kSigns[] = {"{",
                                           "}",
                                           "(",
                                           ")",
                                           "[",
                                           "]",
                                           ",",
                                           ".",
                                           "=",
                                           ">=",
                                           "\n",
                                           "\"x\"",
                                           "Order Placed",
                                           "12",
                                           "50%",
                                           "09:30",
                                           "@a",
                                           "2026-01-01",
                                           "\nflow F {",
                                           "\n  "};
    for (int round = 0; round < 1'500; ++round) {
        std::string text = "flow F {\n";
        for (unsigned i = 0; i < 60; ++i) {
            const bool sign = random() % 3 == 0;
            text += sign ? kSigns[random() % std::size(kSigns)]
                         : parser::kKeywords[random() % parser::kKeywords.size()];
            text += ' ';
        }
        survive(text);
    }
}

TEST(RobustnessTest, EveryPrefixOfAnExample) {
    const std::string text = examples();
    for (std::size_t length = 0; length < text.size(); length += 3) {
        survive(text.substr(0, length));
    }
}

TEST(RobustnessTest, DeepNestingIsAnErrorAndNotACrash) {
    for (const std::string part :
         {"if a is 1 {\n", "(", "not ", "not (", "[", "{", "wait up to 1 day { on timeout {"}) {
        std::string text = "flow F {\n";
        for (int i = 0; i < 20'000; ++i) {
            text += part;
        }
        survive(text);
        survive("segment S when " + text.substr(9));
    }
    const std::string deep =
        "segment S when " + std::string(65, '(') + "a is 1" + std::string(65, ')');
    EXPECT_EQ(parsed(deep + "\n").diagnostics.at(0).code, "E105");
    const std::string fits =
        "segment S when " + std::string(64, '(') + "a is 1" + std::string(64, ')');
    EXPECT_EQ(parsed(fits + "\n").errors(), "");
}

TEST(RobustnessTest, OneForgottenParenthesisDoesNotCountForTheRest) {
    std::string text;
    for (int i = 0; i < 90; ++i) {
        text += "segment S when (a is 1\n";
    }
    for (const Diagnostic& diagnostic : parsed(text).diagnostics) {
        EXPECT_EQ(diagnostic.code, "E102");
    }
}

TEST(RobustnessTest, LongChainsNeedNoStack) {
    std::string text = "segment S when a is 1";
    for (int i = 0; i < 50'000; ++i) {
        text += " and a is 1";
    }
    EXPECT_EQ(parsed(text + "\n").errors(), "");
}

TEST(RobustnessTest, AFileThatIsNotThereGivesAnEmptyTree) {
    const SourceSet none;
    std::vector<Diagnostic> diagnostics;
    EXPECT_TRUE(parse(none, 3, diagnostics).decls.empty());
    EXPECT_TRUE(diagnostics.empty());
}

TEST(RobustnessTest, EmptyFilesAndCommentsAreFine) {
    EXPECT_EQ(parsed("").errors(), "");
    EXPECT_EQ(parsed("# only words\n\n   \n# more").errors(), "");
}

}  // namespace
}  // namespace sluice::dsl
