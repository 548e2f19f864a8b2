#include "engine/base/civil_time.hpp"
#include "engine/base/json_text.hpp"
#include "engine/cli/history_input.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/runtime/simulate.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <set>

namespace sluice::cli {
namespace {

struct Options {
    std::string directory, events, people;
    std::vector<std::string> at;
    std::uint32_t every = 0;
    bool json = false;
};

constexpr Millis kDay{86'400'000};

/// Where everybody stood at some instants: the moves of a simulated history, in order of time.
class Standings {
public:
    Standings(const dsl::Program& program, const std::set<Instant>& asked) : asked_(asked) {
        for (const dsl::Lifecycle& lifecycle : program.lifecycles) {
            Table& table = tables_.emplace_back();
            table.name = lifecycle.name;
            for (const dsl::State& state : lifecycle.states) {
                table.states.push_back(state.name);  // nameless: outside a segment
            }
        }
    }

    void see(const TraceRow& row, std::string_view customer) {
        pass_to(row.at);
        if (row.kind != TraceKind::moved) {
            return;
        }
        const auto table = std::find_if(tables_.begin(), tables_.end(),
                                        [&](const Table& one) { return one.name == row.flow; });
        if (table != tables_.end()) {
            table->people[std::string(customer)] = {row.detail, row.at};
        }
    }

    /// Every asked instant before `now` has seen all that happened up to it.
    void pass_to(Instant now) {
        while (next_ != asked_.end() && *next_ < now) {
            for (Table& table : tables_) {
                keep(table, *next_);
            }
            ++next_;
        }
    }

    [[nodiscard]] std::string text() const {
        std::string out;
        for (const Table& table : tables_) {
            out += out.empty() ? "" : "\n";
            out += text_of(table);
        }
        return out;
    }

    [[nodiscard]] std::string json() const {
        std::string out;
        for (const Table& table : tables_) {
            for (const auto& [at, counts] : table.counts) {
                out += line_of(table, at, counts);
            }
        }
        return out;
    }

    /// One line a person, lifecycle and instant.
    [[nodiscard]] const std::string& people() const { return people_; }

private:
    struct Place {
        std::string state;
        Instant since;
    };
    using Counts = std::map<std::string, std::int64_t>;
    struct Table {
        std::string name;
        std::vector<std::string> states;
        std::map<std::string, Place> people;  // as of now
        std::vector<std::pair<Instant, Counts>> counts;
    };

    static std::int64_t count_of(const Counts& counts, const std::string& state) {
        const auto place = counts.find(state);
        return place == counts.end() ? 0 : place->second;
    }

    static std::string line_of(const Table& table, Instant at, const Counts& counts) {
        JsonObject states;
        for (const std::string& state : table.states) {
            if (!state.empty()) {
                states.number(state, count_of(counts, state));
            }
        }
        JsonObject line;
        line.text("at", format_rfc3339(at)).text("lifecycle", table.name);
        return line.json("customers", states.take()).take() + "\n";
    }

    void keep(Table& table, Instant at) {
        Counts counts;
        for (const auto& [customer, place] : table.people) {
            ++counts[place.state];
            if (place.state.empty()) {
                continue;
            }
            JsonObject line;
            line.text("at", format_rfc3339(at)).text("customer", customer);
            line.text("lifecycle", table.name).text("state", place.state);
            people_ += line.text("since", format_rfc3339(place.since)).take() + "\n";
        }
        table.counts.emplace_back(at, std::move(counts));
    }

    static std::string text_of(const Table& table) {
        std::size_t width = table.name.size();
        for (const std::string& state : table.states) {
            width = std::max(width, state.size());
        }
        std::string out = table.name + std::string(width - table.name.size(), ' ');
        for (const auto& [at, counts] : table.counts) {
            out += "  " + column(at);
        }
        out += "\n";
        for (const std::string& state : table.states) {
            if (state.empty()) {
                continue;
            }
            out += state + std::string(width - state.size(), ' ');
            for (const auto& [at, counts] : table.counts) {
                const std::string number = std::to_string(count_of(counts, state));
                const std::size_t room = column(at).size();
                out += "  " + std::string(room - std::min(room, number.size()), ' ') + number;
            }
            out += "\n";
        }
        return out;
    }

