#include "engine/api/http_server.hpp"

#include "engine/api/http_connection.hpp"
#include "engine/base/log.hpp"

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <random>
#include <set>
#include <utility>

namespace sluice::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// When the process has no file descriptor left, accepting again at once would spin.
constexpr Millis kAcceptPause{100};

std::string random_prefix() {
    std::random_device source;
    return fmt::format("{:08x}", source());
}

Error io_error(const std::string& what, const boost::system::error_code& error) {
    return Error{Errc::io, fmt::format("{}: {}", what, error.message())};
}

}  // namespace

/// The acceptor and the book of connections, all on one strand; kept alive by its coroutines.
class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
public:
    Impl(asio::io_context& io, Options options, Routes routes)
        : io_(io),
          strand_(asio::make_strand(io)),
          acceptor_(strand_),
          slot_free_(strand_),
          drain_(strand_),
          shared_(std::make_shared<ServerShared>()) {
        shared_->rules.allowed_hosts = options.allowed_hosts;
        shared_->rules.body_bytes_max = options.body_bytes_max;
        shared_->options = std::move(options);
        shared_->routes = std::move(routes);
        shared_->id_prefix = random_prefix();
    }

    Result<void> start() {
        const Options& options = shared_->options;
        boost::system::error_code error;
        const auto address = asio::ip::make_address(options.address, error);
        if (error) {
            return fail(Errc::config, fmt::format("'{}' is not an IP address", options.address));
        }
        const tcp::endpoint endpoint(address, options.port);
        const std::string where =
            fmt::format("listen on {} port {}", options.address, options.port);
        acceptor_.open(endpoint.protocol(), error);
        if (!error) {
            acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
        }
        if (!error) {
            acceptor_.bind(endpoint, error);
        }
        if (!error) {
            acceptor_.listen(asio::socket_base::max_listen_connections, error);
        }
        if (error) {
            return io_error(where, error);
        }
        port_ = acceptor_.local_endpoint(error).port();
        asio::co_spawn(strand_, accept_all(shared_from_this()), asio::detached);
        return success();
    }

    void stop(std::function<void()> on_stopped) {
        shared_->stopping = true;
        asio::post(strand_,
                   [self = shared_from_this(), on_stopped = std::move(on_stopped)]() mutable {
                       self->begin_stop(std::move(on_stopped));
                   });
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::size_t connections() const { return count_; }

private:
    using Connection = std::shared_ptr<HttpConnection>;

    static asio::awaitable<void> accept_all(std::shared_ptr<Impl> self) {
        while (self->acceptor_.is_open()) {
            if (self->open_.size() >= self->shared_->options.connections_max) {
                self->slot_free_.expires_at(std::chrono::steady_clock::time_point::max());
                co_await self->slot_free_.async_wait(kAwait);
                continue;
            }
            auto [error, socket] =
                co_await self->acceptor_.async_accept(asio::make_strand(self->io_), kAwait);
            if (!error) {
                self->take(std::move(socket));
            } else if (error != asio::error::operation_aborted) {
                log(LogLevel::warn, "http.accept_failed",
                    {{"error", std::string_view(error.message())}});
                self->slot_free_.expires_after(kAcceptPause);
                co_await self->slot_free_.async_wait(kAwait);
            }
        }
    }

    void take(tcp::socket socket) {
        const auto connection = std::make_shared<HttpConnection>(std::move(socket), shared_);
        const bool crowded =
            per_peer_[connection->peer()] >= shared_->options.connections_per_peer_max;
        if (crowded && !connection->peer().is_loopback()) {
            return;  // dropped and so closed: an answer would be work done for a flood
        }
        ++per_peer_[connection->peer()];
        open_.insert(connection);
        ++count_;
        const auto strand_of_socket = connection->executor();
        asio::co_spawn(strand_of_socket, HttpConnection::run(connection),
                       [self = shared_from_this(), connection](const std::exception_ptr&) {
                           asio::post(self->strand_,
                                      [self, connection] { self->forget(connection); });
                       });
    }

    void forget(const Connection& connection) {
        open_.erase(connection);
        --count_;
        const auto peer = per_peer_.find(connection->peer());
        if (peer != per_peer_.end() && --peer->second == 0) {
            per_peer_.erase(peer);
        }
        slot_free_.cancel();
        finish_stop();
    }

    void begin_stop(std::function<void()> on_stopped) {
        if (on_stopped) {
            on_stopped_.push_back(std::move(on_stopped));
        }
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        slot_free_.cancel();
        for (const Connection& connection : open_) {
            connection->wind_down();
        }
        drain_.expires_after(shared_->options.drain_timeout);
        drain_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (error) {
                return;
            }
            for (const Connection& connection : self->open_) {
                connection->abort();
            }
        });
        finish_stop();
    }

    void finish_stop() {
        if (!shared_->stopping || !open_.empty() || acceptor_.is_open()) {
            return;
        }
        drain_.cancel();
        for (auto& notify : std::exchange(on_stopped_, {})) {
            notify();
        }
    }

    asio::io_context& io_;
    asio::strand<asio::io_context::executor_type> strand_;
    tcp::acceptor acceptor_;
    asio::steady_timer slot_free_;
    asio::steady_timer drain_;
    std::shared_ptr<ServerShared> shared_;
    std::set<Connection> open_;
    std::map<asio::ip::address, std::size_t> per_peer_;
    std::vector<std::function<void()>> on_stopped_;
    std::atomic<std::size_t> count_{0};
    std::uint16_t port_ = 0;
};

HttpServer::HttpServer(asio::io_context& io, Options options, Routes routes)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(routes))) {}

HttpServer::~HttpServer() {
    impl_->stop({});
}

Result<void> HttpServer::start() {
    return impl_->start();
}

std::uint16_t HttpServer::port() const {
    return impl_->port();
}

std::size_t HttpServer::connections() const {
    return impl_->connections();
}

void HttpServer::stop(std::function<void()> on_stopped) {
    impl_->stop(std::move(on_stopped));
}

}  // namespace sluice::api
