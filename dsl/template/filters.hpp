#pragma once

#include "dsl/template/value.hpp"

#include <cstdint>
#include <span>
#include <string_view>

/// The filter table: name, arity, what the checker knows, and the function. Adding a filter is one
/// row and one function. Private to dsl/template.
namespace sluice::dsl::tpl {

struct FilterArgs {
    const Val* values = nullptr;
    std::size_t count = 0;
    bool allow_false = false;  // `default: "x", allow_false: true`

    [[nodiscard]] bool has(std::size_t index) const { return index < count; }
    [[nodiscard]] Val at(std::size_t index) const {
        return has(index) ? values[index] : Val::nil();
    }
};

using FilterFn = Val (*)(Env& env, const Val& input, const FilterArgs& args);

/// What a filter reads, for the type check.
enum class Takes : std::uint8_t { any, number, text, list, date };
/// What a filter gives.
enum class Gives : std::uint8_t { same, number, text, list, yes_no, any };

struct FilterSpec {
    std::string_view name;
    std::uint8_t args_min;
    std::uint8_t args_max;
    Takes takes;
    Gives gives;
    FilterFn apply;
    /// One letter an argument, for the type check: n number, t text, l list, a anything.
    std::string_view arg_types = "";
    // For the reference, where a test renders the example.
    std::string_view text = "";     // what it gives, in a sentence
    std::string_view example = "";  // Liquid
    std::string_view result = "";   // what the example renders to
};

/// Every filter, by name.
std::span<const FilterSpec> filter_table();

/// Null when there is no such filter.
const FilterSpec* find_filter(std::string_view name);
/// The known filter closest to `name`; empty when none is close.
std::string_view nearest_filter(std::string_view name);

/// True for `default`: it clears a missing value.
bool is_default(const FilterSpec& filter);

namespace filters {

// Text (filters_text.cpp).
Val append(Env&, const Val&, const FilterArgs&);
Val prepend(Env&, const Val&, const FilterArgs&);
Val capitalize(Env&, const Val&, const FilterArgs&);
Val downcase(Env&, const Val&, const FilterArgs&);
Val upcase(Env&, const Val&, const FilterArgs&);
Val strip(Env&, const Val&, const FilterArgs&);
Val lstrip(Env&, const Val&, const FilterArgs&);
Val rstrip(Env&, const Val&, const FilterArgs&);
Val strip_newlines(Env&, const Val&, const FilterArgs&);
Val remove(Env&, const Val&, const FilterArgs&);
Val remove_first(Env&, const Val&, const FilterArgs&);
Val remove_last(Env&, const Val&, const FilterArgs&);
Val replace(Env&, const Val&, const FilterArgs&);
Val replace_first(Env&, const Val&, const FilterArgs&);
Val replace_last(Env&, const Val&, const FilterArgs&);
Val slice(Env&, const Val&, const FilterArgs&);
Val split(Env&, const Val&, const FilterArgs&);
Val truncate(Env&, const Val&, const FilterArgs&);
Val truncatewords(Env&, const Val&, const FilterArgs&);

// HTML, URLs, encodings (filters_web.cpp).
Val escape(Env&, const Val&, const FilterArgs&);
Val escape_once(Env&, const Val&, const FilterArgs&);
Val newline_to_br(Env&, const Val&, const FilterArgs&);
Val strip_html(Env&, const Val&, const FilterArgs&);
Val raw(Env&, const Val&, const FilterArgs&);
Val url_encode(Env&, const Val&, const FilterArgs&);
Val url_decode(Env&, const Val&, const FilterArgs&);
Val url_param(Env&, const Val&, const FilterArgs&);
Val short_link(Env&, const Val&, const FilterArgs&);
Val base64_encode(Env&, const Val&, const FilterArgs&);
Val base64_decode(Env&, const Val&, const FilterArgs&);
Val base64_url_safe_encode(Env&, const Val&, const FilterArgs&);
Val base64_url_safe_decode(Env&, const Val&, const FilterArgs&);
Val json(Env&, const Val&, const FilterArgs&);

// Numbers, dates and the default (filters_number.cpp).
Val abs(Env&, const Val&, const FilterArgs&);
Val at_least(Env&, const Val&, const FilterArgs&);
Val at_most(Env&, const Val&, const FilterArgs&);
Val ceil(Env&, const Val&, const FilterArgs&);
Val floor(Env&, const Val&, const FilterArgs&);
Val round(Env&, const Val&, const FilterArgs&);
Val plus(Env&, const Val&, const FilterArgs&);
Val minus(Env&, const Val&, const FilterArgs&);
Val times(Env&, const Val&, const FilterArgs&);
Val divided_by(Env&, const Val&, const FilterArgs&);
Val modulo(Env&, const Val&, const FilterArgs&);
Val money(Env&, const Val&, const FilterArgs&);
Val date(Env&, const Val&, const FilterArgs&);
Val default_value(Env&, const Val&, const FilterArgs&);

// Lists (filters_list.cpp, filters_select.cpp).
Val compact(Env&, const Val&, const FilterArgs&);
Val concat(Env&, const Val&, const FilterArgs&);
Val first(Env&, const Val&, const FilterArgs&);
Val join(Env&, const Val&, const FilterArgs&);
Val last(Env&, const Val&, const FilterArgs&);
Val map(Env&, const Val&, const FilterArgs&);
Val reverse(Env&, const Val&, const FilterArgs&);
Val size(Env&, const Val&, const FilterArgs&);
Val sort(Env&, const Val&, const FilterArgs&);
Val sort_natural(Env&, const Val&, const FilterArgs&);
Val sum(Env&, const Val&, const FilterArgs&);
Val uniq(Env&, const Val&, const FilterArgs&);
Val find(Env&, const Val&, const FilterArgs&);
Val find_index(Env&, const Val&, const FilterArgs&);
Val has(Env&, const Val&, const FilterArgs&);
Val reject(Env&, const Val&, const FilterArgs&);
Val where(Env&, const Val&, const FilterArgs&);

}  // namespace filters
}  // namespace sluice::dsl::tpl
