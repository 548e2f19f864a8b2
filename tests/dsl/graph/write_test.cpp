// What is written is valid in its language, and reads as in golden/. UPDATE_GOLDEN=1 rewrites
// those.
#include "dsl/graph/write.hpp"
#include "tests/dsl/graph/graph_support.hpp"

#include <cctype>
#include <cstdlib>
#include <regex>
#include <set>
#include <sstream>

namespace sluice::dsl::graph {
namespace {

const std::string kNasty =
    "flow \"A <b> & \\\"c\\\" ]] --> |x|\" \"d's ; #35; {e} `f` \xc3\xa9 \xe6\x97\xa5\" {\n"
    "  starts when \"Order (Placed) [now]\" where total > 5 as order\n"
    "  send email \"<script>alert(1)</script>\" with order\n"
    "  if order.name is \"a & b < c\" { stop because \"]]> end\" }\n"
    "  repeat up to 2 times { wait 1 day }\n"
    "}\n";

/// Every picture of the examples, and one of a flow made of special characters.
std::vector<Drawing> drawings() {
    std::vector<Drawing> out;
    for (const Drawn& project : {drawn_folder("tests/data/examples"), drawn(kNasty)}) {
        std::vector<std::string> names = names_in(project.project());
        names.emplace_back();
        for (const std::string& name : names) {
            out.push_back(project.drawing(name));
        }
    }
    for (std::uint32_t seed = 200; seed < 210; ++seed) {
        out.push_back(drawn(FlowWriter(seed).flow()).drawing("F"));
    }
    return out;
}

/// Reads XML without a DTD: tags nest, attributes are quoted and unique, entities are known.
class XmlReader {
public:
    explicit XmlReader(std::string_view text) : text_(text) {}

    testing::AssertionResult read() {
        while (problem_.empty() && at_ < text_.size()) {
            if (text_[at_] == '<') {
                tag();
            } else {
                content();
            }
        }
        if (problem_.empty() && (!open_.empty() || roots_ != 1)) {
            fail("not one whole element");
        }
        return problem_.empty() ? testing::AssertionSuccess()
                                : testing::AssertionFailure()
                                      << problem_ << " at " << at_ << ": " << text_.substr(at_, 60);
    }
    std::multiset<std::string> elements;

private:
    void fail(std::string what) { problem_ = problem_.empty() ? std::move(what) : problem_; }

    void content() {
        const char c = text_[at_];
        if (c == '&') {
            entity();
        } else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
            fail("a control character");
        } else if (open_.empty() && c != '\n') {
            fail("text outside the root");
        }
        ++at_;
    }
    void entity() {
        const std::string_view rest = text_.substr(at_);
        for (const std::string_view known : {"&amp;", "&lt;", "&gt;", "&quot;"}) {
            if (rest.starts_with(known)) {
                return;
            }
        }
        fail("an unknown entity");
    }

