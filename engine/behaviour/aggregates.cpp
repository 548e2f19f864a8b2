#include "engine/behaviour/aggregates.hpp"

#include "engine/base/limits.hpp"
#include "engine/behaviour/history.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {
namespace {

using Kind = dsl::Aggregate::Kind;

bool earlier(const Mark& a, const Mark& b) {
    return a.at < b.at;
}

/// By time; of one instant by the order in which they were applied.
bool older(const Mark& a, const Mark& b) {
    return std::pair(a.at, a.ordinal) < std::pair(b.at, b.ordinal);
}

/// Sorted in by time; among equals the later applied stands later. Returns the place.
std::size_t insert(std::vector<Mark>& marks, Mark mark) {
    const auto place = std::upper_bound(marks.begin(), marks.end(), mark, earlier);
    const auto offset = static_cast<std::size_t>(place - marks.begin());
    marks.insert(place, mark);
    return offset;
}

/// The same with the value that stands beside the mark.
std::ptrdiff_t insert(Memory& memory, Mark mark, const Value& value) {
    const auto place = static_cast<std::ptrdiff_t>(insert(memory.newest, mark));
    memory.values.insert(memory.values.begin() + place, value);
    return place;
}

void drop_at(Memory& memory, std::size_t at) {
    const auto offset = static_cast<std::ptrdiff_t>(at);
    memory.newest.erase(memory.newest.begin() + offset);
    if (at < memory.values.size()) {
        memory.values.erase(memory.values.begin() + offset);
    }
    if (at < memory.merged.size()) {
        memory.merged.erase(memory.merged.begin() + offset);
    }
}

void count(Memory& memory, Mark mark) {
    if (memory.total == 0 || mark.at < memory.first.at) {
        memory.first = mark;
    }
    ++memory.total;
}

void remember(Memory& memory, Mark mark, std::size_t newest_max) {
    count(memory, mark);
    insert(memory.newest, mark);
    if (memory.newest.size() > newest_max) {
        drop_at(memory, 0);
    }
}

void add_sum(Memory& memory, Mark mark, const Value& value, std::size_t newest_max) {
    count(memory, mark);
    memory.sum += value.number;
    const std::ptrdiff_t place = insert(memory, mark, value);
    if (!memory.merged.empty()) {
        memory.merged.insert(memory.merged.begin() + place, 1);
    }
    if (memory.newest.size() <= newest_max) {
        return;
    }
    // The oldest two become one that leaves with the newer of them: too much for a while, and never
    // by more than the older one.
    memory.merged.resize(memory.newest.size(), 1);
    memory.values[1].number += memory.values[0].number;
    memory.merged[1] += memory.merged[0];
    drop_at(memory, 0);
}

/// Keeps only what no later occurrence outdoes: the extreme of every window that ends now.
void add_extreme(Memory& memory, Mark mark, const Value& value, bool highest,
                 std::size_t newest_max) {
    const auto outdoes = [&](std::int64_t a, std::int64_t b) { return highest ? a >= b : a <= b; };
    const bool first = memory.total == 0;
    count(memory, mark);
    if (first || outdoes(value.number, memory.extreme)) {
        memory.extreme = value.number;
    }
    auto self = static_cast<std::size_t>(insert(memory, mark, value));
    for (std::size_t at = self; at-- > 0;) {
        if (outdoes(value.number, memory.values[at].number)) {
            drop_at(memory, at);
            --self;
        }
    }
    for (std::size_t at = self + 1; at < memory.values.size(); ++at) {
        if (outdoes(memory.values[at].number, value.number)) {
            drop_at(memory, self);
            break;
        }
    }
    if (memory.newest.size() > newest_max) {
        drop_at(memory, 0);
    }
}

/// The newest instant of each value; the one longest unseen makes room.
void add_different(Memory& memory, Mark mark, const Value& value, std::size_t newest_max) {
    const auto known = std::find(memory.values.begin(), memory.values.end(), value);
    if (known == memory.values.end()) {
        count(memory, mark);
    } else {
        const auto at = static_cast<std::size_t>(known - memory.values.begin());
        if (memory.newest[at].at > mark.at) {
            return;
        }
        drop_at(memory, at);
    }
    insert(memory, mark, value);
    if (memory.newest.size() > newest_max) {
        drop_at(memory, 0);
    }
}

void set_values(Memory& memory, Mark mark, const Value& value) {
    if (memory.total == 0 || mark.at < memory.first.at) {
        memory.first_value = value;
    }
    count(memory, mark);
    if (memory.newest.empty() || mark.at >= memory.newest.back().at) {
        memory.newest.assign(1, mark);
        memory.values.assign(1, value);
    }
}

void add_intent(Memory& memory, Mark mark, double half_life) {
    count(memory, mark);
    double weight = static_cast<double>(memory.sum) / kIntentScale;
    if (memory.newest.empty() || mark.at >= memory.newest.back().at) {
        if (!memory.newest.empty()) {
            const auto age = static_cast<double>((mark.at - memory.newest.back().at).count());
            weight *= std::exp2(-age / half_life);
        }
        memory.newest.assign(1, mark);
        weight += 1;
    } else {
        const auto age = static_cast<double>((memory.newest.back().at - mark.at).count());
        weight += std::exp2(-age / half_life);
    }
    memory.sum = static_cast<std::int64_t>(std::llround(weight * kIntentScale));
}

Memory& keyed_memory(AggregateState& state, const std::string& key) {
    for (auto& [known, memory] : state.keyed) {
        if (known == key) {
            return memory;
        }
    }
    if (state.keyed.size() >= limits::kAggregateKeysMax) {
        auto last_seen = [](const std::pair<std::string, Memory>& kept) {
            const Memory& memory = kept.second;
            const Instant waits = memory.pending.empty() ? kEpoch : memory.pending.back().at;
            return memory.newest.empty() ? waits : std::max(waits, memory.newest.back().at);
        };
        state.keyed.erase(std::min_element(
            state.keyed.begin(), state.keyed.end(),
            [&](const auto& a, const auto& b) { return last_seen(a) < last_seen(b); }));
    }
    return state.keyed.emplace_back(key, Memory{}).second;
}

/// Everything one event does to the memories of one layout.
class Folder {
public:
    Folder(const Occurrence& occurrence, const Context& context)
        : program_(context.program), occurrence_(occurrence), context_(context) {}

