#include "engine/runtime/coverage.hpp"

#include "engine/runtime/flow_test.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace sluice {
namespace {

/// More ways than a test of any size passes; the rest would say nothing new.
constexpr std::size_t kRerunsMax = 256;

std::string pattern_words(const dsl::Program& program, const dsl::EventPattern& pattern) {
    std::string out = program.events[pattern.event].name;
    if (pattern.filter != kNone) {
        out += " where " + program.conditions[pattern.filter].text;
    }
    return out;
}

/// Whether `event`, coming during a wait of the flow, always ends the run before the wait sees it:
/// the goal and `ends when` are asked first. No test can go that way.
bool ends_the_run_first(const dsl::Flow& flow, const dsl::EventPattern& event) {
    const auto covers = [&](const dsl::EventPattern& wide) {
        return wide.event == event.event && (wide.filter == kNone || wide.filter == event.filter);
    };
    return (flow.goal && covers(flow.goal->event)) ||
           std::any_of(flow.ends_when.begin(), flow.ends_when.end(), covers);
}

/// The ways out of an instruction, as numbered by Passage, in words. Empty words are no way; fewer
/// than two ways need no telling apart.
struct Ways {
    const dsl::Program& program;
    const dsl::Flow& flow;
    Index at;

    using Words = std::vector<std::string>;

    Words operator()(const dsl::OpBranch& op) const {
        const std::string& asked = program.conditions[op.condition].text;
        // The step is called after its first question; the others are told.
        const dsl::StepInfo& step = flow.steps[flow.code[at].step];
        const bool first = step.text.find(asked) != std::string::npos;
        const std::string more = first ? "" : " to " + asked;
        return {"yes" + more, "no" + more};
    }
    Words operator()(const dsl::OpAwait& op) const {
        Words out;
        for (const dsl::AwaitBranch& branch : op.branches) {
            const bool taken = ends_the_run_first(flow, branch.event);
            out.push_back(taken ? "" : "on " + pattern_words(program, branch.event));
        }
        out.emplace_back("timeout");
        return out;
    }
    Words operator()(const dsl::OpSplit& op) const {
        Words out;
        for (const dsl::SplitArm& arm : op.arms) {
            const std::string share = dsl::to_text(Value::of_number(arm.percent_scaled)) + "%";
            out.push_back(arm.name.empty() ? share : share + " " + arm.name);
        }
        return out;
    }
    Words operator()(const dsl::OpExperiment& op) const {
        const dsl::Experiment& experiment = program.experiments[op.experiment];
        Words out;
        for (const auto& [name, share] : experiment.variants) {
            out.push_back("variant " + name);
        }
        if (experiment.holdout_scaled > 0) {
            out.emplace_back("the holdout");
        }
        return out;
    }
    Words operator()(const dsl::OpLoop&) const { return {"another round", "out of the loop"}; }
    Words operator()(const dsl::OpSend& op) const {
        if (!op.alternative && op.not_sent == kNone) {
            return {};
        }
        return {"the first choice is sent", op.alternative ? "the second choice is sent" : "",
                op.not_sent == kNone ? "" : "not sent"};
    }
    Words operator()(const dsl::OpSleep& op) const {
        return op.then_until ? dated(*op.then_until) : Words{};
    }
    Words operator()(const dsl::OpUntil& op) const { return dated(op.until); }
    template <typename Plain>
    Words operator()(const Plain&) const {
        return {};
    }

private:
    static Words dated(const dsl::Until& until) {
        return std::holds_alternative<dsl::UntilMoment>(until)
                   ? Words{"the date is ahead", "the date is missing or past"}
                   : Words{};
    }
};

/// What has been passed in one flow: (instruction, outcome), kNone for having come there.
using Passed = std::set<std::pair<Index, Index>>;
/// Ways taken by force, by instruction.
using Forced = std::map<Index, Index>;

/// How many ways chance can take here; 0 where it has no say.
std::size_t chances(const dsl::Program& program, const dsl::Flow& flow, Index at) {
    const dsl::Instruction& instruction = flow.code[at];
    const bool drawn = std::holds_alternative<dsl::OpSplit>(instruction.op) ||
                       std::holds_alternative<dsl::OpExperiment>(instruction.op);
    return drawn ? std::visit(Ways{program, flow, at}, instruction.op).size() : 0;
}

/// One test, run until chance has gone every way that lies on its path.
class Explorer {
public:
    Explorer(const std::shared_ptr<const dsl::Program>& program, const dsl::Test& test,
             Passed& passed)
        : program_(program), test_(test), passed_(passed) {}

