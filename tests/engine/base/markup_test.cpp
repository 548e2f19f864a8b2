#include "engine/base/markup.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Markup, NothingOfATextIsMarkup) {
    EXPECT_EQ(escaped_markup("<a href=\"x\" b='y'> & é\n"),
              "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt; &amp; é\n");
}

TEST(Markup, ControlCharactersThatXmlDoesNotAllowAreLeftOut) {
    EXPECT_EQ(escaped_markup(std::string_view("a\0b\x1b"
                                              "c\td",
                                              7)),
              "abc\td");
}

}  // namespace
}  // namespace sluice
