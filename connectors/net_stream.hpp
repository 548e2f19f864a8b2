#pragma once

#include "engine/base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace sluice::connectors {

using Deadline = std::chrono::steady_clock::time_point;

/// What went wrong on the way; the caller knows how far it had come.
enum class NetFault : std::uint8_t {
    none,
    resolve,  // the host name has no address
    refused,  // the guard does not allow the address; nothing was connected
    connect,  // no address answered
    tls,      // handshake or certificate
    closed,   // the peer ended or reset the connection, or close() was called
    timeout,  // the deadline passed
};

std::string_view to_text(NetFault fault);

struct NetStatus {
    NetStatus() = default;
    NetStatus(NetFault what, std::string words) : fault(what), detail(std::move(words)) {}
    [[nodiscard]] bool ok() const { return fault == NetFault::none; }

    NetFault fault = NetFault::none;
    std::string detail;  // for people; never an address of a recipient
};

struct NetTarget {
    NetTarget(std::string name, std::uint16_t number) : host(std::move(name)), port(number) {}

    std::string host;  // name or address literal (IPv6 without brackets)
    std::uint16_t port;
    bool public_only = false;              // connect to public addresses only (net_guard.hpp)
    std::chrono::seconds connect_max{10};  // for all addresses of the host together
};

/// The trust anchors of verified TLS connections. Shared by streams; immutable.
class TlsTrust {
public:
    /// The system's certificate authorities, or only those of a PEM file. Errc::config when the
    /// file cannot be read.
    static Result<std::shared_ptr<TlsTrust>> make(const std::string& ca_file);
    ~TlsTrust();
    TlsTrust(const TlsTrust&) = delete;
    TlsTrust& operator=(const TlsTrust&) = delete;

private:
    friend class NetStream;
    struct State;
    TlsTrust();
    std::unique_ptr<State> state_;
};

/// One TCP connection, plain or TLS, every call bounded by a deadline. After any failure the
/// connection is closed and only good for destruction.
///
/// Owner:   one connector; used by one coroutine at a time.
/// Threads: the executor's.
class NetStream {
public:
    explicit NetStream(const boost::asio::any_io_executor& executor);
    ~NetStream();
    NetStream(const NetStream&) = delete;
    NetStream& operator=(const NetStream&) = delete;

    /// Resolves once and connects to one of those addresses, IPv4 and IPv6 in the resolver's order.
    boost::asio::awaitable<NetStatus> connect(NetTarget target, Deadline deadline);
    /// Client handshake, TLS 1.2 or newer. The certificate must be valid for `name`, which is also
    /// sent as SNI unless it is an address.
    boost::asio::awaitable<NetStatus> start_tls(std::shared_ptr<TlsTrust> trust, std::string name,
                                                Deadline deadline);
    /// Writes all of `bytes`, which must outlive the await.
    boost::asio::awaitable<NetStatus> write(const std::string& bytes, Deadline deadline);
    /// Appends what arrives next (at least one byte) to `buffer`, which must outlive the await.
    boost::asio::awaitable<NetStatus> read(std::string& buffer, Deadline deadline);

    /// Whether an idle connection is still open and silent: false once the peer closed it or sent
    /// something nobody asked for. Does not block.
    [[nodiscard]] bool idle_and_open();
    [[nodiscard]] bool encrypted() const;
    void close();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sluice::connectors
