#include "engine/ingest/json_fault.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <cstdint>
#include <random>
#include <string>

namespace sluice {
namespace {

struct Case {
    const char* text;
    std::size_t offset;
    const char* what;
};

TEST(JsonFaultTest, SaysWhereAndWhy) {
    const Case cases[] = {
        {"", 0, "there is nothing to read"},
        {"   ", 3, "it ends where a value is expected"},
        {"{", 1, "it ends inside an object"},
        {"{\"a\"", 4, "expected ':' after a key"},
        {"{\"a\":", 5, "it ends where a value is expected"},
        {"{\"a\":1", 6, "it ends inside an object"},
        {"{\"a\":1,}", 7, "expected a key in double quotes"},
        {"{a:1}", 1, "expected a key in double quotes"},
        {"{\"a\":1]", 6, "expected ',' or '}'"},
        {"[", 1, "it ends where a value is expected"},
        {"[1", 2, "it ends inside an array"},
        {"[1 2]", 3, "expected ',' or ']'"},
        {"[1,]", 3, "expected a value"},
        {"[]]", 2, "there is text after the end"},
        {"tru", 0, "expected a value"},
        {"01", 0, "malformed number"},
        {"-", 0, "malformed number"},
        {"[1.]", 1, "malformed number"},
        {"1e+", 0, "malformed number"},
        {"\"a", 0, "a string is not closed"},
        {"\"\\x\"", 1, "malformed escape"},
        {"\"\\u12G4\"", 1, "malformed \\u escape"},
        {"\"a\nb\"", 2, "control character inside a string"},
        {"\"\xed\xa0\x80\"", 1, "invalid UTF-8"},
        {"\"\xf4\x90\x80\x80\"", 1, "invalid UTF-8"},
        {"\"\xe2\x82\"", 1, "invalid UTF-8"},
    };
    for (const Case& c : cases) {
        const auto fault = find_json_fault(c.text);
        ASSERT_TRUE(fault.has_value()) << c.text;
        EXPECT_EQ(fault->offset, c.offset) << c.text;
        EXPECT_EQ(fault->what, c.what) << c.text;
    }
}

TEST(JsonFaultTest, PassesWhatIsJson) {
    for (const char* text :
         {"{}", "[]", " [ ] ", "0", "-0.5e-7", "\"\"", "null", "[[],{},[{}]]",
          "{\"a\":{\"b\":[1,true,false,null]},\"c\":\"\\u00e9\\n\"}",
          "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "123456789012345678901234567890"}) {
        EXPECT_FALSE(find_json_fault(text).has_value()) << text;
    }
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    EXPECT_FALSE(find_json_fault(deep).has_value());
}

/// Boost.JSON is the second opinion on thousands of damaged texts.
TEST(JsonFaultTest, AgreesWithAnIndependentParser) {
    const std::string whole =
        R"({"batch":[{"a":"x\u0041\\","n":-12.5e3,"l":[true,false,null,{}]}],"k":{"z":"é"}} )";
    std::minstd_rand random(20'261'120);
    const std::string_view alphabet = "{}[]\",:\\u0aetrnf.-+ \x01\xc3\xa9";
    int faulty = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = whole;
        for (auto edits = 1 + random() % 3; edits > 0; --edits) {
            const std::size_t at = random() % text.size();
            const char c = alphabet[random() % alphabet.size()];
            switch (random() % 3) {
                case 0:
                    text.erase(at, 1);
                    break;
                case 1:
                    text.insert(at, 1, c);
                    break;
                default:
                    text[at] = c;
                    break;
            }
        }
        boost::system::error_code error;
        boost::json::parse(text, error);
        const auto fault = find_json_fault(text);
        faulty += fault.has_value();
        // Boost.JSON also refuses lone surrogates, which the grammar allows.
        if (error == boost::json::error::illegal_leading_surrogate ||
            error == boost::json::error::illegal_trailing_surrogate ||
            error == boost::json::error::expected_utf16_escape) {
            continue;
        }
        ASSERT_EQ(error.failed(), fault.has_value()) << text << "\n" << error.message();
    }
    EXPECT_GT(faulty, 10'000);
}

}  // namespace
}  // namespace sluice
