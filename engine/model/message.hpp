#pragma once

#include "dsl/program.hpp"
#include "engine/base/clock.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

using dsl::Channel;

/// Why a message was not let through, or a run ended: the closed set of language.md §5.4 and
/// policy. `none` stands for "sent" and "entered". to_text() is the word in logs, API and trace.
enum class Reason : std::uint8_t {
    none,
    // messages
    no_address,  // the customer has no address on the channel
    no_consent,  // the policy's consent rule is false
    suppressed,  // the address is suppressed (hard bounce, complaint, unsubscribe)
    capped,      // a frequency cap is full
    quiet,       // quiet hours: skipped, or the hold ran out
    holdout,     // the customer is withheld
    stale,       // too late to be worth sending
    run_ended,   // the run ended while the message was held
    failed,      // the provider refused it for good, or it could not be rendered
    // runs
    completed,     // reached the end
    stopped,       // a stop step; the author's words stand beside
    goal,          // the goal was reached
    ends_when,     // an `ends when` event happened
    restarted,     // `while running restart`
    missing_date,  // `if missing stop`
    fault,         // the run broke a limit of the engine
    // entries that did not happen (trace only)
    filter_false,     // `only if` was false
    re_entry_limit,   // `re-entry` does not allow it yet
    already_running,  // `while running ignore`
    no_key,           // `one run per` has no value
    too_old,          // a backfilled event never starts a flow
    not_eligible,     // an `ends when` condition already holds
    // two ids turned out to be one person
    merged,  // a run: the person is in the flow with the other one; a message: what it needs is
             // gone
};

std::string_view to_text(Reason reason);
std::optional<Reason> reason_from_text(std::string_view text);

/// A reason for people.
struct ReasonInfo {
    Reason reason = Reason::none;
    std::string_view word;  // to_text()
    std::string_view text;  // a sentence
};
/// All of them, in the order of Reason.
std::span<const ReasonInfo> reasons();

/// A rendered message on its way out; the unit of the outbox. The id is the idempotency key and,
/// for email, the local part of the Message-ID: stable over attempts and restarts.
struct RenderedMessage {
    std::string id;        // 32 hex digits: digest(customer, flow, run, step, round, channel)
    std::string customer;  // canonical customer id; empty for webhook calls to no one
    std::string flow, step, message;
    Channel channel = Channel::email;
    bool transactional = false;
    std::string to;                      // email address or E.164 number
    std::string subject, preview, html;  // email
    std::string text;                    // sms, or the plain part of an email (may be empty)
};

/// A `call Webhook` step on its way out.
struct RenderedCall {
    std::string id;
    std::string customer, flow, step, webhook;
    std::string url, secret_name;
    std::string body;  // JSON
    std::int64_t retry_times = 0;
};

}  // namespace sluice
