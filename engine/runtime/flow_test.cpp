#include "engine/runtime/flow_test.hpp"

#include "engine/behaviour/evaluate.hpp"
#include "engine/runtime/local_text.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::string_view kCustomerId = "test-customer";

/// One test under way.
class Trial {
public:
    Trial(const std::shared_ptr<const dsl::Program>& program, const dsl::Test& test,
          const TestProbe& probe)
        : program_(*program), test_(test) {
        releases_.add(1, program);
        options_.only_flow = test.flow;
        options_.ignore_holdout = true;
        options_.trace_everything = true;
        options_.passed = probe.passed;
        options_.choose = probe.choose;
        customer_ = new_customer(releases_, std::string(kCustomerId));
        result_.test = &test;
    }

    FlowTestResult run() {
        for (const dsl::TestItem& item : test_.items) {
            if (const auto* given = std::get_if<dsl::TestGivenCustomer>(&item.node)) {
                set_traits(given->fields);
            }
        }
        result_.zone = zone();
        result_.clock = local(test_.clock_date, test_.clock_time);
        position_ = result_.clock;
        apply_history();
        for (const dsl::TestItem& item : test_.items) {
            row_ = &item;
            std::visit([this](const auto& node) { perform(node); }, item.node);
        }
        result_.timeline = std::move(effects_.trace);
        return std::move(result_);
    }

private:
    [[nodiscard]] Zone zone() const { return zone_of(program_, customer_.layouts.front()); }
    [[nodiscard]] Instant local(std::int64_t days, std::int32_t minutes) const {
        LocalTime time;
        time.days = days;
        time.seconds = minutes * 60;
        return resolve(time, zone());
    }
    [[nodiscard]] Instant instant(const dsl::TestMoment& moment) const {
        return moment.date ? local(*moment.date, moment.time)
                           : add(result_.clock, to_span(moment.after), zone());
    }
    void set_traits(const dsl::FieldValues& fields) {
        for (const auto& [field, value] : fields) {
            customer_.layouts.front().traits[field] = value;
        }
    }
    /// `given Order Placed 3 days ago`: counted, oldest first, before the clock; starts nothing.
    void apply_history() {
        std::vector<AppliedEvent> history;
        for (const dsl::TestItem& item : test_.items) {
            if (const auto* given = std::get_if<dsl::TestGivenEvent>(&item.node)) {
                AppliedEvent event = make(given->event, given->fields);
                event.at = subtract(result_.clock, to_span(given->ago), zone());
                event.may_start = false;
                history.push_back(std::move(event));
            }
        }
        std::stable_sort(history.begin(), history.end(),
                         [](const auto& a, const auto& b) { return a.at < b.at; });
        Effects ignored;
        StepOptions before = options_;
        before.starts = false;
        for (const AppliedEvent& event : history) {
            apply_event(releases_, before, customer_, event, ignored);
        }
        // Whatever state all this has put the customer in, she is in it when the clock starts.
        settle_customer(releases_, before, customer_, result_.clock - Millis{1}, ignored);
    }
    [[nodiscard]] AppliedEvent make(Index event, const dsl::FieldValues& fields) const {
        AppliedEvent made;
        made.event = event;
        const auto& declared = program_.events[event].fields;
        made.fields.resize(declared.size());
        for (std::size_t i = 0; i < declared.size(); ++i) {
            made.fields[i] = declared[i].default_value;
        }
        for (const auto& [field, value] : fields) {
            made.fields[field] = value;
        }
        return made;
    }
    void move_to(Instant at) {
        position_ = std::max(position_, at);
        run_timers(releases_, options_, customer_, position_, effects_);
    }

    void perform(const dsl::TestGivenCustomer&) {}
    void perform(const dsl::TestGivenEvent&) {}
    void perform(const dsl::TestCustomer& row) {
        AppliedEvent change;
        change.at = std::max(instant(row.at), position_);
        change.traits = row.fields;
        position_ = change.at;
        apply_event(releases_, options_, customer_, change, effects_);
    }
    void perform(const dsl::TestEvent& row) {
        AppliedEvent event = make(row.event, row.fields);
        event.at = std::max(instant(row.at), position_);
        position_ = event.at;
        apply_event(releases_, options_, customer_, event, effects_);
    }
    void perform(const dsl::TestAdvance& row) {
        move_to(add(position_, to_span(row.duration), zone()));
    }

