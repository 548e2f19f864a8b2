// E405: what conditions over the past make the engine remember of every customer.
//
// An estimate for a busy customer, not a bound: 16 bytes a memory, 12 a mark (8 for the instant, 4
// for its order), 8 a number, 20 a text or another value, and 28 for the first occurrence and the
// total. Rings are counted full up to 16 marks, memories of numbers with 8 of them, keyed
// memories with 4 keys of 20 bytes each. dsl/check/README.md has the table.
#include "dsl/check/analyse.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

constexpr std::size_t kMemoryBytes = 16;
constexpr std::size_t kFirstBytes = 28;
constexpr std::size_t kMarkBytes = 12;
constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kValueBytes = 20;
constexpr std::size_t kKeyBytes = 20;
constexpr std::size_t kFlagBytes = 4;
constexpr std::size_t kMarks = 16;
constexpr std::size_t kNumbers = 8;
constexpr std::size_t kKeys = 4;
constexpr std::size_t kShown = 3;

std::size_t ring_bytes(const Aggregate& aggregate) {
    const std::size_t marks = std::min<std::size_t>(aggregate.newest, kMarks);
    switch (aggregate.kind) {
        case Aggregate::Kind::occurrences:
            return kFirstBytes + marks * kMarkBytes;
        case Aggregate::Kind::followed:
            return kFirstBytes + marks * (kMarkBytes + kNumberBytes) + kNumbers * kMarkBytes;
        case Aggregate::Kind::not_followed:
            return kFirstBytes + 2 * kNumbers * kMarkBytes;
        case Aggregate::Kind::sums:
        case Aggregate::Kind::highest:
        case Aggregate::Kind::lowest:
            return kFirstBytes + kNumbers * (kMarkBytes + kNumberBytes);
        case Aggregate::Kind::different:
            return kFirstBytes + kNumbers * (kMarkBytes + kValueBytes);
        case Aggregate::Kind::values:
            return kFirstBytes + kMarkBytes + 2 * kValueBytes;
        case Aggregate::Kind::messages:
            return marks * (kMarkBytes + kValueBytes + kFlagBytes);
        case Aggregate::Kind::intent:
            return kMarkBytes + kNumberBytes;
        case Aggregate::Kind::samples:
            return kFirstBytes + kMarks * (kMarkBytes + aggregate.fields.size() * kValueBytes);
    }
    return 0;
}

std::size_t bytes_of(const Aggregate& aggregate) {
    const std::size_t one = ring_bytes(aggregate);
    return kMemoryBytes + (aggregate.key_field == kNone ? one : kKeys * (kKeyBytes + one));
}

/// The memories one condition reads itself.
struct Reads {
    const Program& program;
    std::vector<Index> out;

    void add(Index aggregate) {
        if (aggregate == kNone) {
            return;
        }
        const Aggregate& asked = program.aggregates[aggregate];
        if (asked.kept()) {
            out.push_back(aggregate);
            return;
        }
        add(asked.source);
        add(asked.then_source);
    }
    void add(const Operand& operand) {
        if (operand.kind == Operand::Kind::measure) {
            const Measure& measure = program.measures[operand.field];
            add(measure.aggregate);
            add(measure.window.aggregate);
        }
    }
    void operator()(const CondCompare& node) {
        add(node.left);
        add(node.right);
    }
    void operator()(const CondKnown& node) { add(node.operand); }
    void operator()(const CondOneOf& node) { add(node.operand); }
    void operator()(const CondContains& node) { add(node.operand); }
    void operator()(const CondInThe& node) { add(node.operand); }
    void operator()(const CondQuantity& node) {
        add(node.aggregate);
        add(node.window.aggregate);
    }
    void operator()(const CondMessages& node) { add(node.aggregate); }
    void operator()(const CondRecency& node) { add(node.aggregate); }
    template <typename Other>
    void operator()(const Other&) {}
};

/// A memory with the first condition (in the order of the files) that asks for it.
struct Cost {
    std::size_t bytes = 0;
    Span place;
};

bool before(const Span& a, const Span& b) {
    return std::pair(a.file, a.offset) < std::pair(b.file, b.offset);
}

std::vector<Cost> costs_of(const Compilation& c) {
    std::vector<Cost> out(c.program.aggregates.size());
    for (Index at = 0; at < c.program.conditions.size(); ++at) {
        Reads reads{c.program, {}};
        std::visit(reads, c.program.conditions[at].node);
        const Span& place = c.places.conditions[at];
        for (const Index aggregate : reads.out) {
            Cost& cost = out[aggregate];
            cost.bytes = bytes_of(c.program.aggregates[aggregate]);
            if (cost.place.line == 0 || before(place, cost.place)) {
                cost.place = place;
            }
        }
    }
    std::erase_if(out, [](const Cost& cost) { return cost.place.line == 0; });
    return out;
}

std::string bytes_text(std::size_t bytes) {
    return std::to_string(bytes) + " bytes";
}

}  // namespace

std::vector<FileMemory> memory_by_file(const Compilation& c) {
    std::map<std::uint32_t, std::size_t> by_file;
    for (const Cost& cost : costs_of(c)) {
        by_file[cost.place.file] += cost.bytes;
    }
    std::vector<FileMemory> out;
    for (const auto& [file, bytes] : by_file) {
        out.push_back({c.sources.files[file].path, bytes});
    }
    return out;
}

void analyse_memory(Compilation& c) {
    if (c.options.memory_ceiling == 0) {
        return;
    }
    std::vector<Cost> costs = costs_of(c);
    std::size_t sum = 0;
    for (const Cost& cost : costs) {
        sum += cost.bytes;
    }
    if (sum <= c.options.memory_ceiling) {
        return;
    }
    std::stable_sort(costs.begin(), costs.end(), [](const Cost& a, const Cost& b) {
        return a.bytes != b.bytes ? a.bytes > b.bytes : before(a.place, b.place);
    });
    Diagnostic& diagnostic =
        c.error("E405", costs.front().place,
                "The conditions over the past would keep about " + bytes_text(sum) +
                    " of every customer, and " + bytes_text(c.options.memory_ceiling) +
                    " is the limit. This one costs most, " + bytes_text(costs.front().bytes) + ":");
    for (std::size_t at = 1; at < std::min(kShown, costs.size()); ++at) {
        diagnostic.labels.push_back({costs[at].place, bytes_text(costs[at].bytes)});
    }
    diagnostic.help =
        "Conditions with the same event and the same `where` share one memory. Ask for fewer "
        "different ones, or for smaller numbers.";
}

}  // namespace sluice::dsl::check
