#include "tests/dsl/check/project.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace sluice::dsl {
namespace {

using fixtures::Project;
using fixtures::read_text;

const std::filesystem::path kFolder = std::filesystem::path(SLUICE_SOURCE_DIR) / "tests/dsl";

std::vector<std::string> cases_of(const std::filesystem::path& folder) {
    std::vector<std::string> out;
    if (!std::filesystem::is_directory(folder)) {
        return out;
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (name.front() != '_') {
            out.push_back(name);
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// `E205_E203_state_and_segment` may raise both codes; the first is the one it is about.
bool is_allowed(const std::string& code, const std::string& name) {
    return ("_" + name).find("_" + code + "_") != std::string::npos;
}

std::string code_of(const std::string& name) {
    return name.substr(0, name.find_first_of("_."));
}

void expect_file(const std::string& text, const std::filesystem::path& path) {
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
    }
    EXPECT_EQ(text, read_text(path));
}

class CheckGoldenTest : public ::testing::TestWithParam<std::string> {};

/// Every case stands on the shared schema, policy and messages of `_base`; a file of its own with
/// the same name replaces the shared one.
TEST_P(CheckGoldenTest, SaysWhatIsExpected) {
    Project project;
    project.add_folder(kFolder / "check/golden" / GetParam());
    project.add_folder(kFolder / "check/golden/_base");
    project.today = parse_date("2026-03-02");
    const auto folder = kFolder / "check/golden" / GetParam();
    if (std::filesystem::exists(folder / "data.txt")) {
        project.add_data(folder / "data.txt");
    }
    const CompileResult result = project.compile();
    const std::string report = project.report(result);
    expect_file(report, folder / "expected.txt");
    if (std::filesystem::exists(folder / "expected.json")) {
        std::string lines;
        for (const Diagnostic& diagnostic : result.diagnostics) {
            lines += render_json(diagnostic, project.sources) + "\n";
        }
        expect_file(lines, folder / "expected.json");
    }
    if (GetParam().starts_with("clean_")) {
        EXPECT_TRUE(result.diagnostics.empty());
        return;
    }
    for (const Diagnostic& diagnostic : result.diagnostics) {
        EXPECT_TRUE(is_allowed(diagnostic.code, GetParam()))
            << diagnostic.code << ": one cause, one report";
    }
    const auto about = [&](const Diagnostic& found) { return found.code == code_of(GetParam()); };
    EXPECT_TRUE(std::any_of(result.diagnostics.begin(), result.diagnostics.end(), about));
}

INSTANTIATE_TEST_SUITE_P(Checker, CheckGoldenTest,
                         ::testing::ValuesIn(cases_of(kFolder / "check/golden")),
                         [](const auto& test) { return test.param; });

TEST(DiagnosticRegistryTest, EveryCodeHasAGolden) {
    std::set<std::string> shown;
    for (const char* folder : {"check/golden", "parser/golden"}) {
        for (const std::string& name : cases_of(kFolder / folder)) {
            shown.insert(code_of(name));
        }
    }
    shown.insert("E420");  // needs people: tests/engine/daemon/deploy_rows_test.cpp
    shown.insert("W415");  // needs the tests to be run: tests/flows/flows_verbs.py
    shown.insert("E590");  // the formatter distrusting itself: tests/dsl/format/verify_test.cpp
    for (const CodeInfo& info : code_catalogue()) {
        EXPECT_TRUE(shown.contains(std::string(info.code))) << info.code << " has no golden";
    }
}

TEST(DiagnosticRegistryTest, EveryGoldenHasACode) {
    std::set<std::string> known;
    for (const CodeInfo& info : code_catalogue()) {
        known.emplace(info.code);
        EXPECT_FALSE(info.title.empty());
        EXPECT_FALSE(info.meaning.empty());
    }
    for (const std::string& name : cases_of(kFolder / "check/golden")) {
        EXPECT_TRUE(name.starts_with("clean_") || known.contains(code_of(name))) << name;
    }
}

}  // namespace
}  // namespace sluice::dsl
