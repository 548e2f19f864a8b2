#include "tests/oracle/reference/interpreter.hpp"

#include "dsl/value.hpp"

#include <algorithm>

namespace sluice::reference {

namespace ast = dsl::ast;

namespace {

template <class Node>
const Node* header(const ast::FlowDecl& flow) {
    for (const ast::Header& line : flow.headers) {
        if (const auto* node = std::get_if<Node>(&line.node)) {
            return node;
        }
    }
    return nullptr;
}

const std::vector<ast::WaitBranch>& branches_of(const ast::Step& wait) {
    static const std::vector<ast::WaitBranch> none;
    if (const auto* several = std::get_if<ast::WaitUpTo>(&wait.node)) {
        return several->branches;
    }
    const auto* one = std::get_if<ast::WaitForEvent>(&wait.node);
    return one == nullptr ? none : one->branches;
}

const ast::Block* timeout_of(const ast::Step& wait) {
    for (const ast::WaitBranch& branch : branches_of(wait)) {
        if (!branch.event) {
            return &branch.block;
        }
    }
    return nullptr;
}

std::uint8_t weekday_bit(const std::string& name) {
    const std::vector<std::string> days = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                           "Friday", "Saturday", "Sunday"};
    return static_cast<std::uint8_t>(
        1U << static_cast<unsigned>(std::find(days.begin(), days.end(), name) - days.begin()));
}

template <class Concerns>
bool ends_on(const ast::FlowDecl& flow, Concerns concerns) {
    return std::any_of(flow.headers.begin(), flow.headers.end(), [&](const ast::Header& line) {
        const auto* ends = std::get_if<ast::HeaderEndsWhen>(&line.node);
        const auto* change = ends == nullptr ? nullptr : std::get_if<ast::StateChange>(&ends->node);
        return change != nullptr && concerns(*change);
    });
}

template <class Concerns>
bool starts_on(const ast::FlowDecl& flow, Concerns concerns) {
    return std::any_of(flow.headers.begin(), flow.headers.end(), [&](const ast::Header& line) {
        const auto* start = std::get_if<ast::HeaderStart>(&line.node);
        const auto* when =
            start == nullptr ? nullptr : std::get_if<ast::StartWhenState>(&start->node);
        return when != nullptr && concerns(when->change);
    });
}

}  // namespace

Interpreter::Interpreter(const ast::File& file, Zone zone, std::vector<ast::Duration> lengths)
    : lengths_(std::move(lengths)), zone_(zone) {
    for (const ast::Decl& decl : file.decls) {
        if (const auto* flow = std::get_if<ast::FlowDecl>(&decl.node)) {
            flows_.push_back(flow);
        } else if (const auto* lifecycle = std::get_if<ast::LifecycleDecl>(&decl.node)) {
            lifecycles_.push_back(lifecycle);
        }
    }
    std::stable_sort(flows_.begin(), flows_.end(),
                     [this](const auto* a, const auto* b) { return priority(*a) > priority(*b); });
}

void Interpreter::say(const std::string& what) {
    log_.push_back(format_rfc3339(now_) + " " + what);
}

Instant Interpreter::later(Instant at, const ast::Duration& duration) const {
    return add(at, {duration.months, duration.days, duration.seconds}, zone_);
}

// ---- time

Instant Interpreter::next_look(Instant after) const {
    const bool watched =
        !lifecycles_.empty() || std::any_of(runs_.begin(), runs_.end(), [](const Run& run) {
            return std::any_of(
                run.flow->headers.begin(), run.flow->headers.end(), [](const ast::Header& line) {
                    const auto* ends = std::get_if<ast::HeaderEndsWhen>(&line.node);
                    return ends != nullptr && std::holds_alternative<ast::CondPtr>(ends->node);
                });
        });
    const auto place = std::upper_bound(looks_.begin(), looks_.end(), after);
    return watched && place != looks_.end() ? *place : kNever;
}

void Interpreter::pass_to(Instant at) {
    Instant looked = now_;
    while (true) {
        Instant due = next_look(looked);
        for (const Run& run : runs_) {
            due = std::min(due, run.due);
        }
        if (due > at) {
            break;
        }
        now_ = std::max(now_, due);
        looked = now_;
        if (met_) {
            settle();
            check_conditions();
            announce();
        }
        std::vector<std::pair<std::size_t, std::size_t>> round;
        for (const Run& run : runs_) {
            if (run.due <= due) {
                round.emplace_back(run.order, run.id);
            }
        }
        std::sort(round.begin(), round.end());
        for (const auto& [order, id] : round) {
            const auto run = std::find_if(runs_.begin(), runs_.end(),
                                          [id = id](const Run& one) { return one.id == id; });
            if (run->due > due) {
                continue;
            }
            run->due = kNever;
            if (run->state == State::over) {
                continue;  // nobody watches for its goal any more
            }
            wake(*run, timeout_of(*run->waits_at));
            advance(*run);
            announce();
        }
        std::erase_if(runs_,
                      [](const Run& run) { return run.state == State::over && run.due == kNever; });
    }
}

