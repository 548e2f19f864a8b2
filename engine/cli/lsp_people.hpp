#pragma once

#include "dsl/graph/picture.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace sluice::cli::lsp {

/// The people inside flows, as a daemon counts them, for lenses and pictures: always quick, silent
/// when nobody answers.
///
/// Owner:   the verb `lsp`. Threads: counts() from the session's thread; a thread of its own asks.
/// Limits:  the first call waits kFirstWait at most, later ones never. Asked at most every kFresh,
///          with an answer within kPatience or none; what was known stays until there is a newer
///          answer, and is forgotten when there is none.
class PeopleWatch {
public:
    static constexpr std::chrono::milliseconds kFirstWait{250};
    static constexpr std::chrono::milliseconds kPatience{2'000};
    static constexpr std::chrono::seconds kFresh{5};

    /// An empty address: nobody is asked, nobody is inside.
    explicit PeopleWatch(std::string url);
    ~PeopleWatch();
    PeopleWatch(const PeopleWatch&) = delete;
    PeopleWatch& operator=(const PeopleWatch&) = delete;

    /// The last answer; a newer one is asked for when it is not fresh.
    dsl::graph::Counts counts();

private:
    void work();

    const std::string url_;
    std::mutex mutex_;
    std::condition_variable changed_;
    dsl::graph::Counts counts_;
    bool wanted_ = false;
    bool answered_ = false;  // once, with people or without
    bool ending_ = false;
    std::chrono::steady_clock::time_point asked_at_;
    std::thread thread_;
};

}  // namespace sluice::cli::lsp
