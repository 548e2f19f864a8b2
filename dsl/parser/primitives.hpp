#pragma once

// The parsers the grammar is made of. Included by the grammar's .cpp files only: this is where
// Boost.Spirit X3 lives.
//
// None has an attribute: what is read goes to the Recorder in the context. Each has a name for
// messages (get_info), because X3 would otherwise print the mangled name of a C++ type.
//
// Nothing throws: where `a > b` misses its b, the Recorder is stuck there, and every parser around
// it gives up until the statement they are in. (X3's own `>` throws; WebAssembly builds and callers
// of the parser know no exceptions.)

#include "dsl/parser/keywords.hpp"
#include "dsl/parser/recorder.hpp"

#include <boost/spirit/home/x3/core.hpp>
#include <boost/spirit/home/x3/directive/expect.hpp>
#include <boost/spirit/home/x3/nonterminal/rule.hpp>
#include <boost/spirit/home/x3/operator.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::dsl::parser {

namespace x3 = boost::spirit::x3;

using Iterator = const Token*;

struct RecorderTag;
using Context = decltype(x3::make_context<RecorderTag>(std::declval<Recorder&>()));

template <class C>
Recorder& recorder_of(const C& context) {
    return x3::get<RecorderTag>(context);
}

/// What a parser can begin with. Most alternatives fail at their first token: asking this first
/// saves opening a node for nothing.
struct Starts {
    std::array<std::uint64_t, 4> words{};  // bit n: keyword number n
    std::uint64_t kinds = 0;               // bit n: TokenKind n
    bool anything = false;
    bool nothing = false;  // reads nothing, too: what follows may begin

    static constexpr Starts of_word(std::uint16_t number) {
        Starts out;
        out.words[number / 64U] |= std::uint64_t{1} << (number % 64U);
        return out;
    }
    static constexpr Starts of_kind(TokenKind kind) {
        Starts out;
        out.kinds |= std::uint64_t{1} << static_cast<unsigned>(kind);
        return out;
    }
    constexpr Starts& operator|=(const Starts& other) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            words[i] |= other.words[i];
        }
        kinds |= other.kinds;
        anything = anything || other.anything;
        nothing = nothing || other.nothing;
        return *this;
    }
    [[nodiscard]] constexpr bool has(const Token& token) const {
        return anything || nothing || (kinds >> static_cast<unsigned>(token.kind) & 1U) != 0 ||
               (token.word != 0 && (words[token.word / 64U] >> (token.word % 64U) & 1U) != 0);
    }
};
static_assert(kKeywords.size() < 256);

/// Rules are read by name and may begin with anything, as far as is known here.
template <class P>
struct StartsOf {
    static constexpr Starts of(const P&) {
        Starts out;
        out.anything = true;
        return out;
    }
};
template <class P>
requires requires(const P& parser) {
    { parser.starts() } -> std::same_as<Starts>;
}
struct StartsOf<P> {
    static constexpr Starts of(const P& parser) { return parser.starts(); }
};
template <class P>
constexpr Starts starts_of(const P& parser) {
    return StartsOf<P>::of(parser);
}
template <class L, class R>
struct StartsOf<x3::sequence<L, R>> {
    static constexpr Starts of(const x3::sequence<L, R>& parser) {
        Starts out = starts_of(parser.left);
        if (out.nothing) {
            out.nothing = false;
            out |= starts_of(parser.right);
        }
        return out;
    }
};
template <class L, class R>
struct StartsOf<x3::alternative<L, R>> {
    static constexpr Starts of(const x3::alternative<L, R>& parser) {
        Starts out = starts_of(parser.left);
        return out |= starts_of(parser.right);
    }
};
template <class Subject>
struct StartsOf<x3::expect_directive<Subject>> {
    static constexpr Starts of(const x3::expect_directive<Subject>& parser) {
        return starts_of(parser.subject);
    }
};
template <class P>
requires(std::same_as<P, x3::optional<typename P::subject_type>> ||
         std::same_as<P, x3::kleene<typename P::subject_type>>) struct StartsOf<P> {
    static constexpr Starts of(const P& parser) {
        Starts out = starts_of(parser.subject);
        out.nothing = true;
        return out;
    }
};

template <class Derived>
struct Silent : x3::parser<Derived> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
};

struct Want {
    std::uint16_t word = 0;
    Node leaf = Node::word;
    TokenKind token = TokenKind::end;
};

