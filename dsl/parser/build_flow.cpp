#include "dsl/parser/build.hpp"
#include "dsl/parser/keywords.hpp"

namespace sluice::dsl::parser {

namespace {

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

void build_header(ast::Header& header, const View& node) {
    switch (node.kind()) {
        case Node::start_event:
            header.node = ast::HeaderStart{start_event(node)};
            break;
        case Node::start_state:
            header.node = ast::HeaderStart{
                ast::StartWhenState{change_of_state(node.need(Node::change_of_state))}};
            break;
        case Node::start_date:
            header.node = ast::HeaderStart{start_date(node)};
            break;
        case Node::start_every:
            header.node = ast::HeaderStart{start_every(node)};
            break;
        case Node::only_if:
            header.node = ast::HeaderOnlyIf{condition_of(node)};
            break;
        case Node::re_entry:
            header.node = re_entry(node);
            break;
        case Node::one_run:
            header.node = ast::HeaderOneRunPer{path_of(node)};
            break;
        case Node::while_running:
            header.node = ast::HeaderWhileRunning{node.need(Node::kind).word() == kw("restart")};
            break;
        case Node::goal:
            header.node = ast::HeaderGoal{pattern_of(node), node.has(kw("since")),
                                          optional_duration_of(node)};
            break;
        case Node::ends_when:
            header.node = ends_when(node);
            break;
        case Node::priority:
            header.node = ast::HeaderPriority{text_in(node.need(Node::kind))};
            break;
        default:
            header.node = ast::HeaderHoldout{percent_of(node)};
            break;
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
            build_step(out.steps.emplace_back(), node);
        } else if (node.is(Node::header)) {
            if (!out.steps.empty()) {
                report_late(node, out.steps.front().span);
            }
            ast::Header& header = out.headers.emplace_back();
            header.span = node.span();
            build_header(header, node.children().front());
        }
    });
    return out;
}

}  // namespace sluice::dsl::parser
