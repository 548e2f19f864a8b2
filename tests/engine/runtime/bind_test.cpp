#include "engine/runtime/bind.hpp"

#include "engine/base/limits.hpp"
#include "tests/support/story.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

constexpr std::string_view kTypes = R"(
customer {
  email text optional personal
  points number default 7
  tags list of text
}
event Everything {
  words text optional
  amount number optional
  price money optional
  day date optional
  hour time optional
  zone timezone optional
  agreed yes-no optional
  things list of text
  size one of "S", "M", "12"
}
)";

/// One property under one declared type: JSON in, the value's plain text out; "?" is unknown.
struct Case {
    const char* name;
    const char* field;
    std::string json;
    std::string want;
};

std::shared_ptr<const dsl::Program> program() {
    static const auto kProgram = testing::compile_text({kTypes});
    return kProgram;
}

std::string bound(const std::string& field, const std::string& json) {
    const dsl::EventType& event = program()->events[program()->find_event("Everything")];
    const Fields fields = bind_event(event, "{\"" + field + "\":" + json + "}");
    const Index index = dsl::Program::find_field(event.fields, field);
    return fields.at(index).known() ? dsl::to_text(fields[index]) : "?";
}

class BindTest : public ::testing::TestWithParam<Case> {};

TEST_P(BindTest, Value) {
    ASSERT_TRUE(program());
    EXPECT_EQ(bound(GetParam().field, GetParam().json), GetParam().want);
}

const std::string kLong(limits::kTextBytesMax - 1, 'x');