    [[nodiscard]] std::size_t count_sent(std::optional<Channel> channel, Index message) const {
        return static_cast<std::size_t>(
            std::count_if(effects_.trace.begin(), effects_.trace.end(), [&](const TraceRow& row) {
                return row.kind == TraceKind::sent && (!channel || row.channel == *channel) &&
                       (message == kNone || row.message == program_.messages[message].name);
            }));
    }
    void expect(bool holds, std::string found, std::optional<Instant> at = std::nullopt) {
        if (!holds) {
            result_.failures.push_back({row_->line, at, row_->text, std::move(found)});
        }
    }
    [[nodiscard]] std::string sent_so_far() const {
        std::string out;
        for (const TraceRow& row : effects_.trace) {
            if (row.kind == TraceKind::sent || row.kind == TraceKind::skipped) {
                out += (out.empty() ? "" : "; ") + sentence(row);
            }
        }
        return out.empty() ? "nothing was sent" : out;
    }
    void perform(const dsl::TestExpectNothing&) {
        expect(count_sent(std::nullopt, kNone) == 0, sent_so_far());
    }
    void perform(const dsl::TestExpectNo& row) {
        expect(count_sent(static_cast<Channel>(row.channel), row.message) == 0, sent_so_far());
    }
    void perform(const dsl::TestExpectSend& row) {
        const Instant at = instant(row.at);
        const bool found =
            std::any_of(effects_.trace.begin(), effects_.trace.end(), [&](const TraceRow& traced) {
                return traced.kind == TraceKind::sent && traced.at == at &&
                       traced.channel == static_cast<Channel>(row.channel) &&
                       traced.message == program_.messages[row.message].name;
            });
        expect(found, sent_so_far(), at);
    }
    void perform(const dsl::TestExpectCall& row) {
        const Instant at = instant(row.at);
        const bool found =
            std::any_of(effects_.trace.begin(), effects_.trace.end(), [&](const TraceRow& traced) {
                return traced.kind == TraceKind::called && traced.at == at &&
                       traced.message == program_.webhooks[row.webhook].name;
            });
        expect(found, "no such call was made then", at);
    }
    void perform(const dsl::TestExpectCount& row) {
        std::optional<Channel> channel;
        if (row.channel) {
            channel = static_cast<Channel>(*row.channel);
        }
        const std::size_t sent = count_sent(channel, kNone);
        expect(static_cast<std::int64_t>(sent) == row.count, sent_so_far());
    }
    [[nodiscard]] bool happened(TraceKind kind, const std::optional<std::string>& why) const {
        return std::any_of(effects_.trace.begin(), effects_.trace.end(), [&](const TraceRow& row) {
            return row.kind == kind && (!why || row.note == *why || to_text(row.reason) == *why);
        });
    }
    void perform(const dsl::TestExpectGoal&) {
        expect(happened(TraceKind::goal, std::nullopt), "the goal was not reached");
    }
    void perform(const dsl::TestExpectEnded& row) {
        expect(happened(TraceKind::ended, row.because), happened(TraceKind::ended, std::nullopt)
                                                            ? "the run ended for another reason"
                                                            : "no run ended");
    }
    void perform(const dsl::TestExpectCond& row) {
        const Context context{
            program_, customer_, customer_.layouts.front(), position_, zone(), nullptr, nullptr, 0};
        expect(evaluate(context, row.condition),
               "it is false: " + describe(context, row.condition));
    }

    const dsl::Program& program_;
    const dsl::Test& test_;
    Releases releases_;
    StepOptions options_;
    Customer customer_;
    Effects effects_;
    Instant position_;
    const dsl::TestItem* row_ = nullptr;
    FlowTestResult result_;
};

