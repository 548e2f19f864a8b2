// One flow to its picture: a walk over the steps in source order, which is how they are numbered.
#include "dsl/graph/phrases.hpp"
#include "dsl/graph/picture.hpp"
#include "dsl/words.hpp"

namespace sluice::dsl::graph {

namespace {

void add_detail(Node& node, std::string detail) {
    if (!detail.empty()) {
        node.details.push_back(std::move(detail));
    }
}

class Walk {
public:
    Walk(const Project& project, const std::string& flow) : sources_(project.sources) {
        const auto found = project.counts.find(flow);
        people_ = found == project.counts.end() ? nullptr : &found->second;
    }

    Sequence steps(const ast::Block& block) {
        Sequence out;
        for (const ast::Step& step : block) {
            out.push_back(one(step));
        }
        return out;
    }

private:
    Node one(const ast::Step& step) {
        ++number_;
        Node node;
        node.id = step.label.empty() ? "s" + std::to_string(number_) : step.label;
        if (people_ != nullptr && people_->contains(node.id)) {
            node.people = people_->at(node.id);
        }
        line_ = words(sources_, step.span);
        std::visit([&](const auto& written) { fill(node, written); }, step.node);
        return node;
    }

    /// Verb, and the author's words behind the step's first word.
    void head(Node& node, Kind kind, std::string_view verb) const {
        node.kind = kind;
        node.verb = verb;
        node.title = after_words(line_, 1);
    }

    /// A wait is named by its first part: `2 days, then until 10:00` has one detail.
    void plain_wait(Node& node) const {
        head(node, Kind::wait, "Wait");
        for (std::size_t comma = node.title.rfind(", "); comma != std::string::npos;
             comma = node.title.rfind(", ")) {
            node.details.insert(node.details.begin(), node.title.substr(comma + 2));
            node.title.resize(comma);
        }
    }
    void fill(Node& node, const ast::WaitDuration&) const { plain_wait(node); }
    void fill(Node& node, const ast::WaitUntil&) const { plain_wait(node); }

    void fill(Node& node, const ast::WaitForEvent& wait) {
        node.kind = Kind::wait;
        node.verb = "Wait";
        node.title = "for " + wait.event.event.text;
        add_detail(node, where_of(sources_, wait.event));
        add_detail(node, "up to " + words(sources_, wait.up_to.span));
        if (!wait.branches.empty()) {
            wait_ways(node, wait.branches, &wait.event, wait.up_to);
        }
    }
    void fill(Node& node, const ast::WaitUpTo& wait) {
        node.kind = Kind::wait;
        node.verb = "Wait";
        node.title = "up to " + words(sources_, wait.up_to.span);
        wait_ways(node, wait.branches, nullptr, wait.up_to);
    }

    /// The ways as written, then those that are there without being written: the awaited event and
    /// the end of the wait both lead on.
    void wait_ways(Node& node, const std::vector<ast::WaitBranch>& branches,
                   const ast::EventPattern* awaited, const ast::Duration& up_to) {
        bool timeout_written = false;
        bool awaited_written = awaited == nullptr;
        const std::string timeout = "after " + words(sources_, up_to.span);
        for (const ast::WaitBranch& branch : branches) {
            Way way;
            if (branch.event) {
                const bool all = branch.event->where == nullptr;
                const bool same =
                    awaited != nullptr && awaited->event.text == branch.event->event.text;
                awaited_written = awaited_written || (same && all);
                way.label =
                    same && all ? happening_in_short(*awaited) : happening(sources_, *branch.event);
            } else {
                timeout_written = true;
                way.label = timeout;
            }
            way.steps = steps(branch.block);
            node.ways.push_back(std::move(way));
        }
        if (!awaited_written) {
            const bool before_timeout = !branches.empty() && !branches.back().event;
            const auto place = node.ways.end() - (before_timeout ? 1 : 0);
            node.ways.insert(place, Way{happening_in_short(*awaited), {}});
        }
        if (!timeout_written) {
            node.ways.push_back({timeout, {}});
        }
    }

    void fill(Node& node, const ast::Send& send) {
        node.kind = kind_of(send.first.channel);
        node.verb = "Send " + std::string(channel_word(send.first.channel));
        node.title = send.first.message.text;
        if (send.alternative) {
            add_detail(node, "or " + std::string(channel_word(send.alternative->channel)) + " " +
                                 send.alternative->message.text);
        }
        add_detail(node, with_of(sources_, send.args));
        if (send.best_time_within) {
            add_detail(node, "at best time within " + words(sources_, send.best_time_within->span));
        }
        if (send.if_not_sent) {
            node.ways.push_back({"sent", {}});
            node.ways.push_back({"not sent", steps(*send.if_not_sent)});
        }
    }

