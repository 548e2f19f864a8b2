#include "dsl/check/report.hpp"

#include "tests/dsl/check/project.hpp"

#include <gtest/gtest.h>

namespace sluice::dsl {
namespace {

const std::map<std::string, std::string> kBodies = {
    {"emails/a.html", "top"}, {"flows/emails/a.html", "beside"}, {"b.txt", "b"}};

TEST(FindBodyTest, BesideTheFlowComesBeforeTheTop) {
    EXPECT_EQ(find_body(kBodies, "flows/x.flow", "emails/a.html"), "flows/emails/a.html");
    EXPECT_EQ(find_body(kBodies, "x.flow", "emails/a.html"), "emails/a.html");
    EXPECT_EQ(find_body(kBodies, "messages/x.flow", "emails/a.html"), "emails/a.html");
}

TEST(FindBodyTest, PathsAreTakenInTheirNormalForm) {
    EXPECT_EQ(find_body(kBodies, "flows/x.flow", "../b.txt"), "b.txt");
    EXPECT_EQ(find_body(kBodies, "flows/x.flow", "./emails//a.html"), "flows/emails/a.html");
    EXPECT_EQ(find_body(kBodies, "x.flow", "emails/../b.txt"), "b.txt");
    EXPECT_EQ(find_body(kBodies, "x.flow", "../b.txt"), std::nullopt) << "it leaves the project";
    EXPECT_EQ(find_body(kBodies, "x.flow", "/b.txt"), std::nullopt);
    EXPECT_EQ(find_body(kBodies, "x.flow", ""), std::nullopt);
}

fixtures::Project two_mistakes() {
    fixtures::Project project;
    project.add("a.flow",
                "customer { email text }\nevent Joined\n"
                "flow A {\n  starts when Joind\n  wait until 9am\n}\n");
    return project;
}

TEST(ReportTest, SummaryCountsWhatWasFound) {
    const fixtures::Project project = two_mistakes();
    const CompileResult compiled = project.compile();
    EXPECT_EQ(summary_text(project.sources, compiled, SummaryDetail::one_line), "");
    EXPECT_EQ(summary_json(project.sources, compiled),
              "{\"summary\":{\"files\":1,\"errors\":2,\"warnings\":0}}\n");
    const std::string text = findings_text(project.sources, compiled);
    EXPECT_TRUE(text.starts_with("-- ")) << text;
    EXPECT_TRUE(text.ends_with("\n\n")) << text;
    const std::string json = findings_json(project.sources, compiled);
    EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 2) << json;
}

TEST(ReportTest, FixesAreMadeUntilNoneIsLeft) {
    fixtures::Project project = two_mistakes();
    CompileResult compiled = project.compile();
    std::string told;
    for (const AppliedFix& fix :
         apply_all_fixes(project.sources, compiled, [&] { return project.compile(); })) {
        told += fix_line(fix);
    }
    EXPECT_EQ(told,
              "fixed a.flow:4:15  E201  `Joind` became `Joined`\n"
              "fixed a.flow:5:14  E120  `9am` became `09:00`\n");
    ASSERT_TRUE(compiled.program) << findings_text(project.sources, compiled);
    EXPECT_EQ(summary_text(project.sources, compiled, SummaryDetail::with_memory),
              "What conditions over the past remember of each customer, about:\n"
              "       0 bytes  in all\n"
              "1 file, 1 flow, 0 messages, 0 tests: no errors, 0 warnings\n");
    EXPECT_EQ(summary_json(project.sources, compiled),
              "{\"summary\":{\"files\":1,\"errors\":0,\"warnings\":0,\"flows\":1,\"messages\":0,"
              "\"tests\":0,\"memory\":[],\"bytes_per_customer\":0}}\n");
}

}  // namespace
}  // namespace sluice::dsl
