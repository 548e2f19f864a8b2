#include "connectors/net_stream.hpp"

#include "connectors/net_guard.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <vector>

namespace sluice::connectors {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using tcp = asio::ip::tcp;
constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

NetStatus status_of(const error_code& code, NetFault fault) {
    if (code == boost::beast::error::timeout) {
        return {NetFault::timeout, "deadline passed"};
    }
    return {fault, code.message()};
}

/// The resolver cannot be interrupted while the C library works, so the coroutine waits on a timer
/// that the answer ends early. A late answer finds nobody waiting and is dropped.
struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor, Deadline deadline)
        : resolver(executor), done(executor, deadline) {}
    tcp::resolver resolver;
    asio::steady_timer done;
    std::optional<error_code> code;
    std::vector<tcp::endpoint> found;
};

void start_lookup(const std::shared_ptr<Lookup>& lookup, const NetTarget& target) {
    lookup->resolver.async_resolve(
        target.host, std::to_string(target.port), tcp::resolver::numeric_service,
        [lookup](const error_code& code, const tcp::resolver::results_type& results) {
            lookup->code = code;
            for (const auto& result : results) {
                lookup->found.push_back(result.endpoint());
            }
            lookup->done.cancel();
        });
}

std::vector<tcp::endpoint> without_private(const std::vector<tcp::endpoint>& all) {
    std::vector<tcp::endpoint> kept;
    std::copy_if(
        all.begin(), all.end(), std::back_inserter(kept),
        [](const tcp::endpoint& endpoint) { return is_public_address(endpoint.address()); });
    return kept;
}

/// Beast starts an operation whose time is over all the same, and it may even succeed.
bool is_over(Deadline deadline) {
    return std::chrono::steady_clock::now() >= deadline;
}

NetStatus too_late() {
    return {NetFault::timeout, "deadline passed"};
}

}  // namespace

std::string_view to_text(NetFault fault) {
    switch (fault) {
        case NetFault::none:
            return "none";
        case NetFault::resolve:
            return "resolve";
        case NetFault::refused:
            return "refused";
        case NetFault::connect:
            return "connect";
        case NetFault::tls:
            return "tls";
        case NetFault::closed:
            return "closed";
        case NetFault::timeout:
            return "timeout";
    }
    return "none";
}

struct TlsTrust::State {
    ssl::context context{ssl::context::tls_client};
};

TlsTrust::TlsTrust() : state_(std::make_unique<State>()) {}
TlsTrust::~TlsTrust() = default;

Result<std::shared_ptr<TlsTrust>> TlsTrust::make(const std::string& ca_file) {
    std::shared_ptr<TlsTrust> trust(new TlsTrust());
    ssl::context& context = trust->state_->context;
    error_code code;
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    context.set_verify_mode(ssl::verify_peer, code);
    if (ca_file.empty()) {
        context.set_default_verify_paths(code);
    } else {
        context.load_verify_file(ca_file, code);
    }
    if (code) {
        return fail(Errc::config, "ca_file: " + code.message());
    }
    return trust;
}

struct NetStream::State {
    explicit State(const asio::any_io_executor& made_for) : executor(made_for), stream(made_for) {}

    asio::awaitable<NetStatus> resolve(NetTarget target, Deadline deadline,
                                       std::vector<tcp::endpoint>& found);

    asio::any_io_executor executor;
    boost::beast::tcp_stream stream;
    std::shared_ptr<TlsTrust> trust;  // outlives tls
    std::optional<ssl::stream<boost::beast::tcp_stream&>> tls;
    std::array<char, 16 * 1024> chunk{};
};

asio::awaitable<NetStatus> NetStream::State::resolve(NetTarget target, Deadline deadline,
                                                     std::vector<tcp::endpoint>& found) {
    error_code not_literal;
    const auto address = asio::ip::make_address(target.host, not_literal);
    if (!not_literal) {
        found.emplace_back(address, target.port);
        co_return NetStatus();
    }
    auto lookup = std::make_shared<Lookup>(executor, deadline);
    start_lookup(lookup, target);
    co_await lookup->done.async_wait(kToken);
    if (!lookup->code) {
        lookup->resolver.cancel();
        co_return NetStatus(NetFault::timeout, "name resolution took too long");
    }
    if (*lookup->code || lookup->found.empty()) {
        co_return NetStatus(NetFault::resolve, lookup->code->message());
    }
    found = lookup->found;
    co_return NetStatus();
}

