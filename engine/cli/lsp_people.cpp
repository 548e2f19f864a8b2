#include "engine/cli/lsp_people.hpp"

#include "engine/cli/people_input.hpp"

#include <utility>

namespace sluice::cli::lsp {

PeopleWatch::PeopleWatch(std::string url) : url_(std::move(url)) {
    if (!url_.empty()) {
        thread_ = std::thread([this] { work(); });
    }
}

PeopleWatch::~PeopleWatch() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

dsl::graph::Counts PeopleWatch::counts() {
    std::unique_lock lock(mutex_);
    if (url_.empty()) {
        return {};
    }
    const auto now = std::chrono::steady_clock::now();
    if (!answered_ || now - asked_at_ >= kFresh) {
        wanted_ = true;
        changed_.notify_all();
    }
    if (!answered_) {
        changed_.wait_for(lock, kFirstWait, [this] { return answered_; });
        answered_ = true;  // whoever does not answer the first time is not waited for again
    }
    return counts_;
}

void PeopleWatch::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return wanted_ || ending_; });
        if (ending_) {
            return;
        }
        lock.unlock();
        auto people = ask_people(url_, kPatience);
        lock.lock();
        counts_ = people.has_value() ? std::move(people.value().counts) : dsl::graph::Counts();
        asked_at_ = std::chrono::steady_clock::now();
        wanted_ = false;
        answered_ = true;
        changed_.notify_all();
    }
}

}  // namespace sluice::cli::lsp
