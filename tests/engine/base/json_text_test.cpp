#include "engine/base/json_text.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace sluice {
namespace {

TEST(JsonText, EveryByteBelowBlankQuotesAndBackslashesComeBackFromAParser) {
    std::string text = "a\"b\\c/é\x7f";
    for (char c = 0; c < 0x20; ++c) {
        text.push_back(c);
    }
    std::string out;
    append_json_text(out, text);
    EXPECT_EQ(boost::json::parse(out).as_string(), text);
}

TEST(JsonText, AnObjectKeepsItsMembersInOrder) {
    JsonObject object;
    object.text("a", "x\"").number("b", -5).flag("c", true).json("d", "[1,2]");
    object.text_if_any("left out", "").text_if_any("e", "y").text_or_null("f", "");
    EXPECT_EQ(object.take(), R"({"a":"x\"","b":-5,"c":true,"d":[1,2],"e":"y","f":null})");
}

TEST(JsonText, AnEmptyObjectIsAnObject) {
    EXPECT_EQ(JsonObject().take(), "{}");
}

}  // namespace
}  // namespace sluice