void Interpreter::meet(Instant at) {
    now_ = at;
    met_ = true;
    settle();
    announce();
}

void Interpreter::happen(Event event) {
    pass_to(event.at);
    now_ = event.at;
    event.ordinal = past_.size() + 1;
    past_.push_back(event);
    for (const ast::Duration& first : lengths_) {
        const Instant once = later(event.at, first);
        looks_.insert(looks_.end(), {once, once + Millis{1}});
        for (const ast::Duration& second : lengths_) {
            looks_.push_back(later(once, second));
        }
    }
    std::sort(looks_.begin(), looks_.end());
    settle();
    for (Run& run : runs_) {
        const bool watches = run.state != State::over || run.due != kNever;
        if (watches && !reaches_goal(run, event) && run.state != State::over &&
            !leaves(run, event)) {
            static_cast<void>(receive(run, event));
        }
    }
    start_flows(event);
    advance_all();
    announce();
    std::erase_if(runs_,
                  [](const Run& run) { return run.state == State::over && run.due == kNever; });
}

// ---- states

/// The first state whose condition holds, asked anew.
void Interpreter::settle() {
    for (const ast::LifecycleDecl* lifecycle : lifecycles_) {
        for (const ast::StateDecl& state : lifecycle->states) {
            if (!state.otherwise && !holds(*state.when, {})) {
                continue;
            }
            std::string& here = states_[lifecycle];
            if (here != state.name.text) {
                moves_.push_back({lifecycle, here, state.name.text});
                here = state.name.text;
            }
            break;
        }
    }
}

/// Moves are told after what caused them, one after the other.
void Interpreter::announce() {
    while (!moves_.empty() || recheck_) {
        if (moves_.empty()) {
            recheck_ = false;
            check_conditions();
            continue;
        }
        const Move move = moves_.front();
        moves_.erase(moves_.begin());
        const auto concerns = [&](const ast::StateChange& change) {
            return change.kind == ast::StateChange::Kind::enters ? change.state.text == move.to
                                                                 : change.state.text == move.from;
        };
        for (Run& run : runs_) {
            if (run.state != State::over && ends_on(*run.flow, concerns)) {
                end(run, "ends when");
            }
        }
        check_conditions();
        for (const ast::FlowDecl* flow : flows_) {
            if (starts_on(*flow, concerns)) {
                try_start(*flow, nullptr, "");
            }
        }
        advance_all();
    }
}

bool Interpreter::ends_by_condition(Run& run) {
    for (const ast::Header& line : run.flow->headers) {
        const auto* ends = std::get_if<ast::HeaderEndsWhen>(&line.node);
        const auto* cond = ends == nullptr ? nullptr : std::get_if<ast::CondPtr>(&ends->node);
        if (cond != nullptr && run.state != State::over && holds(**cond, {&run, nullptr})) {
            end(run, "ends when");
            return true;
        }
    }
    return false;
}

void Interpreter::check_conditions() {
    for (Run& run : runs_) {
        static_cast<void>(ends_by_condition(run));
    }
}

// ---- headers

int Interpreter::priority(const ast::FlowDecl& flow) const {
    const auto* line = header<ast::HeaderPriority>(flow);
    return line == nullptr || line->level == "normal" ? 1 : line->level == "high" ? 2 : 0;
}

bool Interpreter::reaches_goal(Run& run, const Event& event) {
    const auto* goal = header<ast::HeaderGoal>(*run.flow);
    if (goal == nullptr || !fits(goal->event, event, {&run, nullptr})) {
        return false;
    }
    say("goal " + run.flow->name.text);
    if (run.state != State::over) {
        end(run, "goal");
    }
    run.due = kNever;
    return true;
}

bool Interpreter::leaves(Run& run, const Event& event) {
    for (const ast::Header& line : run.flow->headers) {
        const auto* ends = std::get_if<ast::HeaderEndsWhen>(&line.node);
        const auto* pattern =
            ends == nullptr ? nullptr : std::get_if<ast::EventPattern>(&ends->node);
        if (pattern != nullptr && fits(*pattern, event, {&run, nullptr})) {
            end(run, "ends when");
            return true;
        }
    }
    return ends_by_condition(run);
}

