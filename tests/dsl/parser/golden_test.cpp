// One file of broken source and the text it must produce, side by side. UPDATE_GOLDEN=1 rewrites
// the expectations; the diff is the review.
#include "dsl/parser/parse.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace sluice::dsl {
namespace {

std::filesystem::path folder() {
    return std::filesystem::path(SLUICE_SOURCE_DIR) / "tests/dsl/parser/golden";
}

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> cases() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        if (entry.path().extension() == ".flow") {
            names.push_back(entry.path().stem().string());
        }
    }
    std::ranges::sort(names);
    return names;
}

std::vector<Diagnostic> diagnose(const std::string& name, SourceSet& sources) {
    sources.files.push_back({name + ".flow", read(folder() / (name + ".flow"))});
    std::vector<Diagnostic> found;
    parse(sources, 0, found);
    return found;
}

class GoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, DiagnosticsReadAsExpected) {
    SourceSet sources;
    std::string text;
    for (const Diagnostic& diagnostic : diagnose(GetParam(), sources)) {
        text += (text.empty() ? "" : "\n") + render_text(diagnostic, sources);
    }
    const std::filesystem::path expected = folder() / (GetParam() + ".expected");
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(expected, std::ios::binary) << text;
    }
    EXPECT_EQ(text, read(expected));
    EXPECT_NE(text.find(GetParam().substr(0, 4)), std::string::npos)
        << "the file is named after a code that is not raised";
}

INSTANTIATE_TEST_SUITE_P(Parser, GoldenTest, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param; });

TEST(GoldenFilesTest, EveryCodeOfTheParserHasOne) {
    const std::vector<std::string> names = cases();
    for (const char* code : {"E101", "E102", "E103", "E104", "E105", "E119", "E120", "E305"}) {
        EXPECT_TRUE(std::ranges::any_of(names, [&](const std::string& name) {
            return name.starts_with(code);
        })) << code;
    }
}

TEST(GoldenFilesTest, EveryCodeRaisedIsInTheCatalogue) {
    std::set<std::string_view> known;
    for (const CodeInfo& info : code_catalogue()) {
        EXPECT_FALSE(info.title.empty());
        EXPECT_TRUE(info.meaning.ends_with('.')) << info.code;
        EXPECT_TRUE(known.empty() || *known.rbegin() < info.code) << info.code << " out of order";
        known.insert(info.code);
    }
    for (const std::string& name : cases()) {
        SourceSet sources;
        for (const Diagnostic& diagnostic : diagnose(name, sources)) {
            EXPECT_TRUE(known.contains(diagnostic.code)) << diagnostic.code;
        }
    }
}

}  // namespace
}  // namespace sluice::dsl