NetStream::NetStream(const asio::any_io_executor& executor)
    : state_(std::make_unique<State>(executor)) {}
NetStream::~NetStream() = default;

asio::awaitable<NetStatus> NetStream::connect(NetTarget target, Deadline deadline) {
    const Deadline end = std::min(deadline, std::chrono::steady_clock::now() + target.connect_max);
    if (is_over(end)) {
        co_return too_late();
    }
    std::vector<tcp::endpoint> endpoints;
    NetStatus status = co_await state_->resolve(target, end, endpoints);
    if (!status.ok()) {
        co_return status;
    }
    if (target.public_only) {
        endpoints = without_private(endpoints);
        if (endpoints.empty()) {
            co_return NetStatus(NetFault::refused, "the host has no public address");
        }
    }
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        // A silent address must not eat the time of those after it.
        const auto now = std::chrono::steady_clock::now();
        const auto left = static_cast<std::int64_t>(endpoints.size() - i);
        state_->stream.expires_at(now + (end - now) / left);
        auto [code] = co_await state_->stream.async_connect(endpoints[i], kToken);
        if (!code) {
            error_code ignored;
            state_->stream.socket().set_option(tcp::no_delay(true), ignored);
            co_return NetStatus();
        }
        status = status_of(code, NetFault::connect);
    }
    co_return status;
}

asio::awaitable<NetStatus> NetStream::start_tls(std::shared_ptr<TlsTrust> trust, std::string name,
                                                Deadline deadline) {
    state_->trust = std::move(trust);
    state_->tls.emplace(state_->stream, state_->trust->state_->context);
    auto& tls = *state_->tls;
    error_code not_literal;
    asio::ip::make_address(name, not_literal);
    if (not_literal && SSL_set_tlsext_host_name(tls.native_handle(), name.c_str()) != 1) {
        co_return NetStatus(NetFault::tls, "server name cannot be sent");
    }
    error_code set;
    tls.set_verify_callback(ssl::host_name_verification(name), set);
    if (set) {
        co_return NetStatus(NetFault::tls, set.message());
    }
    state_->stream.expires_at(deadline);
    auto [code] = co_await tls.async_handshake(ssl::stream_base::client, kToken);
    if (!code) {
        co_return NetStatus();
    }
    NetStatus status = status_of(code, NetFault::tls);
    const long verdict = SSL_get_verify_result(tls.native_handle());
    if (status.fault == NetFault::tls && verdict != X509_V_OK) {
        status.detail = X509_verify_cert_error_string(verdict);
    }
    close();
    co_return status;
}

asio::awaitable<NetStatus> NetStream::write(const std::string& bytes, Deadline deadline) {
    if (is_over(deadline)) {
        close();
        co_return too_late();
    }
    state_->stream.expires_at(deadline);
    error_code code;
    if (state_->tls) {
        auto [failed, count] =
            co_await asio::async_write(*state_->tls, asio::buffer(bytes), kToken);
        code = failed;
    } else {
        auto [failed, count] =
            co_await asio::async_write(state_->stream, asio::buffer(bytes), kToken);
        code = failed;
    }
    if (!code) {
        co_return NetStatus();
    }
    close();
    co_return status_of(code, NetFault::closed);
}

asio::awaitable<NetStatus> NetStream::read(std::string& buffer, Deadline deadline) {
    if (is_over(deadline)) {
        close();
        co_return too_late();
    }
    state_->stream.expires_at(deadline);
    error_code code;
    std::size_t count = 0;
    const auto into = asio::buffer(state_->chunk);
    if (state_->tls) {
        auto [failed, got] = co_await state_->tls->async_read_some(into, kToken);
        code = failed;
        count = got;
    } else {
        auto [failed, got] = co_await state_->stream.async_read_some(into, kToken);
        code = failed;
        count = got;
    }
    buffer.append(state_->chunk.data(), count);
    if (!code || count > 0) {
        co_return NetStatus();
    }
    close();
    co_return status_of(code, NetFault::closed);
}

bool NetStream::idle_and_open() {
    auto& socket = state_->stream.socket();
    if (!socket.is_open()) {
        return false;
    }
    char byte = 0;
    const ssize_t got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool NetStream::encrypted() const {
    return state_->tls.has_value();
}

void NetStream::close() {
    state_->stream.close();
}

}  // namespace sluice::connectors
