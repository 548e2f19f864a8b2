#pragma once

#include "dsl/program.hpp"
#include "engine/behaviour/evaluate.hpp"
#include "engine/model/customer.hpp"
#include "engine/model/message.hpp"

/// The one gate every message passes, shared by all flows: may this customer get this message on
/// this channel now? Pure. Asked when the message is created, when a held one is let go, and again
/// in the transaction that creates the attempt.
namespace sluice {

/// allow, hold until an instant, or skip for a reason.
struct Verdict {
    enum class Kind : std::uint8_t { allow, hold, skip };
    Kind kind = Kind::allow;
    Reason reason = Reason::none;
    Instant until = kNever;  // hold only
    std::string rule;        // the rule that decided, in the author's words
};

struct GateRequest {
    Channel channel = Channel::email;
    bool transactional = false;
    Instant requested_at;  // when the flow asked: what `hold up to` counts from
    bool ignore_holdout = false;
    bool withheld = false;    // the flow's own holdout
    Instant latest = kNever;  // `at best time within`: not sent later than this
    std::string_view salt;    // empty: the live draw
};

/// Order: address, suppression, consent, holdout (skip at once); quiet hours (hold or skip); caps
/// (skip). Transactional messages need no consent, and skip what the policy lets them skip.
Verdict decide(const Context& context, const GateRequest& request);

/// What is asked again before every attempt: address, suppression, consent and quiet hours. Caps
/// and holdout were decided when the message was let through and are not counted twice.
Verdict decide_attempt(const Context& context, const GateRequest& request);

/// The first instant at or after `at` that no quiet hours of the channel cover.
Instant quiet_end(const Context& context, Channel channel, Instant at);

/// The address of a channel; empty when unknown.
std::string address_of(const dsl::Program& program, const Layout& layout, Channel channel);

/// Whether a customer is withheld from all marketing: a fixed share drawn from the id.
bool in_holdout(const dsl::Policy& policy, std::string_view customer, std::string_view salt);

/// Notes a message let through, for caps. Marks no cap can see any more are dropped.
void count_send(const dsl::Program& program, Customer& customer, Channel channel, Instant at);

}  // namespace sluice