    void fill(Node& node, const ast::If& written) {
        const bool single = written.arms.size() == 1;
        head(node, Kind::condition, "If");
        if (!single) {
            node.title = "the first that is true";
        }
        for (const ast::IfArm& arm : written.arms) {
            std::string label = single ? "yes" : words(sources_, arm.cond.span);
            node.ways.push_back({std::move(label), steps(arm.block)});
        }
        node.ways.push_back({"otherwise", {}});
        if (written.otherwise) {
            node.ways.back().steps = steps(*written.otherwise);
        }
    }

    void arms(Node& node, const std::vector<ast::SplitArm>& written) {
        for (const ast::SplitArm& arm : written) {
            std::string label =
                (arm.name.empty() ? "" : arm.name + " ") + percent(arm.percent_scaled);
            node.ways.push_back({std::move(label), steps(arm.block)});
        }
    }
    void fill(Node& node, const ast::Split& split) {
        node.kind = Kind::split;
        node.verb = "Split";
        node.title = "by chance";
        arms(node, split.arms);
    }
    void fill(Node& node, const ast::Experiment& experiment) {
        node.kind = Kind::experiment;
        node.verb = "Experiment";
        node.title = experiment.name.text;
        if (experiment.measure) {
            add_detail(node, "measure " + happening(sources_, *experiment.measure) + " within " +
                                 words(sources_, experiment.measure_within.span));
        }
        if (experiment.winner_after > 0) {
            add_detail(node, "winner after " + grouped(experiment.winner_after) + " customers");
        }
        if (experiment.bandit) {
            add_detail(node, "choose by bandit");
        }
        arms(node, experiment.variants);
        if (experiment.holdout_scaled > 0) {
            node.ways.push_back({"holdout " + percent(experiment.holdout_scaled), {}});
        }
    }

    void fill(Node& node, const ast::Repeat& repeat) {
        node.kind = Kind::repeat;
        node.verb = "Repeat";
        node.title = "up to " + grouped(repeat.times) + " times";
        if (repeat.until != nullptr) {
            add_detail(node, "until " + words(sources_, repeat.until->span));
        }
        node.ways.push_back({"", steps(repeat.block)});
    }

    void fill(Node& node, const ast::SetStep&) const { head(node, Kind::data, "Set"); }
    void fill(Node& node, const ast::AddStep&) const { head(node, Kind::data, "Add"); }
    void fill(Node& node, const ast::RemoveStep&) const { head(node, Kind::data, "Remove"); }
    void fill(Node& node, const ast::ClearStep&) const { head(node, Kind::data, "Clear"); }

    void fill(Node& node, const ast::CallStep& call) const {
        node.kind = Kind::call;
        node.verb = "Call";
        node.title = call.webhook.text;
        add_detail(node, with_of(sources_, call.args));
    }
    void fill(Node& node, const ast::RecordStep& record) const {
        node.kind = Kind::record;
        node.verb = "Record";
        node.title = record.event.text;
        add_detail(node, with_of(sources_, record.args));
    }
    static void fill(Node& node, const ast::StopStep& stop) {
        node.kind = Kind::stop;
        node.verb = "Stop";
        node.title = stop.because.empty() ? "" : "because \"" + stop.because + "\"";
    }
    static void fill(Node& node, const ast::StartFlowStep& start) {
        node.kind = Kind::start_flow;
        node.verb = "Start flow";
        node.title = start.flow.text;
    }
    static void fill(Node& node, const ast::MoveStep& move) {
        node.kind = Kind::move;
        node.verb = "Move customer";
        node.title = "to " + move.state.text;
    }

    const SourceSet& sources_;
    const std::map<std::string, std::int64_t>* people_ = nullptr;
    int number_ = 0;
    std::string line_;
};

/// Who is inside, and those whom no wait of this picture holds.
void add_people(const Project& project, Picture& picture) {
    const auto counts = project.counts.find(picture.name);
    if (counts == project.counts.end()) {
        return;
    }
    const auto& by_step = counts->second;
    if (const auto all = by_step.find(std::string(kInside)); all != by_step.end()) {
        picture.people = all->second;
    }
    const auto earlier = by_step.find(std::string(kEarlier));
    if (earlier != by_step.end() && earlier->second > 0) {
        picture.facts.push_back({Kind::rule, "Earlier version",
                                 people_words(earlier->second) +
                                     (earlier->second == 1 ? " finishes it" : " finish it")});
    }
}

}  // namespace

Picture picture_of(const Project& project, const ast::FlowDecl& flow) {
    Picture out;
    out.name = flow.name.text;
    out.description = flow.description;
    out.facts = facts_of(project.sources, flow);
    add_people(project, out);
    out.steps = Walk(project, flow.name.text).steps(flow.steps);
    return out;
}

}  // namespace sluice::dsl::graph
