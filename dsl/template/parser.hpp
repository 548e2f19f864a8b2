#pragma once

#include "dsl/template/builder.hpp"
#include "dsl/template/scanner.hpp"

#include <string_view>
#include <vector>

/// Tags and blocks. Private to dsl/template.
namespace sluice::dsl::tpl {

/// Recursive descent over the pieces of one text; appends to Impl::nodes.
class Parser {
public:
    explicit Parser(Build& build) : build_(build), impl_(build.impl) {}

    Unit parse();

private:
    /// What ended the body of a block. `blank`: nothing in it can print (Ruby then drops its white
    /// space as well).
    struct Stop {
        Piece piece;
        bool blank = true;
    };
    using Handler = bool (Parser::*)(Scanner&, const Piece&);
    struct TagRow {
        std::string_view name;
        Handler handler;  // returns whether the tag is blank
    };
    static const TagRow kTags[];

    Stop body(Scanner& scanner);
    bool piece_is_blank(Scanner& scanner, const Piece& piece);
    bool tag_is_blank(Scanner& scanner, const Piece& piece, bool& known);
    /// Reports and stops at a tag that does not belong to the open block.
    void misplaced(const Stop& stop, const Piece& open);
    bool is_end(const Stop& stop, const Piece& open);
    /// Body of a block with nothing but its end tag; returns blankness.
    bool simple_body(Scanner& scanner, const Piece& open);
    void drop_blank_texts(Index first, Index end);

    Index open_node(Op op, const Piece& piece);
    void close_node(Index node);
    Index leaf(Op op, const Piece& piece);

    // Blocks (parser.cpp).
    bool branches(Scanner&, const Piece&);
    bool choice(Scanner&, const Piece&);
    void option(const Stop& stop, Index node);
    bool loop(Scanner&, const Piece&);
    bool table_row(Scanner&, const Piece&);
    bool capture(Scanner&, const Piece&);
    bool changed(Scanner&, const Piece&);

    // Tags without a body (parser_tags.cpp).
    bool assign(Scanner&, const Piece&);
    bool comment(Scanner&, const Piece&);
    bool doc(Scanner&, const Piece&);
    bool raw(Scanner&, const Piece&);
    bool inline_comment(Scanner&, const Piece&);
    bool liquid(Scanner&, const Piece&);
    bool echo(Scanner&, const Piece&);
    bool cycle(Scanner&, const Piece&);
    bool counter(Scanner&, const Piece&);
    bool jump(Scanner&, const Piece&);
    bool render(Scanner&, const Piece&);
    bool include(Scanner&, const Piece&);
    bool partial(const Piece& piece, Op op);
    bool partial_arguments(Expressions& parser, PartialTag& tag);
    void load_snippet(std::string_view name, const Piece& piece);
    void load_all_snippets(const Piece& piece);
    bool loop_head(Expressions& parser, LoopTag& tag, bool row);
    bool loop_option(Expressions& parser, LoopTag& tag, bool row);
    void output(const Piece& piece, Index chain);
    Index add_loop(const Piece& piece, bool row);

    Build& build_;
    Template::Impl& impl_;
    std::vector<std::string_view> unknown_;  // tags already reported; their end tags are not
    int depth_ = 0;
    bool halted_ = false;  // the block structure is broken: everything after would be a follow-up
};

}  // namespace sluice::dsl::tpl