    /// The day alone when it is a midnight.
    static std::string column(Instant at) {
        const std::string text = format_rfc3339(at);
        return text.ends_with("T00:00:00Z") ? text.substr(0, 10) : text;
    }

    const std::set<Instant>& asked_;
    std::set<Instant>::const_iterator next_ = asked_.begin();
    std::vector<Table> tables_;
    std::string people_;
};

/// The instants somebody asks about; without any, that of the last event.
Result<std::set<Instant>> instants(const Options& options,
                                   const std::vector<InboundEvent>& history) {
    std::set<Instant> out;
    for (const std::string& text : options.at) {
        const bool date = text.size() == 10;
        const auto at = parse_rfc3339(date ? text + "T00:00:00Z" : text);
        if (!at) {
            return Error{Errc::invalid_argument,
                         "--at wants a date or a time such as "
                         "2026-03-01T00:00:00Z, and not \"" +
                             text + "\""};
        }
        out.insert(*at);
    }
    if (history.empty()) {
        return out;
    }
    const Instant last = history.back().occurred_at;
    if (options.every > 0) {
        const Millis step = kDay * options.every;
        const auto days = history.front().occurred_at.time_since_epoch() / kDay + 1;
        for (Instant at = kEpoch + kDay * days; at <= last; at += step) {
            out.insert(at);
        }
    }
    if (out.empty()) {
        out.insert(last);
    }
    return out;
}

Result<void> write_people(const std::string& path, const std::string& lines) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    const bool opened = file != nullptr;
    bool written = opened && std::fwrite(lines.data(), 1, lines.size(), file) == lines.size();
    written = opened && std::fclose(file) == 0 && written;
    return written ? Result<void>(success())
                   : Error{Errc::io, "cannot write the people to \"" + path + "\""};
}

int run(const Options& options) {
    int exit_code = kDone;
    const auto input = read_project(options.directory, Findings::text, exit_code);
    if (!input) {
        return exit_code;
    }
    const dsl::Program& program = *input->compiled.program;
    if (program.lifecycles.empty()) {
        std::fprintf(stderr, "sluice: no lifecycle is declared in %s\n", options.directory.c_str());
        return kFindings;
    }
    auto history = read_history(options.events);
    if (!history.has_value()) {
        return report(history.error());
    }
    const auto asked = instants(options, history.value());
    if (!asked.has_value()) {
        report(asked.error());
        return kUsage;
    }
    if (asked.value().empty()) {
        std::fprintf(stderr, "sluice: %s holds no events\n", options.events.c_str());
        return kFindings;
    }
    Simulation::Options simulation;
    simulation.until = *asked.value().rbegin() + Millis{1};
    simulation.moves = true;
    Simulation simulated(input->compiled.program, simulation);
    for (const InboundEvent& event : history.value()) {
        simulated.add(event);
    }
    history.value().clear();
    Standings standings(program, asked.value());
    simulated.visit(
        [&](const TraceRow& row, std::string_view customer) { standings.see(row, customer); }, {});
    standings.pass_to(kNever);
    if (!options.people.empty()) {
        if (const auto written = write_people(options.people, standings.people());
            !written.has_value()) {
            return report(written.error());
        }
    }
    std::fputs((options.json ? standings.json() : standings.text()).c_str(), stdout);
    return kDone;
}

}  // namespace

void add_states(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand(
        "states", "How many customers a history leaves in each state, and who they are");
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    verb->add_option("--events", options->events, "NDJSON file of Segment calls")->required();
    verb->add_option("--at", options->at,
                     "A date (midnight UTC) or a time (RFC 3339), with what happened at it; may be "
                     "given again; default: the last event");
    verb->add_option("--every", options->every, "Also every so many days from the first event on");
    verb->add_option("--people", options->people, "Who stands where, to a file (NDJSON)");
    verb->add_flag("--json", options->json, "The counts as NDJSON, on standard output");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
