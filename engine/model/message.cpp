#include "engine/model/message.hpp"

namespace sluice {
namespace {

// clang-format off
constexpr auto kReasons = std::to_array<ReasonInfo>({
    {Reason::none, "", "The message was sent, or the run began."},
    {Reason::no_address, "no address", "There is no address for this channel."},
    {Reason::no_consent, "no consent", "The policy's consent rule does not hold."},
    {Reason::suppressed, "suppressed", "The address bounced for good, or its owner complained or unsubscribed."},
    {Reason::capped, "capped", "A cap of the policy is full."},
    {Reason::quiet, "quiet", "Quiet hours: the rule skips, or holding it would have taken too long."},
    {Reason::holdout, "holdout", "She is in the holdout of the policy or of the flow."},
    {Reason::stale, "stale", "It was too late to be worth sending."},
    {Reason::run_ended, "run ended", "Her run was over before the held message could leave."},
    {Reason::failed, "failed", "The provider refused it for good, or it could not be written."},
    {Reason::completed, "completed", "She came to the end of the steps."},
    {Reason::stopped, "stopped", "A `stop` step; its words stand beside."},
    {Reason::goal, "goal", "The goal was reached."},
    {Reason::ends_when, "ends when", "An `ends when` line."},
    {Reason::restarted, "restarted", "The flow began anew, with `while running restart`."},
    {Reason::missing_date, "missing date", "A date to wait for was unknown or over, with `if missing stop`."},
    {Reason::fault, "fault", "The run broke a limit of the engine."},
    {Reason::filter_false, "only if", "The `only if` condition did not hold."},
    {Reason::re_entry_limit, "re-entry", "The `re-entry` rule does not let her in again yet."},
    {Reason::already_running, "already running", "She is inside already."},
    {Reason::no_key, "no key", "The field of `one run per` has no value."},
    {Reason::too_old, "too old", "The event came more than 72 hours late; it counts, and starts nothing."},
    {Reason::not_eligible, "not eligible", "An `ends when` condition holds already."},
    {Reason::merged, "merged", "Two ids turned out to be one person, who is in the flow with the other one."},
});
// clang-format on

}  // namespace

std::span<const ReasonInfo> reasons() {
    return kReasons;
}

std::string_view to_text(Reason reason) {
    for (const ReasonInfo& info : kReasons) {
        if (info.reason == reason) {
            return info.word;
        }
    }
    return "";
}

std::optional<Reason> reason_from_text(std::string_view text) {
    for (const ReasonInfo& info : kReasons) {
        if (info.word == text) {
            return info.reason;
        }
    }
    return std::nullopt;
}

}  // namespace sluice
