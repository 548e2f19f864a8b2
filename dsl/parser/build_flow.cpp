#include "dsl/parser/build.hpp"
#include "dsl/parser/keywords.hpp"

namespace sluice::dsl::parser {

namespace {

using HeaderNode = decltype(ast::Header::node);

ast::StateChange change_of_state(const View& node) {
    ast::StateChange out;
    out.span = node.span();
    out.state = name_of(node);
    switch (node.word()) {
        case kw("enters"):
            out.kind = ast::StateChange::Kind::enters;
            break;
        case kw("leaves"):
            out.kind = ast::StateChange::Kind::leaves;
            break;
        default:
            out.kind = ast::StateChange::Kind::moves;
            out.to = name_of(node, 1);
            break;
    }
    return out;
}

ast::StartWhenEvent start_event(const View& node) {
    ast::StartWhenEvent out;
    out.event = pattern_of(node);
    if (const auto word = node.find(Node::word)) {
        out.binding = text_in(*word);
        out.binding_span = word->span();
    }
    if (const auto fan_out = node.find(Node::fan_out)) {
        out.for_customers_with = build_history(fan_out->need(Node::history));
    }
    return out;
}

ast::StartDate start_date(const View& node) {
    ast::StartDate out;
    out.offset = optional_duration_of(node);
    out.before = !out.offset || node.need(Node::kind).word() == kw("before");
    out.path = path_of(node);
    out.every_year = node.has(kw("year"));
    out.at = optional_time_of(node);
    return out;
}

ast::StartEvery start_every(const View& node) {
    ast::StartEvery out;
    out.at = time_of(node);
    std::size_t states = 0;
    if (const auto kind = node.find(Node::kind)) {
        out.what = text_in(*kind);
    } else {
        out.what = "named";
        out.day = name_of(node);
        states = 1;
    }
    if (node.find(Node::name, states)) {
        out.in_state = name_of(node, states);
    }
    return out;
}

ast::HeaderReEntry re_entry(const View& node) {
    ast::HeaderReEntry out;
    if (node.find(Node::duration)) {
        out.kind = ast::HeaderReEntry::Kind::after;
        out.after = duration_of(node);
    } else {
        out.kind = node.has(kw("never")) ? ast::HeaderReEntry::Kind::never
                                         : ast::HeaderReEntry::Kind::any_time;
    }
    return out;
}

ast::HeaderEndsWhen ends_when(const View& node) {
    ast::HeaderEndsWhen out;
    if (node.find(Node::pattern)) {
        out.node = pattern_of(node);
    } else if (const auto change = node.find(Node::change_of_state)) {
        out.node = change_of_state(*change);
    } else {
        out.node = condition_of(node);
    }
    return out;
}

HeaderNode header_node(const View& node) {
    switch (node.kind()) {
        case Node::start_event:
            return ast::HeaderStart{start_event(node)};
        case Node::start_state:
            return ast::HeaderStart{
                ast::StartWhenState{change_of_state(node.need(Node::change_of_state))}};
        case Node::start_date:
            return ast::HeaderStart{start_date(node)};
        case Node::start_every:
            return ast::HeaderStart{start_every(node)};
        case Node::only_if:
            return ast::HeaderOnlyIf{build_condition(node.need(Node::condition))};
        case Node::re_entry:
            return re_entry(node);
        case Node::one_run:
            return ast::HeaderOneRunPer{path_of(node)};
        case Node::while_running:
            return ast::HeaderWhileRunning{node.need(Node::kind).word() == kw("restart")};
        case Node::goal:
            return ast::HeaderGoal{pattern_of(node), node.has(kw("since")),
                                   optional_duration_of(node)};
        case Node::ends_when:
            return ends_when(node);
        case Node::priority:
            return ast::HeaderPriority{text_in(node.need(Node::kind))};
        default:
            return ast::HeaderHoldout{percent_of(node)};
    }
}

void report_late(const View& header, const Span& first_step) {
    Problems& problems = header.reading().problems;
    Diagnostic d;
    d.code = "E119";
    d.span = span_of(header.first(), problems.file());
    d.message =
        "`" + text_in(header) + "` describes the whole flow, but it stands behind the first step:";
    d.labels.push_back({first_step, "the first step"});
    d.help = "Move the line up, before line " + std::to_string(first_step.line) + ".";
    problems.add(std::move(d));
}

}  // namespace

ast::FlowDecl build_flow(const View& flow) {
    ast::FlowDecl out;
    out.name = name_of(flow);
    if (flow.find(Node::text)) {
        out.description = text_of(flow).text;
    }
    out.headers.reserve(flow.count(Node::header));
    out.steps.reserve(flow.count(Node::step));
    flow.each([&](const View& node) {
        if (node.is(Node::step)) {
            out.steps.push_back(build_step(node));
        } else if (node.is(Node::header)) {
            if (!out.steps.empty()) {
                report_late(node, out.steps.front().span);
            }
            out.headers.push_back({header_node(node.children().front()), node.span()});
        }
    });
    return out;
}

}  // namespace sluice::dsl::parser
