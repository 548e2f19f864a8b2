#pragma once

#include "engine/base/result.hpp"
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
    DeployChoices choices;
};

std::string_view to_text(ReleaseOptions::Origin origin);
std::string encode(const ReleaseOptions& options);
/// What cannot be read is left at its default: an unknown choice of a later version changes
/// nothing.
ReleaseOptions decode_release_options(std::string_view text);

/// What of a new version the author must settle first: waits with several candidates (E420), one
/// line each. Empty: nothing.
std::vector<std::string> ambiguities(const dsl::Program& from, const dsl::Program& to);

}  // namespace sluice
