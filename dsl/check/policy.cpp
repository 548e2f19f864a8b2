#include "dsl/check/policy.hpp"

#include "dsl/check/lower_cond.hpp"

#include <array>

namespace sluice::dsl::check {
namespace {

bool positive(Compilation& c, const ast::Duration& duration) {
    if (is_zero(duration)) {
        c.error("E304", duration.span, "This length of time is zero:").help =
            "Write a length such as `1 day`.";
    }
    return !is_zero(duration);
}

struct PolicyLowering {
    Compilation& c;
    const ast::PolicyDecl& decl;
    const DeclRef& ref;

    Policy& policy() const { return c.program.policy; }

    void time_zone() const {
        if (decl.time_zone) {
            Scope scope = customer_scope();
            const auto zone = resolve_path(c, *decl.time_zone, scope);
            if (zone && zone->type.kind != TypeKind::timezone) {
                c.error("E301", decl.time_zone->span,
                        "`" + zone->words + "` holds " + content_of(zone->type) +
                            ", and a time zone is needed:")
                    .help = "Declare it as `timezone` in the `customer { … }` block.";
            } else if (zone) {
                policy().time_zone_field = zone->operand.field;
            }
        }
        if (decl.fallback_zone) {
            fallback(*decl.fallback_zone);
        } else if (!c.damaged(ref.decl->span, ref.next)) {
            const Span span = decl.time_zone ? decl.time_zone->span : ref.decl->span;
            c.error("E322", span,
                    "The policy does not say which time zone to use for customers without one:")
                .help =
                "Write, for example:  time zone customer.time_zone, otherwise \"Europe/Berlin\"";
        }
    }

    void fallback(const ast::Text& zone) const {
        policy().fallback_zone = zone.text;
        if (c.options.zone_known && !c.options.zone_known(zone.text)) {
            c.error("E323", with_quotes(zone.span),
                    "There is no time zone called `" + zone.text + "`:")
                .help =
                "Zones are named by continent and city, such as `Europe/Berlin` or "
                "`America/New_York`.";
        }
    }

    void consent() const {
        std::array<Span, kChannels> first;
        for (const ast::ConsentRule& rule : decl.consent) {
            const Channel channel = lowered(rule.channel);
            const auto at = static_cast<std::size_t>(channel);
            if (first[at].line != 0) {
                c.duplicate(
                    rule.span,
                    "There are two consent rules for " + std::string(to_text(channel)) + ":",
                    first[at]);
                continue;
            }
            first[at] = rule.span;
            Scope scope = customer_scope();
            scope.in_consent = true;
            policy().consent[at] = lower_cond(c, rule.when, scope);
        }
    }

    void quiet_hours() const {
        for (const ast::QuietHours& rule : decl.quiet_hours) {
            if (rule.from.minutes == rule.to.minutes) {
                c.error("E404", rule.span, "These quiet hours are empty:").help =
                    "They start at the first time and end at the second, which may be the next "
                    "morning.";
            }
            QuietHours out;
            if (rule.channel) {
                out.channel = lowered(*rule.channel);
            }
            out.from = rule.from.minutes;
            out.to = rule.to.minutes;
            out.skip = rule.skip;
            if (rule.hold_up_to && positive(c, *rule.hold_up_to)) {
                out.hold_up_to = lowered(*rule.hold_up_to);
            }
            policy().quiet_hours.push_back(std::move(out));
        }
    }

    void caps() const {
        for (const ast::Cap& rule : decl.caps) {
            Cap out;
            out.count = rule.count;
            if (rule.kind == "sms") {
                out.channel = Channel::sms;
            } else if (rule.kind == "emails") {
                out.channel = Channel::email;
            }
            out.per = lowered(rule.per);
            out.text = c.words(rule.span);
            if (rule.count < 1) {
                c.error("E304", rule.span, "A cap of zero would stop every message:").help =
                    "Allow at least 1, or take the consent rule out.";
            }
            if (positive(c, rule.per)) {
                policy().caps.push_back(std::move(out));
            }
        }
    }

    void rest() const {
        constexpr std::int64_t kWhole = 100 * kDecimalScale;
        policy().holdout_scaled = decl.holdout_scaled.value_or(0);
        if (policy().holdout_scaled < 0 || policy().holdout_scaled >= kWhole) {
            c.error("E303", decl.holdout_span, "This would withhold everything from everybody:")
                .help = "Write a share below 100%.";
        }
        for (const std::string& skip : decl.transactional_skips) {
            policy().transactional_skips_caps |= skip == "caps";
            policy().transactional_skips_quiet_hours |= skip == "quiet hours";
            policy().transactional_skips_holdout |= skip == "holdout";
        }
        if (decl.stale_after && positive(c, *decl.stale_after)) {
            policy().stale_after = lowered(*decl.stale_after);
        }
    }
};

/// Depth-first search over segments and consent rules; nodes are segments, then channels.
struct CycleSearch {
    Compilation& c;
    std::vector<std::uint8_t> state;  // 0 new, 1 on the way, 2 done

