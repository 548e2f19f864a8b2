#include "engine/daemon/project.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

constexpr const char* kSchema = R"(
customer {
  email text optional personal
  time_zone timezone optional
  email_status one of "subscribed", "unsubscribed" default "unsubscribed"
}
event Order Placed { order_id text key }
policy Default { time zone customer.time_zone, otherwise "UTC" consent email when customer.email_status is "subscribed" }
)";
constexpr const char* kFlow = R"(
flow Greet { starts when Order Placed send email Hello }
message Hello { topic News  email { subject "Hello" body file "mails/hello.html" } }
)";

class ProjectTest : public ::testing::Test {
protected:
    void SetUp() override {
        root_ = fs::temp_directory_path() /
                ("sluice-project-" + std::to_string(::getpid()) + "-" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(root_);
        fs::create_directories(root_);
    }
    void TearDown() override { fs::remove_all(root_); }
    void write(const std::string& name, const std::string& text) {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name, std::ios::binary) << text;
    }
    Project load() {
        auto project = load_project(root_.string());
        EXPECT_TRUE(project.has_value()) << project.error().detail;
        return project.has_value() ? std::move(project.value()) : Project();
    }
    static std::vector<std::string> paths(const Project& project) {
        std::vector<std::string> out;
        for (const auto& file : project.sources.files) {
            out.push_back(file.path);
        }
        return out;
    }
    fs::path root_;
};

TEST_F(ProjectTest, EveryFlowFileByPathAndTheBodiesBeside) {
    write("10-greet.flow", kFlow);
    write("00-schema.flow", kSchema);
    write("more/20-other.flow", "# nothing yet\n");
    write("mails/hello.html", "<p>Hello</p>");
    write("mails/plain.txt", "Hello");
    write("notes.md", "not for the engine");
    write(".git/99.flow", "hidden");
    write(".hidden.flow", "hidden");
    const Project project = load();
    EXPECT_THAT(paths(project),
                ElementsAre("00-schema.flow", "10-greet.flow", "more/20-other.flow"));
    EXPECT_THAT(project.bodies, ElementsAre(::testing::Pair("mails/hello.html", "<p>Hello</p>"),
                                            ::testing::Pair("mails/plain.txt", "Hello")));
}

TEST_F(ProjectTest, ABodyIsFoundBesideItsFlowFileFirstThenFromTheTop) {
    write("00-schema.flow", kSchema);
    write("shop/greet.flow", kFlow);
    write("mails/hello.html", "<p>from the top</p>");
    const auto top = compile_project(load());
    ASSERT_TRUE(top.program);
    EXPECT_EQ(top.program->messages.at(0).email->body.source(), "<p>from the top</p>");
    write("shop/mails/hello.html", "<p>beside</p>");
    const auto beside = compile_project(load());
    ASSERT_TRUE(beside.program);
    EXPECT_EQ(beside.program->messages.at(0).email->body.source(), "<p>beside</p>");
    EXPECT_NE(beside.program->hash, top.program->hash);
}

TEST_F(ProjectTest, ABodyThatIsNotThereIsADiagnostic) {
    write("00-schema.flow", kSchema);
    write("greet.flow", kFlow);
    const auto compiled = compile_project(load());
    EXPECT_FALSE(compiled.program);
    ASSERT_FALSE(compiled.diagnostics.empty());
}

TEST_F(ProjectTest, ARelativePathCannotLeaveTheProject) {
    write("secret.html", "<p>outside</p>");
    write("project/00-schema.flow", kSchema);
    write("project/greet.flow",
          "flow Greet { starts when Order Placed send email Hello }\n"
          "message Hello { topic News email { subject \"a\" body file \"../secret.html\" } }\n");
    auto project = load_project((root_ / "project").string());
    ASSERT_TRUE(project.has_value());
    EXPECT_FALSE(compile_project(project.value()).program);
}

TEST_F(ProjectTest, NoDirectoryNoFlowsAndTooLargeAreSaid) {
    const auto nowhere = load_project((root_ / "nowhere").string());
    ASSERT_FALSE(nowhere.has_value());
    EXPECT_EQ(nowhere.error().code, Errc::not_found);
    EXPECT_THAT(nowhere.error().detail, HasSubstr("is not a directory of flow files"));
    write("mails/hello.html", "x");
    const auto empty = load_project(root_.string());
    ASSERT_FALSE(empty.has_value());
    EXPECT_EQ(empty.error().code, Errc::not_found);
    EXPECT_THAT(empty.error().detail, HasSubstr("there is no .flow file in"));
    write("large.flow", std::string((4U << 20U) + 1, '#'));
    const auto large = load_project(root_.string());
    ASSERT_FALSE(large.has_value());
    EXPECT_THAT(large.error().detail, HasSubstr("large.flow is larger than 4 MiB"));
}

/// What a release keeps is enough to make the same program again.
TEST_F(ProjectTest, ABundleComesBackWhole) {
    write("00-schema.flow", kSchema);
    write("greet.flow", kFlow);
    write("mails/hello.html", std::string("<p>a\0b \xc3\xa9</p>", 13));
    const Project project = load();
    const std::string bytes = encode(project);
    const auto back = decode_project(bytes);
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(paths(back.value()), paths(project));
    EXPECT_EQ(back.value().sources.files[1].text, kFlow);
    EXPECT_EQ(back.value().bodies, project.bodies);
    const auto one = compile_project(project);
    const auto two = compile_project(back.value());
    ASSERT_TRUE(one.program && two.program);
    EXPECT_EQ(one.program->hash, two.program->hash);
}

TEST_F(ProjectTest, ADamagedBundleIsRefusedAtEveryLength) {
    write("00-schema.flow", kSchema);
    write("mails/hello.html", "<p>Hello</p>");
    const std::string bytes = encode(load());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto cut = decode_project(bytes.substr(0, size));
        ASSERT_FALSE(cut.has_value()) << size;
        EXPECT_EQ(cut.error().code, Errc::corrupt);
    }
    EXPECT_FALSE(decode_project("\x02" + bytes.substr(1)).has_value());
}

/// What a later version would call wrong goes on running where it was let through once.
TEST_F(ProjectTest, AReleaseIsReadAndNotJudgedAgain) {
    Project project;
    project.sources.files.push_back({"a.flow",
                                     "customer { email text optional  points number default 0 }\n"
                                     "event Asked\n"
                                     "flow F {\n  starts when Asked\n"
                                     "  if customer.points > 5 and customer.points < 3 { stop }\n"
                                     "  if customer.points > 7 {\n"
                                     "    if customer.points < 7 { set customer.points to 1 }\n"
                                     "  }\n}\n"});
    EXPECT_FALSE(compile_project(project).program);
    EXPECT_TRUE(compile_release(project).program);
}

}  // namespace
}  // namespace sluice
