#include "dsl/template/filters.hpp"

#include "dsl/template/text.hpp"

#include <algorithm>
#include <iterator>

namespace sluice::dsl::tpl {
namespace {

using T = Takes;
using G = Gives;

// Sorted by name: looked up by binary search while parsing.
// clang-format off
constexpr FilterSpec kFilters[] = {
    {"abs", 0, 0, T::number, G::number, filters::abs, "",
     "The number without its sign.",
     "{{ -5 | abs }}", "5"},
    {"append", 1, 1, T::any, G::text, filters::append, "a",
     "Puts a text behind.",
     "{{ \"tea\" | append: \" pot\" }}", "tea pot"},
    {"at_least", 1, 1, T::number, G::number, filters::at_least, "n",
     "Not less than this.",
     "{{ 3 | at_least: 5 }}", "5"},
    {"at_most", 1, 1, T::number, G::number, filters::at_most, "n",
     "Not more than this.",
     "{{ 8 | at_most: 5 }}", "5"},
    {"base64_decode", 0, 0, T::text, G::text, filters::base64_decode, "",
     "Reads Base64.",
     "{{ \"dGVh\" | base64_decode }}", "tea"},
    {"base64_encode", 0, 0, T::any, G::text, filters::base64_encode, "",
     "Writes Base64.",
     "{{ \"tea\" | base64_encode }}", "dGVh"},
    {"base64_url_safe_decode", 0, 0, T::text, G::text, filters::base64_url_safe_decode, "",
     "Reads Base64 for addresses.",
     "{{ \"fn4_\" | base64_url_safe_decode }}", "~~?"},
    {"base64_url_safe_encode", 0, 0, T::any, G::text, filters::base64_url_safe_encode, "",
     "Writes Base64 for addresses.",
     "{{ \"~~?\" | base64_url_safe_encode }}", "fn4_"},
    {"capitalize", 0, 0, T::text, G::text, filters::capitalize, "",
     "The first letter large, the others small.",
     "{{ \"green TEA\" | capitalize }}", "Green tea"},
    {"ceil", 0, 0, T::number, G::number, filters::ceil, "",
     "Up to the next whole number.",
     "{{ 4.2 | ceil }}", "5"},
    {"compact", 0, 1, T::list, G::list, filters::compact, "t",
     "A list without what is missing.",
     "{{ \"a,b\" | split: \",\" | compact | size }}", "2"},
    {"concat", 1, 1, T::list, G::list, filters::concat, "l",
     "Two lists as one.",
     "{% assign a = \"x,y\" | split: \",\" %}{% assign b = \"z\" | split: \",\" %}{{ a | concat: b | join: \" \" }}", "x y z"},
    {"date", 1, 1, T::date, G::text, filters::date, "t",
     "A date in the shape you say; `%d`, `%B`, `%Y` are day, month and year.",
     "{{ \"2026-03-02\" | date: \"%-d %B %Y\" }}", "2 March 2026"},
    {"default", 0, 1, T::any, G::any, filters::default_value, "a",
     "What to write when there is no value.",
     "{{ customer.nickname | default: \"friend\" }}", "friend"},
    {"divided_by", 1, 1, T::number, G::number, filters::divided_by, "n",
     "Divides; two whole numbers give a whole number.",
     "{{ 10 | divided_by: 4 }}", "2"},
    {"downcase", 0, 0, T::text, G::text, filters::downcase, "",
     "Small letters.",
     "{{ \"TEA\" | downcase }}", "tea"},
    {"escape", 0, 0, T::any, G::text, filters::escape, "",
     "Safe inside HTML. Bodies of emails do this by themselves.",
     "{{ \"1 < 2\" | escape }}", "1 &lt; 2"},
    {"escape_once", 0, 0, T::any, G::text, filters::escape_once, "",
     "As `escape`, but what is safe already stays.",
     "{{ \"1 &lt; 2 < 3\" | escape_once }}", "1 &lt; 2 &lt; 3"},
    {"find", 1, 2, T::list, G::any, filters::find, "ta",
     "The first item whose field has this value.",
     "{% assign line = order.lines | find: \"title\", \"Pot\" %}{{ line.price }}", "30"},
    {"find_index", 1, 2, T::list, G::number, filters::find_index, "ta",
     "The place of that item, counted from 0.",
     "{{ order.lines | find_index: \"title\", \"Pot\" }}", "1"},
    {"first", 0, 0, T::any, G::any, filters::first, "",
     "The first item.",
     "{{ \"a,b\" | split: \",\" | first }}", "a"},
    {"floor", 0, 0, T::number, G::number, filters::floor, "",
     "Down to the next whole number.",
     "{{ 4.8 | floor }}", "4"},
    {"h", 0, 0, T::any, G::text, filters::escape, "",
     "Short for `escape`.",
     "{{ \"1 < 2\" | h }}", "1 &lt; 2"},
    {"has", 1, 2, T::list, G::yes_no, filters::has, "aa",
     "Whether an item's field has this value.",
     "{{ order.lines | has: \"title\", \"Tea\" }}", "true"},
    {"join", 0, 1, T::list, G::text, filters::join, "a",
     "A list as one text, with this between the items.",
     "{{ \"a,b\" | split: \",\" | join: \" and \" }}", "a and b"},
    {"json", 0, 0, T::any, G::text, filters::json, "",
     "The value as JSON.",
     "{{ \"tea\" | json }}", "\"tea\""},
    {"last", 0, 0, T::any, G::any, filters::last, "",
     "The last item.",
     "{{ \"a,b\" | split: \",\" | last }}", "b"},
    {"lstrip", 0, 0, T::text, G::text, filters::lstrip, "",
     "Without white space in front.",
     "{{ \"  tea\" | lstrip }}", "tea"},
    {"map", 1, 1, T::list, G::list, filters::map, "t",
     "One field of every item.",
     "{{ order.lines | map: \"title\" | join: \", \" }}", "Tea, Pot"},
    {"minus", 1, 1, T::number, G::number, filters::minus, "n",
     "Takes away.",
     "{{ 10 | minus: 3 }}", "7"},
    {"modulo", 1, 1, T::number, G::number, filters::modulo, "n",
     "What is left after dividing.",
     "{{ 10 | modulo: 3 }}", "1"},
    {"money", 0, 1, T::number, G::text, filters::money, "t",
     "An amount with two digits, and a currency if you name one.",
     "{{ 12.5 | money: \"EUR\" }}", "12.50 EUR"},
    {"newline_to_br", 0, 0, T::text, G::text, filters::newline_to_br, "",
     "Line ends as `<br />`.",
     "{{ \"a\" | newline_to_br }}", "a"},
    {"plus", 1, 1, T::number, G::number, filters::plus, "n",
     "Adds.",
     "{{ 10 | plus: 3 }}", "13"},
    {"prepend", 1, 1, T::any, G::text, filters::prepend, "a",
     "Puts a text in front.",
     "{{ \"pot\" | prepend: \"tea \" }}", "tea pot"},
    {"raw", 0, 0, T::any, G::same, filters::raw, "",
     "HTML as it is. Only for values you trust.",
     "{{ \"<b>tea</b>\" | raw }}", "<b>tea</b>"},
    {"reject", 1, 2, T::list, G::list, filters::reject, "ta",
     "The items whose field does not have this value.",
     "{{ order.lines | reject: \"title\", \"Tea\" | map: \"title\" | join: \", \" }}", "Pot"},
    {"remove", 1, 1, T::text, G::text, filters::remove, "a",
     "Without this text.",
     "{{ \"green tea\" | remove: \"green \" }}", "tea"},
    {"remove_first", 1, 1, T::text, G::text, filters::remove_first, "a",
     "Without its first occurrence.",
     "{{ \"tea tea\" | remove_first: \"tea \" }}", "tea"},
    {"remove_last", 1, 1, T::text, G::text, filters::remove_last, "a",
     "Without its last occurrence.",
     "{{ \"tea tea\" | remove_last: \" tea\" }}", "tea"},
    {"replace", 1, 2, T::text, G::text, filters::replace, "aa",
     "Every occurrence of a text by another.",
     "{{ \"green tea\" | replace: \"green\", \"black\" }}", "black tea"},
    {"replace_first", 1, 2, T::text, G::text, filters::replace_first, "aa",
     "The first occurrence by another.",
     "{{ \"tea tea\" | replace_first: \"tea\", \"pot\" }}", "pot tea"},
    {"replace_last", 2, 2, T::text, G::text, filters::replace_last, "aa",
     "The last occurrence by another.",
     "{{ \"tea tea\" | replace_last: \"tea\", \"pot\" }}", "tea pot"},
    {"reverse", 0, 0, T::list, G::list, filters::reverse, "",
     "A list from the end.",
     "{{ \"a,b\" | split: \",\" | reverse | join: \",\" }}", "b,a"},
    {"round", 0, 1, T::number, G::number, filters::round, "n",
     "To the nearest whole number, or so many digits.",
     "{{ 4.256 | round: 2 }}", "4.26"},
    {"rstrip", 0, 0, T::text, G::text, filters::rstrip, "",
     "Without white space behind.",
     "{{ \"tea  \" | rstrip }}", "tea"},
    {"short", 0, 0, T::text, G::same, filters::short_link, "",
     "Marks a link to be shortened. In this version the link stays as it is.",
     "{{ \"https://shop.example/c1\" | short }}", "https://shop.example/c1"},
    {"size", 0, 0, T::any, G::number, filters::size, "",
     "How many items, or letters.",
     "{{ \"tea\" | size }}", "3"},
    {"slice", 1, 2, T::any, G::same, filters::slice, "nn",
     "A piece: from this place on, counted from 0, so many.",
     "{{ \"green tea\" | slice: 6, 3 }}", "tea"},
    {"sort", 0, 1, T::list, G::list, filters::sort, "t",
     "In order, capitals first.",
     "{{ \"b,a,C\" | split: \",\" | sort | join: \",\" }}", "C,a,b"},
    {"sort_natural", 0, 1, T::list, G::list, filters::sort_natural, "t",
     "In order, capitals or not.",
     "{{ \"b,a,C\" | split: \",\" | sort_natural | join: \",\" }}", "a,b,C"},
    {"split", 1, 1, T::text, G::list, filters::split, "a",
     "A text as a list, cut at this.",
     "{{ \"a,b\" | split: \",\" | size }}", "2"},
    {"strip", 0, 0, T::text, G::text, filters::strip, "",
     "Without white space around.",
     "{{ \" tea \" | strip }}", "tea"},
    {"strip_html", 0, 0, T::text, G::text, filters::strip_html, "",
     "Without tags.",
     "{{ \"<b>tea</b>\" | strip_html }}", "tea"},
    {"strip_newlines", 0, 0, T::text, G::text, filters::strip_newlines, "",
     "Without line ends.",
     "{{ \"tea\" | strip_newlines }}", "tea"},
    {"sum", 0, 1, T::list, G::number, filters::sum, "t",
     "All items added, or one field of them.",
     "{{ order.lines | sum: \"price\" }}", "34"},
    {"times", 1, 1, T::number, G::number, filters::times, "n",
     "Multiplies.",
     "{{ 4 | times: 2.5 }}", "10.0"},
    {"truncate", 0, 2, T::text, G::text, filters::truncate, "na",
     "At most so many letters, with `...` at the end.",
     "{{ \"a long line of tea\" | truncate: 9 }}", "a long..."},
    {"truncatewords", 0, 2, T::text, G::text, filters::truncatewords, "na",
     "At most so many words.",
     "{{ \"a long line of tea\" | truncatewords: 2 }}", "a long..."},
    {"uniq", 0, 1, T::list, G::list, filters::uniq, "t",
     "Every item once.",
     "{{ \"a,b,a\" | split: \",\" | uniq | join: \",\" }}", "a,b"},
    {"upcase", 0, 0, T::text, G::text, filters::upcase, "",
     "Capital letters.",
     "{{ \"tea\" | upcase }}", "TEA"},
    {"url_decode", 0, 0, T::text, G::text, filters::url_decode, "",
     "Reads what stands in an address.",
     "{{ \"green+tea\" | url_decode }}", "green tea"},
    {"url_encode", 0, 0, T::any, G::text, filters::url_encode, "",
     "Safe inside an address.",
     "{{ \"green tea\" | url_encode }}", "green+tea"},
    {"url_param", 2, 2, T::text, G::text, filters::url_param, "ta",
     "An address with one more parameter.",
     "{{ \"https://shop.example/c1\" | url_param: \"from\", \"mail\" }}", "https://shop.example/c1?from=mail"},
    {"where", 1, 2, T::list, G::list, filters::where, "ta",
     "The items whose field has this value.",
     "{{ order.lines | where: \"title\", \"Tea\" | size }}", "1"},
};
// clang-format on

constexpr bool sorted() {
    for (std::size_t i = 1; i < std::size(kFilters); ++i) {
        if (kFilters[i - 1].name >= kFilters[i].name) {
            return false;
        }
    }
    return true;
}
static_assert(sorted());

}  // namespace

std::span<const FilterSpec> filter_table() {
    return kFilters;
}

const FilterSpec* find_filter(std::string_view name) {
    const auto* found =
        std::lower_bound(std::begin(kFilters), std::end(kFilters), name,
                         [](const FilterSpec& spec, std::string_view n) { return spec.name < n; });
    return found != std::end(kFilters) && found->name == name ? found : nullptr;
}

std::string_view nearest_filter(std::string_view name) {
    std::string_view best;
    std::size_t best_distance = 1 + name.size() / 3;
    for (const FilterSpec& spec : kFilters) {
        const std::size_t d = distance(name, spec.name);
        if (d <= best_distance) {
            best_distance = d - (d > 0 ? 1 : 0);
            best = spec.name;
        }
    }
    return best;
}

bool is_default(const FilterSpec& filter) {
    return filter.apply == filters::default_value;
}

}  // namespace sluice::dsl::tpl