    std::size_t segments() const { return c.program.segments.size(); }

    Index root(std::size_t node) const {
        return node < segments() ? c.program.segments[node].condition
                                 : c.program.policy.consent[node - segments()];
    }

    void visit(std::size_t node) {
        state[node] = 1;
        walk(root(node), node);
        state[node] = 2;
    }

    void follow(std::size_t to, std::size_t from) {
        if (state[to] == 1) {
            report(to, from);
        } else if (state[to] == 0) {
            visit(to);
        }
    }

    void report(std::size_t to, std::size_t from) {
        const std::size_t place = to < segments() ? to : from;
        if (place >= segments()) {
            return;
        }
        const std::string name = c.program.segments[place].name;
        c.error("E403", c.names.segment_spans[place],
                "Whether a customer is in `" + name + "` depends on itself:")
            .help = from == to ? "Remove the reference to itself."
                               : "The circle closes at `" + name_of(from) + "`.";
    }

    std::string name_of(std::size_t node) const {
        return node < segments() ? c.program.segments[node].name : std::string("consent");
    }

    void walk(Index condition, std::size_t from) {
        if (condition == kNone) {
            return;
        }
        const auto& node = c.program.conditions[condition].node;
        if (const auto* all = std::get_if<CondAll>(&node)) {
            walk_all(all->terms, from);
        } else if (const auto* any = std::get_if<CondAny>(&node)) {
            walk_all(any->terms, from);
        } else if (const auto* inverted = std::get_if<CondNot>(&node)) {
            walk(inverted->term, from);
        } else if (const auto* inside = std::get_if<CondInSegment>(&node)) {
            follow(inside->segment, from);
        } else if (const auto* can = std::get_if<CondCanGet>(&node)) {
            follow(segments() + static_cast<std::size_t>(can->channel), from);
        }
    }

    void walk_all(const std::vector<Index>& terms, std::size_t from) {
        for (const Index term : terms) {
            walk(term, from);
        }
    }
};

Index text_field(const Compilation& c, std::string_view name) {
    const Index field = c.program.find_customer_field(name);
    const bool text =
        field != kNone && c.program.customer_fields[field].type.kind == TypeKind::text;
    return text ? field : kNone;
}

}  // namespace

PolicyFacts declare_policy(Compilation& c, const Decls& decls) {
    PolicyFacts facts;
    c.program.policy.email_field = text_field(c, "email");
    c.program.policy.phone_field = text_field(c, "phone");
    for (const DeclRef& ref : decls) {
        const auto* policy = std::get_if<ast::PolicyDecl>(&ref.decl->node);
        if (policy == nullptr) {
            continue;
        }
        if (facts.declared) {
            Diagnostic& diagnostic = c.error("E322", ref.decl->span,
                                             "There can be only one policy, and this is another:");
            diagnostic.labels.push_back({facts.span, "the first one is here"});
            diagnostic.help = "Move its lines into the first one.";
            continue;
        }
        facts.declared = true;
        facts.damaged = c.damaged(ref.decl->span, ref.next);
        facts.span = ref.decl->span;
        c.program.policy.name = policy->name.text;
        const PolicyLowering lowering{c, *policy, ref};
        for (const ast::ConsentRule& rule : policy->consent) {
            facts.consent[static_cast<std::size_t>(lowered(rule.channel))] = true;
        }
        lowering.time_zone();
        lowering.consent();
        lowering.quiet_hours();
        lowering.caps();
        lowering.rest();
    }
    facts.damaged = facts.damaged || (!facts.declared && c.has_syntax_errors());
    return facts;
}

void declare_segments(Compilation& c, const Decls& decls) {
    for (const DeclRef& ref : decls) {
        const auto* segment = std::get_if<ast::SegmentDecl>(&ref.decl->node);
        if (segment == nullptr) {
            continue;
        }
        const Index index = index_of(c, Kind::segment, segment->name);
        if (index != kNone) {
            Scope scope = customer_scope();
            c.program.segments[index].condition = lower_cond(c, segment->when, scope);
        }
    }
}

void check_cycles(Compilation& c) {
    CycleSearch search{c, std::vector<std::uint8_t>(c.program.segments.size() + kChannels, 0)};
    for (std::size_t node = 0; node < search.state.size(); ++node) {
        if (search.state[node] == 0) {
            search.visit(node);
        }
    }
}

}  // namespace sluice::dsl::check
