#include "dsl/parser/build.hpp"
#include "dsl/parser/keywords.hpp"

namespace sluice::dsl::parser {

namespace {

ast::StateDecl state(const View& node) {
    ast::StateDecl out;
    out.name = name_of(node);
    out.when = condition_of(node);
    out.otherwise = node.has(kw("otherwise"));
    out.final_state = node.has(kw("final"));
    if (const auto enters = node.only(Node::enters)) {
        out.enters = condition_of(*enters);
    }
    if (const auto leaves = node.only(Node::leaves)) {
        out.leaves = condition_of(*leaves);
    }
    if (const auto stays = node.only(Node::stays)) {
        out.stays_at_least = duration_of(*stays);
    }
    return out;
}

ast::TransitionDecl transition(const View& node) {
    ast::TransitionDecl out;
    out.span = node.span();
    const bool from_any = node.has(kw("any"));
    if (!from_any) {
        out.from = name_of(node);
    }
    out.to = name_of(node, from_any ? 0 : 1);
    out.when = condition_of(node);
    if (node.find(Node::pattern)) {
        out.on = pattern_of(node);
    }
    out.after = optional_duration_of(node);
    return out;
}

ast::QuietHours quiet_hours(const View& node) {
    ast::QuietHours out;
    out.span = node.span();
    if (node.find(Node::kind)) {
        out.channel = channel_of(node);
    }
    out.from = time_of(node);
    out.to = time_of(node, 1);
    out.skip = node.has(kw("skip"));
    out.hold_up_to = optional_duration_of(node);
    return out;
}

/// `per day` is one calendar day, `per hour` 3600 seconds.
ast::Duration period_of(const View& cap) {
    if (cap.find(Node::duration)) {
        return duration_of(cap);
    }
    const View unit = cap.need(Node::unit);
    ast::Duration out;
    out.span = unit.span();
    switch (unit.word()) {
        case kw("second"):
        case kw("seconds"):
            out.seconds = 1;
            break;
        case kw("minute"):
        case kw("minutes"):
            out.seconds = 60;
            break;
        case kw("hour"):
        case kw("hours"):
            out.seconds = 3'600;
            break;
        case kw("day"):
        case kw("days"):
            out.days = 1;
            break;
        case kw("week"):
        case kw("weeks"):
            out.days = 7;
            break;
        case kw("month"):
        case kw("months"):
            out.months = 1;
            break;
        default:
            out.months = 12;
            break;
    }
    return out;
}

void time_zone(ast::PolicyDecl& policy, const View& node) {
    policy.time_zone = path_of(node);
    policy.time_zone_span = node.span();
    if (node.find(Node::text)) {
        policy.fallback_zone = text_of(node);
    }
}

void skips(ast::PolicyDecl& policy, const View& node) {
    node.each([&](const View& skipped) {
        const bool quiet = skipped.word() == kw("quiet");
        policy.transactional_skips.push_back(quiet ? "quiet hours" : text_in(skipped));
    });
}

void policy_line(ast::PolicyDecl& policy, const View& node) {
    switch (node.kind()) {
        case Node::consent:
            policy.consent.push_back(
                {channel_of(node), build_condition(node.need(Node::condition)), node.span()});
            break;
        case Node::quiet_hours:
            policy.quiet_hours.push_back(quiet_hours(node));
            break;
        case Node::cap:
            policy.caps.push_back(
                {count_of(node), messages_of(node), period_of(node), node.span()});
            break;
        case Node::skips:
            skips(policy, node);
            break;
        default:
            break;
    }
}

}  // namespace

ast::LifecycleDecl build_lifecycle(const View& lifecycle) {
    ast::LifecycleDecl out;
    out.name = name_of(lifecycle);
    lifecycle.each([&](const View& node) {
        if (node.is(Node::state)) {
            out.states.push_back(state(node));
        } else if (node.is(Node::transition)) {
            out.transitions.push_back(transition(node));
        }
    });
    if (const auto starts_in = lifecycle.only(Node::starts_in)) {
        out.starts_in = name_of(*starts_in);
    }
    return out;
}

ast::PolicyDecl build_policy(const View& policy) {
    ast::PolicyDecl out;
    out.name = name_of(policy);
    policy.each([&](const View& node) { policy_line(out, node); });
    if (const auto zone = policy.only(Node::time_zone)) {
        time_zone(out, *zone);
    }
    if (const auto holdout = policy.only(Node::policy_holdout)) {
        out.holdout_scaled = percent_of(*holdout);
        out.holdout_span = holdout->span();
    }
    if (const auto stale = policy.only(Node::stale)) {
        out.stale_after = duration_of(*stale);
    }
    return out;
}

ast::WebhookDecl build_webhook(const View& webhook) {
    ast::WebhookDecl out;
    out.name = name_of(webhook);
    if (const auto post = webhook.only(Node::post)) {
        out.url = text_of(*post);
    }
    if (const auto secret = webhook.only(Node::secret)) {
        out.secret = text_of(*secret);
    }
    if (const auto retry = webhook.only(Node::retry)) {
        out.retry_times = count_of(*retry);
    }
    return out;
}

}  // namespace sluice::dsl::parser
