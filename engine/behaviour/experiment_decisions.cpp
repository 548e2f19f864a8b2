#include "engine/behaviour/experiment_decisions.hpp"

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"
#include "engine/model/codec.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::uint8_t kDecisionsVersion = 1;

bool deciding(const dsl::Experiment& experiment) {
    return experiment.winner_after > 0 && experiment.measure.event != kNone;
}

}  // namespace

std::int64_t decision_day(Instant now) {
    return utc_day(now - kDecisionLag);
}

Instant decision_due(std::int64_t day) {
    return utc_midnight(day) + kDecisionLag;
}

bool decides(const dsl::Program& program) {
    return std::any_of(program.experiments.begin(), program.experiments.end(), deciding);
}

std::vector<std::uint64_t> experiment_counts(const dsl::Program& program) {
    std::vector<std::uint64_t> out;
    out.reserve(program.experiments.size());
    for (const dsl::Experiment& experiment : program.experiments) {
        out.push_back(hash64(dsl::dump(program, experiment)));
    }
    return out;
}

const ExperimentDecision* ExperimentDecisions::find(std::uint64_t count, Instant at) const {
    const auto place =
        std::find_if(made.begin(), made.end(), [&](const ExperimentDecision& decision) {
            return decision.count == count && decision.since <= at;
        });
    return place == made.end() ? nullptr : &*place;
}

void ExperimentDecisions::look_at(const dsl::Program& program,
                                  const std::vector<std::uint64_t>& counts,
                                  const ExperimentTally& tally, std::int64_t at) {
    for (std::size_t index = 0; index < counts.size(); ++index) {
        const dsl::Experiment& experiment = program.experiments[index];
        if (!deciding(experiment) || find(counts[index], kNever) != nullptr) {
            continue;
        }
        VariantCounts known = tally.before(counts[index], experiment.variants.size() + 1, at);
        const auto winner = find_winner(experiment, known);
        if (!winner) {
            continue;
        }
        made.push_back({counts[index], experiment.name, *winner, experiment.variants[*winner].first,
                        utc_midnight(at), decision_due(at), std::move(known)});
    }
    // An experiment that no flow has any more is the first to be forgotten.
    const auto gone = [&](const ExperimentDecision& decision) {
        return std::find(counts.begin(), counts.end(), decision.count) == counts.end();
    };
    while (made.size() > limits::kDecisionsMax) {
        const auto oldest = std::find_if(made.begin(), made.end(), gone);
        made.erase(oldest == made.end() ? made.begin() : oldest);
    }
}

void ExperimentDecisions::look(const dsl::Program& program, const ExperimentTally& tally,
                               std::int64_t to) {
    const auto first = tally.first_day();
    if (day && first) {
        const auto counts = experiment_counts(program);
        for (std::int64_t at = std::max(*day, *first) + 1; at <= to; ++at) {
            look_at(program, counts, tally, at);
        }
    }
    day = std::max(day.value_or(to), to);
}

std::string encode(const ExperimentDecisions& decisions) {
    ByteWriter out;
    out.byte(kDecisionsVersion);
    out.byte(decisions.day ? 1 : 0);
    out.signed_number(decisions.day.value_or(0));
    out.number(decisions.made.size());
    for (const ExperimentDecision& decision : decisions.made) {
        out.number(decision.count);
        out.text(decision.experiment);
        out.number(decision.variant);
        out.text(decision.name);
        out.instant(decision.counted_to);
        out.instant(decision.since);
        out.number(decision.counts.size());
        for (const VariantCount& count : decision.counts) {
            out.number(count.assigned);
            out.number(count.measured);
            out.number(count.converted);
        }
    }
    return out.take();
}

Result<ExperimentDecisions> decode_decisions(std::string_view bytes) {
    ExperimentDecisions out;
    if (bytes.empty()) {
        return out;
    }
    ByteReader in(bytes);
    if (in.byte() != kDecisionsVersion) {
        return Error{Errc::corrupt, "stored experiment decisions have an unknown version"};
    }
    const bool looked = in.byte() != 0;
    const std::int64_t day = in.signed_number();
    if (looked) {
        out.day = day;
    }
    out.made.resize(in.count());
    for (ExperimentDecision& decision : out.made) {
        decision.count = in.number();
        decision.experiment = in.text();
        decision.variant = static_cast<std::uint32_t>(in.number());
        decision.name = in.text();
        decision.counted_to = in.instant();
        decision.since = in.instant();
        decision.counts.resize(in.count());
        for (VariantCount& count : decision.counts) {
            count.assigned = in.number();
            count.measured = in.number();
            count.converted = in.number();
        }
    }
    if (in.failed() || !in.at_end()) {
        return Error{Errc::corrupt, "stored experiment decisions are cut short or too long"};
    }
    return out;
}

}  // namespace sluice
