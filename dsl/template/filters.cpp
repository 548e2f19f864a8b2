#include "dsl/template/filters.hpp"

#include "dsl/template/text.hpp"

#include <algorithm>
#include <iterator>

namespace sluice::dsl::tpl {
namespace {

using T = Takes;
using G = Gives;

// Sorted by name: looked up by binary search while parsing.
constexpr FilterSpec kFilters[] = {
    {"abs", 0, 0, T::number, G::number, filters::abs},
    {"append", 1, 1, T::any, G::text, filters::append, "a"},
    {"at_least", 1, 1, T::number, G::number, filters::at_least, "n"},
    {"at_most", 1, 1, T::number, G::number, filters::at_most, "n"},
    {"base64_decode", 0, 0, T::text, G::text, filters::base64_decode},
    {"base64_encode", 0, 0, T::any, G::text, filters::base64_encode},
    {"base64_url_safe_decode", 0, 0, T::text, G::text, filters::base64_url_safe_decode},
    {"base64_url_safe_encode", 0, 0, T::any, G::text, filters::base64_url_safe_encode},
    {"capitalize", 0, 0, T::text, G::text, filters::capitalize},
    {"ceil", 0, 0, T::number, G::number, filters::ceil},
    {"compact", 0, 1, T::list, G::list, filters::compact, "t"},
    {"concat", 1, 1, T::list, G::list, filters::concat, "l"},
    {"date", 1, 1, T::date, G::text, filters::date, "t"},
    {"default", 0, 1, T::any, G::any, filters::default_value, "a"},
    {"divided_by", 1, 1, T::number, G::number, filters::divided_by, "n"},
    {"downcase", 0, 0, T::text, G::text, filters::downcase},
    {"escape", 0, 0, T::any, G::text, filters::escape},
    {"escape_once", 0, 0, T::any, G::text, filters::escape_once},
    {"find", 1, 2, T::list, G::any, filters::find, "ta"},
    {"find_index", 1, 2, T::list, G::number, filters::find_index, "ta"},
    {"first", 0, 0, T::any, G::any, filters::first},
    {"floor", 0, 0, T::number, G::number, filters::floor},
    {"h", 0, 0, T::any, G::text, filters::escape},
    {"has", 1, 2, T::list, G::yes_no, filters::has, "aa"},
    {"join", 0, 1, T::list, G::text, filters::join, "a"},
    {"json", 0, 0, T::any, G::text, filters::json},
    {"last", 0, 0, T::any, G::any, filters::last},
    {"lstrip", 0, 0, T::text, G::text, filters::lstrip},
    {"map", 1, 1, T::list, G::list, filters::map, "t"},
    {"minus", 1, 1, T::number, G::number, filters::minus, "n"},
    {"modulo", 1, 1, T::number, G::number, filters::modulo, "n"},
    {"money", 0, 1, T::number, G::text, filters::money, "t"},
    {"newline_to_br", 0, 0, T::text, G::text, filters::newline_to_br},
    {"plus", 1, 1, T::number, G::number, filters::plus, "n"},
    {"prepend", 1, 1, T::any, G::text, filters::prepend, "a"},
    {"raw", 0, 0, T::any, G::same, filters::raw},
    {"reject", 1, 2, T::list, G::list, filters::reject, "ta"},
    {"remove", 1, 1, T::text, G::text, filters::remove, "a"},
    {"remove_first", 1, 1, T::text, G::text, filters::remove_first, "a"},
    {"remove_last", 1, 1, T::text, G::text, filters::remove_last, "a"},
    {"replace", 1, 2, T::text, G::text, filters::replace, "aa"},
    {"replace_first", 1, 2, T::text, G::text, filters::replace_first, "aa"},
    {"replace_last", 2, 2, T::text, G::text, filters::replace_last, "aa"},
    {"reverse", 0, 0, T::list, G::list, filters::reverse},
    {"round", 0, 1, T::number, G::number, filters::round, "n"},
    {"rstrip", 0, 0, T::text, G::text, filters::rstrip},
    {"short", 0, 0, T::text, G::same, filters::short_link},
    {"size", 0, 0, T::any, G::number, filters::size},
    {"slice", 1, 2, T::any, G::same, filters::slice, "nn"},
    {"sort", 0, 1, T::list, G::list, filters::sort, "t"},
    {"sort_natural", 0, 1, T::list, G::list, filters::sort_natural, "t"},
    {"split", 1, 1, T::text, G::list, filters::split, "a"},
    {"strip", 0, 0, T::text, G::text, filters::strip},
    {"strip_html", 0, 0, T::text, G::text, filters::strip_html},
    {"strip_newlines", 0, 0, T::text, G::text, filters::strip_newlines},
    {"sum", 0, 1, T::list, G::number, filters::sum, "t"},
    {"times", 1, 1, T::number, G::number, filters::times, "n"},
    {"truncate", 0, 2, T::text, G::text, filters::truncate, "na"},
    {"truncatewords", 0, 2, T::text, G::text, filters::truncatewords, "na"},
    {"uniq", 0, 1, T::list, G::list, filters::uniq, "t"},
    {"upcase", 0, 0, T::text, G::text, filters::upcase},
    {"url_decode", 0, 0, T::text, G::text, filters::url_decode},
    {"url_encode", 0, 0, T::any, G::text, filters::url_encode},
    {"url_param", 2, 2, T::text, G::text, filters::url_param, "ta"},
    {"where", 1, 2, T::list, G::list, filters::where, "ta"},
};

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
