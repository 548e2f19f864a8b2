#include "dsl/wasm/answer.hpp"
#include "dsl/wasm/json.hpp"
#include "dsl/wasm/units.hpp"
#include "dsl/wasm/zones.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sluice::dsl::wasm {
namespace {

using ::testing::HasSubstr;

std::string framed(std::initializer_list<std::string_view> texts) {
    std::string out;
    for (const std::string_view text : texts) {
        for (std::size_t i = 0; i < 4; ++i) {
            out += static_cast<char>((text.size() >> (8 * i)) & 0xFFU);
        }
        out += text;
    }
    return out;
}

constexpr std::string_view kFlow =
    "customer { email text }\nevent Joined\n"
    "flow Hello {\n  starts when Joind\n  wait 1 day\n}\n";

TEST(RequestTest, TakesFlowsAndBodiesApart) {
    const auto request = read_request(
        framed({"check", "a.flow", "7", "-3", "b.flow", "B", "x.html", "X", "a.flow", "A"}));
    ASSERT_TRUE(request);
    EXPECT_EQ(request->verb + " " + request->path + " " + request->argument, "check a.flow 7");
    EXPECT_EQ(request->today, -3);
    ASSERT_EQ(request->sources.files.size(), 2U);
    EXPECT_EQ(request->sources.files[0].text, "A") << "by path";
    EXPECT_EQ(request->bodies.at("x.html"), "X");
    EXPECT_EQ(read_request(framed({"check", "", "", ""}))->today, std::nullopt);
}

TEST(RequestTest, DamagedBytesAreRefused) {
    const std::string whole = framed({"check", "", "", "20000", "a.flow", kFlow});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        // Cut between two files, or in front of the first, it is a smaller request.
        const bool between = length == framed({"check", "", "", "20000"}).size();
        EXPECT_EQ(read_request(whole.substr(0, length)).has_value(), between) << length;
    }
    EXPECT_FALSE(read_request(framed({"check", "", "", "2x"})));
    EXPECT_FALSE(read_request(framed({"check", "", "", "", "a.flow", "", "a.flow", ""})));
    EXPECT_FALSE(read_request(std::string("\xFF\xFF\xFF\xFF", 4) + "check"));
}

TEST(UnitsTest, CountsAsJavaScriptDoes) {
    constexpr std::string_view kText = "a\u00e9\U0001F388z";  // 1, 2, 4 and 1 bytes
    Units units(kText);
    EXPECT_EQ(units.at(0), 0U);
    EXPECT_EQ(units.at(3), 2U);
    EXPECT_EQ(units.at(7), 4U);
    EXPECT_EQ(units.at(1), 1U) << "back again";
    EXPECT_EQ(units.at(100), 5U);
    EXPECT_EQ(units.offset_of(2), 3U);
    EXPECT_EQ(units.offset_of(3), 3U) << "the second half of the pair";
    EXPECT_EQ(units.offset_of(4), 7U);
    EXPECT_EQ(units.offset_of(100), kText.size());
}

TEST(AnswerTest, CheckSaysWhatIsWrongAndWhatCanBeDone) {
    const std::string said = answer(framed({"check", "a.flow", "", "", "a.flow", kFlow}));
    EXPECT_THAT(said, HasSubstr("\"ok\":false"));
    EXPECT_THAT(
        said, HasSubstr("\"code\":\"E201\",\"severity\":\"error\",\"path\":\"a.flow\",\"from\":64,"
                        "\"to\":69,\"line\":4"));
    EXPECT_THAT(said,
                HasSubstr("{\"title\":\"Change to `Joined`\",\"fix\":true,\"edits\":[{\"path\":"
                          "\"a.flow\",\"from\":64,\"to\":69,\"insert\":\"Joined\"}]}"));
    EXPECT_THAT(said, HasSubstr("\"title\":\"Declare the event `Joind`\",\"fix\":false"));
    EXPECT_THAT(said,
                HasSubstr("{\"name\":\"Hello\",\"kind\":\"flow\",\"path\":\"a.flow\",\"from\":37,"
                          "\"to\":84,\"steps\":{}}"));
    EXPECT_THAT(said, HasSubstr("[0,8,\"keyword\"]"));
}

TEST(AnswerTest, FixGivesTheFilesThatChanged) {
    const std::string said =
        answer(framed({"fix", "", "", "", "a.flow", kFlow, "b.flow", "event Other\n"}));
    EXPECT_THAT(said, HasSubstr("starts when Joined"));
    EXPECT_THAT(said, HasSubstr("fixed a.flow:4:15  E201"));
    EXPECT_THAT(said, ::testing::Not(HasSubstr("b.flow")));
}

TEST(AnswerTest, StepsHaveTheirLinesOnceItCompiles) {
    const std::string said =
        answer(framed({"check", "", "", "", "a.flow",
                       "event Joined\nflow A {\n  starts when Joined\n  wait 1 day\n}\n"}));
    EXPECT_THAT(said, HasSubstr("\"steps\":{\"s1\":4}"));
    EXPECT_THAT(said, HasSubstr("\"colours\":[]")) << "no file is open";
}

TEST(AnswerTest, WhatMakesNoSenseIsSaid) {
    EXPECT_EQ(answer("nonsense"), "{\"error\":\"the request cannot be read\"}");
    EXPECT_EQ(answer(framed({"sing", "", "", ""})),
              "{\"error\":\"there is no verb \\\"sing\\\"\"}");
    for (const std::string_view verb : {"complete", "hover", "definition"}) {
        EXPECT_THAT(answer(framed({verb, "b.flow", "0", "", "a.flow", kFlow})),
                    HasSubstr("\"error\""));
        EXPECT_THAT(answer(framed({verb, "a.flow", "-1", "", "a.flow", kFlow})),
                    HasSubstr("\"error\""));
        EXPECT_THAT(answer(framed({verb, "a.flow", "99999", "", "a.flow", kFlow})),
                    ::testing::Not(HasSubstr("\"error\"")));
    }
}

TEST(ZonesTest, AreSortedForTheSearch) {
    const auto zones = zone_ids();
    EXPECT_GT(zones.size(), 500U);
    EXPECT_TRUE(std::ranges::is_sorted(zones));
    EXPECT_TRUE(std::ranges::binary_search(zones, std::string_view("Europe/Berlin")));
    EXPECT_TRUE(std::ranges::binary_search(zones, std::string_view("US/Pacific"))) << "a link";
}

TEST(JsonTest, PartsBecomeObjectsAndArrays) {
    EXPECT_EQ(json_object({}), "{}");
    EXPECT_EQ(json_object({{"a", json_number(1)}, {"b", json_array({"1", json_text("x\"")})}}),
              "{\"a\":1,\"b\":[1,\"x\\\"\"]}");
}

}  // namespace
}  // namespace sluice::dsl::wasm
