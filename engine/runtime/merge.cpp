#include "engine/runtime/merge.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/limits.hpp"
#include "engine/runtime/past.hpp"
#include "engine/runtime/refold.hpp"
#include "engine/runtime/stepper.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace sluice {
namespace {

template <class Items, class At>
std::vector<Instant> times_of(const Items& items, At at) {
    std::vector<Instant> out;
    for (const auto& item : items) {
        out.push_back(at(item));
    }
    return out;
}

/// Where the calls of each side stand among those of both. Ordinals begin with 1; 0 is before all.
class Places {
public:
    Places(const std::vector<InboundEvent>& own, const std::vector<InboundEvent>& theirs) {
        const auto arrived = [](const InboundEvent& event) { return event.received_at; };
        const auto own_at = times_of(own, arrived);
        const auto their_at = times_of(theirs, arrived);
        std::size_t mine = 0;
        std::size_t other = 0;
        Instant latest = kEpoch;
        for (const bool second : merged_order(own_at, their_at)) {
            latest = std::max(latest, second ? their_at[other++] : own_at[mine++]);
            arrived_.push_back(latest);
            (second ? theirs_ : own_).push_back(static_cast<std::uint32_t>(arrived_.size()));
        }
    }

    enum class Side : std::uint8_t { own, theirs };
    /// The ordinal at which a run began that began at `at`, after so many calls of its own side.
    /// What had arrived by then on the other side was before it, too.
    [[nodiscard]] std::uint32_t entry(Side side, std::uint32_t ordinal, Instant at) const {
        const std::vector<std::uint32_t>& places = side == Side::own ? own_ : theirs_;
        const std::size_t known = std::min<std::size_t>(ordinal, places.size());
        std::uint32_t place = known == 0 ? 0 : places[known - 1];
        const std::uint32_t end =
            known < places.size() ? places[known] - 1 : static_cast<std::uint32_t>(arrived_.size());
        while (place < end && arrived_[place] <= at) {
            ++place;
        }
        return place;
    }

private:
    std::vector<std::uint32_t> own_, theirs_;
    std::vector<Instant> arrived_;  // latest so far, by place
};

class Merger {
public:
    Merger(const Releases& releases, const StepOptions& options, Merge& merge, Effects& effects)
        : releases_(releases),
          options_(options),
          merge_(merge),
          into_(merge.into),
          from_(merge.from),
          effects_(effects) {}

    void run() {
        ASSERT(!needs_relayout(releases_, into_) && !into_.given_away());
        const std::vector<InboundEvent> history = merged_history(merge_.own, merge_.theirs);
        Union united;
        united.history = &history;
        united.row = row(history.size());
        const Layout before = into_.layouts.front();
        into_.last_at = std::max({into_.last_at, from_.last_at, merge_.now});
        into_.events = static_cast<std::uint32_t>(history.size());
        unite_runs();
        unite_entries();
        unite_sends();
        unite_assignments();
        fold(history);
        compare(before, united);
        Stepper(releases_, options_, into_, effects_).unite(united);
    }

private:
    [[nodiscard]] TraceRow row(std::size_t calls) const {
        const auto count = [](std::size_t number, const char* one, const char* many) {
            return std::to_string(number) + " " + (number == 1 ? one : many);
        };
        TraceRow out;
        out.kind = TraceKind::merged;
        out.note = from_.id;
        out.detail = count(calls - merge_.own.size(), "event", "events") + " and " +
                     count(from_.runs.size(), "run", "runs") + " came along";
        return out;
    }

    void unite_runs() {
        const Places places(merge_.own, merge_.theirs);
        for (Run& run : into_.runs) {
            run.entered_ordinal =
                places.entry(Places::Side::own, run.entered_ordinal, run.entered_at);
        }
        unite_orders();
        std::map<std::uint64_t, std::uint64_t> renamed;
        for (Run& run : from_.runs) {
            run.entered_ordinal =
                places.entry(Places::Side::theirs, run.entered_ordinal, run.entered_at);
            renamed[run.id] = into_.next_run;
            run.id = into_.next_run++;
            into_.runs.push_back(std::move(run));
        }
        for (HeldMessage& held : from_.held) {
            // A message may outlive its run; then it belongs to none of the person's either.
            const auto place = renamed.find(held.run);
            held.run = place == renamed.end() ? into_.next_run++ : place->second;
            into_.held.push_back(std::move(held));
        }
    }

