#include "dsl/parser/recorder.hpp"

#include "dsl/parser/keywords.hpp"
#include "dsl/parser/places.hpp"

#include <algorithm>
#include <span>

namespace sluice::dsl::parser {

namespace {

using Kind = TokenKind;

constexpr char kMoreWords = '\x1f';  // behind it: words that count for did-you-mean only

/// The words in backticks of an expectation, and those it keeps behind kMoreWords.
std::vector<std::string> offered(std::string_view expected) {
    std::vector<std::string> words;
    const std::string_view shown = expected.substr(0, expected.find(kMoreWords));
    for (std::size_t i = shown.find('`'); i != std::string_view::npos; i = shown.find('`', i)) {
        const std::size_t end = shown.find('`', i + 1);
        if (end == std::string_view::npos) {
            break;
        }
        const std::string_view word = shown.substr(i + 1, end - i - 1);
        words.emplace_back(word.substr(0, word.find(' ')));
        i = end + 1;
    }
    std::string_view more = expected.substr(std::min(shown.size() + 1, expected.size()));
    while (!more.empty()) {
        const std::size_t end = std::min(more.find(' '), more.size());
        words.emplace_back(more.substr(0, end));
        more.remove_prefix(std::min(end + 1, more.size()));
    }
    return words;
}

std::string either(const std::vector<std::string>& names) {
    std::string text = "Did you mean `" + names.front() + "`";
    if (names.size() > 1) {
        text += " or `" + names[1] + "`";
    }
    return text + "?";
}

void suggest(Diagnostic& d, const Span& where, std::string_view wrong,
             std::span<const std::string> known) {
    const std::vector<std::string> near = did_you_mean(wrong, known);
    if (near.empty()) {
        return;
    }
    d.help = either(near);
    if (near.size() == 1) {
        d.fix = Fix{where, near.front()};
    }
}

const std::vector<std::string>& condition_words() {
    static const std::vector<std::string> words{
        "any",    "no",    "none",     "at",      "more",    "fewer",  "exactly",
        "last",   "first", "total",    "average", "highest", "lowest", "count",
        "number", "not",   "customer", "today",   "now",     "intent", "engagement"};
    return words;
}

/// Tokens that carry a statement on at the start of a line; reading must not begin again there.
bool continues(const Token& t) {
    switch (t.kind) {
        case Kind::left_brace:
        case Kind::comma:
        case Kind::right_paren:
        case Kind::right_bracket:
            return true;
        case Kind::word:
            return t.word == kw("otherwise") || t.word == kw("else") || t.word == kw("and") ||
                   t.word == kw("or");
        default:
            return false;
    }
}

}  // namespace

void Recorder::habit(const Token& token, std::string_view instead) {
    Diagnostic d;
    d.code = "E120";
    d.span = span_of(token, problems_.file());
    d.message =
        "The word for " + problems_.show(token) + " is `" + std::string(instead) + "` here:";
    d.fix = Fix{d.span, std::string(instead)};
    problems_.add(std::move(d));
}

void Recorder::add_wanted(std::uint16_t word, Node leaf, TokenKind token) {
    Wanted wanted{word, leaf, token, starting_, {}};
    for (const TreeNode& node : tree_) {
        if (node.next == 0) {
            wanted.inside.push_back({node.kind, node.begin});
        }
    }
    wanted_->push_back(std::move(wanted));
}

// The start of the next line of the same depth, the enclosing `}`, or the end. Lines that carry
// the broken statement on, or are indented deeper than it, are part of it.
const Token* Recorder::sync(const Token* start, const Token* where) const {
    int depth = 0;
    const Token* head = start;
    while (head > first_ && !head->bol && (head - 1)->kind != Kind::left_brace &&
           (head - 1)->kind != Kind::right_brace) {
        --head;
    }
    const auto same_statement = [&](const Token& t) {
        return continues(t) || (head->bol && t.column > head->column);
    };
    const auto count = [&](const Token& t) {
        depth += t.kind == Kind::left_brace ? 1 : 0;
        depth -= t.kind == Kind::right_brace ? 1 : 0;
    };
    std::for_each(start, where, count);
    for (const Token* t = where; t != last_; ++t) {
        if (depth <= 0 && t->kind == Kind::right_brace && t != start) {
            return t;
        }
        if (depth <= 0 && t->bol && t != start && !same_statement(*t)) {
            return t;
        }
        count(*t);
    }
    return last_;
}

std::string Recorder::reading(const Token& start, Place place) const {
    const PlaceInfo& here = info(place);
    const std::string word = problems_.show(start);
    if (place == Place::customer || place == Place::event) {
        return "the field " + word;
    }
    if (start.kind != Kind::word) {
        return "this " + std::string(here.statement);
    }
    if (place == Place::flow || place == Place::block) {
        const bool header = is_header_word(problems_.text(start));
        return "this " + word + (header ? " line" : " step");
    }
    return "this " + word + " " + std::string(here.statement);
}

/// A word before a comparison that was meant as something else, such as `annny Order Placed`.
bool Recorder::misread_word(Diagnostic& d, const Token* where, std::string_view expected) const {
    const Token& before = *(where - 1);
    if (!expected.starts_with("a comparison") || before.kind != Kind::word ||
        (where - 2 >= first_ && (where - 2)->kind == Kind::dot)) {
        return false;
    }
    suggest(d, span_of(before, problems_.file()), problems_.text(before), condition_words());
    if (d.help.empty()) {
        return false;
    }
    d.span = span_of(before, problems_.file());
    d.message = "I do not know what " + problems_.show(before) + " means in a condition:";
    return true;
}

/// Ways of speaking that are not in the language but have a word of their own in it.
std::string Recorder::habit_help(const Token* start, const Token* where,
                                 std::string_view expected) const {
    if (expected.starts_with("a value") && where != last_) {
        const std::string_view word = problems_.text(*where);
        static constexpr std::string_view kAmounts[] = {"more",  "less",    "greater", "at",
                                                        "fewer", "between", "exactly"};
        if (std::ranges::find(kAmounts, word) != std::end(kAmounts)) {
            return "Values are compared with `>`, `>=`, `<` and `<=`.";
        }
    }
    if (expected.starts_with("a time unit") && where - start >= 2) {
        const std::uint16_t before = (where - 2)->word;
        if (before == kw("until") || before == kw("at") || before == kw("from") ||
            before == kw("between")) {
            return "A time of day has hours and minutes: `09:00`.";
        }
    }
    return {};
}

const Token* Recorder::broken(const Token* start, Place place) {
    const Token* where = std::exchange(missed_at_, nullptr);
    const std::string expected = std::exchange(expected_, {});
    if (where == last_) {
        wanted_ = nullptr;
    }
    const Token* next = sync(start, where);
    const bool ended = where != start && (where == last_ || where->bol || where->inserted);
    const std::uint32_t line = ended ? (where - 1)->line : where->line;
    const std::uint32_t until = ended && where->line > line ? where->line - 1 : line;
    if (problems_.muted(start->line, start->line) || problems_.muted(line, until)) {
        return next;
    }
    Diagnostic d;
    d.code = "E102";
    d.message = "I was reading " + reading(*start, place) + " and expected " +
                expected.substr(0, expected.find(kMoreWords));
    if (ended) {
        const Token& before = *(where - 1);
        d.span = span_of(before, problems_.file());
        d.span.offset += before.length;
        d.span.column += before.length;
        d.span.length = 0;
        d.message += ", but the line ends here:";
        misread_word(d, where, expected);
    } else {
        d.span = span_of(*where, problems_.file());
        d.message += ", but found " + problems_.show(*where) + ":";
        const bool two_names =
            where != start && where->kind == Kind::name && (where - 1)->kind == Kind::name;
        if (two_names) {
            d.help = "The words of one name have a single space between them.";
        } else if (!misread_word(d, where, expected) && where->kind == Kind::word) {
            suggest(d, d.span, problems_.text(*where), offered(expected));
        }
    }
    if (d.help.empty()) {
        d.help = habit_help(start, where, expected);
    }
    problems_.mute(d.span.line);
    problems_.add(std::move(d));
    return next;
}

Diagnostic Recorder::leftover(const Token& token, const Token& previous) const {
    Diagnostic d;
    d.code = "E102";
    d.span = span_of(token, problems_.file());
    d.message = "I understand this line up to " + problems_.show(previous) + ", but not what " +
                problems_.show(token) + " adds to it:";
    if (token.kind == Kind::name && previous.kind == Kind::name) {
        d.help = "The words of one name have a single space between them.";
    } else if (token.kind == Kind::assign && previous.kind == Kind::word) {
        d.help = "Values are named in a `with` list: `with code = \"HELLO\"`.";
    } else if (token.kind == Kind::word) {
        static const std::vector<std::string> kJoins{
            "and",       "or",   "with",      "where",   "since",    "within", "up",
            "otherwise", "then", "in",        "before",  "followed", "as",     "optional",
            "personal",  "key",  "predicted", "default", "at"};
        suggest(d, d.span, problems_.text(token), kJoins);
    }
    return d;
}

Diagnostic Recorder::stray(const Token& token, Place place) const {
    const PlaceInfo& here = info(place);
    const std::string_view word = problems_.text(token);
    Diagnostic d;
    d.code = "E103";
    d.span = span_of(token, problems_.file());
    if (token.kind != Kind::word) {
        d.message = "A " + std::string(here.statement) + " " + std::string(here.inside) +
                    " cannot start with " + problems_.show(token) + ":";
        d.help = here.example;
        return d;
    }
    const PlaceInfo* home = home_of(word);
    if (is_header_word(word) && (place == Place::block || place == Place::flow)) {
        d.code = "E119";
        d.message = "`" + std::string(word) + "` describes the whole flow, not a part of it:";
        d.help = "Move the line to the top of the flow, before its first step.";
        return d;
    }
    if (home != nullptr) {
        d.message = "`" + std::string(word) + "` has no place " + std::string(here.inside) + ":";
        d.help = "It belongs " + std::string(home->inside) + ". " + std::string(here.example);
        return d;
    }
    d.message =
        "I do not know what " + problems_.show(token) + " means " + std::string(here.inside) + ":";
    const std::vector<std::string> known(here.words.begin(), here.words.end());
    suggest(d, d.span, word, known);
    if (d.help.empty()) {
        d.help = here.example;
    }
    return d;
}

const Token* Recorder::unknown(const Token* at, Place place) {
    const Token* next = sync(at, at);
    if (next == at) {
        ++next;
    }
    if (problems_.muted(at->line, at->line)) {
        return next;
    }
    if (at->kind == Kind::right_brace) {
        Diagnostic d;
        d.code = "E101";
        d.span = span_of(*at, problems_.file());
        d.message = "This brace closes nothing:";
        d.help = "Delete it, or put the `{` it belongs to in front of its block.";
        problems_.add(std::move(d));
        return next;
    }
    const bool begins = at->bol || at == first_ || (at - 1)->kind == Kind::left_brace ||
                        (at - 1)->kind == Kind::right_brace;
    problems_.mute(at->line);
    problems_.add(begins ? stray(*at, place) : leftover(*at, *(at - 1)));
    return next;
}

}  // namespace sluice::dsl::parser
