#include "dsl/diagnostic.hpp"

#include <gtest/gtest.h>

namespace sluice::dsl {
namespace {

using Names = std::vector<std::string>;

Diagnostic at(std::uint32_t line, std::uint32_t column, std::uint32_t offset,
              std::uint32_t length) {
    Diagnostic d;
    d.code = "E206";
    d.span = {0, offset, length, line, column};
    d.message = "`Order` has no field called `totl`:";
    return d;
}

SourceSet one_file(const std::string& text) {
    SourceSet sources;
    sources.files.push_back({"shop/a.flow", text});
    return sources;
}

TEST(DidYouMeanTest, ATypingMistakeFindsItsWord) {
    const Names known{"send", "wait", "set", "segment"};
    EXPECT_EQ(did_you_mean("sned", known), Names{"send"});
    EXPECT_EQ(did_you_mean("segmnet", known), Names{"segment"});
    EXPECT_EQ(did_you_mean("unknown_function", known), Names{});
    EXPECT_EQ(did_you_mean("", known), Names{});
}

TEST(DidYouMeanTest, CaseAloneComesFirst) {
    const Names known{"Order Plated", "Order Placed"};
    EXPECT_EQ(did_you_mean("order placed", known), (Names{"Order Placed", "Order Plated"}));
}

TEST(DidYouMeanTest, AtMostTwoAndNeverTheSameWord) {
    const Names known{"aab", "aac", "aad", "aaa"};
    EXPECT_EQ(did_you_mean("aaa", known).size(), 2U);
}

TEST(SortTest, ByPlaceThenCodeWithoutDoubles) {
    std::vector<Diagnostic> all{at(3, 1, 20, 1), at(1, 1, 0, 1), at(3, 1, 20, 1)};
    all.push_back(at(1, 1, 0, 1));
    all.back().code = "E101";
    sort_diagnostics(all);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].code, "E101");
    EXPECT_EQ(all[2].span.line, 3U);
}

TEST(RenderTest, TheSnippetUnderlinesAllPlaces) {
    const SourceSet sources = one_file("a and b or c\nsecond\n");
    Diagnostic d = at(1, 3, 2, 3);
    d.labels = {{{0, 8, 2, 1, 9}, ""}, {{0, 13, 6, 2, 1}, "declared here"}};
    d.help = "Copy one.";
    d.fix = Fix{{0, 8, 2, 1, 9}, "and"};
    EXPECT_EQ(render_text(d, sources),
              "-- UNKNOWN FIELD ----------------------------------------- shop/a.flow:1:3  E206\n"
              "`Order` has no field called `totl`:\n"
              "1 | a and b or c\n"
              "  |   ^^^   --\n"
              "2 | second\n"
              "  | ------ declared here\n"
              "Copy one.\n"
              "Fix: a and b and c\n");
}

TEST(RenderTest, LettersOfSeveralBytesTakeOneColumn) {
    const SourceSet sources = one_file("Größe x\x1b[31m \xff y");
    const std::string text = render_text(at(1, 9, 8, 1), sources);
    EXPECT_NE(text.find("1 | Größe x [31m \xEF\xBF\xBD y\n  |       ^\n"), std::string::npos)
        << text;
}

TEST(RenderTest, LongLinesAreCutAroundThePlace) {
    const SourceSet sources = one_file(std::string(500, 'a') + "X" + std::string(500, 'b'));
    const std::string text = render_text(at(1, 501, 500, 1), sources);
    EXPECT_NE(text.find("aX"), std::string::npos);
    EXPECT_LT(text.size(), 400U);
}

TEST(RenderTest, ASpanOfAnotherFileIsNamed) {
    SourceSet sources = one_file("first\n");
    sources.files.push_back({"b.flow", "other\n"});
    Diagnostic d = at(1, 1, 0, 5);
    d.labels = {{{1, 0, 5, 1, 1}, "declared here"}};
    EXPECT_NE(render_text(d, sources).find("in b.flow:\n1 | other\n  | ----- declared here\n"),
              std::string::npos);
}

TEST(RenderTest, APlacelessDiagnosticHasNoSnippet) {
    Diagnostic d = at(0, 0, 0, 0);
    const std::string text = render_text(d, one_file("x\n"));
    EXPECT_EQ(text.find(" | "), std::string::npos);
}

TEST(RenderTest, JsonIsOneEscapedLine) {
    const SourceSet sources = one_file("where totl >= 20\n");
    Diagnostic d = at(1, 7, 6, 4);
    d.message = "say \"x\"\n\x01";
    d.fix = Fix{d.span, "total"};
    d.labels = {{d.span, "here"}};
    EXPECT_EQ(render_json(d, sources),
              "{\"code\":\"E206\",\"severity\":\"error\",\"title\":\"UNKNOWN FIELD\","
              "\"file\":\"shop/a.flow\",\"line\":1,\"column\":7,\"end_column\":11,"
              "\"message\":\"say \\\"x\\\"\\n\\u0001\",\"help\":\"\",\"labels\":["
              "{\"file\":\"shop/a.flow\",\"line\":1,\"column\":7,\"end_column\":11,"
              "\"text\":\"here\"}],\"fix\":{\"file\":\"shop/a.flow\",\"line\":1,\"column\":7,"
              "\"end_column\":11,\"replacement\":\"total\"}}");
}

TEST(SourceTest, LinesAndTextsOfSpans) {
    const SourceSet sources = one_file("one\r\ntwo\nthree");
    EXPECT_EQ(sources.line({0, 5, 3, 2, 1}), "two");
    EXPECT_EQ(sources.line({0, 0, 3, 1, 1}), "one");
    EXPECT_EQ(sources.line({0, 14, 0, 3, 6}), "three");
    EXPECT_EQ(sources.text({0, 5, 3, 2, 1}), "two");
    EXPECT_EQ(sources.text({0, 999, 3, 2, 1}), "");
    EXPECT_EQ(sources.text({0, 0, 3, 0, 0}), "");
    EXPECT_EQ(sources.text({9, 0, 3, 1, 1}), "");
}

}  // namespace
}  // namespace sluice::dsl
