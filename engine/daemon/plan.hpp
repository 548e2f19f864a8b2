#pragma once

#include "engine/daemon/project.hpp"
#include "engine/daemon/release.hpp"
#include "engine/store/store.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

/// What a deploy would do to people, before it does it (language.md §5.10). Reads the stores of a
/// running daemon or of a stopped one; changes nothing.
namespace sluice {

using Readers = std::vector<std::unique_ptr<Store>>;
/// Read-only views of every shard's file.
Result<Readers> open_shard_readers(const std::string& data);

/// The releases a data directory knows, compiled.
Result<std::shared_ptr<Releases>> compile_releases(Store& first);

/// People inside each flow, by name.
Result<std::map<std::string, std::uint64_t>> people_in_flows(Readers& readers,
                                                             const Releases& releases);

/// Newest first, one object each.
std::string render_releases_json(const std::vector<Release>& releases);

/// One wait of a flow that changes.
struct PlanWait {
    std::string step, old_text, new_text;
    dsl::ParkMatch::How how = dsl::ParkMatch::How::none;
    bool fits = true;
    std::uint64_t people = 0;
    Instant last = kEpoch;  // when the last of them is due
};
struct PlanFlow {
    enum class Kind : std::uint8_t { added, changed, gone, renamed } kind = Kind::changed;
    std::string name, was_named, file;
    std::vector<PlanWait> waits;         // where people stand, or the wait itself changed
    std::vector<std::string> new_steps;  // texts of steps the old version did not have
    std::vector<std::string> gone_steps;
    std::uint64_t people = 0;
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
    std::vector<std::string> refusals;  // E420 and the like
    PlanMessages before, after;         // the next 24 hours of the people there are
    std::uint64_t customers = 0, looked_at = 0;
    [[nodiscard]] bool changes() const { return from_hash != to_hash; }
};

/// `sample` customers at most are gone through in full; counts are scaled up when there are more.
Result<Plan> make_plan(Readers& readers, const Releases& releases,
                       std::shared_ptr<const dsl::Program> next, Instant now, std::uint64_t sample);

std::string render_text(const Plan& plan);
std::string render_json(const Plan& plan);

}  // namespace sluice
