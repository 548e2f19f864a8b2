// The journal of a customer is a chain that is walked newest first. Where it holds the past of
// another record (JournalKind::taken, one or more entries in a row), everything older, the
// customer's own and the other's, is one history in order of arrival.
#include "engine/runtime/past.hpp"

#include "engine/base/limits.hpp"
#include "engine/model/codec.hpp"
#include "engine/model/trace.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr std::uint8_t kTakenVersion = 1;
/// One entry of a journal holds about this much of another's past.
constexpr std::size_t kTakenBytes = 1U << 20U;

/// An entry and when it took its place among the others.
struct Fact {
    JournalEntry entry;
    Instant arrived;
};
using Facts = std::vector<Fact>;

bool is_call(const JournalEntry& entry) {
    return entry.kind == JournalKind::event || entry.kind == JournalKind::internal;
}

Result<Fact> fact_of(JournalEntry entry) {
    Instant arrived = entry.at;
    if (is_call(entry)) {
        SLUICE_TRY(const auto event, decode_event(entry.payload));
        arrived = event.received_at;
    }
    return Fact{std::move(entry), arrived};
}

bool matters(const JournalEntry& entry, PastParts parts) {
    return is_call(entry) || (parts == PastParts::everything && entry.kind == JournalKind::trace);
}

template <class Item, class At>
std::vector<Instant> times_of(const std::vector<Item>& items, At at) {
    std::vector<Instant> out;
    out.reserve(items.size());
    for (const Item& item : items) {
        out.push_back(at(item));
    }
    return out;
}

template <class Item, class At>
std::vector<Item> merged(std::vector<Item> own, std::vector<Item> theirs, At at) {
    std::vector<Item> out;
    out.reserve(own.size() + theirs.size());
    auto mine = own.begin();
    auto other = theirs.begin();
    for (const bool second : merged_order(times_of(own, at), times_of(theirs, at))) {
        out.push_back(std::move(second ? *other++ : *mine++));
    }
    return out;
}

struct Taken {
    bool last = false;  // of the entries that one past fills
    Facts facts;
};

Result<Taken> unpack(const JournalEntry& packed, PastParts parts) {
    ByteReader in(packed.payload);
    Taken out;
    const std::uint8_t version = in.byte();
    static_cast<void>(in.text());  // whose it was: for people who look at the bytes
    out.last = in.byte() != 0;
    const std::size_t count = in.count();
    for (std::size_t at = 0; at < count && !in.failed(); ++at) {
        JournalEntry entry;
        entry.kind = static_cast<JournalKind>(in.byte());
        entry.at = in.instant();
        entry.payload = in.text();
        if (matters(entry, parts)) {
            SLUICE_TRY(auto fact, fact_of(std::move(entry)));
            out.facts.push_back(std::move(fact));
        }
    }
    if (in.failed() || !in.at_end() || version != kTakenVersion) {
        return Error{Errc::corrupt, "the stored past of another record cannot be read"};
    }
    return out;
}

/// From here on everything older is gathered, then put in order.
class Gathering {
public:
    explicit Gathering(PastParts parts) : parts_(parts) {}

    void take(const JournalEntry& entry) {
        if (entry.kind == JournalKind::taken || matters(entry, parts_)) {
            newest_first_.push_back(entry);
        }
    }

    Result<Facts> in_order() {
        Facts own;
        Facts theirs;
        const auto arrived = [](const Fact& fact) { return fact.arrived; };
        for (auto entry = newest_first_.rbegin(); entry != newest_first_.rend(); ++entry) {
            if (entry->kind != JournalKind::taken) {
                SLUICE_TRY(auto fact, fact_of(std::move(*entry)));
                own.push_back(std::move(fact));
                continue;
            }
            SLUICE_TRY(auto taken, unpack(*entry, parts_));
            std::move(taken.facts.begin(), taken.facts.end(), std::back_inserter(theirs));
            if (taken.last) {
                own = merged(std::move(own), std::move(theirs), arrived);
                theirs.clear();
            }
        }
        return own;
    }

private:
    PastParts parts_;
    std::vector<JournalEntry> newest_first_;
};

}  // namespace

/// What follows an item although it arrived earlier comes right after it: it is still the earlier
/// of the two that are next. So each takes its place by the latest time so far in its own sequence.
std::vector<bool> merged_order(const std::vector<Instant>& first,
                               const std::vector<Instant>& second) {
    std::vector<bool> out;
    out.reserve(first.size() + second.size());
    std::size_t a = 0;
    std::size_t b = 0;
    while (a < first.size() || b < second.size()) {
        const bool take_second = a == first.size() || (b < second.size() && second[b] <= first[a]);
        out.push_back(take_second);
        ++(take_second ? b : a);
    }
    return out;
}

std::vector<InboundEvent> merged_history(const std::vector<InboundEvent>& own,
                                         const std::vector<InboundEvent>& theirs) {
    return merged(own, theirs, [](const InboundEvent& event) { return event.received_at; });
}

Result<void> each_of_past(Store& store, CustomerNo no, PastParts parts,
                          const std::function<bool(const JournalEntry&)>& visit) {
    Gathering older(parts);
    bool gathers = false;
    SLUICE_TRY(store.journal(no, [&](const JournalEntry& entry) {
        gathers = gathers || entry.kind == JournalKind::taken;
        if (gathers) {
            older.take(entry);
            return true;
        }
        return !matters(entry, parts) || visit(entry);
    }));
    if (!gathers) {
        return success();
    }
    SLUICE_TRY(const auto facts, older.in_order());
    for (auto fact = facts.rbegin(); fact != facts.rend(); ++fact) {
        if (!visit(fact->entry)) {
            break;
        }
    }
    return success();
}

Result<std::vector<JournalEntry>> read_past(Store& store, CustomerNo no) {
    std::vector<JournalEntry> out;
    SLUICE_TRY(each_of_past(store, no, PastParts::everything, [&](const JournalEntry& entry) {
        out.push_back(entry);
        return true;
    }));
    std::reverse(out.begin(), out.end());
    return out;
}

std::vector<JournalEntry> pack_past(std::string_view record, Instant at,
                                    const std::vector<JournalEntry>& past) {
    std::vector<JournalEntry> out;
    for (std::size_t from = 0; from < past.size();) {
        std::size_t to = from;
        for (std::size_t bytes = 0; to < past.size() && bytes < kTakenBytes; ++to) {
            bytes += past[to].payload.size();
        }
        ByteWriter packed;
        packed.byte(kTakenVersion);
        packed.text(record);
        packed.byte(to == past.size() ? 1 : 0);
        packed.number(to - from);
        for (; from < to; ++from) {
            packed.byte(static_cast<std::uint8_t>(past[from].kind));
            packed.instant(past[from].at);
            packed.text(past[from].payload);
        }
        out.push_back({JournalKind::taken, at, packed.take()});
    }
    return out;
}

}  // namespace sluice
