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
        ast::Prop& prop = out.emplace_back();
        const View word = node.need(Node::word);
        prop.word = text_in(word);
        prop.span = word.span();
        if (const auto list = node.find(Node::list)) {
            prop.is_list = true;
            prop.values = values_of(*list);
        } else {
            build_value(prop.values.emplace_back(), node.need(Node::value));
        }
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

void build_item(ast::TestItem& item, const View& node) {
    item.span = node.span();
    switch (node.kind()) {
        case Node::given_customer:
            item.node = ast::GivenCustomer{props_of(node)};
            break;
        case Node::given_event:
            item.node = ast::GivenEvent{name_of(node), duration_of(node), props_of(node)};
            break;
        case Node::at_customer:
            item.node = ast::AtCustomer{moment_of(node), props_of(node)};
            break;
        case Node::at_event:
            item.node = ast::AtEvent{moment_of(node), name_of(node), props_of(node)};
            break;
        case Node::advance:
            item.node = ast::Advance{duration_of(node)};
            break;
        case Node::expect_no:
            item.node = expect_no(node);
            break;
        case Node::expect_send:
            item.node = ast::ExpectAtSend{moment_of(node), recipient_of(node)};
            break;
        case Node::expect_call:
            item.node = ast::ExpectAtCall{moment_of(node), name_of(node)};
            break;
        case Node::expect_count:
            item.node = ast::ExpectCount{count_of(node), messages_of(node)};
            break;
        case Node::expect_goal:
            item.node = ast::ExpectGoal{};
            break;
        case Node::expect_ended:
            item.node = expect_ended(node);
            break;
        case Node::expect_condition:
            item.node = ast::ExpectCond{condition_of(node)};
            break;
        default:
            item.node = ast::ExpectNothing{};
            break;
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
            build_item(out.items.emplace_back(), node);
        }
    });
    return out;
}

}  // namespace sluice::dsl::parser
