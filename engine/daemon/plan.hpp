#pragma once

#include "engine/daemon/people.hpp"
#include "engine/daemon/release.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// What a deploy would do to people, before it does it (language.md §5.10). Reads the stores of a
/// running daemon or of a stopped one; changes nothing.
namespace sluice {

/// Newest first, one object each.
std::string render_releases_json(const std::vector<Release>& releases);

/// One wait of a flow that changes.
struct PlanWait {
    std::string step, old_text, new_text;
    dsl::ParkMatch::How how = dsl::ParkMatch::How::none;
    bool fits = true;
    std::uint64_t people = 0;
    Instant last = kEpoch;      // when the last of them is due
    bool retimed = false;       // `--retime` names it
    std::uint64_t at_once = 0;  // of these people, those whose new wait is over already
};
struct PlanFlow {
    enum class Kind : std::uint8_t { added, changed, gone, renamed } kind = Kind::changed;
    std::string name, was_named, file;
    std::vector<PlanWait> waits;         // where people stand, or the wait itself changed
    std::vector<std::string> new_steps;  // texts of steps the old version did not have
    std::vector<std::string> gone_steps;
    std::uint64_t people = 0;
    std::uint64_t holding = 0;  // people who move, and for whom an `ends when` holds already
};
/// People who would be moved between states by the edit.
struct PlanState {
    std::string lifecycle, from, to;
    std::uint64_t people = 0;
    std::vector<std::string> would_start;  // flows that --fire would start
};
struct PlanMessages {
    std::uint64_t emails = 0, sms = 0, most = 0;  // most: for one person
};
struct Plan {
    std::uint32_t from_release = 0;
    std::string from_hash, to_hash;
    std::vector<PlanFlow> flows;
    std::vector<PlanState> states;
    std::string id;                     // see plan_id(); empty unless the caller names the files
    ReleaseOptions options;             // what it was asked to reckon with
    std::vector<std::string> refusals;  // E420 and the like: the deploy would be refused
    std::vector<std::string> notes;     // what would be refused if somebody stood there
    PlanMessages before, after;         // the next 24 hours of the people there are
    std::uint64_t customers = 0, looked_at = 0;
    [[nodiscard]] bool changes() const { return from_hash != to_hash; }
};

inline constexpr std::uint64_t kPlanSample = 20'000;

struct PlanRequest {
    Instant now;
    /// So many customers at most are gone through; counts are scaled up when there are more.
    std::uint64_t sample = kPlanSample;
    ReleaseOptions options;
};
Result<Plan> make_plan(Readers& readers, const Releases& releases,
                       std::shared_ptr<const dsl::Program> next, const PlanRequest& request);

/// What `--retime` names that is a wait of neither version, for a person; empty: nothing.
std::string unknown_retimes(const dsl::Program& from, const dsl::Program& to,
                            const DeployChoices& choices);

std::string render_text(const Plan& plan);
std::string render_json(const Plan& plan);

}  // namespace sluice
