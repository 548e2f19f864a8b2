#pragma once

#include "engine/api/routes.hpp"
#include "engine/base/clock.hpp"
#include "engine/base/limits.hpp"
#include "engine/base/result.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice::api {

/// An HTTP/1.1 server with the front rules of http_front.hpp before every parser.
///
/// Place:    engine/api; started by daemon; serves one table of routes on one address.
/// Owner:    the daemon. The io_context outlives it and is run, by one or more threads, until
///           on_stopped was called; whatever the handlers use lives until then as well.
/// Threads:  start() and stop() from any thread; each connection has its own strand, on which its
///           handlers run.
/// Errors:   start() returns Errc::io when the address cannot be bound. Clients' faults are
/// answered
///           with a JSON body and a closed connection; a client that is too slow is cut off.
/// Limits:   the Options; a connection holds one 64 KiB buffer and one body, never more.
class HttpServer {
public:
    struct Options {
        std::string address = "127.0.0.1";
        std::uint16_t port = 0;  // 0: any free one
        /// See FrontRules. The names of this machine only, until told otherwise: a page in a
        /// browser cannot reach the server through a name it made point here (DNS rebinding).
        std::vector<std::string> allowed_hosts = {"localhost", "127.0.0.1", "[::1]"};
        std::size_t connections_max = 10'000;
        std::size_t connections_per_peer_max = 256;  // loopback, where proxies live, is exempt
        /// Twice the largest batch: what is a little too large gets the API's own words.
        std::size_t body_bytes_max = 1024 * 1024;
        Millis idle_timeout{60'000};   // between requests
        Millis head_timeout{10'000};   // from the first byte of a request to the end of its head
        Millis body_timeout{30'000};   // for the whole body
        Millis write_timeout{30'000};  // for the whole response
        Millis drain_timeout{10'000};  // after stop(), for requests in flight
    };

    HttpServer(boost::asio::io_context& io, Options options, Routes routes);
    ~HttpServer();  // stops, without waiting
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    Result<void> start();
    /// The bound port; 0 before start().
    [[nodiscard]] std::uint16_t port() const;
    /// Connections open now.
    [[nodiscard]] std::size_t connections() const;
    /// Stops accepting, closes idle connections, lets requests in flight finish and cuts off those
    /// that take longer than drain_timeout. `on_stopped` runs on an io_context thread when the last
    /// connection is gone.
    void stop(std::function<void()> on_stopped = {});

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace sluice::api
