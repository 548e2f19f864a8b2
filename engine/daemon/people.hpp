#pragma once

#include "engine/runtime/step.hpp"
#include "engine/store/store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// Who stands where, read from the stores of a running daemon or of a stopped one. Changes nothing;
/// sees what was committed. Cost: every customer's record is decoded once.
namespace sluice {

using Readers = std::vector<std::unique_ptr<Store>>;
/// Read-only views of every shard's file.
Result<Readers> open_shard_readers(const std::string& data);

/// Every customer of every shard in order of their numbers, but for records that were given to
/// another.
Result<void> each_customer(Readers& readers,
                           const std::function<Result<void>(Store&, CustomerNo, Customer)>& visit);

/// The releases a data directory knows and still needs, compiled. Errc::not_found when there is
/// none.
Result<std::shared_ptr<Releases>> compile_releases(Store& first);

/// People inside one flow. Each counts once a flow and once a wait, however many runs they have.
struct FlowPeople {
    std::uint64_t inside = 0;
    /// Of these, with a run that finishes an earlier version at a wait the current one has not.
    std::uint64_t earlier = 0;
    std::map<std::string, std::uint64_t> waits;  // by step id of the current version
};
struct People {
    std::uint32_t release = 0;
    std::string program_hash;
    std::uint64_t customers = 0;
    std::map<std::string, FlowPeople> flows;
    std::map<std::string, std::map<std::string, std::uint64_t>> states;  // by lifecycle, then state
};
Result<People> count_people(Readers& readers, const Releases& releases);

/// {"release","hash","customers","flows":{"Flow":{"inside","earlier","waits":{"s1":12}}},
/// "states":{"Lifecycle":{"State":12}}}, in order of names.
std::string render_json(const People& people);

/// A wait of a version that people may be in, for which a new version has several candidates
/// (E420).
struct UnclearWait {
    std::string flow, step, text;
    std::uint64_t people = 0;
};
/// What the author of `next` would have to say more about, with how many it matters to now. Looks
/// at people only when there is such a wait.
Result<std::vector<UnclearWait>> unclear_waits(Readers& readers, const Releases& releases,
                                               const dsl::Program& next);
/// As a refusal when somebody stands there, else as a note.
std::string describe(const UnclearWait& wait);

/// People inside each flow, by its name in their version.
Result<std::map<std::string, std::uint64_t>> people_in_flows(Readers& readers,
                                                             const Releases& releases);

}  // namespace sluice
