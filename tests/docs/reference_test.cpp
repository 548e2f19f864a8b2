// The reference is complete and is what the tables say.
#include "tests/docs/reference.hpp"
#include "dsl/language/constructs.hpp"
#include "dsl/language/hover.hpp"
#include "dsl/parser/keywords.hpp"
#include "dsl/template/filters.hpp"
#include "tests/docs/blocks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

namespace sluice::docs {
namespace {

namespace fs = std::filesystem;
using dsl::language::Construct;
using dsl::language::construct_of;
using dsl::parser::Node;
using testing::HasSubstr;

TEST(ReferenceTest, TheCommittedPagesAreTheWrittenOnes) {
    const fs::path folder = language_folder() / "reference";
    std::set<std::string> written;
    for (const WrittenPage& page : reference_pages()) {
        written.insert(page.file);
        if (std::getenv("UPDATE_GOLDEN") != nullptr) {
            std::ofstream(folder / page.file, std::ios::binary) << page.text;
        }
        EXPECT_EQ(read_text(folder / page.file), page.text)
            << "docs/language/reference/" << page.file << " is not what the tables say; to write "
            << "it anew:\nUPDATE_GOLDEN=1 tests/docs_tests --gtest_filter='Reference*'";
    }
    for (const auto& entry : fs::directory_iterator(folder)) {
        const bool page = entry.path().extension() == ".md";
        EXPECT_TRUE(!page || written.contains(entry.path().filename().string())) << entry.path();
    }
}

/// Nodes that are a piece of others, with the construct that shows them.
const std::map<Node, Node> kPieces = {
    {Node::word, Node::path},        {Node::kind, Node::quantity},
    {Node::condition, Node::join},   {Node::block, Node::if_step},
    {Node::until, Node::wait_until}, {Node::recipient, Node::send},
    {Node::arg, Node::args},         {Node::arm, Node::if_step},
    {Node::split_arm, Node::split},  {Node::repeat_until, Node::repeat},
    {Node::step, Node::label},       {Node::header, Node::only_if},
};

TEST(ReferenceTest, EveryConstructOfTheGrammarIsThere) {
    for (unsigned kind = 0; kind <= static_cast<unsigned>(Node::prop); ++kind) {
        const Node node = static_cast<Node>(kind);
        const auto piece = kPieces.find(node);
        const Node shown = piece == kPieces.end() ? node : piece->second;
        EXPECT_NE(construct_of(shown), nullptr) << "node " << kind << " of dsl/parser/tree.hpp";
        EXPECT_TRUE(piece == kPieces.end() || construct_of(node) == nullptr)
            << "node " << kind << " has a construct of its own";
    }
}

TEST(ReferenceTest, EveryKeywordIsThere) {
    std::string all;
    for (const WrittenPage& page : reference_pages()) {
        all += page.text;
    }
    for (const std::string_view word : dsl::parser::kKeywords) {
        const auto list = dsl::language::constructs();
        const bool written = std::any_of(list.begin(), list.end(),
                                         [&](const Construct& one) { return mentions(one, word); });
        EXPECT_TRUE(written || !unused_keyword(word).empty())
            << "`" << word << "` stands in no construct: add it to dsl/language/constructs_*.cpp";
        EXPECT_THAT(all, HasSubstr("| `" + std::string(word) + "` |"));
    }
}

TEST(ReferenceTest, EveryConstructSaysWhatItIs) {
    for (const Construct& one : dsl::language::constructs()) {
        EXPECT_GT(one.text.size(), 7U) << one.syntax;
        EXPECT_TRUE(one.text.ends_with('.')) << one.syntax;
        EXPECT_FALSE(one.example.empty()) << one.syntax;
        EXPECT_THAT(describe(one), testing::Not(HasSubstr("]("))) << one.syntax;
    }
}

TEST(ReferenceTest, AConstructIsShownWithoutLinks) {
    const Construct* test = dsl::language::construct_of(Node::test);
    ASSERT_NE(test, nullptr);
    EXPECT_THAT(std::string(test->text), HasSubstr("](tests.md)"));
    EXPECT_THAT(describe(*test), HasSubstr("with its lines. "));
}

dsl::tpl::Data example_data() {
    using dsl::tpl::Data;
    Data customer = Data::object();
    customer.set("first_name", Data::of(std::string_view("Ana")));
    customer.set("interests", Data::list({Data::of(std::string_view("tea"))}));
    const auto line = [](std::string_view title, std::int64_t price) {
        Data out = Data::object();
        return out.set("title", Data::of(title)).set("price", Data::of(price));
    };
    Data order = Data::object();
    order.set("lines", Data::list({line("Tea", 4), line("Pot", 30)}));
    Data root = Data::object();
    return root.set("customer", customer).set("order", order);
}

std::string rendered(std::string_view text) {
    std::vector<dsl::tpl::Fault> faults;
    const auto parsed = dsl::tpl::Template::parse(text, {}, faults);
    if (!faults.empty()) {
        return faults.front().message;
    }
    const auto out = render(parsed, example_data());
    return out.error.value_or(out.text);
}

TEST(ReferenceTest, EveryFilterDoesWhatItsExampleSays) {
    for (const auto& filter : dsl::tpl::filter_table()) {
        EXPECT_FALSE(filter.text.empty()) << filter.name;
        EXPECT_THAT(std::string(filter.example), HasSubstr(std::string(filter.name)));
        EXPECT_EQ(rendered(filter.example), filter.result) << filter.name;
    }
}

TEST(ReferenceTest, TemplatesOfThePagesGiveWhatTheySay) {
    std::size_t count = 0;
    for (const Page& page : all_pages()) {
        for (const Block& block : page.blocks) {
            if (block.kind == "liquid") {
                std::string wanted = block.at("gives");
                std::replace(wanted.begin(), wanted.end(), '_', ' ');
                EXPECT_EQ(rendered(block.text), wanted + "\n") << page.path;
                ++count;
            }
        }
    }
    EXPECT_GT(count, 0U);
}

}  // namespace
}  // namespace sluice::docs
