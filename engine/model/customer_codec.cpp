#include "engine/base/limits.hpp"
#include "engine/model/codec.hpp"

#include <algorithm>

namespace sluice {
namespace {

/// 3 added the assignments at the end; records of 2 are read and have none. 4 added what may follow
/// something, and memories in which nothing was counted yet: records of 3 have neither. 5 added
/// where the record went; older ones are somebody's own.
constexpr std::uint8_t kCustomerVersion = 5;
constexpr std::uint8_t kCustomerVersionWithAssignments = 3;
constexpr std::uint8_t kCustomerVersionWithoutAnswers = 3;
constexpr std::uint8_t kCustomerVersionWhereItWent = 5;
constexpr std::uint8_t kCustomerVersionOldest = 2;

/// Stands for a total that no memory has: nothing was counted yet, but something may be.
constexpr std::uint64_t kOnlyPending = std::uint64_t{1} << 32U;

/// Instants inside a record are written as differences to the customer's last instant: small
/// numbers, few bytes. kNever has a code of its own.
class RecordWriter {
public:
    explicit RecordWriter(Instant base) : base_(base) {}

    void instant(Instant at) {
        if (at == kNever) {
            out.number(1);
            return;
        }
        auto delta = (at - base_).count();
        auto bits = (static_cast<std::uint64_t>(delta) << 1U) ^ (delta < 0 ? ~0ULL : 0ULL);
        out.number(bits + 2);
    }
    void fields(const Fields& fields) {
        out.number(fields.size());
        for (const Value& value : fields) {
            out.value(value);
        }
    }
    void memory(const Memory& memory) {
        const bool waits = memory.total == 0 && !(memory.pending.empty() && memory.answers.empty());
        out.number(waits ? kOnlyPending : memory.total);
        if (waits) {
            counted_marks(memory.pending);
            counted_marks(memory.answers);
        }
        if (memory.total == 0) {
            return;
        }
        instant(memory.first.at);
        out.number(memory.first.ordinal);
        counted_marks(memory.newest);
        const bool plain = memory.values.empty() && memory.merged.empty() &&
                           memory.pending.empty() && memory.answers.empty() &&
                           !memory.first_value.known() && memory.sum == 0 && memory.extreme == 0;
        out.byte(plain ? 0 : 1);
        if (plain) {
            return;
        }
        fields(memory.values);
        out.number(memory.merged.size());
        for (const std::uint32_t count : memory.merged) {
            out.number(count);
        }
        counted_marks(memory.pending);
        out.value(memory.first_value);
        out.signed_number(memory.sum);
        out.signed_number(memory.extreme);
        counted_marks(memory.answers);
    }
    void counted_marks(const std::vector<Mark>& list) {
        out.number(list.size());
        for (const Mark& mark : list) {
            instant(mark.at);
            out.number(mark.ordinal);
        }
    }
    void aggregate(const AggregateState& state) {
        memory(state.memory);
        out.number(state.keyed.size());
        for (const auto& [key, kept] : state.keyed) {
            out.text(key);
            memory(kept);
        }
    }
    void layout(const Layout& layout) {
        out.number(layout.release);
        fields(layout.traits);
        out.number(layout.aggregates.size());
        for (const AggregateState& state : layout.aggregates) {
            aggregate(state);
        }
        out.number(layout.standings.size());
        for (const Standing& standing : layout.standings) {
            out.number(standing.state == kNone ? 0 : std::uint64_t{standing.state} + 1);
            instant(standing.since);
            instant(standing.until);
        }
        out.number(layout.start_due.size());
        for (const Instant due : layout.start_due) {
            instant(due);
        }
    }
    void run(const Run& run) {
        out.number(run.id);
        out.number(run.release);
        out.number(run.flow);
        out.text(run.key);
        instant(run.entered_at);
        out.number(run.entered_ordinal);
        out.number(run.pc);
        out.byte(static_cast<std::uint8_t>(run.park));
        out.number(run.park_order);
        instant(run.parked_at);
        instant(run.due);
        out.byte(static_cast<std::uint8_t>((run.promised ? 1 : 0) | (run.paced ? 2 : 0)));
        instant(run.hand_over);
        out.number(run.sends);
        instant(run.watch_until);
        out.number(run.disarmed);
        out.number(run.counters.size());
        for (const std::uint32_t count : run.counters) {
            out.number(count);
        }
        out.number(run.slots.size());
        for (const Fields& slot : run.slots) {
            fields(slot);
        }
    }
    void held(const HeldMessage& held) {
        out.text(held.id);
        out.number(held.run);
        out.number(held.release);
        out.number(held.flow);
        out.number(held.step);
        out.number(held.message);
        out.byte(static_cast<std::uint8_t>(held.channel));
        instant(held.requested_at);
        instant(held.release_at);
        instant(held.latest);
        out.number(held.order);
        out.number(held.arguments.size());
        for (const auto& [name, datum] : held.arguments) {
            out.text(name);
            if (const auto* bound = std::get_if<BoundEvent>(&datum)) {
                out.byte(1);
                out.number(bound->event);
                fields(bound->fields);
            } else {
                out.byte(0);
                out.value(std::get<Value>(datum));
            }
        }
    }