    void explore() {
        for (std::size_t runs = 0; !waiting_.empty() && runs <= kRerunsMax; ++runs) {
            const Forced forced = std::move(waiting_.back());
            waiting_.pop_back();
            run(forced);
        }
    }

private:
    void run(const Forced& forced) {
        Passed here;
        TestProbe probe;
        probe.passed = [&](const Passage& passage) {
            here.emplace(passage.instruction, passage.outcome);
        };
        probe.choose = [&](Index, Index instruction) -> std::optional<Index> {
            const auto told = forced.find(instruction);
            return told == forced.end() ? std::nullopt : std::optional(told->second);
        };
        run_flow_test(program_, test_, probe);
        plan(forced, here);
        passed_.merge(here);
    }

    /// Every other way of each choice on the path, unless some run has been sent there.
    void plan(const Forced& forced, const Passed& here) {
        const dsl::Flow& flow = program_->flows[test_.flow];
        for (const auto& [instruction, outcome] : here) {
            if (outcome != kNone) {
                seen_.emplace(instruction, outcome);
            }
        }
        for (const auto& [instruction, outcome] : here) {
            const std::size_t ways = outcome == kNone ? chances(*program_, flow, instruction) : 0;
            for (Index way = 0; way < ways; ++way) {
                if (seen_.emplace(instruction, way).second) {
                    Forced next = forced;
                    next[instruction] = way;
                    waiting_.push_back(std::move(next));
                }
            }
        }
    }

    const std::shared_ptr<const dsl::Program>& program_;
    const dsl::Test& test_;
    Passed& passed_;
    Passed seen_;  // ways taken or about to be
    std::vector<Forced> waiting_ = {Forced{}};
};

/// The ways out of one instruction, where there are several.
void add_ways(const dsl::Program& program, const dsl::Flow& flow, Index at, const Passed& passed,
              std::vector<CoveragePoint>& out) {
    const dsl::StepInfo& step = flow.steps[flow.code[at].step];
    const auto ways = std::visit(Ways{program, flow, at}, flow.code[at].op);
    for (Index way = 0; ways.size() > 1 && way < ways.size(); ++way) {
        if (!ways[way].empty()) {
            out.push_back({step.line, step.text, ways[way], passed.contains({at, way})});
        }
    }
}

/// The points of a flow. An `if` with several arms is one step and several instructions.
std::vector<CoveragePoint> points_of(const dsl::Program& program, const dsl::Flow& flow,
                                     const Passed& passed) {
    std::vector<CoveragePoint> out;
    for (Index step = 0; step < flow.steps.size(); ++step) {
        const std::size_t own = out.size();
        out.push_back({flow.steps[step].line, flow.steps[step].text, "", false});
        for (Index at = 0; at < flow.code.size(); ++at) {
            if (flow.code[at].step == step) {
                out[own].reached = out[own].reached || passed.contains({at, kNone});
                add_ways(program, flow, at, passed, out);
            }
        }
    }
    return out;
}

}  // namespace

std::size_t FlowCoverage::reached() const {
    return static_cast<std::size_t>(std::count_if(
        points.begin(), points.end(), [](const CoveragePoint& point) { return point.reached; }));
}

int FlowCoverage::percent() const {
    return points.empty() ? 100 : static_cast<int>(reached() * 100 / points.size());
}

std::vector<FlowCoverage> measure_coverage(const std::shared_ptr<const dsl::Program>& program) {
    std::vector<FlowCoverage> out(program->flows.size());
    std::vector<Passed> passed(program->flows.size());
    for (const dsl::Test& test : program->tests) {
        ++out[test.flow].tests;
        Explorer(program, test, passed[test.flow]).explore();
    }
    for (std::size_t flow = 0; flow < out.size(); ++flow) {
        out[flow].flow = &program->flows[flow];
        out[flow].points = points_of(*program, program->flows[flow], passed[flow]);
    }
    return out;
}

}  // namespace sluice
