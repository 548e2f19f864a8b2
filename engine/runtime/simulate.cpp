#include "engine/runtime/simulate.hpp"

#include "engine/base/json_text.hpp"
#include "engine/runtime/bind.hpp"

#include <algorithm>
#include <tuple>

namespace sluice {
namespace {

constexpr std::size_t kWriteBytes = 1 << 20;
constexpr Millis kYear{366LL * 86'400'000};

std::string message_line(const TraceRow& row, std::string_view customer) {
    const bool sent = row.kind == TraceKind::sent;
    JsonObject out;
    out.text("at", format_rfc3339(row.at)).text("customer", customer);
    out.text("flow", row.flow).text("step", row.step);
    out.text("channel", row.channel == Channel::email ? "email" : "sms");
    out.text("message", row.message).text("outcome", sent ? "sent" : "skipped");
    out.text("reason", sent ? "sent" : to_text(row.reason)).text("id", row.id);
    return out.take() + "\n";
}

std::string run_line(const TraceRow& row, std::string_view customer) {
    // A stop step's own words are its reason; the event that reached a goal is the goal's.
    const bool own_words = row.reason == Reason::stopped && !row.note.empty();
    JsonObject out;
    out.text("at", format_rfc3339(row.at)).text("customer", customer).text("flow", row.flow);
    out.text("kind", to_text(row.kind));
    out.text_or_null("reason", own_words ? std::string_view(row.note) : to_text(row.reason));
    return out.take() + "\n";
}

bool in_log(TraceKind kind) {
    return kind == TraceKind::sent || kind == TraceKind::skipped || kind == TraceKind::entered ||
           kind == TraceKind::goal || kind == TraceKind::ended;
}

}  // namespace

std::string log_line(const TraceRow& row, std::string_view customer) {
    if (row.kind == TraceKind::sent || row.kind == TraceKind::skipped) {
        return message_line(row, customer);
    }
    return in_log(row.kind) ? run_line(row, customer) : std::string{};
}

Simulation::Simulation(std::shared_ptr<const dsl::Program> program, Options options)
    : program_(std::move(program)), options_(std::move(options)) {
    releases_.add(1, program_);
    step_.salt = options_.salt;
    step_.winner = [this](std::uint64_t count, Instant at) -> std::optional<Winner> {
        const ExperimentDecision* decision = decisions_.find(count, at);
        return decision == nullptr ? std::nullopt
                                   : std::optional<Winner>({decision->variant, decision->since});
    };
}

void Simulation::add(const InboundEvent& event) {
    if (event.occurred_at >= options_.until) {
        ++totals_.ignored;
        return;
    }
    last_event_ = std::max(last_event_, event.occurred_at);
    AppliedEvent applied = apply_program(*program_, event);
    if (applied.event != kNone && program_->events[applied.event].catalog) {
        catalog_.push_back(std::move(applied));
        ++totals_.events;
        return;
    }
    auto [place, fresh] =
        by_id_.try_emplace(event.customer, static_cast<std::uint32_t>(people_.size()));
    if (fresh) {
        people_.emplace_back().id = event.customer;
    }
    people_[place->second].events.push_back(std::move(applied));
    ++totals_.events;
}

Simulation::Underway Simulation::begin(std::uint32_t index) {
    Person& person = people_[index];
    person.events.insert(person.events.end(), catalog_.begin(), catalog_.end());
    std::stable_sort(person.events.begin(), person.events.end(),
                     [](const AppliedEvent& a, const AppliedEvent& b) { return a.at < b.at; });
    Underway out;
    out.customer = new_customer(releases_, person.id);
    return out;
}

/// Everything that happens before `end`.
void Simulation::run_until(std::uint32_t index, Underway& underway, Instant end,
                           std::vector<Line>& lines) {
    const std::vector<AppliedEvent>& events = people_[index].events;
    Effects effects;
    for (; underway.next < events.size() && events[underway.next].at < end; ++underway.next) {
        apply_event(releases_, step_, underway.customer, events[underway.next], effects);
    }
    // One millisecond before the end: instants have no finer parts.
    run_timers(releases_, step_, underway.customer, end - Millis{1}, effects);
    for (TraceRow& row : effects.trace) {
        if (in_log(row.kind) || (options_.moves && row.kind == TraceKind::moved)) {
            lines.push_back({row.at, index, underway.order++, std::move(row)});
        }
    }
    tally(underway);
}

void Simulation::tally(Underway& underway) {
    if (underway.tallied == underway.customer.assignments) {
        return;
    }
    for (const Assignment& assignment : underway.tallied) {
        tally_.remove(assignment);
    }
    for (const Assignment& assignment : underway.customer.assignments) {
        tally_.add(assignment);
    }
    underway.tallied = underway.customer.assignments;
}

/// When something happens to somebody next.
Instant Simulation::next_of(std::uint32_t index, const Underway& underway) const {
    const std::vector<AppliedEvent>& events = people_[index].events;
    const Instant event = underway.next < events.size() ? events[underway.next].at : kNever;
    return std::min(event, underway.customer.due());
}

void Simulation::run_each(std::vector<Line>& lines, const Progress& progress) {
    for (std::uint32_t person = 0; person < people_.size(); ++person) {
        Underway underway = begin(person);
        run_until(person, underway, horizon(), lines);
        people_[person].events = {};
        if (progress && person % 1'000 == 999) {
            progress(person + 1, people_.size());
        }
    }
}

/// From one decision to the next, as the daemon's shards do; see runtime/experiment_board.
void Simulation::run_together(std::vector<Line>& lines, const Progress& progress) {
    std::vector<Underway> all;
    all.reserve(people_.size());
    Instant next = kNever;
    for (std::uint32_t person = 0; person < people_.size(); ++person) {
        all.push_back(begin(person));
        next = std::min(next, next_of(person, all.back()));
    }
    decisions_.day = next == kNever ? 0 : decision_day(next);
    std::size_t done = 0;
    while (next < horizon()) {
        const std::int64_t day = decision_day(next);
        decisions_.look(*program_, tally_, day);
        const Instant end = std::min(horizon(), decision_due(day + 1));
        next = kNever;
        done = 0;
        for (std::uint32_t person = 0; person < people_.size(); ++person) {
            if (next_of(person, all[person]) < end) {
                run_until(person, all[person], end, lines);
            }
            const Instant then = next_of(person, all[person]);
            done += then == kNever ? 1 : 0;
            next = std::min(next, then);
        }
        if (progress) {
            progress(done, people_.size());
        }
    }
    if (horizon() != kNever) {
        decisions_.look(*program_, tally_, decision_day(horizon() - Millis{1}));
    }
}

Instant Simulation::horizon() const {
    if (options_.until != kNever) {
        return options_.until;
    }
    const bool endless = !program_->lifecycles.empty() || !releases_.ready().clock_starts.empty();
    return endless ? last_event_ + kYear : kNever;
}

Simulation::Totals Simulation::run(const std::function<void(std::string_view)>& write,
                                   const std::function<void(std::size_t, std::size_t)>& progress) {
    std::string out;
    const Totals totals = visit(
        [&](const TraceRow& row, std::string_view customer) {
            out += log_line(row, customer);
            if (out.size() >= kWriteBytes) {
                write(out);
                out.clear();
            }
        },
        progress);
    write(out);
    return totals;
}

Simulation::Totals Simulation::visit(
    const Visit& visit, const std::function<void(std::size_t, std::size_t)>& progress) {
    std::vector<Line> lines;
    if (decides(*program_)) {
        run_together(lines, progress);
    } else {
        run_each(lines, progress);
    }
    std::vector<std::uint32_t> rank(people_.size());
    std::vector<std::uint32_t> by_name(people_.size());
    for (std::uint32_t i = 0; i < by_name.size(); ++i) {
        by_name[i] = i;
    }
    std::sort(by_name.begin(), by_name.end(),
              [&](auto a, auto b) { return people_[a].id < people_[b].id; });
    for (std::uint32_t i = 0; i < by_name.size(); ++i) {
        rank[by_name[i]] = i;
    }
    std::sort(lines.begin(), lines.end(), [&](const Line& a, const Line& b) {
        return std::tuple(a.at, rank[a.person], a.order) <
               std::tuple(b.at, rank[b.person], b.order);
    });
    for (const Line& line : lines) {
        totals_.entered += line.row.kind == TraceKind::entered;
        totals_.goals += line.row.kind == TraceKind::goal;
        totals_.ended += line.row.kind == TraceKind::ended;
        totals_.sent += line.row.kind == TraceKind::sent;
        totals_.skipped += line.row.kind == TraceKind::skipped;
        visit(line.row, people_[line.person].id);
    }
    totals_.customers = people_.size();
    return totals_;
}

}  // namespace sluice
