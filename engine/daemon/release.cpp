#include "engine/daemon/release.hpp"

#include "engine/base/hash.hpp"

#include <algorithm>
#include <charconv>

namespace sluice {
namespace {

std::uint32_t rate_of(std::string_view text) {
    std::uint32_t rate = 0;
    std::from_chars(text.data(), text.data() + text.size(), rate);
    return rate == 0 ? kRetimesPerMinute : rate;
}

}  // namespace

std::string_view to_text(ReleaseOptions::Origin origin) {
    switch (origin) {
        case ReleaseOptions::Origin::startup:
            return "startup";
        case ReleaseOptions::Origin::deploy:
            return "deploy";
        case ReleaseOptions::Origin::rollback:
            return "rollback";
    }
    return "startup";
}

std::string encode(const ReleaseOptions& options) {
    std::string out = "origin " + std::string(to_text(options.origin)) + "\n";
    out += options.drain ? "drain\n" : "";
    out += options.choices.fire ? "fire\n" : "";
    out += options.choices.sweep ? "sweep\n" : "";
    out += options.choices.stop ? "stop\n" : "";
    out += options.retired ? "retired\n" : "";
    for (const std::string& wait : options.choices.retime) {
        out += "retime " + wait + "\n";
    }
    if (options.choices.retime_per_minute != kRetimesPerMinute) {
        out += "retime-rate " + std::to_string(options.choices.retime_per_minute) + "\n";
    }
    return out;
}

ReleaseOptions decode_release_options(std::string_view text) {
    ReleaseOptions out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line == "origin deploy") {
            out.origin = ReleaseOptions::Origin::deploy;
        } else if (line == "origin rollback") {
            out.origin = ReleaseOptions::Origin::rollback;
        } else if (line.starts_with("retime ")) {
            out.choices.retime.emplace_back(line.substr(7));
        } else if (line.starts_with("retime-rate ")) {
            out.choices.retime_per_minute = rate_of(line.substr(12));
        }
        out.retired = out.retired || line == "retired";
        out.drain = out.drain || line == "drain";
        out.choices.fire = out.choices.fire || line == "fire";
        out.choices.sweep = out.choices.sweep || line == "sweep";
        out.choices.stop = out.choices.stop || line == "stop";
    }
    return out;
}

namespace {

constexpr std::size_t kDigits = 8;

std::string short_digest(std::string_view what, std::string_view of) {
    return to_hex(digest({"plan", what, of})).substr(0, kDigits);
}

/// `a-b-c-d` in its four parts; empty when it is no such thing.
std::vector<std::string_view> parts_of(std::string_view id) {
    std::vector<std::string_view> parts;
    for (std::size_t from = 0; from <= id.size();) {
        const std::size_t end = std::min(id.find('-', from), id.size());
        parts.push_back(id.substr(from, end - from));
        from = end + 1;
    }
    const bool whole = parts.size() == 4 && !parts[0].empty() && parts[1].size() == kDigits &&
                       parts[2].size() == kDigits && parts[3].size() == kDigits;
    return whole ? parts : std::vector<std::string_view>{};
}

}  // namespace

std::string plan_id(std::uint32_t release, std::string_view program_hash, const Project& project,
                    const ReleaseOptions& options) {
    ReleaseOptions flags = options;
    flags.origin = ReleaseOptions::Origin::deploy;
    return std::to_string(release) + "-" + short_digest("release", program_hash) + "-" +
           short_digest("files", encode(project)) + "-" + short_digest("flags", encode(flags));
}

std::string plan_difference(std::string_view planned, std::string_view now) {
    const auto then = parts_of(planned);
    const auto here = parts_of(now);
    if (then.empty()) {
        return "`" + std::string(planned) + "` is no plan: `sluice plan` prints one as `Plan ...`";
    }
    if (then[0] != here[0] || then[1] != here[1]) {
        return "the plan was made while release " + std::string(then[0]) +
               " ran, and now release " + std::string(here[0]) +
               " runs: run `sluice plan` again and look at what is different";
    }
    if (then[2] != here[2]) {
        return "the files are not those the plan was made of: run `sluice plan` again and look at "
               "what is different";
    }
    if (then[3] != here[3]) {
        return "the plan was made with other flags: give `plan` and `deploy` the same --drain, "
               "--stop, --fire, --sweep, --retime and --retime-rate";
    }
    return "";
}

}  // namespace sluice
