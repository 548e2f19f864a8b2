#include "engine/policy/gate.hpp"

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"

#include <algorithm>

namespace sluice {
namespace {

Verdict skip(Reason reason, std::string rule) {
    return {Verdict::Kind::skip, reason, kNever, std::move(rule)};
}

bool applies(const std::optional<dsl::Channel>& rule, Channel channel) {
    return !rule || static_cast<Channel>(*rule) == channel;
}

std::string clock(std::int32_t minutes) {
    return dsl::to_text(Value::of_time(minutes));
}

std::string rule_text(const dsl::QuietHours& quiet) {
    return "quiet hours from " + clock(quiet.from) + " to " + clock(quiet.to);
}

/// Reach: the address is known, may be written to, and the customer agreed.
Verdict check_reach(const Context& context, const GateRequest& request) {
    if (address_of(context.program, context.layout, request.channel).empty()) {
        return skip(Reason::no_address, "the customer has no address for this channel");
    }
    const auto bit = static_cast<std::uint8_t>(request.channel);
    if (((context.suppressed >> bit) & 1U) != 0) {
        return skip(Reason::suppressed, "the address is suppressed");
    }
    if (request.transactional) {
        return {};
    }
    const Index consent = context.program.policy.consent[bit];
    if (consent == kNone) {
        return skip(Reason::no_consent, "the policy has no consent rule for this channel");
    }
    if (!evaluate(context, consent)) {
        return skip(Reason::no_consent, describe(context, consent));
    }
    return {};
}

/// The end of the quiet hours that hold at `at`; when several rules chain (one ends inside another)
/// the end of the last. Empty when it is not quiet.
struct Quiet {
    Instant until;
    const dsl::QuietHours* rule = nullptr;
    bool skip = false;
};

Quiet quiet_until(const Context& context, Channel channel) {
    Quiet quiet{context.now, nullptr, false};
    // Every round leaves one window; more rounds than rules can only mean they cover the day.
    for (std::size_t round = 0; round <= context.program.policy.quiet_hours.size(); ++round) {
        bool moved = false;
        for (const dsl::QuietHours& rule : context.program.policy.quiet_hours) {
            if (!applies(rule.channel, channel) ||
                !in_window(quiet.until, rule.from, rule.to, context.zone)) {
                continue;
            }
            quiet.until = next_local(quiet.until, rule.to, kEveryDay, false, context.zone);
            quiet.rule = quiet.rule == nullptr ? &rule : quiet.rule;
            quiet.skip = quiet.skip || rule.skip;
            moved = true;
        }
        if (!moved) {
            break;
        }
    }
    return quiet;
}

Verdict check_quiet_hours(const Context& context, const GateRequest& request) {
    const dsl::Policy& policy = context.program.policy;
    if (request.transactional && policy.transactional_skips_quiet_hours) {
        return {};
    }
    const Quiet quiet = quiet_until(context, request.channel);
    if (quiet.rule == nullptr) {
        return {};
    }
    if (quiet.skip) {
        return skip(Reason::quiet, rule_text(*quiet.rule) + ", skip");
    }
    if (quiet.rule->hold_up_to) {
        const Instant latest =
            add(request.requested_at, to_span(*quiet.rule->hold_up_to), context.zone);
        if (quiet.until > latest) {
            return skip(Reason::quiet, rule_text(*quiet.rule) + ", hold up to " +
                                           dsl::to_text(*quiet.rule->hold_up_to));
        }
    }
    if (quiet.until > request.latest) {
        return skip(Reason::quiet, rule_text(*quiet.rule) + ", and its time is over before then");
    }
    return {Verdict::Kind::hold, Reason::quiet, quiet.until, rule_text(*quiet.rule)};
}

Verdict check_caps(const Context& context, const GateRequest& request) {
    const dsl::Policy& policy = context.program.policy;
    if (request.transactional && policy.transactional_skips_caps) {
        return {};
    }
    for (const dsl::Cap& cap : policy.caps) {
        if (!applies(cap.channel, request.channel)) {
            continue;
        }
        const auto counted =
            std::count_if(context.customer.sends.begin(), context.customer.sends.end(),
                          [&](const SendMark& mark) {
                              return applies(cap.channel, mark.channel) &&
                                     context.now < add(mark.at, to_span(cap.per), context.zone);
                          });
        if (counted >= cap.count) {
            return skip(Reason::capped, cap.text);
        }
    }
    return {};
}

}  // namespace

Instant quiet_end(const Context& context, Channel channel, Instant at) {
    Context then = context;
    then.now = at;
    return quiet_until(then, channel).until;
}

std::string address_of(const dsl::Program& program, const Layout& layout, Channel channel) {
    const Index field =
        channel == Channel::email ? program.policy.email_field : program.policy.phone_field;
    return field < layout.traits.size() ? layout.traits[field].text : std::string{};
}

bool in_holdout(const dsl::Policy& policy, std::string_view customer, std::string_view salt) {
    return policy.holdout_scaled > 0 && draw({"holdout", salt, customer}) < policy.holdout_scaled;
}

Verdict decide(const Context& context, const GateRequest& request) {
    const dsl::Policy& policy = context.program.policy;
    if (Verdict reach = check_reach(context, request); reach.kind != Verdict::Kind::allow) {
        return reach;
    }
    const bool withheld =
        !request.ignore_holdout && !(request.transactional && policy.transactional_skips_holdout);
    if (withheld && request.withheld) {
        return skip(Reason::holdout, "the customer is in the holdout of this flow");
    }
    if (withheld && in_holdout(policy, context.customer.id, request.salt)) {
        return skip(Reason::holdout, "the customer is in the policy's holdout");
    }
    if (Verdict quiet = check_quiet_hours(context, request); quiet.kind != Verdict::Kind::allow) {
        return quiet;
    }
    return check_caps(context, request);
}

Verdict decide_attempt(const Context& context, const GateRequest& request) {
    if (Verdict reach = check_reach(context, request); reach.kind != Verdict::Kind::allow) {
        return reach;
    }
    return check_quiet_hours(context, request);
}

void count_send(const dsl::Program& program, Customer& customer, Channel channel, Instant at) {
    // A month is at most 31 days; caps longer than the widest one see nothing further back.
    Millis widest{0};
    for (const dsl::Cap& cap : program.policy.caps) {
        const auto days = static_cast<std::int64_t>(cap.per.months) * 31 + cap.per.days + 1;
        widest = std::max(widest, Millis{days * 86'400'000 + cap.per.seconds * 1'000});
    }
    auto& sends = customer.sends;
    if (widest == Millis{0}) {
        sends.clear();
        return;
    }
    sends.push_back({channel, at});
    std::erase_if(sends, [&](const SendMark& mark) { return mark.at <= at - widest; });
    if (sends.size() > limits::kSendMarksMax) {
        sends.erase(sends.begin());
    }
}

}  // namespace sluice