/// Says what could have been read where the text ends.
template <class C>
void wants_at_end(Iterator first, Iterator last, const C& context, Want want) {
    if (first == last) {
        recorder_of(context).wants(want.word, want.leaf, want.token);
    }
}

/// One word of the language.
struct Keyword : Silent<Keyword> {
    std::uint16_t number;
    explicit constexpr Keyword(std::uint16_t n) : number(n) {}

    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C& context, R&, A&) const {
        if (first == last || first->word != number) {
            wants_at_end(first, last, context, {number});
            return false;
        }
        ++first;
        return true;
    }
    [[nodiscard]] std::string what() const { return "`" + std::string(keyword_text(number)) + "`"; }
    [[nodiscard]] constexpr Starts starts() const { return Starts::of_word(number); }
};

/// A word that people write for one of ours; read with an E120.
struct Habit : Silent<Habit> {
    TokenKind kind;
    std::uint16_t number;
    std::string_view instead;
    constexpr Habit(TokenKind k, std::uint16_t n, std::string_view i)
        : kind(k), number(n), instead(i) {}

    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C& context, R&, A&) const {
        if (first == last || first->kind != kind || first->word != number) {
            return false;
        }
        recorder_of(context).habit(*first, instead);
        ++first;
        return true;
    }
    [[nodiscard]] std::string what() const { return "`" + std::string(instead) + "`"; }
    [[nodiscard]] constexpr Starts starts() const {
        return number != 0 ? Starts::of_word(number) : Starts::of_kind(kind);
    }
};

struct Symbol : Silent<Symbol> {
    TokenKind kind;
    std::string_view sign;
    constexpr Symbol(TokenKind k, std::string_view s) : kind(k), sign(s) {}

    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C& context, R&, A&) const {
        if (first == last || first->kind != kind) {
            wants_at_end(first, last, context, {0, Node::sign, kind});
            return false;
        }
        ++first;
        return true;
    }
    [[nodiscard]] std::string what() const { return "`" + std::string(sign) + "`"; }
    [[nodiscard]] constexpr Starts starts() const { return Starts::of_kind(kind); }
};

/// A token that becomes a leaf of the tree.
struct Leaf : Silent<Leaf> {
    TokenKind kind;
    Node node;
    std::string_view name;
    constexpr Leaf(TokenKind k, Node n, std::string_view w) : kind(k), node(n), name(w) {}

    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C& context, R&, A&) const {
        const bool quoted_name =
            node == Node::name && first->kind == TokenKind::text && kind == TokenKind::end;
        const bool plain_name = kind == TokenKind::end && first->kind == TokenKind::name;
        if (first == last || (first->kind != kind && !quoted_name && !plain_name)) {
            wants_at_end(first, last, context, {0, node, kind});
            return false;
        }
        recorder_of(context).leaf(node, first++);
        return true;
    }
    [[nodiscard]] std::string what() const { return std::string(name); }
    [[nodiscard]] constexpr Starts starts() const {
        if (kind != TokenKind::end) {
            return Starts::of_kind(kind);
        }
        Starts out = Starts::of_kind(TokenKind::name);
        return node == Node::name ? out |= Starts::of_kind(TokenKind::text) : out;
    }
};

/// One of a few words, kept as a leaf.
struct Choice : Silent<Choice> {
    static constexpr std::size_t kMost = 14;
    Node node;
    std::string_view name;
    std::uint16_t words[kMost] = {};

    template <std::size_t N>
    constexpr Choice(Node n, std::string_view w, const std::uint16_t (&of)[N]) : node(n), name(w) {
        static_assert(N <= kMost);
        for (std::size_t i = 0; i < N; ++i) {
            words[i] = of[i];
        }
    }

    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C& context, R&, A&) const {
        if (first == last || first->word == 0) {
            for (std::size_t i = 0; i < kMost && words[i] != 0; ++i) {
                wants_at_end(first, last, context, {words[i], node});
            }
            return false;
        }
        for (const std::uint16_t word : words) {
            if (word == first->word) {
                recorder_of(context).leaf(node, first++);
                return true;
            }
        }
        return false;
    }
    [[nodiscard]] std::string what() const { return std::string(name); }
    [[nodiscard]] constexpr Starts starts() const {
        Starts out;
        for (const std::uint16_t word : words) {
            out |= word != 0 ? Starts::of_word(word) : Starts();
        }
        return out;
    }
};