INSTANTIATE_TEST_SUITE_P(
    Table, BindTest,
    ::testing::Values(
        Case{"Text", "words", R"("a \"b\" \u00e9")", "a \"b\" \xc3\xa9"},
        Case{"TextFromAWholeNumber", "words", "12", "12"},
        Case{"TextFromTheLargestUnsigned", "words", "18446744073709551615", "18446744073709551615"},
        Case{"TextFromYes", "words", "true", "?"}, Case{"TextFromNull", "words", "null", "?"},
        Case{"TextFromAnObject", "words", R"({"a":1})", "?"},
        Case{"TextFromAList", "words", R"(["a"])", "?"},
        Case{"TextIsCutAtItsLimit", "words", "\"" + kLong + "abc\"", kLong + "a"},
        Case{"ACharacterOfTwoBytesIsNotCutInHalf", "words", "\"" + kLong + "\xc3\xa9\"", kLong},
        Case{"ACharacterOfFourBytesIsNotCutInHalf", "words",
             "\"" + kLong.substr(2) + "\xf0\x9f\x8e\x89\"", kLong.substr(2)},
        Case{"NumberWhole", "amount", "12", "12"}, Case{"NumberNegative", "amount", "-3", "-3"},
        Case{"NumberFraction", "amount", "0.1", "0.1"},
        Case{"NumberBelowTheScale", "amount", "0.00001", "0"},
        Case{"NumberWithAnExponent", "amount", "1.5e3", "1500"},
        Case{"NumberFromText", "amount", R"("12.5")", "12.5"},
        Case{"NumberFromWords", "amount", R"("twelve")", "?"},
        Case{"NumberFromYes", "amount", "true", "?"},
        Case{"LargeWholeNumbersAreExact", "amount", "123456789012345", "123456789012345"},
        Case{"LargeNegativesAreExact", "amount", "-123456789012347", "-123456789012347"},
        Case{"NumbersThatDoNotFit", "amount", "9223372036854775807", "?"},
        Case{"UnsignedThatDoNotFit", "amount", "18446744073709551615", "?"},
        Case{"HugeFractions", "amount", "1e300", "?"}, Case{"Money", "price", "19.99", "19.99"},
        Case{"MoneyFromText", "price", R"("19.99")", "19.99"},
        Case{"Date", "day", R"("2026-03-29")", "2026-03-29"},
        Case{"DateFromAMoment", "day", R"("2026-03-29T10:00:00Z")", "2026-03-29"},
        Case{"DateThatDoesNotExist", "day", R"("2026-02-30")", "?"},
        Case{"DateFromANumber", "day", "20260329", "?"},
        Case{"Time", "hour", R"("09:30")", "09:30"},
        Case{"TimeWithSeconds", "hour", R"("09:30:15")", "09:30"},
        Case{"TimeAfterTheLastHour", "hour", R"("24:00")", "?"},
        Case{"TimeWithoutItsZero", "hour", R"("9:30")", "?"},
        Case{"Zone", "zone", R"("Asia/Kathmandu")", "Asia/Kathmandu"},
        Case{"ZoneAsAnOffset", "zone", R"("+02:00")", "?"},
        Case{"ZoneOfNowhere", "zone", R"("Mars/Olympus")", "?"},
        Case{"Yes", "agreed", "true", "yes"}, Case{"No", "agreed", "false", "no"},
        Case{"YesFromText", "agreed", R"("yes")", "yes"},
        Case{"NoFromText", "agreed", R"("false")", "no"}, Case{"YesFromOne", "agreed", "1", "?"},
        Case{"List", "things", R"(["a",2,true,null,{"x":1},["y"]])", "a, 2, true"},
        Case{"ListFromOneText", "things", R"("a")", "a"}, Case{"ListEmpty", "things", "[]", ""},
        Case{"ListFromANumber", "things", "3", "?"}, Case{"Choice", "size", R"("M")", "M"},
        Case{"ChoiceFromANumber", "size", "12", "12"},
        Case{"ChoiceOfAnotherCase", "size", R"("m")", "?"},
        Case{"ChoiceNotOffered", "size", R"("XL")", "?"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(BindEventTest, ListsAndTheirItemsAreBounded) {
    std::string json = "[";
    for (std::size_t i = 0; i < limits::kListItemsMax + 10; ++i) {
        json += (i == 0 ? "\"" : ",\"") + kLong + "\xc3\xa9\"";
    }
    const dsl::EventType& event = program()->events[program()->find_event("Everything")];
    const Fields fields = bind_event(event, "{\"things\":" + json + "]}");
    const Value& list = fields[dsl::Program::find_field(event.fields, "things")];
    ASSERT_EQ(list.items.size(), limits::kListItemsMax);
    EXPECT_EQ(list.items.back(), kLong);
}

TEST(BindEventTest, WhatIsNotAnObjectOrNotDeclaredBindsNothing) {
    const dsl::EventType& event = program()->events[program()->find_event("Everything")];
    for (const char* data : {"", "[]", "3", "{\"words\":", R"({"Words":"a","other":1})"}) {
        for (const Value& value : bind_event(event, data)) {
            EXPECT_FALSE(value.known()) << data;
        }
    }
}

TEST(BindTraitsTest, NullForgetsAndMistypedChangesNothing) {
    using Change = std::pair<Index, Value>;
    const Index points = program()->find_customer_field("points");
    const Index email = program()->find_customer_field("email");
    EXPECT_EQ(bind_traits(*program(), R"({"points":null,"email":null})"),
              (std::vector<Change>{{points, Value::of_integer(7)}, {email, Value{}}}));
    EXPECT_TRUE(bind_traits(*program(), R"({"points":"many","email":true,"plan":"x"})").empty());
    EXPECT_EQ(bind_traits(*program(), R"({"points":"12"})"),
              (std::vector<Change>{{points, Value::of_integer(12)}}));
}

TEST(BindJsonTest, ValuesGoBackToJson) {
    const dsl::EventType& event = program()->events[program()->find_event("Everything")];
    const std::string data =
        R"({"words":"a\"\\\u0001é","amount":12.5,"day":"2026-03-29","hour":"09:30",)"
        R"("agreed":true,"things":["a","b"]})";
    EXPECT_EQ(fields_to_json(event.fields, bind_event(event, data)), data);
    EXPECT_EQ(fields_to_json(event.fields, bind_event(event, "{}")), "{}");
    std::string moment;
    append_json_value(moment, Value::of_moment(to_ms(testing::utc("2026-03-02 10:00"))));
    EXPECT_EQ(moment, "\"2026-03-02T10:00:00Z\"");
}

}  // namespace
}  // namespace sluice
