#pragma once

#include "tests/connectors/support/child_process.hpp"
#include "tests/connectors/support/tls_identity.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace sluice::connectors::test {

/// Postfix's test server, smtp-sink(1), on a free loopback port, writing what it takes to a file.
class SmtpSink {
public:
    /// `options` as on its command line, for example {"-r", "RCPT"}.
    explicit SmtpSink(const std::vector<std::string>& options) {
        ::chmod(folder_.path().c_str(), 0777);
        for (int attempt = 0; attempt < 5 && !running_; ++attempt) {
            start(options);
        }
    }
    [[nodiscard]] bool running() const { return running_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Every message taken so far, with smtp-sink's own headers in front.
    [[nodiscard]] std::string taken() const {
        std::ifstream file(folder_.file("taken"));
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    }

private:
    void start(const std::vector<std::string>& options) {
        // The port may be taken between the look and the start; then the next one is tried.
        port_ = free_port();
        std::vector<std::string> words{"/usr/sbin/smtp-sink", "-4"};
        if (::geteuid() == 0) {
            words.insert(words.end(), {"-u", "nobody"});
        }
        words.insert(words.end(), {"-D", folder_.file("taken")});
        words.insert(words.end(), options.begin(), options.end());
        words.insert(words.end(), {"127.0.0.1:" + std::to_string(port_), "64"});
        process_ = std::make_unique<ChildProcess>(words);
        running_ = process_->wait_for_port(port_);
    }

    TempFolder folder_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> process_;
    bool running_ = false;
};

}  // namespace sluice::connectors::test
