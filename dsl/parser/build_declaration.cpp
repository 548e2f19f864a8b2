#include "dsl/parser/build.hpp"
#include "dsl/parser/keywords.hpp"

namespace sluice::dsl::parser {

namespace {

Type type_of(const View& field) {
    const View node = field.need(Node::type);
    if (node.has(kw("list"))) {
        return {TypeKind::list, {}};
    }
    if (node.has(kw("one"))) {
        Type type{TypeKind::one_of, {}};
        node.each([&](const View& text) { type.options.push_back(build_text(text).text); });
        return type;
    }
    switch (node.need(Node::kind).word()) {
        case kw("number"):
            return {TypeKind::number, {}};
        case kw("money"):
            return {TypeKind::money, {}};
        case kw("date"):
            return {TypeKind::date, {}};
        case kw("time"):
            return {TypeKind::time, {}};
        case kw("timezone"):
            return {TypeKind::timezone, {}};
        case kw("yes-no"):
            return {TypeKind::yes_no, {}};
        default:
            return {TypeKind::text, {}};
    }
}

ast::FieldDecl field(const View& node) {
    ast::FieldDecl out;
    const View word = node.need(Node::word);
    out.name = text_in(word);
    out.name_span = word.span();
    out.type = type_of(node);
    out.optional = node.has(kw("optional"));
    out.personal = node.has(kw("personal"));
    out.predicted = node.has(kw("predicted"));
    out.key = node.has(kw("key"));
    if (node.find(Node::value)) {
        out.default_value = value_of(node);
    }
    out.span = node.span();
    return out;
}

std::vector<ast::FieldDecl> fields_of(const View& parent) {
    std::vector<ast::FieldDecl> out;
    out.reserve(parent.count(Node::field));
    parent.each([&](const View& node) {
        if (node.is(Node::field)) {
            out.push_back(field(node));
        }
    });
    return out;
}

ast::EventDecl event(const View& node) {
    ast::EventDecl out;
    out.name = name_of(node);
    out.catalog = node.word() == kw("catalog");
    if (node.find(Node::text)) {
        out.from = text_of(node).text;
    }
    out.fields = fields_of(node);
    return out;
}

ast::UsesDecl uses(const View& node) {
    ast::UsesDecl out;
    out.span = node.span();
    if (const auto own = node.find(Node::field)) {
        out.field = field(*own);
        out.word = out.field->name;
    } else {
        out.event = name_of(node);
        out.word = word_of(node);
    }
    return out;
}

std::optional<ast::Text> text_line(const View& parent, Node kind) {
    const auto line = parent.only(kind);
    return line ? std::optional(text_of(*line)) : std::nullopt;
}

ast::EmailContent email(const View& node) {
    ast::EmailContent out;
    out.span = node.span();
    out.subject = text_line(node, Node::subject);
    out.preview = text_line(node, Node::preview);
    out.body = text_line(node, Node::body);
    out.body_is_file = out.body && node.need(Node::body).has(kw("file"));
    return out;
}

ast::MessageDecl message(const View& node) {
    ast::MessageDecl out;
    out.name = name_of(node);
    if (const auto topic = node.only(Node::topic)) {
        out.topic = name_of(*topic);
    }
    if (const auto line = node.find(Node::transactional)) {
        out.transactional = true;
        out.transactional_span = line->span();
    }
    if (const auto content = node.only(Node::email)) {
        out.email = email(*content);
    }
    out.sms = text_line(node, Node::sms);
    node.each([&](const View& line) {
        if (line.is(Node::uses)) {
            out.uses.push_back(uses(line));
        }
    });
    return out;
}

/// Labels stand in the tree one behind the other; the word behind one says what becomes of it.
ast::ChangeDecl change(const View& node) {
    ast::ChangeDecl out;
    out.flow = name_of(node);
    bool target = false;
    node.each([&](const View& child) {
        if (child.is(Node::label)) {
            const std::string text(child.text().substr(1));
            if (target) {
                out.labels.back().to = text;
                target = false;
                return;
            }
            out.labels.push_back({text, {}, child.span()});
            target = (&child.first() + 1)->word == kw("moves");
        }
    });
    if (node.find(Node::name, 1)) {
        out.was_named = name_of(node, 1);
    }
    return out;
}

void set_node(ast::Decl& decl, const View& node) {
    switch (node.kind()) {
        case Node::customer:
            decl.node = ast::CustomerDecl{fields_of(node)};
            break;
        case Node::event:
            decl.node = event(node);
            break;
        case Node::message:
            decl.node = message(node);
            break;
        case Node::segment:
            decl.node =
                ast::SegmentDecl{name_of(node), build_condition(node.need(Node::condition))};
            break;
        case Node::lifecycle:
            decl.node = build_lifecycle(node);
            break;
        case Node::policy:
            decl.node = build_policy(node);
            break;
        case Node::webhook:
            decl.node = build_webhook(node);
            break;
        case Node::flow:
            decl.node = build_flow(node);
            break;
        case Node::test:
            decl.node = build_test(node);
            break;
        default:
            decl.node = change(node);
            break;
    }
}

/// The declaring keyword and the name behind it.
Span declared(const View& node) {
    const Span keyword = span_of(node.first(), node.reading().problems.file());
    const auto title = node.is(Node::test) ? node.find(Node::text) : node.find(Node::name);
    return title ? joined(keyword, title->span()) : keyword;
}

}  // namespace

void build_declaration(ast::Decl& out, const View& declaration) {
    set_node(out, declaration);
    out.span = declared(declaration);
}

}  // namespace sluice::dsl::parser
