#pragma once

#include "engine/base/result.hpp"
#include "engine/daemon/project.hpp"
#include "engine/runtime/step.hpp"
#include "engine/store/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// How a release came to be, and what its deploy asked for: kept beside it, so that a restart goes
/// on where a deploy was.
struct ReleaseOptions {
    enum class Origin : std::uint8_t {
        startup,   // the flows a daemon found when it started
        deploy,    // `sluice deploy`: from then on the directory of the daemon is not read any more
        rollback,  // an earlier release, deployed again
    };
    Origin origin = Origin::startup;
    bool drain = false;  // flows that are gone may have people inside; they finish the old way
    /// No run needs this release any more: it is kept for `rollback`, and not compiled at start.
    bool retired = false;
    DeployChoices choices;
};

std::string_view to_text(ReleaseOptions::Origin origin);
std::string encode(const ReleaseOptions& options);
/// What cannot be read is left at its default: an unknown choice of a later version changes
/// nothing.
ReleaseOptions decode_release_options(std::string_view text);

/// What a plan was made for, as one word: `3-5f2c9a10-77ab01cd-8e1d20c4` is the running release and
/// digests of its program, of the files of the directory, and of the flags. A deploy that is given
/// it changes nothing when any of them is another by then.
std::string plan_id(std::uint32_t release, std::string_view program_hash, const Project& project,
                    const ReleaseOptions& options);
/// What is different now from when the plan was made, for a person; empty: nothing.
std::string plan_difference(std::string_view planned, std::string_view now);

}  // namespace sluice
