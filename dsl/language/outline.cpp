#include "dsl/language/outline.hpp"

#include "dsl/language/reading.hpp"
#include "dsl/words.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice::dsl::language {
namespace {

using Kind = OutlineItem::Kind;

std::optional<Kind> kind_of(Node node) {
    switch (node) {
        case Node::customer:
            return Kind::customer;
        case Node::event:
            return Kind::event;
        case Node::message:
            return Kind::message;
        case Node::segment:
            return Kind::segment;
        case Node::lifecycle:
            return Kind::lifecycle;
        case Node::state:
            return Kind::state;
        case Node::policy:
            return Kind::policy;
        case Node::webhook:
            return Kind::webhook;
        case Node::flow:
            return Kind::flow;
        case Node::test:
            return Kind::test;
        case Node::change:
            return Kind::change;
        case Node::field:
            return Kind::field;
        case Node::email:
        case Node::sms:
            return Kind::channel;
        case Node::step:
            return Kind::step;
        case Node::header:
            return Kind::header;
        default:
            return std::nullopt;
    }
}

class Outliner {
public:
    Outliner(const Index& index, std::uint32_t file)
        : index_(index), file_(file), reading_(read(index.sources(), file)) {}

    std::vector<OutlineItem> children(std::uint32_t begin, std::uint32_t end) const {
        std::vector<OutlineItem> out;
        for (std::uint32_t at = begin; at < end; at = reading_.tree[at].next) {
            if (kind_of(reading_.tree[at].kind)) {
                out.push_back(item(at));
            }
        }
        return out;
    }

    [[nodiscard]] std::uint32_t nodes_count() const {
        return static_cast<std::uint32_t>(reading_.tree.size());
    }

private:
    [[nodiscard]] std::string_view text_of(const Token& token) const {
        return std::string_view(index_.sources().files[file_].text)
            .substr(token.offset, token.length);
    }

    /// The words up to the block of a statement, on one line.
    [[nodiscard]] std::string head_of(const TreeNode& node) const {
        std::uint32_t end = node.begin;
        while (end < node.end && reading_.tokens.list[end].kind != TokenKind::left_brace) {
            ++end;
        }
        const Token& first = reading_.tokens.list[node.begin];
        const Token& last = reading_.tokens.list[std::max(end, node.begin + 1) - 1];
        return words(index_.sources(),
                     {file_, first.offset, last.offset + last.length - first.offset, first.line,
                      first.column});
    }

    /// The token that carries the name: the first leaf child that is one.
    [[nodiscard]] const Token* name_of(std::uint32_t at) const {
        const TreeNode& node = reading_.tree[at];
        for (std::uint32_t child = at + 1; child < node.next; child = reading_.tree[child].next) {
            const Node kind = reading_.tree[child].kind;
            if (kind == Node::name || kind == Node::word || kind == Node::text) {
                return &reading_.tokens.list[reading_.tree[child].begin];
            }
        }
        return nullptr;
    }

    [[nodiscard]] OutlineItem item(std::uint32_t at) const {
        const TreeNode& node = reading_.tree[at];
        OutlineItem out;
        out.kind = *kind_of(node.kind);
        out.whole = {reading_.begin_of(node), reading_.end_of(node) - reading_.begin_of(node)};
        const bool line = out.kind == Kind::step || out.kind == Kind::header;
        const Token* name = line || out.kind == Kind::channel ? nullptr : name_of(at);
        const Token& first = reading_.tokens.list[node.begin];
        const Token& selected = name == nullptr ? first : *name;
        out.selection = {selected.offset, selected.length};
        std::string_view text = text_of(selected);
        if (text.size() >= 2 && text.front() == '"') {
            text = text.substr(1, text.size() - 2);
        }
        out.name = line ? head_of(node) : std::string(text);
        out.name = out.name.empty() ? std::string(text_of(first)) : out.name;
        out.detail = line || name == nullptr ? "" : detail_of(node, out.kind);
        if (out.kind != Kind::step && out.kind != Kind::header && out.kind != Kind::channel) {
            out.children = children(at + 1, node.next);
        }
        return out;
    }

    [[nodiscard]] std::string detail_of(const TreeNode& node, Kind kind) const {
        if (kind == Kind::field) {
            const std::string head = head_of(node);
            const std::size_t space = head.find(' ');
            return space == std::string::npos ? "" : head.substr(space + 1);
        }
        return std::string(text_of(reading_.tokens.list[node.begin]));
    }