    void into(const dsl::Aggregate& aggregate, AggregateState& state) {
        if (aggregate.kind == Kind::messages) {
            message(aggregate, state.memory);
            return;
        }
        if (aggregate.then.event == occurrence_.event && fits(aggregate.then.filter)) {
            follow(aggregate, state);
        }
        if (aggregate.event != occurrence_.event || !fits(aggregate.filter)) {
            return;
        }
        if (aggregate.key_field == kNone) {
            add_to(aggregate, state.memory, state.memory.answers);
            return;
        }
        const Value& key = occurrence_.fields[aggregate.key_field];
        if (key.known()) {
            add_to(aggregate, keyed_memory(state, key_text(key)), state.memory.answers);
        }
    }

    /// The same for one remembered occurrence of what is made to be asked.
    void into(const dsl::Aggregate& made, Memory& memory, bool then) {
        if (!fits(then ? made.then.filter : made.filter)) {
            return;
        }
        if (then) {
            add_answer(memory);
            follow_in(made, memory);
        } else {
            add_to(made, memory, memory.answers);
        }
    }

private:
    [[nodiscard]] bool fits(Index filter) const {
        return filter == kNone || evaluate(context_, filter);
    }

    void add_to(const dsl::Aggregate& aggregate, Memory& memory,
                const std::vector<Mark>& answers) const {
        const Mark mark = occurrence_.mark;
        const Value value =
            aggregate.value_field == kNone ? Value{} : occurrence_.fields[aggregate.value_field];
        // The newest occurrence may not have the field: then it is unknown, whatever an older one
        // had.
        if (aggregate.value_field != kNone && !value.known() && aggregate.kind != Kind::values) {
            return;
        }
        switch (aggregate.kind) {
            case Kind::occurrences:
                remember(memory, mark, aggregate.newest);
                break;
            case Kind::sums:
                add_sum(memory, mark, value, aggregate.newest);
                break;
            case Kind::highest:
            case Kind::lowest:
                add_extreme(memory, mark, value, aggregate.kind == Kind::highest, aggregate.newest);
                break;
            case Kind::different:
                add_different(memory, mark, value, aggregate.newest);
                break;
            case Kind::values:
                set_values(memory, mark, value);
                break;
            case Kind::followed:
            case Kind::not_followed:
                wait_for(aggregate, memory, answers);
                break;
            case Kind::intent:
                add_intent(memory, mark, half_life_ms(aggregate));
                break;
            case Kind::samples:
                add_sample(memory, mark, aggregate);
                break;
            case Kind::messages:
                break;
        }
    }

