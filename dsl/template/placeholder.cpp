#include "dsl/template/builder.hpp"
#include "dsl/template/text.hpp"

/// The short form for subjects and text messages: `{path | fallback}`. A part after a bar that
/// begins with a known filter is that filter, any other part is the fallback text.
namespace sluice::dsl::tpl {
namespace {

/// The next part up to a bar outside quotes; removes it and the bar from `rest`.
std::string_view next_part(std::string_view& rest) {
    char quote = '\0';
    for (std::size_t at = 0; at < rest.size(); ++at) {
        const char c = rest[at];
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
            continue;
        }
        // An apostrophe inside a word is not a quote: {name | friend of Ann's}.
        const bool opens = at == 0 || !is_space(c);
        const bool after_word =
            at > 0 && !is_space(rest[at - 1]) && rest[at - 1] != ':' && rest[at - 1] != ',';
        if ((c == '"' || c == '\'') && opens && !after_word &&
            rest.find(c, at + 1) != std::string_view::npos) {
            quote = c;
        } else if (c == '|') {
            const std::string_view part = rest.substr(0, at);
            rest.remove_prefix(at + 1);
            return part;
        }
    }
    const std::string_view part = rest;
    rest = {};
    return part;
}

bool is_filter(std::string_view part) {
    const std::size_t size = identifier_bytes(part);
    if (size == 0 || find_filter(part.substr(0, size)) == nullptr) {
        return false;
    }
    const std::string_view after = trim_left(part.substr(size));
    return after.empty() || after.front() == ':';
}

bool is_quoted(std::string_view part) {
    return part.size() >= 2 && (part.front() == '"' || part.front() == '\'') &&
           part.find(part.front(), 1) == part.size() - 1;
}

void add_fallback(Build& build, Chain& chain, std::string_view part) {
    Expr text;
    text.value = Val::of(is_quoted(part) ? part.substr(1, part.size() - 2) : part);
    text.place = build.place(part);
    build.impl.exprs.push_back(text);
    FilterCall call;
    call.spec = find_filter("default");
    call.first_arg = static_cast<Index>(build.impl.args.size());
    call.args = 1;
    call.place = text.place;
    build.impl.args.push_back(static_cast<Index>(build.impl.exprs.size() - 1));
    build.impl.filters.push_back(call);
    chain.has_default = true;
    ++chain.filters;
}

bool add_filter(Build& build, Chain& chain, std::string_view part, const char* bar) {
    // The parser of filters wants the bar, which stands right before the part.
    const std::string_view with_bar(bar, static_cast<std::size_t>(part.data() + part.size() - bar));
    Expressions parser(build, with_bar);
    Chain found;
    parser.filters(found);
    parser.expect_end();
    chain.filters += found.filters;
    chain.has_default = chain.has_default || found.has_default;
    return !parser.failed();
}

}  // namespace

Index parse_placeholder(Build& build, std::string_view inner) {
    std::string_view rest = inner;
    const std::string_view path = next_part(rest);
    Expressions parser(build, path);
    Chain chain;
    chain.expr = parser.expression();
    parser.expect_end();
    if (parser.failed()) {
        return kNone;
    }
    chain.is_sugar = true;
    chain.place = build.place(trim(inner));
    chain.first_filter = static_cast<Index>(build.impl.filters.size());
    const char* bar = path.data() + path.size();
    const bool has_bar = bar != inner.data() + inner.size();
    while (has_bar && bar != inner.data() + inner.size()) {
        const std::string_view whole = next_part(rest);
        const std::string_view part = trim(whole);
        if (part.empty()) {
            build.fault(
                {bar, 1}, "E311", "There is nothing after this bar.",
                "Write the words to use when the value is missing: {customer.first_name | there}");
            return kNone;
        }
        if (!is_filter(part)) {
            add_fallback(build, chain, part);
        } else if (!add_filter(build, chain, part, bar)) {
            return kNone;
        }
        bar = whole.data() + whole.size();
    }
    build.impl.chains.push_back(chain);
    return static_cast<Index>(build.impl.chains.size() - 1);
}

}  // namespace sluice::dsl::tpl
