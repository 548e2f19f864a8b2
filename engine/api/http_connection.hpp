#pragma once

#include "engine/api/http_front.hpp"
#include "engine/api/http_server.hpp"
#include "engine/api/response_writer.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>

/// Private to the server's two .cpp files: this header brings in Beast.
namespace sluice::api {

/// What all connections of a server share; immutable but for `stopping` and the counter.
struct ServerShared {
    HttpServer::Options options;
    FrontRules rules;
    Routes routes;
    std::string id_prefix;  // drawn at start, so that request ids of two runs differ
    std::atomic<std::uint64_t> requests{0};
    std::atomic<bool> stopping{false};
};

/// One client: reads a request, answers it, reads the next. Requests that were sent ahead
/// (pipelining) wait in the buffer and are answered in order.
///
/// Threads: everything runs on the strand of the socket.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(boost::asio::ip::tcp::socket socket, std::shared_ptr<ServerShared> shared);

    /// Runs until the connection is closed; keeps itself alive.
    static boost::asio::awaitable<void> run(std::shared_ptr<HttpConnection> self);
    /// Posts: close now if no request has begun, else after its response.
    void wind_down();
    /// Posts: close now.
    void abort();
    [[nodiscard]] const boost::asio::ip::address& peer() const { return peer_; }
    boost::asio::any_io_executor executor() { return stream_.get_executor(); }

private:
    enum class Got : std::uint8_t { request, fault, closed };
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<Got> read_head();
    boost::asio::awaitable<Got> read_body();
    boost::asio::awaitable<Got> read_more();
    boost::asio::awaitable<bool> write(std::string bytes);
    boost::asio::awaitable<void> refuse();
    boost::asio::awaitable<void> linger();
    Got judge_head();
    Got start_body();
    Got parse_body();
    Got fail(int status, std::string code, std::string message);
    Request take_request();
    WriteOptions write_options(bool keep_alive) const;
    std::string_view buffered() const;

    boost::beast::tcp_stream stream_;
    std::shared_ptr<ServerShared> shared_;
    boost::asio::ip::address peer_;
    boost::beast::flat_buffer buffer_;
    HeadScanner scanner_;
    Head head_;
    FrontFault fault_;
    std::optional<Parser> parser_;
    std::string request_id_;
    std::size_t body_raw_bytes_ = 0;  // of this body on the wire, with chunk lines and trailers
    bool idle_ = true;                // no byte of the next request has come
};

}  // namespace sluice::api
