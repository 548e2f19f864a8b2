#include "dsl/template/civil.hpp"
#include "dsl/template/filters.hpp"
#include "dsl/template/number.hpp"
#include "dsl/template/text.hpp"

#include <string>

namespace sluice::dsl::tpl::filters {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kYearMax = 9999;

Val applied(Env& env, Operation operation, const Val& input, const FilterArgs& args) {
    const Val divisor = to_number(args.at(0));
    const auto result = calculate(operation, to_number(input), divisor);
    if (result) {
        return *result;
    }
    const bool divides = operation == Operation::divided_by || operation == Operation::modulo;
    return env.fail(divides ? "divided by zero" : "the number is too large");
}

std::int64_t offset_at(const Env& env, std::int64_t ms) {
    return env.options.utc_offset ? env.options.utc_offset(ms) : 0;
}

LocalTime local_of(const Env& env, std::int64_t ms) {
    LocalTime time;
    time.offset_s = offset_at(env, ms);
    time.epoch_ms = ms;
    time.civil = civil_of(ms + time.offset_s * 1000);
    return time;
}

/// The instant a wall clock shows `civil` in the customer's zone. Two rounds settle every zone
/// rule; in the hour that a spring change skips, the later reading is taken.
LocalTime zoned(const Env& env, const Civil& civil) {
    const std::int64_t wall = ms_of(civil);
    std::int64_t ms = wall - offset_at(env, wall) * 1000;
    ms = wall - offset_at(env, ms) * 1000;
    return local_of(env, ms);
}

LocalTime placed(const Env& env, const ParsedDate& parsed) {
    if (!parsed.offset_s) {
        return zoned(env, parsed.civil);
    }
    const std::int64_t ms = ms_of(parsed.civil) - *parsed.offset_s * 1000;
    if (env.options.utc_offset) {
        return local_of(env, ms);
    }
    LocalTime time;
    time.civil = parsed.civil;
    time.offset_s = *parsed.offset_s;
    time.epoch_ms = ms;
    return time;
}

std::optional<LocalTime> from_seconds(const Env& env, std::int64_t seconds) {
    const std::int64_t last = days_of(kYearMax + 1, 1, 1) * (kDayMs / 1000);
    if (seconds >= last || seconds <= -last) {
        return std::nullopt;
    }
    return local_of(env, seconds * 1000);
}

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<LocalTime> time_of(const Env& env, const Val& input) {
    if (input.is(Val::Kind::integer)) {
        return from_seconds(env, input.as.integer);
    }
    if (!input.is(Val::Kind::text)) {
        return std::nullopt;
    }
    const std::string_view text = trim(input.text());
    if (all_digits(text)) {
        const auto seconds = strict_integer(Val::of(text));
        return seconds ? from_seconds(env, *seconds) : std::nullopt;
    }
    const std::string word = tpl::downcase(text);
    if (word == "now" || word == "today") {
        return local_of(env, env.options.now_ms);
    }
    const LocalTime now = local_of(env, env.options.now_ms);
    const auto parsed =
        parse_date_text(text, days_of(now.civil.year, now.civil.month, now.civil.day));
    return parsed ? std::optional(placed(env, *parsed)) : std::nullopt;
}

bool has_content(const Val& value) {
    if (value.is(Val::Kind::text) || value.is_list()) {
        return value.extent > 0;
    }
    return !value.is(Val::Kind::object) || !value.as.object->keys.empty();
}

}  // namespace

Val abs(Env& env, const Val& input, const FilterArgs&) {
    const Val number = to_number(input);
    if (number.is(Val::Kind::decimal)) {
        return Val::of(number.as.decimal < 0 ? -number.as.decimal : number.as.decimal);
    }
    const auto result = number.as.integer < 0
                            ? calculate(Operation::minus, Val::of(std::int64_t{0}), number)
                            : std::optional(number);
    return result ? *result : env.fail("the number is too large");
}

Val at_least(Env&, const Val& input, const FilterArgs& args) {
    const Val number = to_number(input);
    const Val limit = to_number(args.at(0));
    return compare(limit, number) == Order::more ? limit : number;
}

Val at_most(Env&, const Val& input, const FilterArgs& args) {
    const Val number = to_number(input);
    const Val limit = to_number(args.at(0));
    return compare(limit, number) == Order::less ? limit : number;
}

Val ceil(Env&, const Val& input, const FilterArgs&) {
    return ceil_of(to_number(input));
}

Val floor(Env&, const Val& input, const FilterArgs&) {
    return floor_of(to_number(input));
}

Val round(Env&, const Val& input, const FilterArgs& args) {
    return round_to(to_number(input), loose_integer(args.at(0)));
}

Val plus(Env& env, const Val& input, const FilterArgs& args) {
    return applied(env, Operation::plus, input, args);
}

Val minus(Env& env, const Val& input, const FilterArgs& args) {
    return applied(env, Operation::minus, input, args);
}

Val times(Env& env, const Val& input, const FilterArgs& args) {
    return applied(env, Operation::times, input, args);
}

Val divided_by(Env& env, const Val& input, const FilterArgs& args) {
    return applied(env, Operation::divided_by, input, args);
}

Val modulo(Env& env, const Val& input, const FilterArgs& args) {
    return applied(env, Operation::modulo, input, args);
}

/// `{{ cart.total | money }}` is `158.97`, `money: "EUR"` is `158.97 EUR`. A text that is no number
/// is an error: a wrong price must not be sent.
Val money(Env& env, const Val& input, const FilterArgs& args) {
    if (input.is(Val::Kind::nil)) {
        return input;
    }
    const bool digits =
        input.is(Val::Kind::text) &&
        trim(input.text()).find_first_not_of("+-.0123456789") == std::string_view::npos &&
        !trim(input.text()).empty();
    if (!input.is_number() && !digits) {
        return env.fail("money needs a number");
    }
    std::string result;
    append_money(result, to_number(input));
    const std::string_view currency = text_of(env, args.at(0));
    if (!currency.empty()) {
        result.append(" ").append(currency);
    }
    return env.keep(result);
}

Val date(Env& env, const Val& input, const FilterArgs& args) {
    const std::string_view format = text_of(env, args.at(0));
    if (format.empty()) {
        return input;
    }
    const auto time = time_of(env, input);
    return time ? env.keep(strftime(*time, format)) : input;
}

Val default_value(Env&, const Val& input, const FilterArgs& args) {
    const bool allowed_false = args.allow_false && input.is(Val::Kind::boolean);
    if ((input.truthy() || allowed_false) && has_content(input)) {
        return input;
    }
    return args.has(0) ? args.values[0] : Val::of(std::string_view());
}

}  // namespace sluice::dsl::tpl::filters
