#include "dsl/template/builder.hpp"
#include "dsl/template/number.hpp"
#include "dsl/template/text.hpp"

#include <charconv>

namespace sluice::dsl::tpl {
namespace {

constexpr int kExpressionDepthMax = 32;
constexpr std::size_t kConditionsMax = 64;  // joined by and/or in one tag

std::string quoted(std::string_view text) {
    return "`" + std::string(text) + "`";
}

}  // namespace

Index Template::Impl::symbol(std::string_view name) {
    const auto [found, added] = symbol_index.try_emplace(name, static_cast<Index>(symbols.size()));
    if (added) {
        symbols.push_back(name);
    }
    return found->second;
}

Index Template::Impl::known_symbol(std::string_view name) const {
    const auto found = symbol_index.find(name);
    return found == symbol_index.end() ? kNone : found->second;
}

Place Build::place(std::string_view part) const {
    return {static_cast<Index>(part.data() - base.data()), static_cast<Index>(part.size())};
}

void Build::fault(std::string_view part, std::string code, std::string message, std::string help) {
    const Place at = place(part);
    faults.push_back(
        {std::move(code), std::move(message), std::move(help), at.offset, at.length, false});
}

Index Expressions::refuse(std::string_view message, std::string_view help) {
    if (!failed_) {
        failed_ = true;
        const Token& token = lexer_.peek();
        const bool at_end = token.kind == Token::Kind::end;
        build_.fault(at_end ? trim(lexer_.whole()) : token.text, "E311", std::string(message),
                     std::string(help));
    }
    return kNone;
}

bool Expressions::at_word(std::string_view word) const {
    return at(Token::Kind::id) && peek_text() == word;
}

bool Expressions::skip(Token::Kind kind) {
    const bool found = at(kind);
    if (found) {
        lexer_.take();
    }
    return found;
}

bool Expressions::skip_word(std::string_view word) {
    const bool found = at_word(word);
    if (found) {
        lexer_.take();
    }
    return found;
}

bool Expressions::expect(Token::Kind kind, std::string_view what) {
    if (!failed_ && !skip(kind)) {
        refuse("I expected " + std::string(what) + " here.");
    }
    return !failed_;
}

void Expressions::expect_end() {
    if (!failed_ && !at(Token::Kind::end)) {
        refuse("I did not expect " + quoted(peek_text()) + " here.");
    }
}

std::string_view Expressions::since(const char* start) const {
    // Up to the current token, without the white space before it.
    const char* end = lexer_.rest().data();
    return trim_right({start, static_cast<std::size_t>(end - start)});
}

Index Expressions::add(Expr expr, std::string_view part) {
    expr.place = build_.place(part);
    build_.impl.exprs.push_back(expr);
    return static_cast<Index>(build_.impl.exprs.size() - 1);
}

Index Expressions::literal(const Token& token, Val value) {
    Expr expr;
    expr.value = value;
    return add(expr, token.text);
}

Index Expressions::number(const Token& token) {
    const char* first = token.text.data();
    const char* last = first + token.text.size();
    std::int64_t whole = 0;
    const auto read = std::from_chars(first, last, whole);
    if (read.ec == std::errc() && read.ptr == last) {
        return literal(token, Val::of(whole));
    }
    double decimal = 0;
    read_decimal(token.text, decimal);
    return literal(token, Val::of(decimal));
}

Index Expressions::expression(Where where) {
    if (failed_) {
        return kNone;
    }
    if (++depth_ > kExpressionDepthMax) {
        return refuse("This expression is nested too deeply.");
    }
    Index result = kNone;
    switch (lexer_.peek().kind) {
        case Token::Kind::text: {
            const Token token = take();
            result = literal(token, Val::of(token.text.substr(1, token.text.size() - 2)));
            break;
        }
        case Token::Kind::number:
            result = number(take());
            break;
        case Token::Kind::open_round:
            result = range();
            break;
        case Token::Kind::id:
            result = word(where);
            break;
        case Token::Kind::open: {
            const char* start = peek_text().data();
            Step root;
            if (bracket(root)) {
                const bool fixed = root.expr == kNone;
                result = path({start, 1}, fixed ? build_.impl.symbol(root.key) : kNone, root.expr);
            }
            break;
        }
        case Token::Kind::end:
            refuse("I expected a value here.");
            break;
        default:
            refuse("I expected a value, but found " + quoted(peek_text()) + ".",
                   peek_text().front() == '"' || peek_text().front() == '\''
                       ? "The text that begins here has no closing quote."
                       : "");
    }
    --depth_;
    return result;
}

Index Expressions::range() {
    const char* start = take().text.data();
    Expr expr;
    expr.kind = Expr::Kind::range;
    expr.first = expression();
    if (!expect(Token::Kind::dots, "`..` between the ends of a range")) {
        return kNone;
    }
    expr.other = expression();
    return expect(Token::Kind::close_round, "`)`") ? add(expr, since(start)) : kNone;
}

Index Expressions::word(Where where) {
    const Token token = take();
    const bool alone = !at(Token::Kind::dot) && !at(Token::Kind::open);
    if (alone) {
        if (token.text == "nil" || token.text == "null") {
            return literal(token, Val::nil());
        }
        if (token.text == "true" || token.text == "false") {
            return literal(token, Val::of(token.text == "true"));
        }
        if (token.text == "blank" || token.text == "empty") {
            const Val test =
                Val::keyword(token.text == "blank" ? Val::Kind::blank : Val::Kind::empty);
            return literal(token, where == Where::condition ? test : Val::of(std::string_view()));
        }
    }
    return path(token.text, build_.impl.symbol(token.text), kNone);
}

Index Expressions::path(std::string_view start, Index symbol, Index root) {
    std::vector<Step> found;
    if (!steps(found)) {
        return kNone;
    }
    Expr expr;
    expr.kind = Expr::Kind::path;
    expr.symbol = symbol;
    expr.other = root;
    expr.first = static_cast<Index>(build_.impl.steps.size());
    expr.count = static_cast<Index>(found.size());
    build_.impl.steps.insert(build_.impl.steps.end(), found.begin(), found.end());
    return add(expr, since(start.data()));
}

bool Expressions::steps(std::vector<Step>& found) {
    while (at(Token::Kind::dot) || at(Token::Kind::open)) {
        Step step;
        if (at(Token::Kind::open)) {
            if (!bracket(step)) {
                return false;
            }
        } else {
            take();
            if (!at(Token::Kind::id)) {
                refuse("I expected a name after the dot.");
                return false;
            }
            step.key = take().text;
        }
        found.push_back(step);
    }
    return true;
}

bool Expressions::bracket(Step& step) {
    take();
    if (at(Token::Kind::text)) {
        const std::string_view key = take().text;
        step.key = key.substr(1, key.size() - 2);
        step.quoted = true;
    } else {
        step.expr = expression();
    }
    return expect(Token::Kind::close, "`]`");
}

// ---- filters

Index Expressions::chain() {
    Chain chain;
    const char* start = peek_text().data();
    chain.expr = expression();
    filters(chain);
    expect_end();
    if (failed_) {
        return kNone;
    }
    chain.place = build_.place(since(start));
    build_.impl.chains.push_back(chain);
    return static_cast<Index>(build_.impl.chains.size() - 1);
}

void Expressions::filters(Chain& chain) {
    chain.first_filter = static_cast<Index>(build_.impl.filters.size());
    while (!failed_ && skip(Token::Kind::pipe)) {
        filter(chain);
    }
}

void Expressions::filter(Chain& chain) {
    if (!at(Token::Kind::id)) {
        refuse("I expected the name of a filter after `|`.");
        return;
    }
    const std::string_view name = take().text;
    FilterCall call;
    call.spec = find_filter(name);
    std::vector<Index> found;
    if (skip(Token::Kind::colon) && !arguments(call, found)) {
        return;
    }
    call.first_arg = static_cast<Index>(build_.impl.args.size());
    call.args = static_cast<Index>(found.size());
    call.place = build_.place(since(name.data()));
    build_.impl.args.insert(build_.impl.args.end(), found.begin(), found.end());
    check_filter(call, name);
    if (call.spec != nullptr) {
        chain.has_default = chain.has_default || is_default(*call.spec);
        build_.impl.filters.push_back(call);
        ++chain.filters;
    }
}

bool Expressions::arguments(FilterCall& call, std::vector<Index>& found) {
    do {
        if (at_named_argument()) {
            named_argument(call);
        } else {
            found.push_back(expression());
        }
    } while (!failed_ && skip(Token::Kind::comma));
    return !failed_;
}

bool Expressions::at_named_argument() const {
    Lexer ahead = lexer_;
    return ahead.take().kind == Token::Kind::id && ahead.peek().kind == Token::Kind::colon;
}

void Expressions::named_argument(FilterCall& call) {
    if (peek_text() != "allow_false" || call.spec == nullptr || !is_default(*call.spec)) {
        refuse("No filter has an argument named " + quoted(peek_text()) + " here.");
        return;
    }
    take();
    take();
    call.allow_false = expression();
}

void Expressions::check_filter(const FilterCall& call, std::string_view name) {
    if (call.spec == nullptr) {
        const std::string_view near = nearest_filter(name);
        build_.fault(name, "E315", "There is no filter called " + quoted(name) + ".",
                     near.empty() ? "" : "Did you mean " + quoted(near) + "?");
        failed_ = true;
        return;
    }
    if (call.args >= call.spec->args_min && call.args <= call.spec->args_max) {
        return;
    }
    const std::size_t wanted =
        call.args < call.spec->args_min ? call.spec->args_min : call.spec->args_max;
    const std::string bound = call.spec->args_min == call.spec->args_max ? ""
                              : call.args < wanted                       ? "at least "
                                                                         : "at most ";
    build_.fault(build_.base.substr(call.place.offset, call.place.length), "E315",
                 "The filter " + quoted(name) + " takes " + bound + std::to_string(wanted) +
                     (wanted == 1 ? " argument" : " arguments") + ", but here it gets " +
                     std::to_string(call.args) + ".");
    failed_ = true;
}

// ---- conditions

Index Expressions::conditions() {
    std::vector<Condition> found;
    do {
        Condition condition;
        if (!comparison(condition)) {
            return kNone;
        }
        if (at_word("and") || at_word("or")) {
            condition.relation = take().text == "and" ? Relation::all : Relation::any;
        }
        found.push_back(condition);
        if (found.size() > kConditionsMax) {
            return refuse("This condition has too many parts.");
        }
    } while (found.back().relation != Relation::end);
    expect_end();
    if (failed_) {
        return kNone;
    }
    auto& all = build_.impl.conditions;
    all.insert(all.end(), found.begin(), found.end());
    return static_cast<Index>(all.size() - found.size());
}

bool Expressions::comparison(Condition& condition) {
    condition.left = expression(Where::condition);
    if (failed_) {
        return false;
    }
    if (skip_word("contains")) {
        condition.comparison = Comparison::contains;
    } else if (at(Token::Kind::compare)) {
        const std::string_view op = take().text;
        condition.comparison = op == "=="                 ? Comparison::same
                               : op == "!=" || op == "<>" ? Comparison::differs
                               : op == "<"                ? Comparison::less
                               : op == ">"                ? Comparison::more
                               : op == "<="               ? Comparison::at_most
                                                          : Comparison::at_least;
    } else {
        if (at(Token::Kind::assign)) {
            refuse("`=` does not compare.", "Write `==`.");
        }
        return !failed_;
    }
    condition.right = expression(Where::condition);
    return !failed_;
}

std::string_view Expressions::target() {
    if (!at(Token::Kind::id) && !at(Token::Kind::number)) {
        refuse("I expected a name here.");
        return {};
    }
    const std::string_view name = peek_text();
    if (name.back() == '?' || name.find('.') != std::string_view::npos || name.front() == '-') {
        refuse("A value cannot be called " + quoted(name) + ".",
               "Use letters, digits, `_` and `-`, beginning with a letter.");
        return {};
    }
    return take().text;
}

std::string squeezed(std::string_view text) {
    std::string result;
    char quote = '\0';
    for (const char c : text) {
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (is_space(c)) {
            continue;
        } else if (c == '"' || c == '\'') {
            quote = c;
        }
        result += c;
    }
    return result;
}

}  // namespace sluice::dsl::tpl