    /// The fields stand one behind the other in Memory::values, so many for each mark.
    void add_sample(Memory& memory, Mark mark, const dsl::Aggregate& aggregate) const {
        count(memory, mark);
        const auto width = static_cast<std::ptrdiff_t>(aggregate.fields.size());
        auto place = static_cast<std::ptrdiff_t>(insert(memory.newest, mark)) * width;
        for (const Index field : aggregate.fields) {
            memory.values.insert(memory.values.begin() + place++, occurrence_.fields[field]);
        }
        if (memory.newest.size() > aggregate.newest) {
            memory.newest.erase(memory.newest.begin());
            memory.values.erase(memory.values.begin(), memory.values.begin() + width);
        }
    }

    /// Whether `then` comes behind an occurrence, less than D after it.
    [[nodiscard]] bool answers_to(const dsl::Aggregate& aggregate, const Mark& mark,
                                  const Mark& then) const {
        return older(mark, then) &&
               then.at < add(mark.at, to_span(aggregate.within), context_.zone);
    }

    /// What may follow comes with any key, so it is kept once, beside the keys.
    void follow(const dsl::Aggregate& aggregate, AggregateState& state) const {
        add_answer(state.memory);
        follow_in(aggregate, state.memory);
        for (auto& [key, memory] : state.keyed) {
            follow_in(aggregate, memory);
        }
    }

    void add_answer(Memory& memory) const {
        insert(memory.answers, occurrence_.mark);
        if (memory.answers.size() > limits::kPendingMax) {
            memory.answers.erase(memory.answers.begin());
        }
    }

    /// An occurrence that came late may have been followed already.
    void wait_for(const dsl::Aggregate& aggregate, Memory& memory,
                  const std::vector<Mark>& answers) const {
        const Mark mark = occurrence_.mark;
        const auto then = std::find_if(answers.begin(), answers.end(), [&](const Mark& answer) {
            return answers_to(aggregate, mark, answer);
        });
        if (aggregate.kind == Kind::not_followed) {
            if (then == answers.end()) {
                remember(memory, mark, aggregate.newest);
            }
            return;
        }
        if (then != answers.end()) {
            add_followed(memory, mark, *then, aggregate.newest);
            return;
        }
        insert(memory.pending, mark);
        if (memory.pending.size() > limits::kPendingMax) {
            memory.pending.erase(memory.pending.begin());
        }
    }

    /// It counts at the instant of what followed; its own stands beside, in case something that
    /// followed earlier comes late.
    static void add_followed(Memory& memory, const Mark& mark, const Mark& then,
                             std::size_t newest_max) {
        count(memory, then);
        memory.values.resize(memory.newest.size());
        insert(memory, then, Value::of_moment(to_ms(mark.at)));
        if (memory.newest.size() > newest_max) {
            drop_at(memory, 0);
        }
    }

    /// Each occurrence is followed once, by the first that comes less than D after it.
    void follow_in(const dsl::Aggregate& aggregate, Memory& memory) const {
        const Mark then = occurrence_.mark;
        if (aggregate.kind == Kind::not_followed) {
            std::erase_if(memory.newest,
                          [&](const Mark& mark) { return answers_to(aggregate, mark, then); });
            return;
        }
        follow_earlier(memory);
        std::erase_if(memory.pending, [&](const Mark& mark) {
            const bool followed = answers_to(aggregate, mark, then);
            if (followed) {
                add_followed(memory, mark, then, aggregate.newest);
            }
            return followed;
        });
    }

    /// Those that something later had followed so far.
    void follow_earlier(Memory& memory) const {
        const Mark then = occurrence_.mark;
        std::vector<Value> moved;
        for (std::size_t at = memory.values.size(); at-- > 0;) {
            const Value& mark = memory.values[at];
            if (mark.known() && mark.number <= to_ms(then.at) && then.at < memory.newest[at].at) {
                moved.push_back(mark);
                drop_at(memory, at);
            }
        }
        for (const Value& mark : moved) {
            memory.first = older(then, memory.first) ? then : memory.first;
            insert(memory, then, mark);
        }
    }

