#include "dsl/language/position.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::dsl::language {
namespace {

TEST(PositionTest, CountsUtf16UnitsNotBytes) {
    const std::string text = "a\xc3\xa9\xf0\x9f\x98\x80z\nb";  // a é 😀 z
    const Lines lines(text);
    EXPECT_EQ(lines.position(text, 0), (Position{0, 0}));
    EXPECT_EQ(lines.position(text, 1), (Position{0, 1}));
    EXPECT_EQ(lines.position(text, 3), (Position{0, 2}));
    EXPECT_EQ(lines.position(text, 7), (Position{0, 4}));
    EXPECT_EQ(lines.position(text, 8), (Position{0, 5}));
    EXPECT_EQ(lines.position(text, 9), (Position{1, 0}));
    EXPECT_EQ(lines.offset(text, {0, 4}), 7U);
    EXPECT_EQ(lines.offset(text, {0, 3}), 3U) << "the second half of a pair is its character";
    EXPECT_EQ(utf16_length(text), 7U);
}

TEST(PositionTest, EveryCharacterGoesThereAndBack) {
    const std::string text = "x\r\n\xe2\x82\xac y\r\xf0\x90\x8d\x88\n\n end";
    const Lines lines(text);
    EXPECT_EQ(lines.count(), 5U);
    for (std::size_t at = 0; at <= text.size(); ++at) {
        const bool inside =
            at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
        const bool line_end =
            at < text.size() && text[at] == '\n' && at > 0 && text[at - 1] == '\r';
        if (!inside && !line_end) {
            EXPECT_EQ(lines.offset(text, lines.position(text, at)), at) << at;
        }
    }
}

TEST(PositionTest, PlacesOutsideAreBroughtInside) {
    const std::string text = "ab\r\ncd";
    const Lines lines(text);
    EXPECT_EQ(lines.offset(text, {0, 99}), 2U);
    EXPECT_EQ(lines.offset(text, {9, 0}), 6U);
    EXPECT_EQ(lines.position(text, 99), (Position{1, 2}));
    EXPECT_EQ(Lines("").offset("", {0, 5}), 0U);
}

TEST(PositionTest, BytesThatAreNotUtf8CountOneEach) {
    const std::string text = "\xff\xc3(\xe2\x82";
    const Lines lines(text);
    for (std::size_t at = 0; at <= text.size(); ++at) {
        EXPECT_EQ(lines.position(text, at).character, at);
        EXPECT_EQ(lines.offset(text, {0, static_cast<std::uint32_t>(at)}), at);
    }
}

}  // namespace
}  // namespace sluice::dsl::language