    std::string name() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                      text_[at_] == '-' || text_[at_] == ':')) {
            ++at_;
        }
        if (at_ == begin) {
            fail("a name is missing");
        }
        return std::string(text_.substr(begin, at_ - begin));
    }
    bool skip(std::string_view token) {
        const bool there = text_.substr(at_).starts_with(token);
        at_ += there ? token.size() : 0;
        return there;
    }

    void tag() {
        ++at_;
        if (skip("/")) {
            const std::string closed = name();
            if (open_.empty() || open_.back() != closed || !skip(">")) {
                fail("</" + closed + "> does not fit");
                return;
            }
            open_.pop_back();
            return;
        }
        const std::string opened = name();
        elements.insert(opened);
        roots_ += open_.empty() ? 1 : 0;
        attributes();
        if (skip("/>")) {
            return;
        }
        open_.push_back(opened);
        if (!skip(">")) {
            fail("a tag does not end");
        }
    }
    void attributes() {
        std::set<std::string> seen;
        while (problem_.empty() && skip(" ")) {
            if (!seen.insert(name()).second || !skip("=\"")) {
                fail("an attribute is not right");
            }
            while (at_ < text_.size() && text_[at_] != '"' && problem_.empty()) {
                if (text_[at_] == '<') {
                    fail("< in an attribute");
                }
                if (text_[at_] == '&') {
                    entity();
                }
                ++at_;
            }
            skip("\"");
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int roots_ = 0;
    std::vector<std::string> open_;
    std::string problem_;
};

TEST(SvgTest, IsWellFormedAndSelfContained) {
    for (const Drawing& drawing : drawings()) {
        const std::string svg = write_svg(drawing);
        XmlReader reader(svg);
        EXPECT_TRUE(reader.read());
        EXPECT_EQ(reader.elements.count("svg"), 1U);
        EXPECT_EQ(reader.elements.count("title"), 1U);
        EXPECT_EQ(reader.elements.count("desc"), 1U);
        EXPECT_EQ(reader.elements.count("script"), 0U);
        EXPECT_EQ(reader.elements.count("image"), 0U);
        EXPECT_EQ(svg.find("href"), std::string::npos);
        EXPECT_EQ(svg.find("url("), std::string::npos);
        EXPECT_NE(svg.find("role=\"img\""), std::string::npos);
        EXPECT_NE(svg.find("prefers-color-scheme:dark"), std::string::npos);
    }
}

TEST(SvgTest, NamesTheStepsAndTheirPeople) {
    Drawn project = drawn("flow F {\n wait 1 day\n wait 2 days @long\n}\n");
    project.counts = {{"F", {{"long", 1204}}}};
    const std::string svg = write_svg(project.drawing("F"));
    EXPECT_NE(svg.find("data-id=\"s1\""), std::string::npos);
    EXPECT_NE(svg.find("data-id=\"long\""), std::string::npos);
    EXPECT_NE(svg.find(">1,204</text>"), std::string::npos);
    EXPECT_NE(svg.find("long: Wait 2 days (1,204 people)"), std::string::npos);
}

/// The lines a flowchart of ours may have; what stands between quotes must hold no quote.
TEST(MermaidTest, EveryLineIsOfTheGrammar) {
    const std::string quoted = R"("[^"`<&\\]*(<br/>[^"`<&\\]*)*")";
    const std::string shapes = R"((\(\[)" + quoted + R"(\]\)|\{\{)" + quoted + R"(\}\}|\()" +
                               quoted + R"(\)|\[)" + quoted + R"(\]|\(\(" "\)\)))";
    const std::regex line(R"((flowchart (TD|LR))|( *n\d+)" + shapes +
                          R"(:::k_\w+)|( *n\d+ -->(\|)" + quoted +
                          R"(\|)? n\d+)|( *subgraph loop\d+\[" "\])|( *end)|)" +
                          R"(( *classDef k_\w+ fill:#\w{6},stroke:#\w{6},color:#\w{6}))");
    for (const Drawing& drawing : drawings()) {
        std::istringstream in(write_mermaid(drawing));
        std::set<std::string> declared;
        int open = 0;
        for (std::string text; std::getline(in, text);) {
            EXPECT_TRUE(std::regex_match(text, line)) << text;
            open += text.find("subgraph") != std::string::npos ? 1 : 0;
            open -= text.ends_with("end") && text.find("--") == std::string::npos ? 1 : 0;
            std::smatch node;
            if (std::regex_search(text, node, std::regex(R"(^ *(n\d+)[(\[{])"))) {
                EXPECT_TRUE(declared.insert(node[1]).second) << text;
            } else if (std::regex_match(text, node, std::regex(R"( *(n\d+) -->.* (n\d+))"))) {
                EXPECT_TRUE(declared.contains(node[1]) && declared.contains(node[2])) << text;
            }
        }
        EXPECT_EQ(open, 0);
    }
}

TEST(DotTest, EveryLineIsOfTheGrammar) {
    const std::string quoted = R"("([^"\\]|\\.)*")";
    const std::string value = "(" + quoted + R"(|[\w.]+))";
    const std::string list = R"( \[\w+=)" + value + R"((, \w+=)" + value + R"()*\];)";
    const std::regex line("(digraph " + quoted + R"( \{)|( *\w+=)" + value +
                          R"(;)|( *(node|edge|n\d+))" + list + R"()|( *n\d+ -> n\d+()" + list +
                          R"(|;))|( *subgraph cluster_\d+ \{)|( *\}))");
    for (const Drawing& drawing : drawings()) {
        const std::string dot = write_dot(drawing);
        std::istringstream in(dot);
        int open = 0;
        for (std::string text; std::getline(in, text);) {
            EXPECT_TRUE(std::regex_match(text, line)) << text;
            open += text.ends_with("{") ? 1 : 0;
            open -= text.ends_with("}") ? 1 : 0;
        }
        EXPECT_EQ(open, 0);
    }
}

int columns_of(std::string_view line) {
    int sum = 0;
    for (std::size_t at = 0; at < line.size();) {
        sum += columns(next_code_point(line, at));
    }
    return sum;
}

TEST(TextTest, FitsATerminal) {
    for (const Drawing& drawing : drawings()) {
        const std::string text = write_text(drawing, Charset::unicode);
        if (text.find("╭") == std::string::npos) {
            continue;  // an outline is as wide as its sentences
        }
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);) {
            EXPECT_LE(columns_of(line), 101) << line;
            EXPECT_FALSE(line.ends_with(' ')) << line;
        }
    }
}

TEST(TextTest, PlainIsAscii) {
    for (const Drawing& drawing : drawings()) {
        for (const std::string& text :
             {write_text(drawing, Charset::ascii), write_outline(drawing, Charset::ascii)}) {
            EXPECT_TRUE(std::ranges::all_of(text, [](char c) {
                return c == '\n' || (c >= ' ' && c <= '~');
            })) << text;
        }
    }
}

TEST(TextTest, WhatIsTooWideBecomesAnOutline) {
    std::string lines = "split {\n";
    for (int arm = 0; arm < 20; ++arm) {
        lines += "5% { wait " + std::to_string(arm + 1) + " days }\n";
    }
    const std::string text = write_text(flow(lines + "}"), Charset::unicode);
    EXPECT_TRUE(text.starts_with("Flow F\ns1: Split by chance\n  5%:\n    s2: Wait 1 days\n"))
        << text;
}

TEST(TextTest, ALineThatRunsLeftOrRightEndsAtItsBox) {
    const std::string text =
        write_text(flow("repeat up to 3 times { wait 1 day }"), Charset::unicode);
    EXPECT_NE(text.find("▶│ Repeat up to 3 times"), std::string::npos) << text;
    EXPECT_NE(text.find("├─"), std::string::npos) << text;
}

TEST(MetricsTest, LinesAreNoWiderThanAllowedAndLoseNothing) {
    const std::string text =
        "customer.a_very_long_name_without_spaces is known and so on \xc3\xa9t\xc3\xa9";
    for (const Metrics& metrics : {pixels(), cells(20)}) {
        for (int width = metrics.cells ? 6 : 60; width < 200; width += 7) {
            std::string joined;
            for (const std::string& line : metrics.wrap_evenly(Role::title, text, width)) {
                EXPECT_LE(metrics.width(Role::title, line), width);
                joined += line;
            }
            std::string wanted = text;
            std::erase(wanted, ' ');
            std::erase(joined, ' ');
            EXPECT_EQ(joined, wanted);
        }
    }
}

TEST(MetricsTest, WidthsAreThoseOfTheFont) {
    const Metrics m = pixels();
    EXPECT_EQ(m.width(Role::detail, ""), 0);
    EXPECT_EQ(m.width(Role::detail, "mmmmmmmmmm"), (8330 * 12 + 999) / 1000);
    EXPECT_GT(m.width(Role::title, "Wide"), m.width(Role::detail, "Wide"));
    EXPECT_EQ(cells(20).width(Role::title, "e\xcc\x81\xe6\x97\xa5"), 3);
}

struct Golden {
    std::string_view name, file;
};
class GraphGoldenTest : public testing::TestWithParam<Golden> {};

TEST_P(GraphGoldenTest, ReadsAsBefore) {
    const Drawing drawing = drawn_folder("tests/data/examples").drawing(GetParam().name);
    const std::filesystem::path folder =
        std::filesystem::path(SLUICE_SOURCE_DIR) / "tests/dsl/graph/golden";
    const auto compare = [&](const std::string& text, std::string_view ending) {
        const auto path = folder / (std::string(GetParam().file) + std::string(ending));
        if (std::getenv("UPDATE_GOLDEN") != nullptr) {
            std::filesystem::create_directories(folder);
            std::ofstream(path, std::ios::binary) << text;
        }
        EXPECT_EQ(text, read_text(path)) << path;
    };
    compare(write_text(drawing, Charset::unicode), ".txt");
    compare(write_mermaid(drawing), ".mmd");
    compare(write_dot(drawing), ".dot");
}

INSTANTIATE_TEST_SUITE_P(Examples, GraphGoldenTest,
                         testing::Values(Golden{"Abandoned Cart", "abandoned-cart"},
                                         Golden{"After First Order", "after-first-order"},
                                         Golden{"Gold Welcome", "gold-welcome"},
                                         Golden{"Loyalty", "loyalty"}),
                         [](const auto& test) {
                             std::string name(test.param.file);
                             std::ranges::replace(name, '-', '_');
                             return name;
                         });

}  // namespace
}  // namespace sluice::dsl::graph
