#include "engine/runtime/timers.hpp"

namespace sluice {

void TimerIndex::set(CustomerNo no, Instant due) {
    if (no >= due_.size()) {
        if (due == kNever) {
            return;
        }
        due_.resize(static_cast<std::size_t>(no) + 1, kNever);
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
    heap_.emplace(due, no);
}

void TimerIndex::drop_stale() {
    while (!heap_.empty() && due_[heap_.top().second] != heap_.top().first) {
        heap_.pop();
    }
}

std::vector<CustomerNo> TimerIndex::take_due(Instant now, std::size_t limit) {
    std::vector<CustomerNo> taken;
    for (drop_stale(); !heap_.empty() && taken.size() < limit; drop_stale()) {
        const auto [due, no] = heap_.top();
        if (due > now) {
            break;
        }
        heap_.pop();
        due_[no] = kNever;
        --waiting_;
        taken.push_back(no);
    }
    return taken;
}

Instant TimerIndex::next() {
    drop_stale();
    return heap_.empty() ? kNever : heap_.top().first;
}

}  // namespace sluice
