#include "connectors/email/html_to_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sluice::connectors {
namespace {

struct HtmlCase {
    const char* html;
    const char* text;
};

TEST(HtmlToTextTest, Table) {
    for (const HtmlCase& c : {
             HtmlCase{"", ""},
             HtmlCase{"plain", "plain\n"},
             HtmlCase{"<p>a</p><p>b</p>", "a\n\nb\n"},
             HtmlCase{"a<br>b<br/>c", "a\nb\nc\n"},
             HtmlCase{"<div>a</div><div>b</div>", "a\nb\n"},
             HtmlCase{"<ul><li>a</li><li><b>b</b></li></ul>", "- a\n- b\n"},
             HtmlCase{"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                      "a b\nc\n"},
             HtmlCase{"<style>x{}</style><script>if(a<b){}</script>a", "a\n"},
             HtmlCase{"<!-- <p>no</p> -->a", "a\n"},
             HtmlCase{"<div style=\"color:red; DISPLAY: none\">no<div>no</div></div>a", "a\n"},
             HtmlCase{"a &amp; b &lt;c&gt; &#8364; &#x20AC; &euro; &bogus; &",
                      "a & b <c> € € € &bogus; &\n"},
             HtmlCase{"a&nbsp;&nbsp;b", "a b\n"},
             HtmlCase{"<a href=\"https://x.example/?a=1&amp;b=2\">go</a>",
                      "go (https://x.example/?a=1&b=2)\n"},
             HtmlCase{"<a href='https://x.example'>https://x.example</a>", "https://x.example\n"},
             HtmlCase{"<a href='#top'>top</a>", "top\n"},
             HtmlCase{"<a href=mailto:a@b.example>a@b.example</a>", "a@b.example\n"},
             HtmlCase{"<img alt='Our logo' src=x>", "Our logo\n"},
             HtmlCase{"1 < 2 and <3", "1 < 2 and <3\n"},
             HtmlCase{"<p title=\"a>b\">x</p>", "x\n"},
             HtmlCase{"unfinished <a href=", "unfinished <a href=\n"},
         }) {
        EXPECT_EQ(html_to_text(c.html), c.text) << c.html;
    }
}

TEST(HtmlToTextTest, IsLinearInHostileInput) {
    EXPECT_EQ(html_to_text(std::string(200'000, '<')).size(), 200'001U);
    std::string tags;
    for (int i = 0; i < 200'000; ++i) {
        tags += "<a";
    }
    EXPECT_EQ(html_to_text(tags).size(), tags.size() + 1);
}

}  // namespace
}  // namespace sluice::connectors