    ByteWriter out;

private:
    Instant base_;
};

class RecordReader {
public:
    RecordReader(ByteReader& in, Instant base, std::uint8_t version)
        : in_(in), base_(base), version_(version) {}

    Instant instant() {
        std::uint64_t code = in_.number();
        if (code < 2) {
            return kNever;
        }
        code -= 2;
        auto delta = static_cast<std::int64_t>((code >> 1U) ^ (~(code & 1U) + 1U));
        return base_ + Millis{delta};
    }
    Fields fields() {
        Fields out(in_.count());
        for (Value& value : out) {
            value = in_.value();
        }
        return out;
    }
    Memory memory() {
        Memory out;
        const std::uint64_t total = in_.number();
        if (total == kOnlyPending) {
            out.pending = marks();
            out.answers = marks();
            return out;
        }
        out.total = static_cast<std::uint32_t>(total);
        if (out.total == 0) {
            return out;
        }
        out.first.at = instant();
        out.first.ordinal = u32();
        out.newest = marks();
        if (in_.byte() == 0) {
            return out;
        }
        out.values = fields();
        out.merged.resize(in_.count());
        for (std::uint32_t& count : out.merged) {
            count = u32();
        }
        out.pending = marks();
        out.first_value = in_.value();
        out.sum = in_.signed_number();
        out.extreme = in_.signed_number();
        if (version_ > kCustomerVersionWithoutAnswers) {
            out.answers = marks();
        }
        return out;
    }
    std::vector<Mark> marks() {
        std::vector<Mark> out(std::min(in_.count(), limits::kAggregateNewestMax));
        for (Mark& mark : out) {
            mark.at = instant();
            mark.ordinal = u32();
        }
        return out;
    }
    AggregateState aggregate() {
        AggregateState out;
        out.memory = memory();
        out.keyed.resize(in_.count());
        for (auto& [key, kept] : out.keyed) {
            key = in_.text();
            kept = memory();
        }
        return out;
    }
    Layout layout() {
        Layout out;
        out.release = u32();
        out.traits = fields();
        out.aggregates.resize(in_.count());
        for (AggregateState& state : out.aggregates) {
            state = aggregate();
        }
        out.standings.resize(in_.count());
        for (Standing& standing : out.standings) {
            const std::uint32_t state = u32();
            standing.state = state == 0 ? kNone : state - 1;
            standing.since = instant();
            standing.until = instant();
        }
        out.start_due.resize(in_.count());
        for (Instant& due : out.start_due) {
            due = instant();
        }
        return out;
    }
    Run run() {
        Run out;
        out.id = in_.number();
        out.release = u32();
        out.flow = u32();
        out.key = in_.text();
        out.entered_at = instant();
        out.entered_ordinal = u32();
        out.pc = u32();
        out.park = static_cast<Park>(std::min<std::uint8_t>(in_.byte(), 3));
        out.park_order = in_.number();
        out.parked_at = instant();
        out.due = instant();
        const std::uint8_t stands = in_.byte();
        out.promised = (stands & 1U) != 0;
        out.paced = (stands & 2U) != 0;
        out.hand_over = instant();
        out.sends = u32();
        out.watch_until = instant();
        out.disarmed = in_.number();
        out.counters.resize(in_.count());
        for (std::uint32_t& count : out.counters) {
            count = u32();
        }
        out.slots.resize(in_.count());
        for (Fields& slot : out.slots) {
            slot = fields();
        }
        return out;
    }
    HeldMessage held() {
        HeldMessage out;
        out.id = in_.text();
        out.run = in_.number();
        out.release = u32();
        out.flow = u32();
        out.step = u32();
        out.message = u32();
        out.channel = in_.byte() == 0 ? Channel::email : Channel::sms;
        out.requested_at = instant();
        out.release_at = instant();
        out.latest = instant();
        out.order = in_.number();
        std::size_t arguments = in_.count();
        for (std::size_t i = 0; i < arguments && !in_.failed(); ++i) {
            std::string name(in_.text());
            if (in_.byte() == 1) {
                BoundEvent bound;
                bound.event = u32();
                bound.fields = fields();
                out.arguments.emplace_back(std::move(name), std::move(bound));
            } else {
                out.arguments.emplace_back(std::move(name), in_.value());
            }
        }
        return out;
    }
    std::uint32_t u32() { return static_cast<std::uint32_t>(in_.number()); }

private:
    ByteReader& in_;
    Instant base_;
    std::uint8_t version_;
};

}  // namespace

Layout* Customer::layout(std::uint32_t release) {
    for (Layout& layout : layouts) {
        if (layout.release == release) {
            return &layout;
        }
    }
    return nullptr;
}

Instant Customer::due() const {
    Instant earliest = kNever;
    for (const Run& run : runs) {
        earliest = std::min({earliest, run.due, run.watch_until});
    }
    for (const HeldMessage& message : held) {
        earliest = std::min(earliest, message.release_at);
    }
    for (const Layout& layout : layouts) {
        for (const Standing& standing : layout.standings) {
            earliest = std::min(earliest, standing.until);
        }
        for (const Instant due : layout.start_due) {
            earliest = std::min(earliest, due);
        }
    }
    return earliest;
}

std::string encode(const Customer& customer) {
    RecordWriter record(customer.last_at);
    ByteWriter& out = record.out;
    out.reserve(512);
    out.byte(kCustomerVersion);
    out.instant(customer.last_at);
    out.text(customer.id);
    out.number(customer.events);
    out.number(customer.next_run);
    out.number(customer.next_order);
    out.number(customer.layouts.size());
    for (const Layout& layout : customer.layouts) {
        record.layout(layout);
    }
    out.number(customer.runs.size());
    for (const Run& run : customer.runs) {
        record.run(run);
    }
    out.number(customer.held.size());
    for (const HeldMessage& held : customer.held) {
        record.held(held);
    }
    out.number(customer.entries.size());
    for (const Entry& entry : customer.entries) {
        out.number(entry.flow);
        out.text(entry.key);
        record.instant(entry.at);
    }
    out.number(customer.sends.size());
    for (const SendMark& mark : customer.sends) {
        out.byte(static_cast<std::uint8_t>(mark.channel));
        record.instant(mark.at);
    }
    out.number(customer.assignments.size());
    for (const Assignment& assignment : customer.assignments) {
        out.number(assignment.count);
        out.number(assignment.variant);
        record.instant(assignment.at);
        record.instant(assignment.until);
        out.byte(assignment.converted ? 1 : 0);
    }
    out.text(customer.merged_into);
    return out.take();
}

Result<Customer> decode_customer(std::string_view bytes) {
    ByteReader in(bytes);
    Customer customer;
    const std::uint8_t version = in.byte();
    if (version < kCustomerVersionOldest || version > kCustomerVersion) {
        return Error{Errc::corrupt, "stored customer record has an unknown version"};
    }
    customer.last_at = in.instant();
    RecordReader record(in, customer.last_at, version);
    customer.id = in.text();
    customer.events = record.u32();
    customer.next_run = in.number();
    customer.next_order = in.number();
    customer.layouts.resize(in.count());
    for (Layout& layout : customer.layouts) {
        layout = record.layout();
    }
    customer.runs.resize(in.count());
    for (Run& run : customer.runs) {
        run = record.run();
    }
    customer.held.resize(in.count());
    for (HeldMessage& held : customer.held) {
        held = record.held();
    }
    customer.entries.resize(in.count());
    for (Entry& entry : customer.entries) {
        entry.flow = in.number();
        entry.key = in.text();
        entry.at = record.instant();
    }
    customer.sends.resize(in.count());
    for (SendMark& mark : customer.sends) {
        mark.channel = in.byte() == 0 ? Channel::email : Channel::sms;
        mark.at = record.instant();
    }
    customer.assignments.resize(version < kCustomerVersionWithAssignments ? 0 : in.count());
    for (Assignment& assignment : customer.assignments) {
        assignment.count = in.number();
        assignment.variant = record.u32();
        assignment.at = record.instant();
        assignment.until = record.instant();
        assignment.converted = in.byte() != 0;
    }
    if (version >= kCustomerVersionWhereItWent) {
        customer.merged_into = in.text();
    }
    if (in.failed() || !in.at_end()) {
        return Error{Errc::corrupt, "stored customer record is cut short or too long"};
    }
    return customer;
}

}  // namespace sluice
