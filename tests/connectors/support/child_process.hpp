#pragma once

#include "tests/connectors/support/wire.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <string>
#include <vector>

namespace sluice::connectors::test {

/// A program run for the length of a test; ended by its own process id, and with this process.
class ChildProcess {
public:
    /// The first word is the program's path.
    explicit ChildProcess(std::vector<std::string> words) {
        std::vector<char*> arguments;
        for (std::string& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            become(arguments);
        }
    }
    ~ChildProcess() { stop(); }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    void stop() {
        if (pid_ > 0) {
            ::kill(pid_, SIGTERM);
            ::waitpid(pid_, nullptr, 0);
            pid_ = -1;
        }
    }
    /// Waits for the end; the exit code, or -1.
    int wait() {
        int status = -1;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    /// Waits until the port takes connections. False when the program ended or never listened.
    [[nodiscard]] bool wait_for_port(std::uint16_t port) const {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        const int watch = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
        bool open = false;
        while (!open && std::chrono::steady_clock::now() < end) {
            open = connects(port);
            pollfd ended{watch, POLLIN, 0};
            if (!open && ::poll(&ended, 1, 10) > 0) {
                break;
            }
        }
        ::close(watch);
        return open;
    }

private:
    [[noreturn]] static void become(std::vector<char*>& arguments) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        ::setpgid(0, 0);
        const int nowhere = ::open("/dev/null", O_RDWR);
        ::dup2(nowhere, 0);
        ::dup2(nowhere, 1);
        ::dup2(nowhere, 2);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
    static bool connects(std::uint16_t port) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int code = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        ::close(fd);
        return code == 0;
    }

    pid_t pid_ = -1;
};

}  // namespace sluice::connectors::test