std::string channel_word(Channel channel) {
    return channel == Channel::email ? "email" : "sms";
}

}  // namespace

FlowTestResult run_flow_test(const std::shared_ptr<const dsl::Program>& program,
                             const dsl::Test& test, const TestProbe& probe) {
    return Trial(program, test, probe).run();
}

std::string sentence(const TraceRow& row) {
    const std::string message = channel_word(row.channel) + " " + row.message;
    const std::string why = row.detail.empty() ? "" : ": " + row.detail;
    switch (row.kind) {
        case TraceKind::entered:
            return "entered (" + row.note + ")";
        case TraceKind::not_entered:
            return "not entered, " + std::string(to_text(row.reason)) + why;
        case TraceKind::waiting:
            return row.detail;
        case TraceKind::woke:
            return "the wait ended (" + row.note + ")";
        case TraceKind::branched:
            return row.note + why;
        case TraceKind::sent:
            return "sent " + message;
        case TraceKind::skipped:
            return "skipped " + message + ", " + std::string(to_text(row.reason)) + why;
        case TraceKind::held:
            return "held " + message + why;
        case TraceKind::goal:
            return "goal reached (" + row.note + ")";
        case TraceKind::ended:
            return "ended: " + std::string(to_text(row.reason)) +
                   (row.note.empty() ? "" : " (" + row.note + ")");
        case TraceKind::changed:
            return "changed " + row.note + (row.detail.empty() ? "" : " to " + row.detail);
        case TraceKind::called:
            return "called " + row.message;
        case TraceKind::recorded:
            return "recorded " + row.note;
        case TraceKind::attempt:
            return "handed over " + message + ": " + row.note + why;
        case TraceKind::moved:
            if (row.detail.empty()) {
                return "left " + row.note;
            }
            return row.note.empty() ? "entered " + row.detail
                                    : "moved from " + row.note + " to " + row.detail;
        case TraceKind::assigned:
            return row.note + ": " + row.detail;
        case TraceKind::migrated:
            return "moved to the new version (" + row.note + ")";
        case TraceKind::measured:
            return row.detail + " counts for " + row.note;
        case TraceKind::merged:
            return "is one person with " + row.note + why;
    }
    return "";
}

namespace {

constexpr std::size_t kStepWidth = 6;

/// One line of a timeline: mark, local time, step or line, words.
std::string timeline_line(std::string_view mark, const std::string& when, std::string where,
                          const std::string& what) {
    where.resize(std::max(where.size(), kStepWidth), ' ');
    return std::string(mark) + when + "  " + where + "  " + what;
}

/// The failures that belong to an instant, earliest first.
std::vector<const ExpectationFailure*> timed_failures(const FlowTestResult& result) {
    std::vector<const ExpectationFailure*> out;
    for (const ExpectationFailure& failure : result.failures) {
        if (failure.at) {
            out.push_back(&failure);
        }
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const auto* a, const auto* b) { return *a->at < *b->at; });
    return out;
}

}  // namespace

std::string render_timeline(const FlowTestResult& result) {
    std::string out;
    const auto missed = timed_failures(result);
    auto next = missed.begin();
    const auto mark_until = [&](Instant at) {
        for (; next != missed.end() && *(*next)->at < at; ++next) {
            out += timeline_line("  > ", local_text(*(*next)->at, result.zone),
                                 "line " + std::to_string((*next)->line), (*next)->expected) +
                   "\n";
        }
    };
    for (const TraceRow& row : result.timeline) {
        mark_until(row.at);
        out += timeline_line("    ", local_text(row.at, result.zone), row.step, sentence(row));
        if (row.until != kNever) {
            out += "  until " + local_text(row.until, result.zone);
        }
        out += "\n";
    }
    if (result.timeline.empty()) {
        out += "    nothing happened\n";
    }
    mark_until(kNever);
    for (const ExpectationFailure& failure : result.failures) {
        out += "  > line " + std::to_string(failure.line) + ": " + failure.expected + "\n";
        out += "    but " + failure.found + "\n";
    }
    return out;
}

}  // namespace sluice