    void message(const dsl::Aggregate& aggregate, Memory& memory) const {
        const dsl::EventType& event = program_.events[occurrence_.event];
        const Index field = dsl::Program::find_field(event.fields, "message");
        const Value name = field < occurrence_.fields.size() ? occurrence_.fields[field] : Value{};
        if (event.name.ends_with(" Sent")) {
            count(memory, occurrence_.mark);
            const auto place = insert(memory, occurrence_.mark, Value::of_text(name.text));
            memory.merged.insert(memory.merged.begin() + place, channel_flag(event.name));
            if (memory.newest.size() > aggregate.newest) {
                drop_at(memory, 0);
            }
            return;
        }
        // What became of it concerns the newest message of that channel and name (of any name, when
        // untold): a text message may bear the name of an email.
        for (std::size_t at = memory.values.size(); at-- > 0;) {
            const bool same_channel =
                (memory.merged[at] & message_flag::kSms) == channel_flag(event.name);
            if (same_channel && (!name.known() || memory.values[at].text == name.text)) {
                memory.merged[at] |= flag_of(event.name);
                return;
            }
        }
    }

    static std::uint32_t channel_flag(std::string_view event) {
        return event.starts_with("Sms ") ? message_flag::kSms : 0;
    }
    static std::uint32_t flag_of(std::string_view event) {
        if (event.ends_with(" Delivered")) {
            return message_flag::kDelivered;
        }
        if (event.ends_with(" Opened")) {
            return message_flag::kOpened;
        }
        if (event.ends_with(" Clicked")) {
            return message_flag::kClicked;
        }
        return event.ends_with(" Bounced") ? message_flag::kBounced : 0;
    }

    const dsl::Program& program_;
    const Occurrence& occurrence_;
    const Context& context_;
};

}  // namespace

std::string key_text(const Value& value) {
    return dsl::to_text(value);
}

double half_life_ms(const dsl::Aggregate& aggregate) {
    const dsl::Duration& half = aggregate.within;
    return (static_cast<double>(half.months) * 30 + half.days) * 86'400'000.0 +
           static_cast<double>(half.seconds) * 1'000.0;
}

void fold(const dsl::Program& program, const Customer& customer, Layout& layout,
          const Occurrence& occurrence, Zone zone) {
    const Context context{program, customer,           layout, occurrence.mark.at, zone,
                          nullptr, &occurrence.fields, 0};
    Folder folder(occurrence, context);
    for (const Index index : program.aggregates_of_event[occurrence.event]) {
        folder.into(program.aggregates[index], layout.aggregates[index]);
    }
}

std::vector<Sample> samples_of(const Context& context, const dsl::Aggregate& made,
                               const Value& key) {
    std::vector<Sample> out;
    const auto add = [&](Index source, const Value& wanted, bool then) {
        const Memory* memory = memory_of(context.layout, context.program, source, wanted);
        if (memory == nullptr) {
            return;
        }
        const dsl::Aggregate& kept = context.program.aggregates[source];
        const std::size_t width = kept.fields.size();
        for (std::size_t at = 0; at < memory->newest.size(); ++at) {
            Sample sample{kept.event, then, memory->newest[at], {}};
            sample.fields.resize(context.program.events[kept.event].fields.size());
            for (std::size_t field = 0; field < width && at * width + field < memory->values.size();
                 ++field) {
                sample.fields[kept.fields[field]] = memory->values[at * width + field];
            }
            out.push_back(std::move(sample));
        }
    };
    if (made.then_source != kNone) {
        add(made.then_source, Value{}, true);
    }
    add(made.source, key, false);
    std::stable_sort(out.begin(), out.end(), [](const Sample& a, const Sample& b) {
        return a.mark.ordinal < b.mark.ordinal;
    });
    return out;
}

Memory make_memory(const Context& context, const dsl::Aggregate& made, const Value& key) {
    Memory memory;
    for (const Sample& sample : samples_of(context, made, key)) {
        Context inner = context;
        inner.candidate = &sample.fields;
        const Occurrence occurrence{sample.event, sample.fields, sample.mark};
        Folder(occurrence, inner).into(made, memory, sample.then);
    }
    return memory;
}

const Memory* memory_of(const Layout& layout, const dsl::Program& program, Index aggregate,
                        const Value& key) {
    if (aggregate >= layout.aggregates.size()) {
        return nullptr;
    }
    const AggregateState& state = layout.aggregates[aggregate];
    if (program.aggregates[aggregate].key_field == kNone) {
        return state.memory.total == 0 ? nullptr : &state.memory;
    }
    if (!key.known()) {
        return nullptr;
    }
    const std::string wanted = key_text(key);
    for (const auto& [known, memory] : state.keyed) {
        if (known == wanted) {
            return &memory;
        }
    }
    return nullptr;
}

}  // namespace sluice
