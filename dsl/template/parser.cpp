#include "dsl/template/parser.hpp"

#include "dsl/template/text.hpp"

#include <algorithm>
#include <iterator>

namespace sluice::dsl::tpl {
namespace {

constexpr int kBlockDepthMax = 100;

bool is_white(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_space);
}

}  // namespace

const Parser::TagRow Parser::kTags[] = {
    {"#", &Parser::inline_comment},  {"assign", &Parser::assign},
    {"break", &Parser::jump},        {"capture", &Parser::capture},
    {"case", &Parser::choice},       {"comment", &Parser::comment},
    {"continue", &Parser::jump},     {"cycle", &Parser::cycle},
    {"decrement", &Parser::counter}, {"doc", &Parser::doc},
    {"echo", &Parser::echo},         {"for", &Parser::loop},
    {"if", &Parser::branches},       {"ifchanged", &Parser::changed},
    {"include", &Parser::include},   {"increment", &Parser::counter},
    {"liquid", &Parser::liquid},     {"raw", &Parser::raw},
    {"render", &Parser::render},     {"tablerow", &Parser::table_row},
    {"unless", &Parser::branches},
};

Unit parse_unit(Build& build) {
    return Parser(build).parse();
}

Unit Parser::parse() {
    Unit unit;
    unit.first = static_cast<Index>(impl_.nodes.size());
    Scanner scanner(build_, build_.base, Scanner::Mode::document);
    const Stop stop = body(scanner);
    if (stop.piece.kind == Piece::Kind::tag && !halted_) {
        build_.fault(stop.piece.whole, "E311",
                     "`" + std::string(stop.piece.name) + "` does not belong to any open tag.");
    }
    unit.end = static_cast<Index>(impl_.nodes.size());
    unit.text = build_.base;
    return unit;
}

// ---- nodes

Index Parser::open_node(Op op, const Piece& piece) {
    Node node;
    node.op = op;
    node.place = build_.place(piece.whole);
    impl_.nodes.push_back(node);
    return static_cast<Index>(impl_.nodes.size() - 1);
}

void Parser::close_node(Index node) {
    impl_.nodes[node].next = static_cast<Index>(impl_.nodes.size());
}

Index Parser::leaf(Op op, const Piece& piece) {
    const Index node = open_node(op, piece);
    close_node(node);
    return node;
}

void Parser::output(const Piece& piece, Index chain) {
    const Index node = leaf(Op::output, piece);
    impl_.nodes[node].a = chain;
}

// ---- bodies

Parser::Stop Parser::body(Scanner& scanner) {
    Stop stop;
    if (++depth_ > kBlockDepthMax) {
        stop.piece = scanner.next();
        if (!halted_) {
            build_.fault(stop.piece.whole, "E311", "Tags are nested too deeply.");
        }
        halted_ = true;
    }
    while (!halted_) {
        stop.piece = scanner.next();
        if (stop.piece.kind == Piece::Kind::end) {
            break;
        }
        bool known = true;
        const bool blank = stop.piece.kind == Piece::Kind::tag
                               ? tag_is_blank(scanner, stop.piece, known)
                               : piece_is_blank(scanner, stop.piece);
        if (!known) {
            break;
        }
        stop.blank = stop.blank && blank;
    }
    --depth_;
    return stop;
}

bool Parser::piece_is_blank(Scanner&, const Piece& piece) {
    if (piece.kind == Piece::Kind::text) {
        const Index node = leaf(Op::text, piece);
        impl_.nodes[node].text = piece.inner;
        return is_white(piece.inner);
    }
    if (piece.kind == Piece::Kind::placeholder) {
        output(piece, parse_placeholder(build_, piece.inner));
        return false;
    }
    if (!trim(piece.inner).empty()) {
        output(piece, Expressions(build_, piece.inner).chain());
    }
    return false;
}

bool Parser::tag_is_blank(Scanner& scanner, const Piece& piece, bool& known) {
    const auto* row = std::find_if(std::begin(kTags), std::end(kTags),
                                   [&](const TagRow& tag) { return tag.name == piece.name; });
    if (row != std::end(kTags)) {
        return (this->*row->handler)(scanner, piece);
    }
    const bool ends = piece.name.substr(0, 3) == "end";
    const bool follows =
        ends && std::find(unknown_.begin(), unknown_.end(), piece.name.substr(3)) != unknown_.end();
    const bool divides = piece.name == "else" || piece.name == "elsif" || piece.name == "when";
    if (follows) {
        return true;
    }
    if (ends || divides) {
        known = false;
        return true;
    }
    unknown_.push_back(piece.name);
    std::string help;
    for (const TagRow& tag : kTags) {
        if (help.empty() && distance(tag.name, piece.name) <= 1 + piece.name.size() / 5) {
            help = "Did you mean `" + std::string(tag.name) + "`?";
        }
    }
    build_.fault(piece.whole, "E311",
                 piece.name.empty() ? "This tag has no name."
                                    : "There is no tag called `" + std::string(piece.name) + "`.",
                 help);
    return true;
}

bool Parser::is_end(const Stop& stop, const Piece& open) {
    return stop.piece.kind == Piece::Kind::tag && stop.piece.name.substr(0, 3) == "end" &&
           stop.piece.name.substr(3) == open.name;
}

void Parser::misplaced(const Stop& stop, const Piece& open) {
    if (halted_) {
        return;
    }
    halted_ = true;
    const std::string name(open.name);
    if (stop.piece.kind == Piece::Kind::end) {
        // An unclosed brace is reported by the scanner and explains the missing end.
        const bool explained = stop.piece.whole.data() == nullptr;
        if (!explained) {
            build_.fault(open.whole, "E311", "This `" + name + "` is never closed.",
                         "Close it with {% end" + name + " %}.");
        }
        return;
    }
    build_.fault(
        stop.piece.whole, "E311",
        "`" + std::string(stop.piece.name) + "` does not belong to the open `" + name + "`.",
        "Close the `" + name + "` first, with {% end" + name + " %}.");
}

