#include "tests/dsl/template/support.hpp"

#include <gtest/gtest.h>

namespace sluice::dsl::tpl::test {
namespace {

TEST(TemplateRenderTest, AnEmailComesOutAsFromRuby) {
    const std::string folder = SLUICE_TEST_DATA "/liquid_email/";
    const std::string text = read_file(folder + "email.liquid");
    const std::string data = read_file(folder + "data.json");
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(rendered(text, data), read_file(folder + "out.ruby.html"));
    EXPECT_EQ(rendered(text, data, {}, RenderOptions{}), read_file(folder + "out.ruby.html"));
}

TEST(TemplateRenderTest, AnEmailThatEscapesByHandIsNotEscapedTwice) {
    const std::string folder = SLUICE_TEST_DATA "/liquid_email/";
    EXPECT_EQ(rendered(read_file(folder + "email.liquid"), read_file(folder + "data.json"),
                       in(Syntax::liquid, Escape::html)),
              read_file(folder + "out.ruby.html"));
}

TEST(TemplateRenderTest, RenderingTwiceGivesTheSameText) {
    std::vector<Fault> faults;
    const Template tmpl = Template::parse(
        "{% increment n %}{% cycle 'a','b' %}{% for i in (1..2) %}{{ i }}{% endfor %}", {}, faults);
    ASSERT_TRUE(faults.empty());
    const Data data = Data::object();
    EXPECT_EQ(render(tmpl, data).text, "0a12");
    EXPECT_EQ(render(tmpl, data).text, "0a12");
}

struct Case {
    const char* name;
    const char* text;
    const char* data;
    const char* want;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

// ---- placeholders

class PlaceholderTest : public testing::TestWithParam<Case> {};

TEST_P(PlaceholderTest, Renders) {
    const Case& c = GetParam();
    EXPECT_EQ(rendered(c.text, c.data, in(Syntax::placeholder)), c.want);
}

constexpr char kCustomer[] =
    R"({"customer":{"first_name":"zoë"},"cart":{"total":158.97,"url":"https://s.example/c?a=1"}})";

INSTANTIATE_TEST_SUITE_P(
    All, PlaceholderTest,
    testing::Values(
        Case{"Path", "Hi {customer.first_name}!", kCustomer, "Hi zoë!"},
        Case{"FallbackUnused", "Hi {customer.first_name | there}!", kCustomer, "Hi zoë!"},
        Case{"Fallback", "Hi {customer.nick | there}!", kCustomer, "Hi there!"},
        Case{"FallbackOfTwoWords", "Hi {customer.nick | dear friend}!", kCustomer,
             "Hi dear friend!"},
        Case{"FallbackWithApostrophe", "Hi {customer.nick | Ann's friend}!", kCustomer,
             "Hi Ann's friend!"},
        Case{"FallbackInQuotes", "Hi {customer.nick | \"you | all\"}!", kCustomer, "Hi you | all!"},
        Case{"FallbackNamedLikeAFilter", "{customer.nick | \"first\"}", kCustomer, "first"},
        Case{"Filter", "{cart.total | money}", kCustomer, "158.97"},
        Case{"FilterWithArgument", "{cart.total | money: \"EUR\"}", kCustomer, "158.97 EUR"},
        Case{"FilterThenFallback", "{customer.first_name | capitalize | there}", kCustomer, "Zoë"},
        Case{"FilterOnMissingThenFallback", "{customer.nick | capitalize | there}", kCustomer,
             "there"},
        Case{"FallbackThenFilter", "{customer.nick | there | upcase}", kCustomer, "THERE"},
        Case{"WrittenOutDefault", "{customer.nick | default: 'x'}", kCustomer, "x"},
        Case{"Short", "{cart.url | short}", kCustomer, "https://s.example/c?a=1"},
        Case{"TwoInOneLine", "{cart.total|money} at {cart.url}", kCustomer,
             "158.97 at https://s.example/c?a=1"},
        Case{"EscapedBrace", "a \\{customer.first_name} b", kCustomer, "a {customer.first_name} b"},
        Case{"EscapedBraceFirst", "\\{x}", kCustomer, "{x}"},
        Case{"BraceInOutput", "{{ \"{\" }}x{{ '}' }}", kCustomer, "{x}"},
        Case{"OtherBracesAreText", "{ a } {1} {} {", kCustomer, "{ a } {1} {} {"},
        Case{"LiquidWorksInside",
             "{% if customer.first_name %}{{ customer.first_name | upcase }}{% endif %}", kCustomer,
             "ZOË"},
        Case{"Unclosed", "Hi {customer.first_name", kCustomer,
             "fault: E311 This { has no closing }."},
        Case{"NothingAfterTheBar", "Hi {customer.first_name | }", kCustomer,
             "fault: E311 There is nothing after this bar."},
        Case{"NotAPath", "Hi {customer first_name}", kCustomer,
             "fault: E311 I did not expect `first_name` here."}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PlaceholderTest, WithoutTheSyntaxBracesAreText) {
    EXPECT_EQ(rendered("Hi {customer.first_name} \\{", kCustomer), "Hi {customer.first_name} \\{");
}

// ---- escaping

class HtmlEscapeTest : public testing::TestWithParam<Case> {};

TEST_P(HtmlEscapeTest, Renders) {
    const Case& c = GetParam();
    EXPECT_EQ(rendered(c.text, c.data, in(Syntax::liquid, Escape::html)), c.want);
}

constexpr char kMarkup[] = R"({"x":"<a href='1'>&\"</a>","n":3,"list":["<",1],"two":"a\nb<"})";

INSTANTIATE_TEST_SUITE_P(
    All, HtmlEscapeTest,
    testing::Values(
        Case{"OutputIsEscaped", "{{ x }}", kMarkup,
             "&lt;a href=&#39;1&#39;&gt;&amp;&quot;&lt;/a&gt;"},
        Case{"EchoIsEscaped", "{% echo list %}", kMarkup, "&lt;1"},
        Case{"CycleIsEscaped", "{% cycle '<', 'b' %}", kMarkup, "&lt;"},
        Case{"LiteralTextIsNot", "<b>{{ n }}</b>", kMarkup, "<b>3</b>"},
        Case{"RawIsNot", "{{ two | raw }}", kMarkup, "a\nb<"},
        Case{"RawMustComeLast", "{{ '<' | raw | upcase }}", kMarkup, "&lt;"},
        Case{"EscapeIsNotDoubled", "{{ '<&' | escape }}", kMarkup, "&lt;&amp;"},
        Case{"EscapeTwiceIsNotDoubled", "{{ '<' | escape | escape }}", kMarkup, "&lt;"},
        Case{"EscapeThenStrip", "{{ ' < ' | escape | strip }}", kMarkup, "&lt;"},
        Case{"EscapedThenRawStaysEscaped", "{{ '<' | escape | raw }}", kMarkup, "&lt;"},
        Case{"NewlineToBrEscapesFirst", "{{ two | newline_to_br }}", kMarkup, "a<br />\nb&lt;"},
        Case{"CaptureKeepsItsMarkup", "{% capture c %}<b>{{ two }}</b>{% endcapture %}{{ c }}",
             kMarkup, "<b>a\nb&lt;</b>"},
        Case{"CaptureThenEscapeIsTheSame",
             "{% capture c %}<b>&amp;</b>{% endcapture %}{{ c | escape }}", kMarkup,
             "<b>&amp;</b>"},
        Case{"AppendToCaptureIsEscaped",
             "{% capture c %}<b>{% endcapture %}{{ c | append: '<i>' }}", kMarkup, "<b>&lt;i&gt;"},
        Case{"ADefaultIsEscaped", "{{ nil | default: '<' }}", kMarkup, "&lt;"},
        Case{"TruncatedEscapedTextIsSafe", "{{ '<script>' | escape | truncate: 6, '' }}", kMarkup,
             "&amp;lt;sc"}),
    [](const auto& test) { return std::string(test.param.name); });

// ---- strict

class StrictTest : public testing::TestWithParam<Case> {};

TEST_P(StrictTest, Renders) {
    const Case& c = GetParam();
    EXPECT_EQ(rendered(c.text, c.data, in(Syntax::placeholder), RenderOptions{}), c.want);
}

constexpr char kError[] = "error: `customer.nick` has no value and the template gives no fallback";

INSTANTIATE_TEST_SUITE_P(
    All, StrictTest,
    testing::Values(
        Case{"MissingIsAnError", "a {{ customer.nick }}", kCustomer, kError},
        Case{"NullIsMissing", "a {customer.nick}", R"({"customer":{"nick":null}})", kError},
        Case{"FilteredMissingIsAnError", "{{ customer.nick | plus: 1 }}", kCustomer, kError},
        Case{"MissingArgumentIsAnError", "{{ 'a' | append: customer.nick }}", kCustomer,
             "error: a value is missing and the template gives no fallback"},
        Case{"DefaultHelps", "{{ customer.nick | default: 'x' }}", kCustomer, "x"},
        Case{"LateDefaultHelps", "{{ customer.nick | upcase | default: 'x' }}", kCustomer, "x"},
        Case{"MissingDefaultDoesNot", "{{ customer.nick | default: customer.nock }}", kCustomer,
             kError},
        Case{"TestingIsFine", "{% if customer.nick %}{{ customer.nick }}{% else %}-{% endif %}",
             kCustomer, "-"},
        Case{"ComparingIsFine", "{% if customer.nick == blank %}none{% endif %}", kCustomer,
             "none"},
        Case{"LoopOverMissingRunsElse",
             "{% for x in customer.list %}{{ x }}{% else %}-{% endfor %}", kCustomer, "-"},
        Case{"AssignKeepsItMissing", "{% assign n = customer.nick %}{{ n }}", kCustomer,
             "error: `n` has no value and the template gives no fallback"},
        Case{"NilLiteralPrintsNothing", "a{{ nil }}b", kCustomer, "ab"},
        Case{"EmptyTextIsAValue", "a{{ customer.nick }}b", R"({"customer":{"nick":""}})", "ab"},
        Case{"NoPartialText", "{{ 1 | divided_by: 0 }}", kCustomer,
             "error: filter `divided_by`: divided by zero"}),
    [](const auto& test) { return std::string(test.param.name); });

// ---- filters beyond the golden suite

class FilterTest : public testing::TestWithParam<Case> {};

TEST_P(FilterTest, Renders) {
    const Case& c = GetParam();
    EXPECT_EQ(rendered(c.text, c.data), c.want);
}

INSTANTIATE_TEST_SUITE_P(
    All, FilterTest,
    testing::Values(
        Case{"MoneyWhole", "{{ 12 | money }}", "{}", "12.00"},
        Case{"MoneyRoundsHalfUp", "{{ 2.675 | money }} {{ -0.005 | money }}", "{}", "2.68 -0.01"},
        Case{"MoneySmall", "{{ 0.05 | money }} {{ 0 | money }}", "{}", "0.05 0.00"},
        Case{"MoneyOfText", "{{ '9.5' | money: 'USD' }}", "{}", "9.50 USD"},
        Case{"MoneyOfWords", "{{ 'free' | money }}", "{}",
             "error: filter `money`: money needs a number"},
        Case{"UrlParam", "{{ 'https://s.example/a#top' | url_param: 'utm_source', 'e mail' }}",
             "{}", "https://s.example/a?utm_source=e+mail#top"},
        Case{"SecondUrlParam", "{{ 'https://s.example/?a=1' | url_param: 'b', 2 }}", "{}",
             "https://s.example/?a=1&b=2"},
        Case{"Json", "{{ x | json }}", R"({"x":{"a":[1,2.5,null,true,"q\"\n"]}})",
             R"({"a":[1,2.5,null,true,"q\"\n"]})"},
        Case{"SliceByCharacters", "{{ 'zoë€x' | slice: 2, 2 }}", "{}", "ë€"},
        Case{"TruncateByCharacters", "{{ 'ëëëëë' | truncate: 4, '…' }}", "{}", "ëëë…"},
        Case{"UpcaseIsUnicode", "{{ 'straße ñ я ω' | upcase }}", "{}", "STRASSE Ñ Я Ω"},
        Case{"DowncaseIsUnicode", "{{ 'ÀÉ ЖΣ' | downcase }}", "{}", "àé жσ"},
        Case{"BigNumbers", "{{ 9223372036854775807 | plus: 1 }}", "{}",
             "error: filter `plus`: the number is too large"},
        Case{"LargeDecimal", "{{ 1e3 }}|{{ 100000000000000000000.0 }}", "{}",
             "fault: E311 I did not expect `e3` here."},
        Case{"DecimalText", "{{ x }} {{ y }} {{ z }}",
             R"({"x":1e20,"y":0.00001,"z":123456789.125})", "1.0e+20 1.0e-05 123456789.125"},
        Case{"FloorDivision", "{{ -7 | divided_by: 2 }} {{ -7 | modulo: 3 }}", "{}", "-4 2"},
        Case{"ListAsText", "{{ x | append: '!' }}", R"({"x":["a",1,null]})", R"(["a", 1, nil]!)"},
        Case{"ObjectAsText", "{{ x }}", R"({"x":{"a":"b","c":1.0}})", R"({"a"=>"b", "c"=>1.0})"}),
    [](const auto& test) { return std::string(test.param.name); });

