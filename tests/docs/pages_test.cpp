// Every page of docs/language does what it says: its blocks compile, or fail with just the code
// they name; its tests run and reach every branch; its pictures are the flows'; its links lead
// somewhere.
#include "dsl/graph/write.hpp"
#include "dsl/parser/parse.hpp"
#include "engine/runtime/coverage.hpp"
#include "engine/runtime/flow_test.hpp"
#include "tests/docs/blocks.hpp"
#include "tests/docs/page_project.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <set>

namespace sluice::docs {
namespace {

namespace fs = std::filesystem;

/// What a block may be, and what it may say.
const std::map<std::string, std::set<std::string>> kKinds = {
    {"flow", {"fails", "part", "file", "append", "found", "test", "coverage"}},
    {"console", {"live", "exits"}},
    {"mermaid", {"graph"}},
    {"text", {"graph"}},
    {"html", {"file"}},
    {"json", {"file"}},
    {"yaml", {"file"}},
    {"liquid", {"gives"}},
};

std::string place(const Page& page, const Block& block) {
    return "docs/language/" + page.path.string() + ":" + std::to_string(block.line);
}

void expect_known_words(const Page& page, const Block& block) {
    const auto kind = kKinds.find(block.kind);
    ASSERT_NE(kind, kKinds.end()) << place(page, block) << ": a block must say what it is; \""
                                  << block.kind << "\" is not known";
    for (const auto& [word, value] : block.says) {
        EXPECT_TRUE(kind->second.contains(word)) << place(page, block) << ": " << word;
    }
    if (block.has("part")) {
        EXPECT_FALSE(wrapped(block.at("part"), block.text).empty()) << place(page, block);
    }
}

void expect_tests_pass(const Page& page, const Block& block, const dsl::CompileResult& compiled) {
    const std::string file = block.has("file")     ? block.at("file")
                             : block.has("append") ? block.at("append")
                                                   : std::string(kExampleFile);
    std::size_t ran = 0;
    for (const dsl::Test& test : compiled.program->tests) {
        if (test.file == file) {
            const FlowTestResult result = run_flow_test(compiled.program, test);
            EXPECT_TRUE(result.passed()) << place(page, block) << ": " << test.title << "\n"
                                         << render_timeline(result);
            ++ran;
        }
    }
    EXPECT_GE(ran, 1U) << place(page, block) << ": says `test` and holds none";
}

void expect_full_coverage(const Page& page, const Block& block,
                          const dsl::CompileResult& compiled) {
    for (const FlowCoverage& flow : measure_coverage(compiled.program)) {
        for (const CoveragePoint& point : flow.points) {
            EXPECT_TRUE(point.reached) << place(page, block) << ": " << flow.flow->name << ": no "
                                       << "test reaches " << point.step << "  " << point.way;
        }
    }
}

void expect_flow(const Page& page, const Block& block, PageProject& project) {
    project.keep(block);
    const dsl::SourceSet sources = project.sources_with(block);
    const dsl::CompileResult compiled = project.compile(sources);
    const std::string code = block.at("fails");
    EXPECT_EQ(compiled.diagnostics.empty(), code.empty()) << place(page, block) << "\n"
                                                          << report(compiled, sources);
    for (const dsl::Diagnostic& diagnostic : compiled.diagnostics) {
        EXPECT_EQ(diagnostic.code, code) << place(page, block) << "\n" << report(compiled, sources);
    }
    if (block.has("test") && compiled.program) {
        expect_tests_pass(page, block, compiled);
    }
    if (block.has("coverage") && compiled.program) {
        expect_full_coverage(page, block, compiled);
    }
}

/// `graph=Win_Back` names the flow; a name's spaces are written `_`.
std::string drawing_of(const Block& block, const PageProject& project) {
    std::string name = block.at("graph");
    std::replace(name.begin(), name.end(), '_', ' ');
    const dsl::SourceSet sources = project.sources_with(Block{});
    std::vector<dsl::Diagnostic> found;
    std::vector<dsl::ast::File> files;
    for (std::uint32_t file = 0; file < sources.files.size(); ++file) {
        files.push_back(dsl::parse(sources, file, found));
    }
    const dsl::graph::Counts counts;
    const auto drawing = dsl::graph::draw({sources, files, counts}, name);
    if (!drawing) {
        return "there is no flow " + name + "\n";
    }
    return block.kind == "mermaid" ? dsl::graph::write_mermaid(*drawing)
                                   : dsl::graph::write_text(*drawing, dsl::graph::Charset::unicode);
}

/// What a block should hold: its flow's picture, or its own text in the canonical layout. The pages
/// on codes show how things are laid out by people.
std::string wanted_text(const Page& page, const Block& block, const PageProject& project) {
    if (block.has("graph")) {
        return drawing_of(block, project);
    }
    const bool whole = block.kind == "flow" && !block.has("part") && !block.has("fails");
    return whole && !page.path.string().starts_with("errors/") ? formatted(block.text) : block.text;
}

class DocsPageTest : public ::testing::TestWithParam<std::string> {};

TEST_P(DocsPageTest, DoesWhatItSays) {
    const fs::path path = language_folder() / GetParam();
    const Page page = read_page(GetParam(), read_text(path));
    ASSERT_EQ(page.open_block, "") << GetParam();
    PageProject project(page);
    std::string mended;
    std::size_t copied = 0;
    for (const Block& block : page.blocks) {
        expect_known_words(page, block);
        if (block.kind == "flow") {
            expect_flow(page, block, project);
        } else {
            project.keep(block);
        }
        mended += page.text.substr(copied, block.begin - copied);
        mended += wanted_text(page, block, project);
        copied = block.end;
    }
    mended += page.text.substr(copied);
    if (mended != page.text && std::getenv("UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << mended;
        return;
    }
    EXPECT_EQ(mended, page.text) << "docs/language/" << GetParam()
                                 << ": a picture is not its flow's, or a listing is not "
                                 << "laid out as `sluice fmt` does it; to mend both:\n"
                                 << "UPDATE_GOLDEN=1 tests/docs_tests --gtest_filter='DocsPages*'";
}

std::vector<std::string> names_of_pages() {
    std::vector<std::string> out;
    for (const Page& page : all_pages()) {
        out.push_back(page.path.string());
    }
    return out;
}

std::string readable(const ::testing::TestParamInfo<std::string>& test) {
    std::string out = test.param.substr(0, test.param.size() - 3);
    for (char& c : out) {
        c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    }
    return out;
}

INSTANTIATE_TEST_SUITE_P(DocsPages, DocsPageTest, ::testing::ValuesIn(names_of_pages()), readable);

/// Empty, or what is wrong with a link.
std::string fault_of(const Page& page, const Link& link) {
    if (link.target.starts_with("https://")) {
        return {};
    }
    const std::size_t hash = std::min(link.target.find('#'), link.target.size());
    const std::string file = link.target.substr(0, hash);
    const std::string anchor = link.target.substr(std::min(hash + 1, link.target.size()));
    const fs::path target = file.empty() ? language_folder() / page.path
                                         : language_folder() / page.path.parent_path() / file;
    if (!fs::exists(target)) {
        return "there is no such file";
    }
    if (anchor.empty()) {
        return {};
    }
    const Page other = read_page(target, read_text(target));
    const bool found =
        std::find(other.anchors.begin(), other.anchors.end(), anchor) != other.anchors.end();
    return found ? std::string() : "there is no such heading";
}

TEST(DocsLinksTest, EveryLinkLeadsSomewhere) {
    std::size_t links = 0;
    for (const Page& page : all_pages()) {
        for (const Link& link : page.links) {
            EXPECT_EQ(fault_of(page, link), "") << "docs/language/" << page.path.string() << ":"
                                                << link.line << ": " << link.target;
            ++links;
        }
    }
    EXPECT_GT(links, 100U);
}

TEST(DocsLinksTest, ThereIsADoorToEveryPage) {
    std::set<fs::path> reached;
    for (const Page& page : all_pages()) {
        for (const Link& link : page.links) {
            const std::string file = link.target.substr(0, link.target.find('#'));
            reached.insert((page.path.parent_path() / file).lexically_normal());
        }
    }
    for (const Page& page : all_pages()) {
        EXPECT_TRUE(page.path == "README.md" || reached.contains(page.path))
            << "nothing leads to docs/language/" << page.path.string();
    }
    EXPECT_THAT(read_text(fs::path(SLUICE_SOURCE_DIR) / "README.md"),
                testing::HasSubstr("docs/language/README.md"));
}

TEST(DocsBlocksTest, ABlockSaysWhatItIs) {
    const Page page = read_page("a.md",
                                "# A `b`, c\n```flow,fails=E206 file=x.flow\nflow A\n```\n"
                                "see [this](x.md#a-b-c) and `[no](y)`\n```\nraw\n```\n");
    ASSERT_EQ(page.blocks.size(), 2U);
    EXPECT_EQ(page.blocks[0].kind, "flow");
    EXPECT_EQ(page.blocks[0].at("fails"), "E206");
    EXPECT_EQ(page.blocks[0].at("file"), "x.flow");
    EXPECT_EQ(page.blocks[0].text, "flow A\n");
    EXPECT_EQ(page.blocks[0].line, 2U);
    EXPECT_EQ(page.blocks[1].kind, "");
    EXPECT_EQ(page.anchors, std::vector<std::string>{"a-b-c"});
    ASSERT_EQ(page.links.size(), 1U);
    EXPECT_EQ(page.links[0].target, "x.md#a-b-c");
}

TEST(DocsBlocksTest, AFenceThatIsNotClosedIsSeen) {
    EXPECT_EQ(read_page("a.md", "```flow\nflow A\n").open_block, "line 1: never closed");
    EXPECT_NE(read_page("a.md", "```flow\n```text\n```\n").open_block, "");
}

}  // namespace
}  // namespace sluice::docs