void Interpreter::end(Run& run, const std::string& why) {
    say("ended " + run.flow->name.text + ": " + why);
    run.state = State::over;
    run.due = kNever;
    const auto* goal = header<ast::HeaderGoal>(*run.flow);
    if (goal != nullptr && goal->within) {
        const Instant closes = later(run.entered_at, *goal->within);
        run.due = closes > now_ ? closes : kNever;
    }
}

void Interpreter::start_flows(const Event& event) {
    for (const ast::FlowDecl* flow : flows_) {
        for (const ast::Header& line : flow->headers) {
            const auto* start = std::get_if<ast::HeaderStart>(&line.node);
            const auto* when =
                start == nullptr ? nullptr : std::get_if<ast::StartWhenEvent>(&start->node);
            if (when == nullptr || !fits(when->event, event, {})) {
                continue;
            }
            try_start(*flow, &event, when->binding);
            break;
        }
    }
}

void Interpreter::try_start(const ast::FlowDecl& flow, const Event* event,
                            const std::string& binding) {
    Run run;
    run.id = next_run_;
    run.flow = &flow;
    run.entered_at = now_;
    run.entered_ordinal = past_.size();
    run.frames.push_back({&flow.steps, 0, nullptr, 0});
    if (event != nullptr && !binding.empty()) {
        run.bound[binding] = *event;
    }
    if (const auto* per = header<ast::HeaderOneRunPer>(flow)) {
        run.key = run.bound.at(per->path.words[0]).texts.at(per->path.words[1]);
    }
    if (!may_start(flow, run)) {
        return;
    }
    const auto* overlap = header<ast::HeaderWhileRunning>(flow);
    for (Run& other : runs_) {
        if (overlap != nullptr && overlap->restart && other.flow == &flow && other.key == run.key &&
            other.state != State::over) {
            end(other, "restarted");
            other.due = kNever;
        }
    }
    ++next_run_;
    entries_[{flow.name.text, run.key}] = now_;
    say("entered " + flow.name.text);
    runs_.push_back(std::move(run));
}

bool Interpreter::may_start(const ast::FlowDecl& flow, const Run& candidate) {
    const auto* only_if = header<ast::HeaderOnlyIf>(flow);
    if (only_if != nullptr && !holds(*only_if->cond, {&candidate, nullptr})) {
        return false;
    }
    for (const ast::Header& line : flow.headers) {
        const auto* ends = std::get_if<ast::HeaderEndsWhen>(&line.node);
        const auto* cond = ends == nullptr ? nullptr : std::get_if<ast::CondPtr>(&ends->node);
        if (cond != nullptr && holds(**cond, {&candidate, nullptr})) {
            return false;  // it would end as it begins
        }
    }
    const auto* overlap = header<ast::HeaderWhileRunning>(flow);
    const bool restart = overlap != nullptr && overlap->restart;
    for (const Run& run : runs_) {
        if (!restart && run.flow == &flow && run.key == candidate.key && run.state != State::over) {
            return false;
        }
    }
    const auto* again = header<ast::HeaderReEntry>(flow);
    const auto last = entries_.find({flow.name.text, candidate.key});
    if (again == nullptr || last == entries_.end() ||
        again->kind == ast::HeaderReEntry::Kind::any_time) {
        return true;
    }
    return again->kind == ast::HeaderReEntry::Kind::after &&
           now_ >= later(last->second, again->after);
}

// ---- steps

void Interpreter::advance_all() {
    std::vector<std::pair<int, std::size_t>> runnable;
    for (const Run& run : runs_) {
        if (run.state == State::running) {
            runnable.emplace_back(-priority(*run.flow), run.id);
        }
    }
    std::sort(runnable.begin(), runnable.end());
    for (const auto& [order, id] : runnable) {
        advance(*std::find_if(runs_.begin(), runs_.end(),
                              [id = id](const Run& run) { return run.id == id; }));
    }
}

void Interpreter::advance(Run& run) {
    while (run.state == State::running) {
        if (run.frames.empty()) {
            end(run, "completed");
            return;
        }
        Frame& frame = run.frames.back();
        if (frame.at < frame.block->size()) {
            if (!perform(run, (*frame.block)[frame.at++])) {
                return;
            }
            continue;
        }
        const bool again =
            frame.loop != nullptr && frame.rounds < frame.loop->times &&
            !(frame.loop->until != nullptr && holds(*frame.loop->until, {&run, nullptr}));
        if (again) {
            frame.at = 0;
            ++frame.rounds;
        } else {
            run.frames.pop_back();
        }
    }
}