/// A data name. As an operand it may not be a word that joins conditions, nor, at the start of a
/// line, one that begins a statement: a forgotten operand must not swallow the next line.
struct DataWord : Silent<DataWord> {
    bool operand;
    explicit constexpr DataWord(bool o) : operand(o) {}

    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C& context, R&, A&) const {
        if (first == last || first->kind != TokenKind::word || (operand && refused(*first))) {
            wants_at_end(first, last, context, {0, Node::word, TokenKind::word});
            return false;
        }
        recorder_of(context).leaf(Node::word, first++);
        return true;
    }
    [[nodiscard]] std::string what() const { return "a word in small letters"; }
    [[nodiscard]] constexpr Starts starts() const { return Starts::of_kind(TokenKind::word); }

    static bool refused(const Token& token);
};

/// Matches nothing, but only in front of a token of the same line.
struct SameLine : Silent<SameLine> {
    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C&, R&, A&) const {
        return first != last && !first->bol;
    }
    [[nodiscard]] std::string what() const { return "more on this line"; }
    [[nodiscard]] static constexpr Starts starts() {
        Starts out;
        out.nothing = true;
        return out;
    }
};

template <class Subject, class Derived>
struct Wrapped : x3::unary_parser<Subject, Derived> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
    using x3::unary_parser<Subject, Derived>::unary_parser;
};

/// Records a node around what the subject reads, or nothing at all.
template <class Subject>
struct NodeOf : Wrapped<Subject, NodeOf<Subject>> {
    Node node;
    Starts first_tokens;
    constexpr NodeOf(const Subject& inner, Node n)
        : Wrapped<Subject, NodeOf<Subject>>(inner), node(n), first_tokens(starts_of(inner)) {}

    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C& context, R& rcontext, A&) const {
        Recorder& recorder = recorder_of(context);
        if (first != last && !first_tokens.has(*first)) {
            return false;
        }
        const Recorder::Mark mark = recorder.mark();
        const Iterator start = first;
        recorder.open(node, first);
        if (!this->subject.parse(first, last, context, rcontext, x3::unused)) {
            if (!recorder.stuck()) {
                recorder.back_to(mark);
                first = start;
            }
            return false;
        }
        recorder.close(mark.nodes, first);
        return true;
    }
    [[nodiscard]] std::string what() const { return x3::what(this->subject); }
    [[nodiscard]] constexpr Starts starts() const { return first_tokens; }
};

/// Gives an expression its name in messages.
template <class Subject>
struct Named : Wrapped<Subject, Named<Subject>> {
    std::string_view name;
    constexpr Named(const Subject& inner, std::string_view n)
        : Wrapped<Subject, Named<Subject>>(inner), name(n) {}

    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C& context, R& rcontext, A&) const {
        return this->subject.parse(first, last, context, rcontext, x3::unused);
    }
    [[nodiscard]] std::string what() const { return std::string(name); }
    [[nodiscard]] constexpr Starts starts() const { return starts_of(this->subject); }
};

/// A statement: when it breaks, that is reported, its nodes are dropped, and the match succeeds at
/// the place where reading can go on.
template <class Subject>
struct Statement : Wrapped<Subject, Statement<Subject>> {
    Place place;
    constexpr Statement(const Subject& inner, Place p)
        : Wrapped<Subject, Statement<Subject>>(inner), place(p) {}

    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C& context, R& rcontext, A&) const {
        Recorder& recorder = recorder_of(context);
        const std::size_t nodes = recorder.mark().nodes;
        const Iterator start = first;
        const bool before = recorder.at_start(first == last);
        const bool read = this->subject.parse(first, last, context, rcontext, x3::unused);
        recorder.at_start(before);
        if (!recorder.stuck()) {
            return read;
        }
        recorder.back_to({nodes, recorder.mark().problems});
        first = recorder.broken(start, place);
        return true;
    }
    [[nodiscard]] std::string what() const { return x3::what(this->subject); }
};

/// Anything but the end of the block: reports it and skips it.
struct Unknown : Silent<Unknown> {
    Place place;
    explicit constexpr Unknown(Place p) : place(p) {}

    template <class C, class R, class A>
    bool parse(Iterator& first, const Iterator& last, const C& context, R&, A&) const {
        const bool closes = first != last && first->kind == TokenKind::right_brace;
        if (first == last || (closes && place != Place::file)) {
            return false;
        }
        first = recorder_of(context).unknown(first, place);
        return true;
    }
    [[nodiscard]] std::string what() const { return "a statement"; }
};

template <class P>
constexpr auto node(Node kind, const P& parser) {
    return NodeOf<P>(parser, kind);
}
template <class P>
constexpr auto named(std::string_view name, const P& parser) {
    return Named<P>(parser, name);
}
template <class P>
constexpr auto statement(Place place, const P& parser) {
    return Statement<P>(parser, place);
}