// ---- limits

TEST(TemplateLimitsTest, OutputIsBounded) {
    RenderOptions options = lax();
    options.output_bytes_max = 100;
    EXPECT_EQ(rendered("{% for i in (1..101) %}x{% endfor %}", "{}", {}, options),
              "error: the text is longer than 100 bytes");
    EXPECT_EQ(rendered("{% for i in (1..100) %}x{% endfor %}", "{}", {}, options),
              std::string(100, 'x'));
    EXPECT_EQ(rendered("{% capture c %}{% for i in (1..101) %}x{% endfor %}{% endcapture %}", "{}",
                       {}, options),
              "error: the text is longer than 100 bytes");
}

TEST(TemplateLimitsTest, LoopsAreBounded) {
    RenderOptions options = lax();
    options.iterations_max = 50;
    EXPECT_EQ(rendered("{% for i in (1..7) %}{% for j in (1..7) %}{% endfor %}{% endfor %}", "{}",
                       {}, options),
              "error: loops run more than 50 times");
    EXPECT_EQ(rendered("{% for i in (1..9223372036854775807) %}{% endfor %}", "{}", {}, options),
              "error: loops run more than 50 times");
    EXPECT_EQ(rendered("{% tablerow i in (1..60) %}{% endtablerow %}", "{}", {}, options),
              "error: loops run more than 50 times");
    EXPECT_EQ(rendered("{{ (1..60) | join }}", "{}", {}, options),
              "error: filter `join`: the list is too long for a filter");
}