/// False: the run sleeps or is over.
bool Interpreter::perform(Run& run, const ast::Step& step) {
    if (const auto* wait = std::get_if<ast::WaitDuration>(&step.node)) {
        Instant due = later(now_, wait->duration);
        if (wait->then_until) {
            due = until(*wait->then_until, due, true);
        }
        return sleep_until(run, step, due, State::asleep);
    }
    if (const auto* wait = std::get_if<ast::WaitUntil>(&step.node)) {
        return sleep_until(run, step, until(wait->until, now_, false), State::asleep);
    }
    if (const auto* wait = std::get_if<ast::WaitForEvent>(&step.node)) {
        return sleep_until(run, step, later(now_, wait->up_to), State::awaiting);
    }
    if (const auto* wait = std::get_if<ast::WaitUpTo>(&step.node)) {
        return sleep_until(run, step, later(now_, wait->up_to), State::awaiting);
    }
    if (const auto* send = std::get_if<ast::Send>(&step.node)) {
        say(std::string("sent ") +
            (send->first.channel == ast::Channel::email ? "email " : "sms ") +
            send->first.message.text);
        return true;
    }
    if (const auto* choice = std::get_if<ast::If>(&step.node)) {
        for (const ast::IfArm& arm : choice->arms) {
            if (holds(arm.cond, {&run, nullptr})) {
                run.frames.push_back({&arm.block, 0, nullptr, 0});
                return true;
            }
        }
        if (choice->otherwise) {
            run.frames.push_back({&*choice->otherwise, 0, nullptr, 0});
        }
        return true;
    }
    if (const auto* loop = std::get_if<ast::Repeat>(&step.node)) {
        // At its end: whether there is a first round is asked like for every other.
        run.frames.push_back({&loop->block, loop->block.size(), loop, 0});
        return true;
    }
    if (const auto* set = std::get_if<ast::SetStep>(&step.node)) {
        const std::int64_t value = *number(set->value, {&run, nullptr});
        recheck_ = recheck_ || traits_[set->path.words[1]] != value;
        traits_[set->path.words[1]] = value;
        settle();
        return true;
    }
    if (const auto* more = std::get_if<ast::AddStep>(&step.node)) {
        const std::int64_t value = *number(more->value, {&run, nullptr});
        recheck_ = recheck_ || value != 0;
        traits_[more->path.words[1]] += value;
        settle();
        return true;
    }
    const auto& stop = std::get<ast::StopStep>(step.node);
    end(run, stop.because.empty() ? "stopped" : stop.because);
    return false;
}

bool Interpreter::sleep_until(Run& run, const ast::Step& step, Instant due, State state) {
    run.waits_at = &step;
    if (due <= now_) {
        return true;
    }
    run.state = state;
    run.due = due;
    run.order = next_order_++;
    return false;
}

Instant Interpreter::until(const ast::Until& until, Instant from, bool inclusive) const {
    if (const auto* time = std::get_if<ast::UntilTime>(&until.node)) {
        return next_local(from, time->at.minutes, kEveryDay, inclusive, zone_);
    }
    if (const auto* day = std::get_if<ast::UntilNamedDay>(&until.node)) {
        return next_local(from, day->at.minutes, weekday_bit(day->day.text), inclusive, zone_);
    }
    if (const auto* kind = std::get_if<ast::UntilDayKind>(&until.node)) {
        return next_local(from, kind->at.minutes, kind->weekend ? 0x60 : 0x1f, inclusive, zone_);
    }
    const auto& between = std::get<ast::UntilBetween>(until.node);
    return in_window(from, between.from.minutes, between.to.minutes, zone_)
               ? from
               : next_local(from, between.from.minutes, kEveryDay, true, zone_);
}

void Interpreter::wake(Run& run, const Block* block) {
    run.state = State::running;
    run.due = kNever;
    if (block != nullptr) {
        run.frames.push_back({block, 0, nullptr, 0});
    }
}

/// A waiting run takes the first branch that fits.
bool Interpreter::receive(Run& run, const Event& event) {
    if (run.state != State::awaiting) {
        return false;
    }
    const Scope scope{&run, nullptr};
    const auto* one = std::get_if<ast::WaitForEvent>(&run.waits_at->node);
    for (const ast::WaitBranch& branch : branches_of(*run.waits_at)) {
        if (!branch.event || !fits(*branch.event, event, scope)) {
            continue;
        }
        // `wait for X where … { on X { … } }`: the branch means the X that is waited for.
        if (one != nullptr && branch.event->event.text == one->event.event.text &&
            !fits(one->event, event, scope)) {
            continue;
        }
        if (!branch.binding.empty()) {
            run.bound[branch.binding] = event;
        }
        wake(run, &branch.block);
        return true;
    }
    if (one != nullptr && fits(one->event, event, scope)) {
        wake(run, nullptr);
        return true;
    }
    return false;
}

}  // namespace sluice::reference
