#include "tests/dsl/template/support.hpp"

#include <gtest/gtest.h>

namespace sluice::dsl::tpl::test {
namespace {

Shape scalar(std::string name, TypeKind kind, bool optional = false) {
    Shape shape;
    shape.name = std::move(name);
    shape.type.kind = kind;
    shape.optional = optional;
    shape.declared_at = "00-schema.flow:19";
    return shape;
}

Shape record(std::string name, std::vector<Shape> fields, bool optional = false) {
    Shape shape;
    shape.name = std::move(name);
    shape.record = true;
    shape.optional = optional;
    shape.fields = std::move(fields);
    return shape;
}

std::vector<Shape> roots() {
    return {record("customer",
                   {scalar("email", TypeKind::text), scalar("first_name", TypeKind::text, true),
                    scalar("orders", TypeKind::number), scalar("points", TypeKind::number, true),
                    scalar("birthday", TypeKind::date, true), scalar("tags", TypeKind::list),
                    scalar("vip", TypeKind::yes_no), scalar("plan", TypeKind::one_of, true)}),
            record("cart", {scalar("total", TypeKind::money), scalar("url", TypeKind::text)}),
            record("address",
                   {scalar("city", TypeKind::text), scalar("street", TypeKind::text, true)}, true)};
}

/// "CODE offset+length text", one line a fault.
std::string faults_of(std::string_view text, Options options) {
    std::vector<Fault> faults;
    const Template tmpl = Template::parse(text, options, faults);
    tmpl.check(roots(), faults);
    std::string result;
    for (const Fault& fault : faults) {
        result += result.empty() ? "" : "\n";
        result += fault.code + " " + std::string(text.substr(fault.offset, fault.length)) + ": " +
                  fault.message;
        result += fault.help.empty() ? "" : " " + fault.help;
    }
    return result;
}

struct Case {
    const char* name;
    const char* text;
    const char* want;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

class TypeCheckTest : public testing::TestWithParam<Case> {};

TEST_P(TypeCheckTest, Reports) {
    EXPECT_EQ(faults_of(GetParam().text, in(Syntax::placeholder)), GetParam().want);
}

constexpr char kOptional[] =
    "E310 customer.first_name: `customer.first_name` may be empty: it is optional in "
    "00-schema.flow:19.";

std::string with_fix(const std::string& fix) {
    return std::string(kOptional) + " Say what to use instead:  " + fix;
}

TEST(TypeCheckTest, AnOptionalValueNeedsAFallbackAndTheFixIsReadyToPaste) {
    const Options options = in(Syntax::placeholder);
    EXPECT_EQ(faults_of("Hi {customer.first_name}", options),
              with_fix("{customer.first_name | there}"));
    EXPECT_EQ(faults_of("Hi {{ customer.first_name }}", options),
              with_fix("{{ customer.first_name | default: \"there\" }}"));
    EXPECT_EQ(faults_of("{{customer.first_name|capitalize}}", options),
              with_fix("{{ customer.first_name|capitalize | default: \"there\" }}"));
    EXPECT_EQ(faults_of("{customer.first_name | capitalize}", options),
              with_fix("{customer.first_name | capitalize | there}"));
    EXPECT_EQ(faults_of("{% echo customer.first_name %}", options),
              with_fix("{{ customer.first_name | default: \"there\" }}"));
}

TEST(TypeCheckTest, TheFixPassesTheCheck) {
    const Options options = in(Syntax::placeholder);
    EXPECT_EQ(faults_of("{customer.first_name | there}", options), "");
    EXPECT_EQ(faults_of("{{ customer.first_name | default: \"there\" }}", options), "");
    EXPECT_EQ(faults_of("{customer.first_name | capitalize | there}", options), "");
}

TEST(TypeCheckTest, FaultsStandAtTheirBytes) {
    std::vector<Fault> faults;
    const std::string_view text =
        "Zoë {{ customer.emial }} {% if cart.total %}{{ customer.points }}{% endif %}";
    const Template tmpl = Template::parse(text, {}, faults);
    tmpl.check(roots(), faults);
    ASSERT_EQ(faults.size(), 2U);
    EXPECT_EQ(faults[0].offset, 8U);
    EXPECT_EQ(faults[0].length, 14U);
    EXPECT_EQ(faults[0].help, "Did you mean `customer.email`?");
    EXPECT_EQ(text.substr(faults[1].offset, faults[1].length), "customer.points");
}

INSTANTIATE_TEST_SUITE_P(
    Guards, TypeCheckTest,
    testing::Values(
        Case{"If", "{% if customer.first_name %}{{ customer.first_name }}{% endif %}", ""},
        Case{"NotBlank",
             "{% if customer.first_name != blank %}{{ customer.first_name }}{% endif %}", ""},
        Case{"ElseOfBlank",
             "{% if customer.first_name == blank %}x{% else %}{{ customer.first_name }}{% endif %}",
             ""},
        Case{"UnlessBlank",
             "{% unless customer.first_name == nil %}{{ customer.first_name }}{% endunless %}", ""},
        Case{"ElseOfUnless",
             "{% unless customer.first_name %}x{% else %}{{ customer.first_name }}{% endunless %}",
             ""},
        Case{"And",
             "{% if customer.vip and customer.first_name %}{{ customer.first_name }}{% endif %}",
             ""},
        Case{"OrOfBlanks",
             "{% if customer.first_name == blank or customer.points == nil %}x{% else %}"
             "{{ customer.first_name }}{{ customer.points }}{% endif %}",
             ""},
        Case{"Compared", "{% if customer.points > 5 %}{{ customer.points }}{% endif %}", ""},
        Case{"EqualToText", "{% if customer.plan == 'pro' %}{{ customer.plan }}{% endif %}", ""},
        Case{"When", "{% case customer.plan %}{% when 'a', 'b' %}{{ customer.plan }}{% endcase %}",
             ""},
        Case{"Nested",
             "{% if customer.first_name %}{% for t in customer.tags %}{{ t }}{{ "
             "customer.first_name }}{% endfor %}{% endif %}",
             ""},
        Case{"GroupGuardsItsFields", "{% if address %}{{ address.city }}{% endif %}", ""},
        Case{"FieldGuardsItsGroup",
             "{% if address.street %}{{ address.street }}{{ address.city }}{% endif %}",
             "E310 address.city: `address.city` may be empty. Say what to use instead:  "
             "{{ address.city | default: \"-\" }}"},
        Case{"GroupDoesNotGuardOptionalField",
             "{% if address %}{{ address.street | size }}{% endif %}",
             "E310 address.street: `address.street` may be empty: it is optional in "
             "00-schema.flow:19. Say what "
             "to use instead:  {{ address.street | size | default: \"0\" }}"},
        Case{"AssignedDefault", "{% assign n = customer.first_name | default: 'you' %}{{ n }}", ""},
        Case{"GuardOnTheLocal", "{% assign n = customer.first_name %}{% if n %}{{ n }}{% endif %}",
             ""},
        Case{"SetOnEveryWay",
             "{% if customer.vip %}{% assign g = 'a' %}{% else %}{% assign g = 'b' %}{% endif %}{{ "
             "g }}",
             ""},
        Case{"LoopOverOptional",
             "{% for x in customer.tags %}{{ forloop.index }}{{ x }}{% endfor %}", ""}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Gaps, TypeCheckTest,
    testing::Values(
        Case{"AfterTheIf", "{% if customer.points %}{% endif %}{{ customer.points }}",
             "E310 customer.points: `customer.points` may be empty: it is optional in "
             "00-schema.flow:19. Say what "
             "to use instead:  {{ customer.points | default: \"0\" }}"},
        Case{"WrongBranch", "{% if customer.points == blank %}{{ customer.points }}{% endif %}",
             "E310 customer.points: `customer.points` may be empty: it is optional in "
             "00-schema.flow:19. Say what "
             "to use instead:  {{ customer.points | default: \"0\" }}"},
        Case{"NotEmptyTextIsNoProof", "{% if customer.plan != '' %}{{ customer.plan }}{% endif %}",
             "E310 customer.plan: `customer.plan` may be empty: it is optional in "
             "00-schema.flow:19. Say what to "
             "use instead:  {{ customer.plan | default: \"-\" }}"},
        Case{"OrIsNoProof", "{% if customer.vip or customer.plan %}{{ customer.plan }}{% endif %}",
             "E310 customer.plan: `customer.plan` may be empty: it is optional in "
             "00-schema.flow:19. Say what to "
             "use instead:  {{ customer.plan | default: \"-\" }}"},
        Case{"LocalStaysOptional", "{% assign n = customer.points %}{{ n }}",
             "E310 n: `n` may be empty: it is optional in 00-schema.flow:19. Say what to use "
             "instead:  "
             "{{ n | default: \"0\" }}"},
        Case{"SetOnOneWay", "{% if customer.vip %}{% assign g = 'a' %}{% endif %}{{ g }}",
             "E310 g: `g` may be empty. Say what to use instead:  {{ g | default: \"-\" }}"},
        Case{"OptionalArgument", "{{ cart.url | append: customer.plan }}",
             "E310 customer.plan: `customer.plan` may be empty: it is optional in "
             "00-schema.flow:19. Say what to "
             "use instead:  {{ cart.url | append: customer.plan | default: \"-\" }}"},
        Case{"OptionalInACycle", "{% cycle customer.plan, 'x' %}",
             "E310 customer.plan: `customer.plan` may be empty: it is optional in "
             "00-schema.flow:19."}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Names, TypeCheckTest,
    testing::Values(
        Case{"UnknownRoot", "{{ custmer.email }}",
             "E314 custmer.email: Nothing here is called `custmer`. Did you mean `customer`?"},
        Case{"FieldWithoutItsRoot", "{total}",
             "E314 total: Nothing here is called `total`. Did you mean `cart.total`?"},
        Case{"UnknownField", "{{ customer['emial'] }}",
             "E314 customer['emial']: `customer` has no field `emial`. Did you mean "
             "`customer.email`?"},
        Case{"NothingNear", "{{ customer.shoe_size }}",
             "E314 customer.shoe_size: `customer` has no field `shoe_size`."},
        Case{"FieldOfAText", "{{ customer.email.domain }}",
             "E314 customer.email.domain: `customer.email` is text and has no field `domain`."},
        Case{"InACondition", "{% if customer.vop %}{% endif %}",
             "E314 customer.vop: `customer` has no field `vop`. Did you mean `customer.vip`?"},
        Case{"InAnArgument", "{{ 'a' | append: nope }}",
             "E314 nope: Nothing here is called `nope`."},
        Case{"LoopVariableEnds", "{% for t in customer.tags %}{% endfor %}{{ t }}",
             "E314 t: Nothing here is called `t`."},
        Case{"ForloopOutside", "{{ forloop.index }}",
             "E314 forloop.index: Nothing here is called `forloop`."},
        Case{"ForloopProperty", "{% for t in customer.tags %}{{ forloop.idx }}{% endfor %}",
             "E314 forloop.idx: A loop has no `idx`. It has index, index0, rindex, rindex0, first, "
             "last, length and "
             "parentloop."},
        Case{"LocalsAreKnown",
             "{% capture c %}x{% endcapture %}{{ c }}{% increment n %}{{ n }}{{ customer.tags.size "
             "}}",
             ""},
        Case{"ListItem",
             "{{ customer.tags | first | upcase }}{{ customer.tags | sort | join: ', ' }}", ""}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Types, TypeCheckTest,
    testing::Values(
        Case{"UnknownFilter", "{{ cart.total | mony }}",
             "E315 mony: There is no filter called `mony`. Did you mean `money`?"},
        Case{"MisspeltFilterInAPlaceholder", "{cart.total | mony}",
             "E315 mony: `cart.total` always has a value, so the fallback `mony` is never used. "
             "Did you mean the "
             "filter `money`?"},
        Case{"FallbackToNothing", "{cart.url | default}{{ cart.url | default }}", ""},
        Case{"TooFewArguments", "{{ cart.url | url_param: 'a' }}",
             "E315 url_param: 'a': The filter `url_param` takes 2 arguments, but here it gets 1."},
        Case{"TooManyArguments", "{cart.url | upcase: 1}",
             "E315 upcase: 1: The filter `upcase` takes 0 arguments, but here it gets 1."},
        Case{"MoneyOfText", "{{ customer.email | money }}",
             "E315 money: The filter `money` needs a number, but here it gets text."},
        Case{"ListFilterOnANumber", "{{ customer.orders | join: ',' }}",
             "E315 join: ',': The filter `join` needs a list, but here it gets a number."},
        Case{"TextArgumentForANumber", "{{ customer.email | truncate: 'x' }}",
             "E315 'x': The filter `truncate` needs a number here, but gets text."},
        Case{"DigitsAreNumbers", "{{ customer.email | truncate: '5' }}", ""},
        Case{"LoopOverText", "{% for x in customer.email %}{% endfor %}",
             "E315 customer.email: A loop needs a list, and `customer.email` is none."},
        Case{"LoopOverAGroup", "{% for x in customer %}{% endfor %}",
             "E315 customer: A loop needs a list, and `customer` is none."},
        Case{"AGroupIsNoValue", "{{ cart }}",
             "E315 cart: `cart` is a group of fields and not one value. Name a field, such as "
             "`cart.total`."},
        Case{"NumberWithText", "{% if cart.total > '50' %}{% endif %}",
             "E315 '50': This compares a number with text. Numbers are written without quotes."},
        Case{"SyntaxFaultsAreNotChecked", "{{ customer. }}{{ nope }}",
             "E311 customer.: I expected a name after the dot."}),
    [](const auto& test) { return std::string(test.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Syntax, TypeCheckTest,
    testing::Values(
        Case{"UnclosedOutput", "a {{ customer.email",
             "E311 {{ customer.email: This {{ has no closing }}."},
        Case{"UnclosedTag", "a {% if x\nb", "E311 {% if x: This {% has no closing %}."},
        Case{"UnclosedBlock", "a {% if customer.vip %} b",
             "E311 {% if customer.vip %}: This `if` is never closed. Close it with {% endif %}."},
        Case{"WrongEnd", "{% if customer.vip %}{% endfor %}",
             "E311 {% endfor %}: `endfor` does not belong to the open `if`. Close the `if` first, "
             "with {% endif %}."},
        Case{"StrayElse", "{% else %}", "E311 {% else %}: `else` does not belong to any open tag."},
        Case{"UnknownTag", "{% fro x in y %}{% endfro %}",
             "E311 {% fro x in y %}: There is no tag called `fro`. Did you mean `for`?"},
        Case{"SingleEquals", "{% if customer.vip = true %}{% endif %}",
             "E311 =: `=` does not compare. Write `==`."},
        Case{"OpenQuote", "{{ 'abc }}",
             "E311 'abc: I expected a value, but found `'abc`. The text that begins here has no "
             "closing quote."},
        Case{"ForWithoutIn", "{% for x of y %}{% endfor %}",
             "E311 of: I expected `in` here. {% for item in list %}"},
        Case{"TwoFaults", "{{ | }} {% assign 1x %}",
             "E311 |: I expected a value, but found `|`.\nE311 x: I expected `=` here."}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(TypeCheckTest, SnippetsAreCheckedWhereTheyAreUsed) {
    const Snippets snippets{{"hello", "Hi {{ name }} of {{ cart.total }}"}, {"bad", "{{ 'x }}"}};
    Options options;
    options.snippets = &snippets;
    EXPECT_EQ(
        faults_of("{% render 'hello', name: customer.first_name %}", options),
        "E310 {% render 'hello', name: customer.first_name %}: In the snippet `hello`: `name` may "
        "be empty: it "
        "is optional in 00-schema.flow:19. Say what to use instead:  {{ name | default: \"there\" "
        "}}\n"
        "E314 {% render 'hello', name: customer.first_name %}: In the snippet `hello`: Nothing "
        "here is called "
        "`cart`. A rendered snippet sees only what it is given:  {% render \"name\", cart: ... %}");
    EXPECT_EQ(faults_of("{% include 'hello', name: customer.email %}", options), "");
    EXPECT_EQ(faults_of("{% render 'bad' %}", options),
              "E311 {% render 'bad' %}: In the snippet `bad`: I expected a value, but found `'x`. "
              "The text that "
              "begins here has no closing quote.");
    EXPECT_EQ(faults_of("{% render 'none' %}", options),
              "E311 {% render 'none' %}: There is no snippet called `none`.");
}

TEST(TemplatePathsTest, ListsWhatIsReadFromTheRoots) {
    std::vector<Fault> faults;
    const Template tmpl = Template::parse(
        "{customer.first_name | there}{% assign x = cart.total %}{{ x }}{% for i in event.items "
        "%}{{ i.title }}"
        "{{ list[i.n].name }}{% endfor %}{% if customer.vip and x > plan.limit %}{% endif %}{{ "
        "a['b c'] }}",
        in(Syntax::placeholder), faults);
    ASSERT_TRUE(faults.empty());
    const std::vector<std::string> want = {"a.b c",        "cart.total",  "customer.first_name",
                                           "customer.vip", "event.items", "list",
                                           "plan.limit"};
    EXPECT_EQ(tmpl.paths(), want);
}

}  // namespace
}  // namespace sluice::dsl::tpl::test
