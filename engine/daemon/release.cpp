#include "engine/daemon/release.hpp"

namespace sluice {

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
    for (const std::string& wait : options.choices.retime) {
        out += "retime " + wait + "\n";
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
        }
        out.drain = out.drain || line == "drain";
        out.choices.fire = out.choices.fire || line == "fire";
        out.choices.sweep = out.choices.sweep || line == "sweep";
        out.choices.stop = out.choices.stop || line == "stop";
    }
    return out;
}

std::vector<std::string> ambiguities(const dsl::Program& from, const dsl::Program& to) {
    std::vector<std::string> out;
    const dsl::ProgramMatch match = dsl::match_programs(from, to);
    for (const dsl::FlowMatch& flow : match.flows) {
        const dsl::Flow& old_flow = from.flows[flow.old_flow];
        for (const dsl::ParkMatch& park : flow.parks) {
            if (park.how == dsl::ParkMatch::How::ambiguous) {
                const dsl::StepInfo& step = old_flow.steps[old_flow.code[park.old_pc].step];
                out.push_back("E420: in `" + old_flow.name + "` the wait `" + step.text + "` (@" +
                              step.id + ") could now be one of several; give it a label, or say " +
                              "`change " + old_flow.name + " { @" + step.id + " moves to @… }`");
            }
        }
    }
    return out;
}

}  // namespace sluice