    /// The order in which what is due at one instant goes: that of each side, and between them the
    /// earlier park or request first.
    void unite_orders() {
        const auto own = orders_of(into_);
        const auto theirs = orders_of(from_);
        const auto at = [](const Order& order) { return order.at; };
        std::size_t mine = 0;
        std::size_t other = 0;
        into_.next_order = 1;
        for (const bool second : merged_order(times_of(own, at), times_of(theirs, at))) {
            *(second ? theirs[other++] : own[mine++]).order = into_.next_order++;
        }
    }
    struct Order {
        std::uint64_t* order;
        Instant at;
    };
    static std::vector<Order> orders_of(Customer& customer) {
        std::vector<Order> out;
        for (Run& run : customer.runs) {
            out.push_back({&run.park_order, run.parked_at});
        }
        for (HeldMessage& held : customer.held) {
            out.push_back({&held.order, held.requested_at});
        }
        std::sort(out.begin(), out.end(),
                  [](const Order& a, const Order& b) { return *a.order < *b.order; });
        return out;
    }

    void unite_entries() {
        for (Entry& entry : from_.entries) {
            const auto same = std::find_if(
                into_.entries.begin(), into_.entries.end(),
                [&](const Entry& one) { return one.flow == entry.flow && one.key == entry.key; });
            if (same == into_.entries.end()) {
                into_.entries.push_back(std::move(entry));
            } else {
                same->at = std::max(same->at, entry.at);
            }
        }
        keep_newest(into_.entries, limits::kEntriesPerCustomerMax);
    }

    void unite_sends() {
        into_.sends.insert(into_.sends.end(), from_.sends.begin(), from_.sends.end());
        keep_newest(into_.sends, limits::kSendMarksMax);
    }

    void unite_assignments() {
        for (const Assignment& theirs : from_.assignments) {
            const auto same =
                std::find_if(into_.assignments.begin(), into_.assignments.end(),
                             [&](const Assignment& one) { return one.count == theirs.count; });
            if (same == into_.assignments.end()) {
                into_.assignments.push_back(theirs);
            } else if (theirs.at < same->at) {
                *same = theirs;
            }
        }
        keep_newest(into_.assignments, limits::kAssignmentsMax);
    }

    /// Oldest first, and no more than the limit.
    template <class Item>
    static void keep_newest(std::vector<Item>& items, std::size_t most) {
        std::stable_sort(items.begin(), items.end(),
                         [](const Item& a, const Item& b) { return a.at < b.at; });
        if (items.size() > most) {
            items.erase(items.begin(), items.end() - static_cast<std::ptrdiff_t>(most));
        }
    }

    void fold(const std::vector<InboundEvent>& history) {
        std::set<std::uint32_t> older;
        for (const Run& run : into_.runs) {
            older.insert(run.release);
        }
        for (const HeldMessage& held : into_.held) {
            older.insert(held.release);
        }
        older.erase(releases_.current());
        std::vector<Layout> layouts;
        layouts.push_back(folded_layout(releases_, into_, releases_.current(), history));
        for (const std::uint32_t release : older) {
            layouts.push_back(folded_layout(releases_, into_, release, history));
        }
        into_.layouts = std::move(layouts);
    }

    void compare(const Layout& before, Union& united) const {
        const Layout& after = into_.layouts.front();
        const Layout* theirs = from_.layouts.empty() ? nullptr : &from_.layouts.front();
        if (theirs != nullptr && releases_.find(theirs->release) == nullptr) {
            theirs = nullptr;
        }
        united.traits_changed = !(after.traits == before.traits) || theirs == nullptr ||
                                theirs->release != after.release ||
                                !(after.traits == theirs->traits);
        const std::vector<Moved> from_theirs = moves_between(
            releases_, theirs == nullptr ? empty_layout(releases_, after.release) : *theirs, after);
        for (Moved moved : moves_between(releases_, before, after)) {
            const auto other =
                std::find_if(from_theirs.begin(), from_theirs.end(),
                             [&](const Moved& one) { return one.lifecycle == moved.lifecycle; });
            if (other == from_theirs.end()) {
                united.known.push_back(moved);
                continue;
            }
            moved.from = moved.from == kNone ? other->from : moved.from;
            united.entered.push_back(moved);
        }
    }

    const Releases& releases_;
    const StepOptions& options_;
    Merge& merge_;
    Customer& into_;
    Customer& from_;
    Effects& effects_;
};

}  // namespace

void merge_customer(const Releases& releases, const StepOptions& options, Merge merge,
                    Effects& effects) {
    Merger(releases, options, merge, effects).run();
}

}  // namespace sluice
