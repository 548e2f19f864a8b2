#include "dsl/parser/build.hpp"
#include "dsl/parser/keywords.hpp"

namespace sluice::dsl::parser {

namespace {

std::vector<ast::Arg> args_of(const View& parent) {
    std::vector<ast::Arg> out;
    const auto args = parent.find(Node::args);
    if (!args) {
        return out;
    }
    out.reserve(args->children().size());
    args->each([&](const View& node) {
        ast::Arg& arg = out.emplace_back();
        arg.word = word_of(node);
        arg.span = node.span();
        if (const auto value = node.find(Node::value)) {
            build_value(arg.value.emplace(), *value);
        }
    });
    return out;
}

ast::Send send(const View& node) {
    ast::Send out;
    const View first = node.need(Node::recipient);
    out.first = {channel_of(first), name_of(first)};
    if (const auto other = node.find(Node::alternative)) {
        out.alternative = ast::Recipient{channel_of(*other), name_of(*other)};
    }
    out.args = args_of(node);
    if (const auto best = node.find(Node::best_time)) {
        out.best_time_within = duration_of(*best);
    }
    if (const auto not_sent = node.find(Node::not_sent)) {
        out.if_not_sent = block_of(*not_sent);
    }
    return out;
}

ast::If if_step(const View& node) {
    ast::If out;
    node.each([&](const View& child) {
        if (child.is(Node::arm)) {
            out.arms.push_back({build_condition(child.need(Node::condition)), block_of(child)});
        } else {
            out.otherwise = block_of(child);
        }
    });
    return out;
}

ast::SplitArm arm(const View& node) {
    ast::SplitArm out;
    out.percent_scaled = percent_of(node);
    if (node.find(Node::name)) {
        out.name = name_of(node).text;
    }
    out.block = block_of(node);
    out.span = node.head_span();
    return out;
}

ast::Split split(const View& node) {
    ast::Split out;
    node.each([&](const View& child) { out.arms.push_back(arm(child)); });
    return out;
}

ast::Experiment experiment(const View& node) {
    ast::Experiment out;
    out.name = name_of(node);
    if (const auto measure = node.only(Node::measure)) {
        out.measure = pattern_of(*measure);
        out.measure_within = duration_of(*measure);
    }
    if (const auto holdout = node.only(Node::holdout)) {
        out.holdout_scaled = percent_of(*holdout);
    }
    if (const auto winner = node.only(Node::winner)) {
        out.winner_after = count_of(*winner);
    }
    out.bandit = node.find(Node::bandit).has_value();
    node.each([&](const View& line) {
        if (line.is(Node::variant)) {
            out.variants.push_back(arm(line));
        }
    });
    return out;
}

void set_node(ast::Step& step, const View& node) {
    switch (node.kind()) {
        case Node::wait_duration:
            step.node = build_wait_duration(node);
            break;
        case Node::wait_until:
            step.node = ast::WaitUntil{build_until(node)};
            break;
        case Node::wait_event:
            step.node = build_wait_event(node);
            break;
        case Node::wait_up_to:
            step.node = build_wait_up_to(node);
            break;
        case Node::send:
            step.node = send(node);
            break;
        case Node::if_step:
            step.node = if_step(node);
            break;
        case Node::split:
            step.node = split(node);
            break;
        case Node::experiment:
            step.node = experiment(node);
            break;
        case Node::repeat:
            step.node = ast::Repeat{count_of(node), condition_of(node), block_of(node)};
            break;
        case Node::set:
            step.node = ast::SetStep{path_of(node), value_of(node)};
            break;
        case Node::add:
            step.node = ast::AddStep{value_of(node), path_of(node)};
            break;
        case Node::remove:
            step.node = ast::RemoveStep{value_of(node), path_of(node)};
            break;
        case Node::clear:
            step.node = ast::ClearStep{path_of(node)};
            break;
        case Node::call:
            step.node = ast::CallStep{name_of(node), args_of(node)};
            break;
        case Node::record:
            step.node = ast::RecordStep{name_of(node), args_of(node)};
            break;
        case Node::start_flow:
            step.node = ast::StartFlowStep{name_of(node)};
            break;
        case Node::move:
            step.node = ast::MoveStep{name_of(node)};
            break;
        default:
            step.node = ast::StopStep{node.find(Node::text) ? text_of(node).text : std::string()};
            break;
    }
}

}  // namespace

void build_step(ast::Step& out, const View& step) {
    set_node(out, step.children().front());
    out.span = step.head_span();
    if (const auto label = step.find(Node::label)) {
        out.label = std::string(label->text().substr(1));
        out.label_span = label->span();
    }
}

ast::Block build_block(const View& block) {
    ast::Block out;
    out.reserve(block.children().size());
    block.each([&](const View& step) { build_step(out.emplace_back(), step); });
    return out;
}

ast::Block block_of(const View& parent) {
    return build_block(parent.need(Node::block));
}

}  // namespace sluice::dsl::parser
