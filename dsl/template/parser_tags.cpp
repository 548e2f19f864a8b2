#include "dsl/template/parser.hpp"
#include "dsl/template/text.hpp"

namespace sluice::dsl::tpl {

bool Parser::assign(Scanner&, const Piece& piece) {
    const Index node = leaf(Op::assign, piece);
    Expressions parser(build_, piece.markup);
    const std::string_view name = parser.target();
    if (!parser.expect(Token::Kind::assign, "`=`")) {
        return true;
    }
    const std::string_view rest = parser.rest();
    const Index chain = Expressions(build_, rest).chain();
    impl_.nodes[node].a = impl_.symbol(name);
    impl_.nodes[node].b = chain;
    return true;
}

bool Parser::comment(Scanner& scanner, const Piece& piece) {
    if (!scanner.skip_comment()) {
        build_.fault(piece.whole, "E311", "This comment is never closed.",
                     "Close it with {% endcomment %}.");
        halted_ = true;
    }
    return true;
}

bool Parser::doc(Scanner& scanner, const Piece& piece) {
    std::string_view text;
    if (!piece.markup.empty()) {
        build_.fault(piece.whole, "E311", "`doc` takes nothing after its name.");
    }
    if (!scanner.raw_text("enddoc", text)) {
        build_.fault(piece.whole, "E311", "This doc is never closed.",
                     "Close it with {% enddoc %}.");
        halted_ = true;
    }
    return true;
}

bool Parser::raw(Scanner& scanner, const Piece& piece) {
    std::string_view text;
    if (!piece.markup.empty()) {
        build_.fault(piece.whole, "E311", "`raw` takes nothing after its name.");
    }
    if (!scanner.raw_text("endraw", text)) {
        build_.fault(piece.whole, "E311", "This raw is never closed.",
                     "Close it with {% endraw %}.");
        halted_ = true;
        return true;
    }
    const Index node = leaf(Op::text, piece);
    impl_.nodes[node].text = text;
    return text.empty();
}

bool Parser::inline_comment(Scanner&, const Piece& piece) {
    std::string_view rest = piece.inner;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trim(rest.substr(0, end));
        if (!line.empty() && line.front() != '#') {
            build_.fault(line, "E311", "Every line of this comment must begin with #.");
            return true;
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return true;
}

bool Parser::liquid(Scanner&, const Piece& piece) {
    Scanner lines(build_, piece.markup, Scanner::Mode::lines);
    const Stop stop = body(lines);
    if (stop.piece.kind == Piece::Kind::tag && !halted_) {
        halted_ = true;
        build_.fault(stop.piece.whole, "E311",
                     "`" + std::string(stop.piece.name) +
                         "` does not belong to any tag that is open "
                         "inside this `liquid`.");
    }
    return stop.blank;
}

bool Parser::echo(Scanner&, const Piece& piece) {
    if (!piece.markup.empty()) {
        output(piece, Expressions(build_, piece.markup).chain());
    }
    return false;
}

bool Parser::cycle(Scanner&, const Piece& piece) {
    const Index node = leaf(Op::cycle, piece);
    Expressions parser(build_, piece.markup);
    CycleTag tag;
    std::vector<Index> items{parser.expression()};
    if (parser.skip(Token::Kind::colon)) {
        tag.name = items.front();
        items.clear();
        items.push_back(parser.expression());
    }
    while (!parser.failed() && parser.skip(Token::Kind::comma) && !parser.at(Token::Kind::end)) {
        items.push_back(parser.expression());
    }
    parser.expect_end();
    tag.first = static_cast<Index>(impl_.args.size());
    tag.count = static_cast<Index>(items.size());
    impl_.args.insert(impl_.args.end(), items.begin(), items.end());
    tag.key = impl_.texts.emplace_back(squeezed(piece.markup));
    impl_.nodes[node].a = static_cast<Index>(impl_.cycles.size());
    impl_.cycles.push_back(tag);
    return false;
}

bool Parser::counter(Scanner&, const Piece& piece) {
    const Index node = leaf(piece.name == "increment" ? Op::increment : Op::decrement, piece);
    Expressions parser(build_, piece.markup);
    const std::string_view name = parser.target();
    parser.expect_end();
    if (!parser.failed()) {
        impl_.nodes[node].a = impl_.symbol(name);
    }
    return false;
}

bool Parser::jump(Scanner&, const Piece& piece) {
    leaf(piece.name == "break" ? Op::break_loop : Op::continue_loop, piece);
    return false;
}

// ---- loops

Index Parser::add_loop(const Piece& piece, bool row) {
    LoopTag tag;
    Expressions parser(build_, piece.markup);
    if (loop_head(parser, tag, row)) {
        while (!parser.failed() && !parser.at(Token::Kind::end) && loop_option(parser, tag, row)) {
        }
        parser.expect_end();
    }
    impl_.loops.push_back(tag);
    return static_cast<Index>(impl_.loops.size() - 1);
}

bool Parser::loop_head(Expressions& parser, LoopTag& tag, bool row) {
    if (!parser.at(Token::Kind::id)) {
        parser.refuse("I expected a name for the item here.",
                      row ? "{% tablerow item in list %}" : "{% for item in list %}");
        return false;
    }
    const std::string_view name = parser.take().text;
    tag.symbol = impl_.symbol(name);
    if (!parser.skip_word("in")) {
        parser.refuse("I expected `in` here.", "{% for item in list %}");
        return false;
    }
    const char* start = parser.peek_text().data();
    tag.collection = parser.expression();
    if (parser.failed()) {
        return false;
    }
    const auto size = static_cast<std::size_t>(parser.rest().data() - start);
    tag.name = impl_.texts.emplace_back(std::string(name) + "-" + squeezed({start, size}));
    return true;
}

bool Parser::loop_option(Expressions& parser, LoopTag& tag, bool row) {
    if (parser.skip(Token::Kind::comma)) {
        return true;
    }
    if (!row && parser.skip_word("reversed")) {
        tag.reversed = true;
        return true;
    }
    const std::string_view name = parser.peek_text();
    Index* place = name == "limit" ? &tag.limit : (name == "offset" ? &tag.offset : nullptr);
    place = row && name == "cols" ? &tag.columns : place;
    if (!parser.at(Token::Kind::id) || place == nullptr) {
        parser.refuse("I do not know this option of the loop.",
                      row ? "The options are cols:, limit: and offset:."
                          : "The options are limit:, offset: and reversed.");
        return false;
    }
    parser.take();
    if (!parser.expect(Token::Kind::colon, "`:`")) {
        return false;
    }
    if (name == "offset" && parser.skip_word("continue")) {
        tag.continues = true;
        return true;
    }
    *place = parser.expression();
    return !parser.failed();
}

// ---- snippets

bool Parser::render(Scanner&, const Piece& piece) {
    return partial(piece, Op::render);
}

bool Parser::include(Scanner&, const Piece& piece) {
    return partial(piece, Op::include);
}

bool Parser::partial(const Piece& piece, Op op) {
    const Index node = leaf(op, piece);
    Expressions parser(build_, piece.markup);
    PartialTag tag;
    if (parser.at(Token::Kind::text)) {
        const std::string_view quoted = parser.take().text;
        tag.name = quoted.substr(1, quoted.size() - 2);
    } else if (op == Op::render) {
        parser.refuse("The name of the snippet must be in quotes.");
        return false;
    } else {
        tag.name_expr = parser.expression();
    }
    if (!partial_arguments(parser, tag)) {
        return false;
    }
    if (tag.name_expr != kNone) {
        load_all_snippets(piece);
    } else {
        const std::size_t slash = tag.name.rfind('/');
        const std::string_view last =
            slash == std::string_view::npos ? tag.name : tag.name.substr(slash + 1);
        tag.symbol = impl_.symbol(tag.alias.empty() ? last : tag.alias);
        load_snippet(tag.name, piece);
    }
    impl_.nodes[node].a = static_cast<Index>(impl_.partials.size());
    impl_.partials.push_back(tag);
    return false;
}

bool Parser::partial_arguments(Expressions& parser, PartialTag& tag) {
    if (parser.at_word("with") || parser.at_word("for")) {
        tag.each = parser.take().text == "for";
        tag.bound = parser.expression();
    }
    if (!parser.failed() && parser.skip_word("as")) {
        tag.alias = parser.target();
    }
    std::vector<NamedExpr> found;
    parser.skip(Token::Kind::comma);
    while (!parser.failed() && parser.at(Token::Kind::id)) {
        NamedExpr argument;
        argument.name = parser.take().text;
        argument.symbol = impl_.symbol(argument.name);
        parser.expect(Token::Kind::colon, "`:` after the name");
        argument.expr = parser.expression();
        found.push_back(argument);
        parser.skip(Token::Kind::comma);
    }
    parser.expect_end();
    tag.first_arg = static_cast<Index>(impl_.named.size());
    tag.args = static_cast<Index>(found.size());
    impl_.named.insert(impl_.named.end(), found.begin(), found.end());
    return !parser.failed();
}

void Parser::load_all_snippets(const Piece& piece) {
    if (impl_.options.snippets != nullptr) {
        for (const auto& [name, text] : *impl_.options.snippets) {
            load_snippet(name, piece);
        }
    }
}

void Parser::load_snippet(std::string_view name, const Piece& piece) {
    // Known already, or being parsed further up: a snippet may name itself.
    const auto [entry, added] = impl_.snippets.try_emplace(std::string(name));
    if (!added) {
        return;
    }
    const Snippets* given = impl_.options.snippets;
    const auto found = given == nullptr ? Snippets::const_iterator() : given->find(name);
    if (given == nullptr || found == given->end()) {
        build_.fault(piece.whole, "E311",
                     "There is no snippet called `" + std::string(name) + "`.");
        return;
    }
    impl_.pending.emplace_back(entry->first, build_.place(piece.whole));
}

}  // namespace sluice::dsl::tpl