/// `{`, the statements of the place, `}`.
template <class P>
constexpr auto braces(Place place, const P& parser) {
    return named("`{`", Symbol(TokenKind::left_brace, "{") >
                            *(statement(place, parser) | Unknown(place)) >
                            Symbol(TokenKind::right_brace, "}"));
}

/// `"wait"_k`: the keyword; a word missing in keywords.hpp does not compile.
consteval Keyword operator""_k(const char* word, std::size_t length) {
    return Keyword(kw(std::string_view(word, length)));
}

}  // namespace sluice::dsl::parser

namespace boost::spirit::x3 {

/// What must follow: a miss leaves the Recorder stuck.
template <class Subject>
requires std::derived_from<Subject, parser_base>
struct expect_directive<Subject> : unary_parser<Subject, expect_directive<Subject>> {
    using base_type = unary_parser<Subject, expect_directive<Subject>>;
    static constexpr bool is_pass_through_unary = true;
    constexpr expect_directive(const Subject& inner) : base_type(inner) {}

    template <class I, class C, class R, class A>
    bool parse(I& first, const I& last, const C& context, R& rcontext, A& attribute) const {
        if (this->subject.parse(first, last, context, rcontext, attribute)) {
            return true;
        }
        auto& recorder = sluice::dsl::parser::recorder_of(context);
        if (!recorder.stuck()) {
            recorder.missed(first, x3::what(this->subject));
        }
        return false;
    }
};

/// The second way is not tried when the first got stuck.
template <class L, class R>
requires std::derived_from<L, parser_base>
struct alternative<L, R> : binary_parser<L, R, alternative<L, R>> {
    using base_type = binary_parser<L, R, alternative<L, R>>;
    constexpr alternative(const L& one, const R& other) : base_type(one, other) {}

    template <class I, class C, class S, class A>
    bool parse(I& first, const I& last, const C& context, S& rcontext, A& attribute) const {
        return this->left.parse(first, last, context, rcontext, attribute) ||
               (!sluice::dsl::parser::recorder_of(context).stuck() &&
                this->right.parse(first, last, context, rcontext, attribute));
    }
};

template <class Subject>
requires std::derived_from<Subject, parser_base>
struct optional<Subject> : unary_parser<Subject, optional<Subject>> {
    using base_type = unary_parser<Subject, optional<Subject>>;
    constexpr optional(const Subject& inner) : base_type(inner) {}

    template <class I, class C, class R, class A>
    bool parse(I& first, const I& last, const C& context, R& rcontext, A& attribute) const {
        this->subject.parse(first, last, context, rcontext, attribute);
        return !sluice::dsl::parser::recorder_of(context).stuck();
    }
};

template <class Subject>
requires std::derived_from<Subject, parser_base>
struct kleene<Subject> : unary_parser<Subject, kleene<Subject>> {
    using base_type = unary_parser<Subject, kleene<Subject>>;
    constexpr kleene(const Subject& inner) : base_type(inner) {}

    template <class I, class C, class R, class A>
    bool parse(I& first, const I& last, const C& context, R& rcontext, A& attribute) const {
        while (this->subject.parse(first, last, context, rcontext, attribute)) {
        }
        return !sluice::dsl::parser::recorder_of(context).stuck();
    }
};

/// Every parser of ours tells its own name.
template <class P>
requires requires(const P& parser) {
    { parser.what() } -> std::same_as<std::string>;
}
struct get_info<P> {
    using result_type = std::string;
    std::string operator()(const P& parser) const { return parser.what(); }
};

/// What a compound misses is what its first part misses; later parts have their own expectations.
template <class L, class R>
struct get_info<sequence<L, R>> {
    using result_type = std::string;
    std::string operator()(const sequence<L, R>& parser) const { return x3::what(parser.left); }
};
template <class L, class R>
struct get_info<alternative<L, R>> {
    using result_type = std::string;
    std::string operator()(const alternative<L, R>& parser) const {
        return x3::what(parser.left) + " or " + x3::what(parser.right);
    }
};
/// These never miss anything; the name only must not be that of a C++ type.
template <class P>
requires(std::same_as<P, optional<typename P::subject_type>> ||
         std::same_as<P, kleene<typename P::subject_type>>) struct get_info<P> {
    using result_type = std::string;
    std::string operator()(const P& parser) const { return x3::what(parser.subject); }
};

}  // namespace boost::spirit::x3