bool Parser::simple_body(Scanner& scanner, const Piece& open) {
    const Stop stop = body(scanner);
    if (!is_end(stop, open)) {
        misplaced(stop, open);
    }
    return stop.blank;
}

void Parser::drop_blank_texts(Index first, Index end) {
    for (Index at = first; at < end; at = impl_.nodes[at].next) {
        if (impl_.nodes[at].op == Op::text) {
            impl_.nodes[at].op = Op::nothing;
        }
    }
}

// ---- blocks

bool Parser::branches(Scanner& scanner, const Piece& open) {
    const Index node = open_node(Op::branches, open);
    bool blank = true;
    Piece head = open;
    std::vector<Index> found;
    while (true) {
        const Index branch = open_node(Op::branch, head);
        found.push_back(branch);
        impl_.nodes[branch].flag = head.name == "unless";
        if (head.name != "else") {
            const Index condition = Expressions(build_, head.markup).conditions();
            impl_.nodes[branch].a = condition;
        }
        const Stop stop = body(scanner);
        close_node(branch);
        blank = blank && stop.blank;
        if (is_end(stop, open)) {
            break;
        }
        if (stop.piece.kind != Piece::Kind::tag ||
            (stop.piece.name != "else" && stop.piece.name != "elsif")) {
            misplaced(stop, open);
            break;
        }
        head = stop.piece;
    }
    close_node(node);
    for (const Index branch : found) {
        if (blank) {
            drop_blank_texts(branch + 1, impl_.nodes[branch].next);
        }
    }
    return blank;
}

bool Parser::choice(Scanner& scanner, const Piece& open) {
    const Index node = open_node(Op::choice, open);
    Expressions parser(build_, open.markup);
    const Index subject = parser.expression();
    parser.expect_end();
    impl_.nodes[node].a = subject;
    // What stands before the first `when` is parsed for its tags' sake and never printed.
    const Index before = static_cast<Index>(impl_.nodes.size());
    Stop stop = body(scanner);
    impl_.nodes.resize(before);
    bool blank = stop.blank;
    std::vector<Index> found;
    while (!halted_ && !is_end(stop, open)) {
        const bool fits = stop.piece.kind == Piece::Kind::tag &&
                          (stop.piece.name == "when" || stop.piece.name == "else");
        if (!fits) {
            misplaced(stop, open);
            break;
        }
        const Index child = open_node(Op::option, stop.piece);
        found.push_back(child);
        option(stop, child);
        stop = body(scanner);
        close_node(child);
        blank = blank && stop.blank;
    }
    close_node(node);
    for (const Index child : found) {
        if (blank) {
            drop_blank_texts(child + 1, impl_.nodes[child].next);
        }
    }
    return blank;
}

void Parser::option(const Stop& stop, Index node) {
    if (stop.piece.name == "else") {
        impl_.nodes[node].flag = true;
        return;
    }
    Expressions parser(build_, stop.piece.markup);
    std::vector<Index> values;
    do {
        values.push_back(parser.expression(Expressions::Where::condition));
    } while (!parser.failed() && (parser.skip(Token::Kind::comma) || parser.skip_word("or")));
    parser.expect_end();
    impl_.nodes[node].a = static_cast<Index>(impl_.args.size());
    impl_.nodes[node].b = static_cast<Index>(values.size());
    impl_.args.insert(impl_.args.end(), values.begin(), values.end());
}

bool Parser::loop(Scanner& scanner, const Piece& open) {
    const Index node = open_node(Op::loop, open);
    const Index tag = add_loop(open, false);
    impl_.nodes[node].a = tag;
    const Index first = open_node(Op::body, open);
    Stop stop = body(scanner);
    close_node(first);
    bool blank = stop.blank;
    Index second = kNone;
    if (stop.piece.kind == Piece::Kind::tag && stop.piece.name == "else") {
        second = open_node(Op::otherwise, stop.piece);
        stop = body(scanner);
        close_node(second);
        blank = blank && stop.blank;
    }
    if (!is_end(stop, open)) {
        misplaced(stop, open);
    }
    close_node(node);
    if (blank) {
        drop_blank_texts(first + 1, impl_.nodes[first].next);
        if (second != kNone) {
            drop_blank_texts(second + 1, impl_.nodes[second].next);
        }
    }
    return blank;
}

bool Parser::table_row(Scanner& scanner, const Piece& open) {
    const Index node = open_node(Op::table_row, open);
    const Index tag = add_loop(open, true);
    impl_.nodes[node].a = tag;
    const Index inner = open_node(Op::body, open);
    const bool blank = simple_body(scanner, open);
    close_node(inner);
    close_node(node);
    return blank;
}

bool Parser::capture(Scanner& scanner, const Piece& open) {
    const Index node = open_node(Op::capture, open);
    Expressions parser(build_, open.markup);
    const bool quoted = parser.at(Token::Kind::text);
    const std::string_view name = quoted ? parser.take().text : parser.target();
    parser.expect_end();
    if (!parser.failed()) {
        impl_.nodes[node].a = impl_.symbol(quoted ? name.substr(1, name.size() - 2) : name);
    }
    simple_body(scanner, open);
    close_node(node);
    return true;
}

bool Parser::changed(Scanner& scanner, const Piece& open) {
    const Index node = open_node(Op::changed, open);
    const bool blank = simple_body(scanner, open);
    close_node(node);
    return blank;
}

}  // namespace sluice::dsl::tpl