TEST(TemplateLimitsTest, DepthIsBounded) {
    Snippets snippets{{"again", "{% render 'again' %}"}};
    Options options;
    options.snippets = &snippets;
    EXPECT_EQ(rendered("{% render 'again' %}", "{}", options),
              "error: tags or snippets are nested more than 50 deep");
    std::string deep;
    for (int i = 0; i < 200; ++i) {
        deep += "{% if true %}";
    }
    EXPECT_EQ(rendered(deep), "fault: E311 Tags are nested too deeply.");
    EXPECT_EQ(rendered("{{ " + std::string(500, '(') + " }}"),
              "fault: E311 This expression is nested too deeply.");
}

TEST(TemplateLimitsTest, MemoryIsBounded) {
    RenderOptions options = lax();
    options.output_bytes_max = 10'000;
    EXPECT_EQ(
        rendered("{% assign s = 'xxxxxxxxxx' %}{% for i in (1..60) %}{% assign s = s | append: s %}"
                 "{% endfor %}",
                 "{}", {}, options),
        "error: the template uses too much memory");
}

// ---- data

TEST(TemplateDataTest, ValuesBecomeWhatTemplatesPrint) {
    Data data = Data::object();
    data.set("whole", to_data(Value::of_integer(12)))
        .set("part", to_data(Value::of_number(125'000 + 4)))
        .set("text", to_data(Value::of_text("a")))
        .set("yes", to_data(Value::of_yes_no(true)))
        .set("date", to_data(Value::of_date(20'541)))
        .set("time", to_data(Value::of_time(9 * 60 + 5)))
        .set("moment", to_data(Value::of_moment(1'774'769'400'000)))
        .set("list", to_data(Value::of_list({"a", "b"})))
        .set("unknown", to_data(Value{}));
    std::vector<Fault> faults;
    const Template tmpl = Template::parse(
        "{{ whole }} {{ part }} {{ text }} {{ yes }} {{ date }} {{ time }} {{ moment }} "
        "{{ list | join: '+' }} {{ unknown | default: '-' }}",
        {}, faults);
    EXPECT_EQ(render(tmpl, data).text,
              "12 12.5004 a true 2026-03-29 09:05 2026-03-29T07:30:00Z a+b -");
}

TEST(TemplateDataTest, SetReplacesAndFindFinds) {
    Data data = Data::object();
    data.set("a", Data::of(std::int64_t{1})).set("a", Data::of(true));
    ASSERT_NE(data.find("a"), nullptr);
    EXPECT_TRUE(data.find("a")->boolean);
    EXPECT_EQ(data.keys.size(), 1U);
    EXPECT_EQ(data.find("b"), nullptr);
}

TEST(TemplateDataTest, AnEmptyTemplateRendersNothing) {
    const Template none;
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.source(), "");
    EXPECT_TRUE(none.paths().empty());
    EXPECT_EQ(render(none, Data::object()).text, "");
}

}  // namespace
}  // namespace sluice::dsl::tpl::test
