#include "dsl/template/filters.hpp"
#include "dsl/template/number.hpp"
#include "dsl/template/text.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace sluice::dsl::tpl::filters {
namespace {

/// In HTML, text that is already markup (captured, escaped) only grows by escaped text.
void append_joined(Env& env, std::string& out, const Val& part, bool safe) {
    const std::string_view text = text_of(env, part);
    if (safe && !part.safe && env.escape == Escape::html) {
        append_escaped(out, text);
    } else {
        out += text;
    }
}

Val joined(Env& env, const Val& first, const Val& second, bool safe) {
    std::string text;
    append_joined(env, text, first, safe);
    append_joined(env, text, second, safe);
    Val result = env.keep(text);
    result.safe = safe;
    return result;
}

/// Same text, still safe if it was: for filters that only cut white space off.
Val cut(const Val& input, std::string_view text) {
    Val result = Val::of(text);
    result.safe = input.safe;
    return result;
}

Val replaced_at(Env& env, std::string_view text, std::size_t at, std::size_t size,
                std::string_view replacement) {
    std::string result(text.substr(0, at));
    result.append(replacement).append(text.substr(at + size));
    return env.keep(result);
}

Val replaced_all(Env& env, const Val& input, std::string_view needle,
                 std::string_view replacement) {
    const std::string_view text = text_of(env, input);
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        if (needle.empty()) {
            const std::size_t size = char_bytes(text, at);
            result.append(replacement).append(text.substr(at, size));
            at += size;
            continue;
        }
        const std::size_t found = text.find(needle, at);
        result.append(text.substr(at, found == std::string_view::npos ? found : found - at));
        if (found == std::string_view::npos) {
            return env.keep(result);
        }
        result += replacement;
        at = found + needle.size();
    }
    result.append(needle.empty() ? replacement : std::string_view());
    return env.keep(result);
}

Val replaced_one(Env& env, const Val& input, const Val& needle, const Val& replacement, bool last) {
    const std::string_view text = text_of(env, input);
    const std::string_view wanted = text_of(env, needle);
    const std::size_t at = last ? text.rfind(wanted) : text.find(wanted);
    return at == std::string_view::npos
               ? Val::of(text)
               : replaced_at(env, text, at, wanted.size(), text_of(env, replacement));
}

std::vector<Val> words_of(std::string_view text) {
    std::vector<Val> words;
    for (text = trim_left(text); !text.empty(); text = trim_left(text)) {
        std::size_t size = 0;
        while (size < text.size() && !is_space(text[size])) {
            ++size;
        }
        words.push_back(Val::of(text.substr(0, size)));
        text.remove_prefix(size);
    }
    return words;
}

std::vector<Val> pieces_of(std::string_view text, std::string_view separator) {
    std::vector<Val> pieces;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end =
            separator.empty() ? at + char_bytes(text, at) : text.find(separator, at);
        pieces.push_back(Val::of(text.substr(at, end == std::string_view::npos ? end : end - at)));
        at = end == std::string_view::npos ? text.size() : end + separator.size();
    }
    while (!pieces.empty() && pieces.back().extent == 0) {
        pieces.pop_back();
    }
    return pieces;
}

Val sliced_list(Env& env, const Val& input, std::int64_t offset, std::int64_t length) {
    const auto count = static_cast<std::int64_t>(input.count());
    offset = offset < 0 ? offset + count : offset;
    std::vector<Val> items;
    if (offset >= 0 && length >= 0) {
        for (std::int64_t i = offset; i < count && i - offset < length; ++i) {
            items.push_back(input.item(static_cast<std::size_t>(i)));
        }
    }
    return env.keep(items);
}

Val sliced_text(std::string_view text, std::int64_t offset, std::int64_t length) {
    const auto count = static_cast<std::int64_t>(code_points(text));
    offset = offset < 0 ? offset + count : offset;
    if (offset < 0 || offset > count || length < 0) {
        return Val::of(std::string_view());
    }
    text.remove_prefix(byte_of(text, static_cast<std::size_t>(offset)));
    return Val::of(text.substr(0, byte_of(text, static_cast<std::size_t>(length))));
}

std::string_view ellipsis_of(Env& env, const FilterArgs& args) {
    return args.has(1) ? text_of(env, args.values[1]) : std::string_view("...");
}

}  // namespace

Val append(Env& env, const Val& input, const FilterArgs& args) {
    return joined(env, input, args.at(0), input.safe);
}

Val prepend(Env& env, const Val& input, const FilterArgs& args) {
    return joined(env, args.at(0), input, input.safe);
}

