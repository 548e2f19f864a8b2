#include "dsl/parser/build.hpp"
#include "dsl/parser/keywords.hpp"

namespace sluice::dsl::parser {

namespace {

ast::UntilPath until_path(const View& node) {
    ast::UntilPath out;
    out.offset = optional_duration_of(node);
    out.path = path_of(node);
    out.at = optional_time_of(node);
    // With an offset the first choice is `before` or `after`; the last one is `stop` or `skip`.
    const std::size_t missing = out.offset ? 1 : 0;
    out.before = !out.offset || node.need(Node::kind).word() == kw("before");
    out.stop_if_missing = node.need(Node::kind, missing).word() == kw("stop");
    return out;
}

bool weekend(const View& node) {
    return node.need(Node::kind).word() == kw("weekend");
}

std::optional<ast::Until> until_from(const View& node) {
    ast::Until out;
    out.span = node.span();
    switch (node.kind()) {
        case Node::until_time:
            out.node = ast::UntilTime{time_of(node)};
            return out;
        case Node::until_day:
            out.node = ast::UntilNamedDay{name_of(node), time_of(node)};
            return out;
        case Node::until_day_kind:
            out.node = ast::UntilDayKind{weekend(node), time_of(node)};
            return out;
        case Node::until_date:
            out.node = ast::UntilDate{date_of(node), optional_time_of(node)};
            return out;
        case Node::until_between:
            out.node = ast::UntilBetween{time_of(node), time_of(node, 1), node.has(kw("weekday"))};
            return out;
        case Node::until_best:
            out.node = ast::UntilBest{channel_of(node), duration_of(node)};
            return out;
        case Node::until_path:
            out.node = until_path(node);
            return out;
        default:
            return std::nullopt;
    }
}

std::vector<ast::WaitBranch> branches_of(const View& wait) {
    std::vector<ast::WaitBranch> out;
    wait.each([&](const View& node) {
        if (!node.is(Node::branch)) {
            return;
        }
        ast::WaitBranch branch;
        branch.span = node.head_span();
        if (node.find(Node::pattern)) {
            branch.event = pattern_of(node);
        }
        if (node.find(Node::word)) {
            branch.binding = word_of(node);
        }
        branch.block = block_of(node);
        out.push_back(std::move(branch));
    });
    return out;
}

}  // namespace

ast::Until build_until(const View& parent) {
    for (const View child : parent.children()) {
        if (auto until = until_from(child)) {
            return std::move(*until);
        }
    }
    return {};
}

ast::WaitDuration build_wait_duration(const View& wait) {
    ast::WaitDuration out;
    out.duration = duration_of(wait);
    if (wait.has(kw("until"))) {
        out.then_until = build_until(wait);
    }
    return out;
}

ast::WaitForEvent build_wait_event(const View& wait) {
    return {pattern_of(wait), duration_of(wait), branches_of(wait)};
}

ast::WaitUpTo build_wait_up_to(const View& wait) {
    return {duration_of(wait), branches_of(wait)};
}

}  // namespace sluice::dsl::parser