    const Index& index_;
    std::uint32_t file_;
    Reading reading_;
};

Range selection_of(const Span& span) {
    return {span.offset, span.length};
}

std::size_t tests_of(const Index& index, std::string_view flow) {
    std::size_t count = 0;
    for (const ast::File& file : index.files()) {
        for (const ast::Decl& decl : file.decls) {
            const auto* test = std::get_if<ast::TestDecl>(&decl.node);
            count += test != nullptr && test->flow.text == flow ? 1 : 0;
        }
    }
    return count;
}

}  // namespace

std::vector<OutlineItem> outline(const Index& index, std::uint32_t file) {
    const Outliner outliner(index, file);
    return outliner.children(0, outliner.nodes_count());
}

std::vector<Fold> folds(const Index& index, std::uint32_t file) {
    const Reading reading = read(index.sources(), file);
    std::vector<Fold> out;
    std::vector<const Token*> open;
    for (const Token& token : reading.tokens.list) {
        if (token.kind == TokenKind::left_brace) {
            open.push_back(&token);
        } else if (token.kind == TokenKind::right_brace && !open.empty()) {
            if (token.line > open.back()->line + 1 && !token.inserted) {
                out.push_back({open.back()->line - 1, token.line - 2, false});
            }
            open.pop_back();
        }
    }
    const auto& comments = reading.tokens.comments;
    for (std::size_t at = 0; at < comments.size();) {
        std::size_t next = at + 1;
        while (next < comments.size() && comments[at].own_line && comments[next].own_line &&
               comments[next].line == comments[next - 1].line + 1) {
            ++next;
        }
        if (next > at + 1) {
            out.push_back({comments[at].line - 1, comments[next - 1].line - 1, true});
        }
        at = next;
    }
    std::sort(out.begin(), out.end(), [](const Fold& a, const Fold& b) {
        return std::pair(a.first_line, b.last_line) < std::pair(b.first_line, a.last_line);
    });
    return out;
}

std::vector<Lens> lenses(const Index& index, std::uint32_t file,
                         const std::map<std::string, std::int64_t>& people) {
    std::vector<Lens> out;
    for (const ast::Decl& decl : index.files()[file].decls) {
        if (const auto* flow = std::get_if<ast::FlowDecl>(&decl.node)) {
            const Range range = selection_of(flow->name.span);
            const auto inside = people.find(flow->name.text);
            if (inside != people.end()) {
                out.push_back({Lens::Kind::people, range, flow->name.text,
                               std::to_string(inside->second) +
                                   (inside->second == 1 ? " person inside" : " people inside")});
            }
            const std::size_t tests = tests_of(index, flow->name.text);
            if (tests > 0) {
                out.push_back({Lens::Kind::run_tests, range, flow->name.text,
                               tests == 1 ? std::string("Run 1 test")
                                          : "Run " + std::to_string(tests) + " tests"});
            }
            out.push_back({Lens::Kind::show_graph, range, flow->name.text, "Show graph"});
        } else if (const auto* lifecycle = std::get_if<ast::LifecycleDecl>(&decl.node)) {
            out.push_back({Lens::Kind::show_graph, selection_of(lifecycle->name.span),
                           lifecycle->name.text, "Show graph"});
        }
    }
    return out;
}

std::vector<BodyLink> body_links(const Index& index, std::uint32_t file) {
    std::vector<BodyLink> out;
    const auto& load = index.input().load_body;
    for (const ast::Decl& decl : index.files()[file].decls) {
        const auto* message = std::get_if<ast::MessageDecl>(&decl.node);
        const bool named = message != nullptr && message->email && message->email->body_is_file &&
                           message->email->body;
        if (!named || !load) {
            continue;
        }
        const ast::Text& text = *message->email->body;
        if (const auto body = load(index.sources().files[file].path, text.text)) {
            out.push_back({selection_of(text.span), body->path});
        }
    }
    return out;
}

std::vector<Occurrence> definitions(const Index& index, std::uint32_t file, std::size_t offset) {
    std::vector<Occurrence> out;
    for (const Symbol* symbol : index.at(file, offset)) {
        for (const Occurrence& place : symbol->places) {
            if (place.declaration) {
                out.push_back(place);
            }
        }
    }
    return out;
}

std::vector<Occurrence> references(const Index& index, std::uint32_t file, std::size_t offset,
                                   bool with_declaration) {
    std::vector<Occurrence> out;
    for (const Symbol* symbol : index.at(file, offset)) {
        for (const Occurrence& place : symbol->places) {
            if (with_declaration || !place.declaration) {
                out.push_back(place);
            }
        }
    }
    return out;
}

}  // namespace sluice::dsl::language
