// What customers that wait cost: memory of the shard and time to recover it, with so many of them
// in one file, and how many wake-ups the timers give out and take back a second. The file is filled
// by a process of its own, so that memory is that of a daemon after a restart. Usage: waiting_bench
// FOLDER [CUSTOMERS]
#include "dsl/check/compile.hpp"
#include "engine/runtime/shard.hpp"
#include "engine/store/sqlite_store.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

namespace sluice {
namespace {

using Watch = std::chrono::steady_clock;
constexpr std::size_t kCommit = 5'000;
constexpr std::size_t kStateBytes = 250;  // a profile and one run that waits
constexpr Instant kNow = kEpoch + Millis{1'770'000'000'000};

double since(Watch::time_point begin) {
    return std::chrono::duration<double>(Watch::now() - begin).count();
}

[[noreturn]] void die(const std::string& why) {
    std::fprintf(stderr, "waiting_bench: %s\n", why.c_str());
    std::exit(1);
}

double resident_mb() {
    std::ifstream status("/proc/self/statm");
    std::uint64_t all = 0, resident = 0;
    status >> all >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

std::unique_ptr<Store> open(const std::string& folder) {
    SqliteStore::Options options;
    options.path = folder + "/shard-0.db";
    auto store = SqliteStore::open(options);
    if (!store.has_value()) {
        die(store.error().detail);
    }
    return std::move(store.value());
}

/// Waits of a dozen lengths that began over two weeks, as flows make them.
Instant due_of(std::mt19937_64& random) {
    constexpr std::int64_t kHour = 3'600'000;
    constexpr std::int64_t kLengths[] = {1, 2, 4, 20, 24, 48, 72, 120, 168, 336, 720, 1'440};
    const auto began = static_cast<std::int64_t>(random() % (336 * kHour));
    return kNow + Millis{began + kLengths[random() % std::size(kLengths)] * kHour};
}

void fill(const std::string& folder, std::size_t customers) {
    auto store = open(folder);
    std::mt19937_64 random(3);
    std::string state(kStateBytes, 's');
    for (std::size_t done = 0; done < customers;) {
        Commit commit;
        for (; commit.customers.size() < kCommit && done < customers; ++done) {
            state[done % kStateBytes] = static_cast<char>('a' + done % 26);
            commit.customers.push_back(
                {"customer-" + std::to_string(done), state, due_of(random), {}});
        }
        if (!store->commit(commit).has_value()) {
            die("a commit failed");
        }
    }
}

/// In a child: its memory is its own.
void apart(const std::function<void()>& work) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        work();
        std::fflush(stdout);
        _exit(0);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) {
        die("a part of the benchmark failed");
    }
}

void recover(const std::string& folder) {
    const double before = resident_mb();
    dsl::SourceSet sources;
    sources.files.push_back({"bench.flow", "customer { email text optional }"});
    auto releases = std::make_shared<Releases>();
    releases->add(1, dsl::compile(sources, {}).program);
    SystemClock clock;
    SuppressionList suppressions;
    Lanes lanes;
    const auto begin = Watch::now();
    Shard shard(0, open(folder), releases,
                {clock, suppressions, lanes, [](std::vector<ClaimedMessage>) {}});
    if (!shard.recover().has_value()) {
        die("the shard did not recover");
    }
    const double seconds = since(begin);
    const double waiting = static_cast<double>(shard.counters().waiting.load());
    const double used = resident_mb() - before;
    std::printf(
        "%.0f waiting customers: recovered in %.1f s (%.2f M/s), %.0f MB, %.1f bytes each\n",
        waiting, seconds, waiting / seconds / 1e6, used, used * 1e6 / waiting);
}

void wake(std::size_t customers) {
    std::mt19937_64 random(3);
    const double before = resident_mb();
    TimerIndex timers;
    auto begin = Watch::now();
    for (std::size_t no = 0; no < customers; ++no) {
        timers.set(static_cast<CustomerNo>(no), due_of(random));
    }
    const double set = static_cast<double>(customers) / since(begin);
    const double used = resident_mb() - before;
    begin = Watch::now();
    std::size_t woken = 0;
    for (Instant now = kNow; woken < customers / 10; now += Millis{1'000}) {
        for (const CustomerNo no : timers.take_due(now, customers)) {
            timers.set(no, now + Millis{86'400'000});
            ++woken;
        }
    }
    std::printf("timers alone: %.1f M set/s, %.1f M wake-ups/s (each set again), %.1f bytes each\n",
                set / 1e6, static_cast<double>(woken) / since(begin) / 1e6,
                used * 1e6 / static_cast<double>(customers));
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: waiting_bench FOLDER [CUSTOMERS]\n");
        return 2;
    }
    const std::string folder = argv[1];
    const std::size_t customers = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10'000'000;
    std::filesystem::create_directories(folder);
    sluice::apart([&] { sluice::fill(folder, customers); });
    sluice::apart([&] { sluice::recover(folder); });
    sluice::apart([&] { sluice::wake(customers); });
}
