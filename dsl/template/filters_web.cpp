#include "dsl/template/filters.hpp"
#include "dsl/template/text.hpp"

#include <cstdint>
#include <cstdio>
#include <string>

namespace sluice::dsl::tpl::filters {
namespace {

Val safe(Val value) {
    value.safe = true;
    return value;
}

bool url_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*' ||
           c == '-' || c == '.' || c == '_' || c == '~';
}

std::string url_encoded(std::string_view text) {
    constexpr char kHex[] = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (url_plain(c)) {
            result += c;
        } else if (c == ' ') {
            result += '+';
        } else {
            result.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
        }
    }
    return result;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encoded(std::string_view text, std::string_view alphabet) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = group << 8U |
                    (at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            const bool padding = at + i > text.size();
            result += padding ? '=' : alphabet[(group >> (18U - 6U * i)) & 63U];
        }
    }
    return result;
}

/// RFC 4648; padding may be missing. False when the text is not base64.
bool decoded(std::string_view text, std::string_view alphabet, std::string& out) {
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    std::uint32_t group = 0;
    std::size_t bits = 0;
    for (const char c : text) {
        const std::size_t digit = alphabet.find(c);
        if (digit == std::string_view::npos) {
            return false;
        }
        group = group << 6U | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>(group >> bits & 255U);
        }
    }
    return text.size() % 4 != 1;
}

Val decode_with(Env& env, const Val& input, std::string_view alphabet) {
    if (input.is(Val::Kind::nil)) {
        return Val::of(std::string_view());
    }
    std::string result;
    const bool readable = input.is(Val::Kind::text) && decoded(input.text(), alphabet, result);
    return readable && is_utf8(result) ? env.keep(result) : env.fail("this is not base64 text");
}

void append_json_text(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    char code[8];
                    std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
                    out += code;
                } else {
                    out += c;
                }
        }
    }
    out += '"';
}

void append_json(std::string& out, const Val& value) {
    if (value.is_list() || value.is(Val::Kind::range)) {
        out += '[';
        for (std::size_t i = 0; i < value.count() && out.size() < (1U << 20U); ++i) {
            out += i == 0 ? "" : ",";
            append_json(out, value.item(i));
        }
        out += ']';
    } else if (value.is(Val::Kind::object)) {
        const Data& object = *value.as.object;
        out += '{';
        for (std::size_t i = 0; i < object.keys.size(); ++i) {
            out += i == 0 ? "" : ",";
            append_json_text(out, object.keys[i]);
            out += ':';
            append_json(out, Val::of(object.items[i]));
        }
        out += '}';
    } else if (value.is(Val::Kind::nil)) {
        out += "null";
    } else if (value.is_number() || value.is(Val::Kind::boolean)) {
        append_text(out, value);
    } else {
        std::string text;
        append_text(text, value);
        append_json_text(out, text);
    }
}

}  // namespace

// Escaped text is marked safe, so an HTML template that escapes by hand is not escaped twice.
Val escape(Env& env, const Val& input, const FilterArgs&) {
    if (input.is(Val::Kind::nil) || (input.safe && env.escape == Escape::html)) {
        return input;
    }
    std::string result;
    append_escaped(result, text_of(env, input));
    return safe(env.keep(result));
}

Val escape_once(Env& env, const Val& input, const FilterArgs&) {
    return safe(env.keep(tpl::escape_once(text_of(env, input))));
}

Val newline_to_br(Env& env, const Val& input, const FilterArgs&) {
    std::string escaped;
    std::string_view text = text_of(env, input);
    if (env.escape == Escape::html && !input.safe) {
        append_escaped(escaped, text);
        text = escaped;
    }
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool carriage = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
        if (!carriage) {
            result.append(text[at] == '\n' ? "<br />" : "").append(1, text[at]);
        }
    }
    return safe(env.keep(result));
}

Val strip_html(Env& env, const Val& input, const FilterArgs&) {
    return env.keep(tpl::strip_html(text_of(env, input)));
}

Val raw(Env& env, const Val& input, const FilterArgs&) {
    return input.is(Val::Kind::nil) ? input : safe(Val::of(text_of(env, input)));
}

Val url_encode(Env& env, const Val& input, const FilterArgs&) {
    return input.is(Val::Kind::nil) ? input : env.keep(url_encoded(text_of(env, input)));
}

Val url_decode(Env& env, const Val& input, const FilterArgs&) {
    if (input.is(Val::Kind::nil)) {
        return input;
    }
    const std::string_view text = text_of(env, input);
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool coded = text[at] == '%' && at + 2 < text.size() &&
                           hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
        if (coded) {
            result += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
            at += 2;
        } else {
            result += text[at] == '+' ? ' ' : text[at];
        }
    }
    return is_utf8(result) ? env.keep(result)
                           : env.fail("url_decode gives bytes that are not UTF-8");
}

/// `{{ url | url_param: "utm_source", "email" }}`: adds a query parameter before any `#`.
Val url_param(Env& env, const Val& input, const FilterArgs& args) {
    const std::string_view url = text_of(env, input);
    const std::size_t fragment = std::min(url.find('#'), url.size());
    std::string result(url.substr(0, fragment));
    if (!result.empty() && result.back() != '?' && result.back() != '&') {
        result += result.find('?') == std::string::npos ? '?' : '&';
    }
    result += url_encoded(text_of(env, args.at(0)));
    result += '=';
    result += url_encoded(text_of(env, args.at(1)));
    return env.keep(result.append(url.substr(fragment)));
}

/// A mark for link shortening: the text is unchanged here; whoever sends the message may replace
/// it.
Val short_link(Env&, const Val& input, const FilterArgs&) {
    return input;
}

Val base64_encode(Env& env, const Val& input, const FilterArgs&) {
    return env.keep(encoded(text_of(env, input), kBase64));
}

Val base64_decode(Env& env, const Val& input, const FilterArgs&) {
    return decode_with(env, input, kBase64);
}

Val base64_url_safe_encode(Env& env, const Val& input, const FilterArgs&) {
    return env.keep(encoded(text_of(env, input), kBase64Url));
}

Val base64_url_safe_decode(Env& env, const Val& input, const FilterArgs&) {
    return decode_with(env, input, kBase64Url);
}

Val json(Env& env, const Val& input, const FilterArgs&) {
    std::string result;
    append_json(result, input);
    return env.keep(result);
}

}  // namespace sluice::dsl::tpl::filters
