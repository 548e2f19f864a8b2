#include "engine/model/message.hpp"

namespace sluice {
namespace {

constexpr std::array<std::pair<Reason, std::string_view>, 23> kReasons = {{
    {Reason::none, ""},
    {Reason::no_address, "no address"},
    {Reason::no_consent, "no consent"},
    {Reason::suppressed, "suppressed"},
    {Reason::capped, "capped"},
    {Reason::quiet, "quiet"},
    {Reason::holdout, "holdout"},
    {Reason::stale, "stale"},
    {Reason::run_ended, "run ended"},
    {Reason::failed, "failed"},
    {Reason::completed, "completed"},
    {Reason::stopped, "stopped"},
    {Reason::goal, "goal"},
    {Reason::ends_when, "ends when"},
    {Reason::restarted, "restarted"},
    {Reason::missing_date, "missing date"},
    {Reason::fault, "fault"},
    {Reason::filter_false, "only if"},
    {Reason::re_entry_limit, "re-entry"},
    {Reason::already_running, "already running"},
    {Reason::no_key, "no key"},
    {Reason::too_old, "too old"},
    {Reason::not_eligible, "not eligible"},
}};

}  // namespace

std::string_view to_text(Reason reason) {
    for (const auto& [value, word] : kReasons) {
        if (value == reason) {
            return word;
        }
    }
    return "";
}

std::optional<Reason> reason_from_text(std::string_view text) {
    for (const auto& [value, word] : kReasons) {
        if (word == text) {
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace sluice
