#include "engine/runtime/timers.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr unsigned kStretchBits = 20;  // 2^20 ms: 17 minutes
constexpr std::size_t kLeftBehindMin = 4'096;

}  // namespace

TimerIndex::Stretch TimerIndex::stretch_of(Instant due) {
    return to_ms(due) >> kStretchBits;
}

void TimerIndex::set(CustomerNo no, Instant due) {
    if (no >= due_.size()) {
        if (due == kNever) {
            return;
        }
        due_.grow(std::size_t{no} + 1, kNever);
    }
    if (due_[no] == due) {
        return;
    }
    waiting_ += due_[no] == kNever ? 1U : 0U;
    due_[no] = due;
    if (due == kNever) {
        --waiting_;
        return;
    }
    put(no, due);
    if (entries() > waiting_ + waiting_ / 2 + kLeftBehindMin) {
        drop_some();
    }
}

void TimerIndex::put(CustomerNo no, Instant due) {
    const Stretch stretch = stretch_of(due);
    if (stretch < soon_until_) {
        soon_.emplace(due, no);
        return;
    }
    far_[stretch].push_back(no);
    ++far_entries_;
}

/// Leaves the earliest entry that counts on top of the heap, if there is any at all.
void TimerIndex::bring_next() {
    for (;;) {
        while (!soon_.empty() && !counts(soon_.top())) {
            soon_.pop();
        }
        if (!soon_.empty() || far_.empty()) {
            return;
        }
        const auto first = far_.begin();
        soon_until_ = first->first + 1;
        for (const CustomerNo no : first->second) {
            // Whose due time has moved elsewhere has an entry there.
            if (due_[no] != kNever && stretch_of(due_[no]) == first->first) {
                soon_.emplace(due_[no], no);
            }
        }
        far_entries_ -= first->second.size();
        far_.erase(first);
    }
}

/// Goes through one stretch, or through the heap, and keeps what counts; of one customer's entries
/// in a stretch one is enough.
void TimerIndex::drop_some() {
    auto place = far_.lower_bound(dropped_until_);
    if (place == far_.end()) {
        dropped_until_ = 0;
        std::vector<Entry> kept;
        for (; !soon_.empty(); soon_.pop()) {
            if (counts(soon_.top()) && (kept.empty() || kept.back() != soon_.top())) {
                kept.push_back(soon_.top());
            }
        }
        soon_ = decltype(soon_)(std::greater<>{}, std::move(kept));
        return;
    }
    auto& list = place->second;
    const std::size_t before = list.size();
    std::erase_if(list, [&](CustomerNo no) {
        return due_[no] == kNever || stretch_of(due_[no]) != place->first;
    });
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    list.shrink_to_fit();
    far_entries_ -= before - list.size();
    dropped_until_ = place->first + 1;
    if (list.empty()) {
        far_.erase(place);
    }
}

std::vector<CustomerNo> TimerIndex::take_due(Instant now, std::size_t limit) {
    std::vector<CustomerNo> taken;
    for (bring_next(); !soon_.empty() && taken.size() < limit; bring_next()) {
        const auto [due, no] = soon_.top();
        if (due > now) {
            break;
        }
        soon_.pop();
        due_[no] = kNever;
        --waiting_;
        taken.push_back(no);
    }
    return taken;
}

Instant TimerIndex::next() {
    bring_next();
    return soon_.empty() ? kNever : soon_.top().first;
}

}  // namespace sluice
