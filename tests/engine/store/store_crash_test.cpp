// kill -9 of a process that commits as fast as it can. Each commit that it told us about must be
// there afterwards, whole; at most the one it was about to tell us about may be there as well.

#include "tests/engine/store/store_fixture.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <csignal>
#include <random>

namespace sluice::store_test {
namespace {

constexpr int kCustomers = 50;
constexpr int kCycles = 25;

StoreTuning restless() {
    StoreTuning tuning;
    tuning.compact_from_bytes = 20'000;
    tuning.compact_step_bytes = 16'000;
    tuning.checkpoint_from_bytes = 60'000;
    return tuning;
}

std::string name_of(std::uint32_t number) {
    return "c" + std::to_string(number % kCustomers);
}

// Commit `number` says in every part of it that it was there.
Commit numbered(std::uint32_t number) {
    const std::string text = std::to_string(number);
    Commit commit = commit_of({write("counter", text, from_ms(number)),
                               write(name_of(number), text + std::string(700, 's'), kNever,
                                     {entry("a" + text), entry("b" + text)})});
    commit.dedupe = {message_id(static_cast<int>(number))};
    commit.outbox = {message("m" + text)};
    return commit;
}

// The child: opens the store, goes on counting where it stands and reports each number when its
// commit has returned. It never ends by itself.
[[noreturn]] void count_for_ever(const std::string& path, std::uint32_t from, int pipe) {
    auto store = open_sqlite(path, restless());
    for (std::uint32_t number = from; store != nullptr; ++number) {
        if (!store->commit(numbered(number)) || !store->maintain()) {
            break;
        }
        if (::write(pipe, &number, sizeof number) != sizeof number) {
            break;
        }
    }
    ::_exit(1);
}

// Starts a child, reads `reports` reports from it, kills it, and returns the last number it sent.
std::uint32_t run_and_kill(const std::string& path, std::uint32_t from, std::uint32_t reports) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        count_for_ever(path, from, ends[1]);
    }
    ::close(ends[1]);
    std::uint32_t last = from - 1;
    std::uint32_t got = 0;
    while (got < reports && ::read(ends[0], &last, sizeof last) == sizeof last) {
        ++got;
    }
    EXPECT_EQ(got, reports) << "the child ended by itself";
    ::kill(child, SIGKILL);
    // What it still managed to report between our last read and its death counts as well.
    while (::read(ends[0], &last, sizeof last) == sizeof last) {
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    return last;
}

void expect_whole(Store& store, std::uint32_t last) {
    for (std::uint32_t number = 1; number <= last; ++number) {
        ASSERT_TRUE(store.seen(message_id(static_cast<int>(number)))) << number;
        ASSERT_TRUE(store.outbox_row("m" + std::to_string(number)).value().has_value()) << number;
    }
    EXPECT_FALSE(store.seen(message_id(static_cast<int>(last + 1))));
    EXPECT_FALSE(store.outbox_row("m" + std::to_string(last + 1)).value().has_value());
    for (std::uint32_t back = 0; back < kCustomers && back < last; ++back) {
        const std::uint32_t newest = last - back;
        auto no = store.find(name_of(newest));
        ASSERT_TRUE(no.has_value());
        EXPECT_EQ(store.load(*no).value().state, std::to_string(newest) + std::string(700, 's'));
        std::vector<std::string> want;
        for (std::int64_t number = newest; number > 0; number -= kCustomers) {
            want.push_back("b" + std::to_string(number));
            want.push_back("a" + std::to_string(number));
        }
        EXPECT_EQ(journal_of(store, *no), want);
    }
}

TEST(StoreCrashTest, EveryAcknowledgedCommitOutlivesKill) {
    TempFolder folder;
    const std::string path = folder.file("shard.db");
    std::mt19937 random(5);
    std::uint32_t next = 1;
    for (int cycle = 0; cycle < kCycles; ++cycle) {
        SCOPED_TRACE("cycle " + std::to_string(cycle));
        const std::uint32_t acknowledged =
            run_and_kill(path, next, 1 + static_cast<std::uint32_t>(random() % 60));
        auto store = open_sqlite(path, restless());
        ASSERT_NE(store, nullptr);
        auto counter = store->find("counter");
        ASSERT_TRUE(counter.has_value());
        const auto found =
            static_cast<std::uint32_t>(std::stoul(store->load(*counter).value().state));
        EXPECT_GE(found, acknowledged);
        EXPECT_LE(found, acknowledged + 1);
        expect_whole(*store, found);
        ASSERT_FALSE(::testing::Test::HasFailure());
        next = found + 1;
    }
}

}  // namespace
}  // namespace sluice::store_test
