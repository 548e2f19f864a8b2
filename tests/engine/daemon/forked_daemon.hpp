#pragma once

#include "engine/base/log.hpp"
#include "engine/daemon/engine.hpp"
#include "engine/daemon/people.hpp"
#include "engine/model/codec.hpp"
#include "engine/store/sqlite_store.hpp"
#include "tests/engine/api/server_fixture.hpp"

#include <boost/json.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <atomic>
#include <filesystem>
#include <new>
#include <string>
#include <thread>
#include <vector>

/// A daemon in a process of its own, so that it can be killed as a crash kills it, on a clock that
/// it shares with the test, so that time passes only when the test says so.
namespace sluice::testing {

/// One instant in memory that forked processes share.
class SharedClock final : public Clock {
public:
    explicit SharedClock(Instant start)
        : place_(::mmap(nullptr, sizeof(Cell), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                        -1, 0)),
          cell_(new (place_) Cell(to_ms(start))) {}
    ~SharedClock() override { ::munmap(place_, sizeof(Cell)); }
    SharedClock(const SharedClock&) = delete;
    SharedClock& operator=(const SharedClock&) = delete;
    [[nodiscard]] Instant now() const override { return from_ms(cell_->load()); }
    void set(Instant at) { cell_->store(to_ms(at)); }

private:
    using Cell = std::atomic<std::int64_t>;
    static_assert(Cell::is_always_lock_free);
    void* place_;
    Cell* cell_;
};

/// Threads: the test's only; it has no other when it starts the daemon.
class ForkedDaemon {
public:
    ForkedDaemon(Config config, const Clock& clock) : config_(std::move(config)), clock_(clock) {}
    ~ForkedDaemon() { kill(); }
    ForkedDaemon(const ForkedDaemon&) = delete;
    ForkedDaemon& operator=(const ForkedDaemon&) = delete;

    void start(const Project& project) {
        int told[2];
        int asked[2];
        ASSERT_EQ(::pipe(told), 0);
        ASSERT_EQ(::pipe(asked), 0);
        process_ = ::fork();
        ASSERT_GE(process_, 0);
        if (process_ == 0) {
            ::close(told[0]);
            ::close(asked[1]);
            live(project, asked[0], told[1]);
        }
        ::close(told[1]);
        ::close(asked[0]);
        asked_ = asked[1];
        const ssize_t got = ::read(told[0], &port_, sizeof port_);
        ::close(told[0]);
        ASSERT_EQ(got, static_cast<ssize_t>(sizeof port_)) << "the daemon did not start";
    }
    /// As SIGTERM does.
    void stop() { end(0); }
    /// As a crash does.
    void kill() { end(SIGKILL); }
    [[nodiscard]] bool running() const { return process_ > 0; }

    api::Reply ask(std::string_view bytes) const {
        api::RawClient client(port_);
        EXPECT_TRUE(client.send(bytes));
        return client.receive();
    }
    [[nodiscard]] api::Reply get(const std::string& path) const {
        return ask("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

private:
    /// The other process; never comes back.
    [[noreturn]] void live(const Project& project, int asked, int told) const {
        const auto compiled = compile_project(project);
        Engine engine(config_, project, compiled.program, clock_);
        const auto started = engine.start();
        if (!started.has_value()) {
            std::fprintf(stderr, "%s\n", started.error().detail.c_str());
            ::_exit(1);
        }
        const std::uint16_t port = engine.port();
        char word = 0;
        // The other side closes to ask for an end, and when it dies.
        const bool heard = ::write(told, &port, sizeof port) > 0 && ::read(asked, &word, 1) == 0;
        engine.stop();
        ::_exit(heard ? 0 : 1);
    }

    void end(int signal) {
        if (!running()) {
            return;
        }
        if (signal != 0) {
            ::kill(process_, signal);
        }
        ::close(asked_);
        int status = 0;
        EXPECT_EQ(::waitpid(process_, &status, 0), process_);
        EXPECT_TRUE(signal != 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
            << "the daemon did not stop cleanly";
        process_ = -1;
    }

    Config config_;
    const Clock& clock_;
    pid_t process_ = -1;
    int asked_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace sluice::testing
