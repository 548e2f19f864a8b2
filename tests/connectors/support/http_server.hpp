#pragma once

#include "connectors/encoding.hpp"
#include "tests/connectors/support/tls_identity.hpp"
#include "tests/connectors/support/wire.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::connectors::test {

/// An HTTP server that answers as told and remembers what it was asked.
class HttpServer {
public:
    enum class Fault {
        none,
        reset_at_once,       // RST before anything is read
        reset_before_body,   // RST after the header
        reset_after_body,    // RST after the whole request
        close_after_body,    // FIN instead of an answer
        half_answer,         // a body shorter than its Content-Length, then FIN
        silence,             // never an answer
        not_http,            // an answer of another protocol
        close_after_answer,  // answers, then drops the kept-alive connection
    };
    struct Request {
        std::string line;
        std::vector<std::pair<std::string, std::string>> headers;
        std::string body;

        [[nodiscard]] std::string header(const std::string& name) const {
            for (const auto& [key, value] : headers) {
                if (equal_ignoring_case(key, name)) {
                    return value;
                }
            }
            return {};
        }
    };

    explicit HttpServer(const TlsIdentity* identity = nullptr)
        : context_(identity == nullptr ? ServerContext() : identity->server_context()),
          server_([this](Wire& wire) { serve(wire); }) {}

    /// What every request from now on is answered.
    void answer(int status, std::string body, std::string extra_headers = {}) {
        const std::lock_guard lock(mutex_);
        answer_ = "HTTP/1.1 " + std::to_string(status) +
                  " Test\r\nContent-Type: application/json\r\n" + extra_headers +
                  "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        fault_ = Fault::none;
    }
    void answer_raw(std::string bytes) {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(bytes);
        fault_ = Fault::close_after_answer;
    }
    void fail_with(Fault fault) {
        const std::lock_guard lock(mutex_);
        fault_ = fault;
    }
    [[nodiscard]] std::vector<Request> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    [[nodiscard]] int connections() const { return server_.connections(); }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
        return (context_ != nullptr ? "https://" : "http://") + host + ":" + std::to_string(port());
    }

private:
    Fault fault() {
        const std::lock_guard lock(mutex_);
        return fault_;
    }
    std::string answer() {
        const std::lock_guard lock(mutex_);
        return answer_;
    }

    void serve(Wire& wire) {
        if (fault() == Fault::reset_at_once) {
            wire.reset();
            return;
        }
        if (context_ != nullptr && !wire.start_tls(context_.get())) {
            return;
        }
        while (serve_one(wire)) {
        }
    }
    bool serve_one(Wire& wire) {
        Request request;
        if (!read_header(wire, request)) {
            return false;
        }
        const Fault fault = this->fault();
        if (fault == Fault::reset_before_body) {
            wire.reset();
            return false;
        }
        const std::string length = request.header("Content-Length");
        if (!wire.exactly(length.empty() ? 0 : std::stoul(length), request.body)) {
            return false;
        }
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        }
        return respond(wire, fault);
    }
    bool respond(Wire& wire, Fault fault) {
        switch (fault) {
            case Fault::none:
                wire.write(answer());
                return true;
            case Fault::close_after_answer:
                wire.write(answer());
                return false;
            case Fault::reset_after_body:
                wire.reset();
                return false;
            case Fault::half_answer:
                wire.write("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"sid\":");
                return false;
            case Fault::not_http:
                wire.write("220 mail.example ESMTP\r\n");
                return false;
            case Fault::silence:
                wire.wait_for_end();
                return false;
            default:
                return false;
        }
    }
    static bool read_header(Wire& wire, Request& request) {
        auto line = wire.line();
        if (!line) {
            return false;
        }
        request.line = *line;
        for (line = wire.line(); line && !line->empty(); line = wire.line()) {
            const std::size_t colon = line->find(": ");
            request.headers.emplace_back(line->substr(0, colon), line->substr(colon + 2));
        }
        return line.has_value();
    }

    ServerContext context_;
    std::mutex mutex_;
    std::string answer_ = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    Fault fault_ = Fault::none;
    std::vector<Request> requests_;
    LoopbackServer server_;  // last: its threads use the rest
};

}  // namespace sluice::connectors::test
