#include "engine/daemon/experiments.hpp"

#include "engine/base/json_text.hpp"
#include "engine/daemon/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {
namespace {

std::string percent(std::int64_t scaled) {
    return dsl::to_text(Value::of_number(scaled)) + "%";
}

double rate(const VariantCount& count) {
    return static_cast<double>(count.converted) / static_cast<double>(count.measured);
}

ExperimentReport empty_report(const dsl::Program& program, const dsl::Experiment& experiment) {
    ExperimentReport out;
    out.name = experiment.name;
    out.winner_after = experiment.winner_after;
    if (experiment.measure.event != kNone) {
        out.measure = program.events[experiment.measure.event].name + " within " +
                      dsl::to_text(experiment.measure_within);
    }
    for (const auto& [name, share] : experiment.variants) {
        out.rows.push_back({name, share, {}});
    }
    if (experiment.holdout_scaled > 0) {
        out.rows.push_back({"holdout", experiment.holdout_scaled, {}});
    }
    return out;
}

void take(const Assignment& assignment, Instant now, ExperimentReport& out) {
    if (assignment.variant >= out.rows.size()) {
        return;
    }
    const bool over = assignment.until <= now;
    VariantCount& count = out.rows[assignment.variant].count;
    ++count.assigned;
    count.measured += over ? 1 : 0;
    count.converted += over && assignment.converted ? 1 : 0;
}

std::string row_json(const ExperimentReport::Row& row) {
    JsonObject out;
    out.text("name", row.name).json("share", dsl::to_text(Value::of_number(row.share_scaled)));
    out.number("assigned", static_cast<std::int64_t>(row.count.assigned));
    out.number("measured", static_cast<std::int64_t>(row.count.measured));
    out.number("converted", static_cast<std::int64_t>(row.count.converted));
    out.json("rate", row.count.measured == 0 ? "null" : fmt::format("{:.4f}", rate(row.count)));
    return out.take();
}

std::string winner_json(const ExperimentReport& report) {
    if (!report.decision) {
        return "null";
    }
    JsonObject out;
    out.text("variant", report.decision->name);
    out.text("since", format_rfc3339(report.decision->since));
    return out.text("counted_to", format_rfc3339(report.decision->counted_to)).take();
}

std::string verdict(const ExperimentReport& report) {
    if (report.decision) {
        return fmt::format(
            "  {} has won: everybody new gets it since {} (on what happened before {})\n",
            report.decision->name, format_rfc3339(report.decision->since),
            format_rfc3339(report.decision->counted_to));
    }
    if (report.winner_after > 0) {
        return fmt::format("  not decided; at the earliest after {} customers\n",
                           report.winner_after);
    }
    return "";
}

}  // namespace

Result<std::vector<ExperimentReport>> read_experiments(Readers& readers, const Releases& releases,
                                                       Instant now) {
    const ReadyProgram& ready = releases.ready();
    const dsl::Program& program = *ready.program;
    SLUICE_TRY(const auto kept, readers.front()->note(kDecisionsNote));
    SLUICE_TRY(const auto decisions, decode_decisions(kept));
    std::vector<ExperimentReport> out;
    for (std::size_t at = 0; at < program.experiments.size(); ++at) {
        out.push_back(empty_report(program, program.experiments[at]));
        if (const auto* made = decisions.find(ready.experiment_counts[at], now)) {
            out.back().decision = *made;
        }
    }
    if (out.empty()) {
        return out;
    }
    const auto& counts = ready.experiment_counts;
    SLUICE_TRY(each_customer(readers, [&](Store&, CustomerNo, const Customer& customer) {
        for (const Assignment& assignment : customer.assignments) {
            const auto place = std::find(counts.begin(), counts.end(), assignment.count);
            if (place != counts.end()) {
                take(assignment, now, out[static_cast<std::size_t>(place - counts.begin())]);
            }
        }
        return Result<void>(success());
    }));
    return out;
}

std::string render_json(const std::vector<ExperimentReport>& reports) {
    std::string list;
    for (const ExperimentReport& report : reports) {
        std::string rows;
        for (const ExperimentReport::Row& row : report.rows) {
            rows += (rows.empty() ? "" : ",") + row_json(row);
        }
        JsonObject one;
        one.text("name", report.name).text_or_null("measure", report.measure);
        one.number("winner_after", report.winner_after).json("variants", "[" + rows + "]");
        one.json("winner", winner_json(report));
        list += (list.empty() ? "" : ",") + one.take();
    }
    return JsonObject().json("experiments", "[" + list + "]").take() + "\n";
}

std::string render_text(const std::vector<ExperimentReport>& reports) {
    std::string out;
    for (const ExperimentReport& report : reports) {
        std::size_t widest = 8;
        for (const ExperimentReport::Row& row : report.rows) {
            widest = std::max(widest, row.name.size());
        }
        out += (out.empty() ? "" : "\n") + report.name;
        out += report.measure.empty() ? ": nothing is measured\n" : ": " + report.measure + "\n";
        out += fmt::format("  {:<{}}  {:>6}  {:>9}  {:>9}  {:>9}  {:>7}\n", "variant", widest,
                           "share", "customers", "time over", "of these", "rate");
        for (const ExperimentReport::Row& row : report.rows) {
            out += fmt::format(
                "  {:<{}}  {:>6}  {:>9}  {:>9}  {:>9}  {:>7}\n", row.name, widest,
                percent(row.share_scaled), row.count.assigned, row.count.measured,
                row.count.converted,
                row.count.measured == 0 ? "-" : fmt::format("{:.2f}%", 100 * rate(row.count)));
        }
        out += verdict(report);
    }
    return out.empty() ? "No flow has an experiment.\n" : out;
}

Result<std::string> Engine::experiments_json() {
    const auto releases = current_releases();
    SLUICE_TRY(auto readers, open_shard_readers(config_.data));
    SLUICE_TRY(const auto reports, read_experiments(readers, *releases, clock_.now()));
    return render_json(reports);
}

}  // namespace sluice
