#include "dsl/parser/build.hpp"
#include "dsl/parser/keywords.hpp"

namespace sluice::dsl::parser {

namespace {

std::vector<ast::Prop> props_of(const View& parent) {
    std::vector<ast::Prop> out;
    out.reserve(parent.count(Node::prop));
    parent.each([&](const View& node) {
        if (!node.is(Node::prop)) {
            return;
        }
        ast::Prop prop;
        const View word = node.need(Node::word);
        prop.word = text_in(word);
        prop.span = word.span();
        if (const auto list = node.find(Node::list)) {
            prop.is_list = true;
            list->each([&](const View& item) { prop.values.push_back(build_value(item)); });
        } else {
            prop.values.push_back(value_of(node));
        }
        out.push_back(std::move(prop));
    });
    return out;
}

ast::Moment moment_of(const View& parent) {
    const View node = parent.need(Node::moment);
    ast::Moment out;
    out.span = node.span();
    if (node.find(Node::date)) {
        out.date = date_of(node);
        out.time = time_of(node);
    } else {
        out.after = duration_of(node);
    }
    return out;
}

ast::Recipient recipient_of(const View& node) {
    return {channel_of(node), name_of(node)};
}

ast::ExpectNo expect_no(const View& node) {
    ast::ExpectNo out;
    out.channel = channel_of(node);
    if (node.find(Node::name)) {
        out.message = name_of(node);
    }
    return out;
}

ast::ExpectEnded expect_ended(const View& node) {
    ast::ExpectEnded out;
    if (node.find(Node::text)) {
        out.because = text_of(node).text;
    }
    return out;
}

decltype(ast::TestItem::node) item_node(const View& node) {
    switch (node.kind()) {
        case Node::given_customer:
            return ast::GivenCustomer{props_of(node)};
        case Node::given_event:
            return ast::GivenEvent{name_of(node), duration_of(node), props_of(node)};
        case Node::at_customer:
            return ast::AtCustomer{moment_of(node), props_of(node)};
        case Node::at_event:
            return ast::AtEvent{moment_of(node), name_of(node), props_of(node)};
        case Node::advance:
            return ast::Advance{duration_of(node)};
        case Node::expect_no:
            return expect_no(node);
        case Node::expect_send:
            return ast::ExpectAtSend{moment_of(node), recipient_of(node)};
        case Node::expect_call:
            return ast::ExpectAtCall{moment_of(node), name_of(node)};
        case Node::expect_count:
            return ast::ExpectCount{count_of(node), messages_of(node)};
        case Node::expect_goal:
            return ast::ExpectGoal{};
        case Node::expect_ended:
            return expect_ended(node);
        case Node::expect_condition:
            return ast::ExpectCond{build_condition(node.need(Node::condition))};
        default:
            return ast::ExpectNothing{};
    }
}

}  // namespace

ast::TestDecl build_test(const View& test) {
    ast::TestDecl out;
    out.title = text_of(test);
    out.flow = name_of(test);
    if (const auto clock = test.only(Node::clock)) {
        out.clock_date = date_of(*clock);
        out.clock_time = time_of(*clock);
    }
    out.items.reserve(test.children().size());
    test.each([&](const View& node) {
        if (!node.is(Node::text) && !node.is(Node::name) && !node.is(Node::clock)) {
            out.items.push_back({item_node(node), node.span()});
        }
    });
    return out;
}

}  // namespace sluice::dsl::parser