Val capitalize(Env& env, const Val& input, const FilterArgs&) {
    return env.keep(tpl::capitalize(text_of(env, input)));
}

Val downcase(Env& env, const Val& input, const FilterArgs&) {
    return env.keep(tpl::downcase(text_of(env, input)));
}

Val upcase(Env& env, const Val& input, const FilterArgs&) {
    return env.keep(tpl::upcase(text_of(env, input)));
}

Val strip(Env& env, const Val& input, const FilterArgs&) {
    return cut(input, trim(text_of(env, input)));
}

Val lstrip(Env& env, const Val& input, const FilterArgs&) {
    return cut(input, trim_left(text_of(env, input)));
}

Val rstrip(Env& env, const Val& input, const FilterArgs&) {
    return cut(input, trim_right(text_of(env, input)));
}

Val strip_newlines(Env& env, const Val& input, const FilterArgs&) {
    const std::string_view text = text_of(env, input);
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool carriage = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
        if (!carriage && text[at] != '\n') {
            result += text[at];
        }
    }
    Val kept = env.keep(result);
    kept.safe = input.safe;
    return kept;
}

Val remove(Env& env, const Val& input, const FilterArgs& args) {
    return replaced_all(env, input, text_of(env, args.at(0)), "");
}

Val remove_first(Env& env, const Val& input, const FilterArgs& args) {
    return replaced_one(env, input, args.at(0), Val::nil(), false);
}

Val remove_last(Env& env, const Val& input, const FilterArgs& args) {
    return replaced_one(env, input, args.at(0), Val::nil(), true);
}

Val replace(Env& env, const Val& input, const FilterArgs& args) {
    return replaced_all(env, input, text_of(env, args.at(0)), text_of(env, args.at(1)));
}

Val replace_first(Env& env, const Val& input, const FilterArgs& args) {
    return replaced_one(env, input, args.at(0), args.at(1), false);
}

Val replace_last(Env& env, const Val& input, const FilterArgs& args) {
    return replaced_one(env, input, args.at(0), args.at(1), true);
}

Val slice(Env& env, const Val& input, const FilterArgs& args) {
    const auto offset = strict_integer(args.at(0));
    const bool whole = args.at(1).is(Val::Kind::nil);
    const auto length = whole ? std::optional<std::int64_t>(1) : strict_integer(args.at(1));
    if (!offset || !length) {
        return env.fail("slice needs whole numbers");
    }
    return input.is_list() ? sliced_list(env, input, *offset, *length)
                           : sliced_text(text_of(env, input), *offset, *length);
}

Val split(Env& env, const Val& input, const FilterArgs& args) {
    const std::string_view text = text_of(env, input);
    const std::string_view separator = text_of(env, args.at(0));
    return env.keep(separator == " " ? words_of(text) : pieces_of(text, separator));
}

Val truncate(Env& env, const Val& input, const FilterArgs& args) {
    if (input.is(Val::Kind::nil)) {
        return input;
    }
    const auto length = args.has(0) ? strict_integer(args.at(0)) : std::optional<std::int64_t>(50);
    if (!length) {
        return env.fail("truncate needs a whole number");
    }
    const std::string_view text = text_of(env, input);
    if (static_cast<std::int64_t>(code_points(text)) <= *length) {
        return Val::of(text);
    }
    const std::string_view end = ellipsis_of(env, args);
    const std::int64_t kept = *length - static_cast<std::int64_t>(code_points(end));
    std::string result(
        text.substr(0, byte_of(text, static_cast<std::size_t>(std::max<std::int64_t>(kept, 0)))));
    return env.keep(result.append(end));
}

Val truncatewords(Env& env, const Val& input, const FilterArgs& args) {
    if (input.is(Val::Kind::nil)) {
        return input;
    }
    const auto count = args.has(0) ? strict_integer(args.at(0)) : std::optional<std::int64_t>(15);
    if (!count) {
        return env.fail("truncatewords needs a whole number");
    }
    const std::string_view text = text_of(env, input);
    const std::vector<Val> words = words_of(text);
    const auto kept = static_cast<std::size_t>(std::max<std::int64_t>(*count, 1));
    if (words.size() <= kept) {
        return Val::of(text);
    }
    std::string result;
    for (std::size_t i = 0; i < kept; ++i) {
        result.append(i == 0 ? "" : " ").append(words[i].text());
    }
    return env.keep(result.append(ellipsis_of(env, args)));
}

}  // namespace sluice::dsl::tpl::filters
