#include "engine/api/http_connection.hpp"

#include "engine/api/problem.hpp"

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace sluice::api {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// Reserved whole: a buffer that grows from nothing reads 512 bytes a call and is six times slower.
constexpr std::size_t kBufferBytes = 64 * 1024;
// Chunk sizes, chunk extensions and trailers together may add this much to a body.
constexpr std::size_t kFramingBytesMax = 64 * 1024;
// After a refusal the rest of what the client is sending is read and thrown away up to this much,
// because closing at once would reset the connection before the client has read why.
constexpr std::size_t kLingerBytesMax = 1024 * 1024;
constexpr Millis kLingerTime{2'000};

std::map<std::string, std::string, std::less<>> parse_query(std::string_view text) {
    std::map<std::string, std::string, std::less<>> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view field = text.substr(0, end);
        const std::size_t equals = std::min(field.find('='), field.size());
        const std::string_view value = field.substr(std::min(equals + 1, field.size()));
        if (!field.empty()) {
            out[percent_decoded(field.substr(0, equals), true)] = percent_decoded(value, true);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

asio::ip::address peer_of(const asio::ip::tcp::socket& socket) {
    boost::system::error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    return error ? asio::ip::address() : endpoint.address();
}

}  // namespace

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, std::shared_ptr<ServerShared> shared)
    : stream_(std::move(socket)),
      shared_(std::move(shared)),
      peer_(peer_of(stream_.socket())),
      buffer_(kBufferBytes) {
    buffer_.reserve(kBufferBytes);
    boost::system::error_code ignored;
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

asio::awaitable<void> HttpConnection::run(std::shared_ptr<HttpConnection> self) {
    bool more = true;
    while (more) {
        more = co_await self->serve_one();
    }
    self->stream_.close();
}

void HttpConnection::wind_down() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
        if (self->idle_) {
            self->stream_.close();
        }
    });
}

void HttpConnection::abort() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->stream_.close(); });
}

std::string_view HttpConnection::buffered() const {
    const auto bytes = buffer_.data();
    return {static_cast<const char*>(bytes.data()), bytes.size()};
}

HttpConnection::Got HttpConnection::fail(int status, std::string code, std::string message) {
    fault_ = FrontFault{status, std::move(code), std::move(message)};
    return Got::fault;
}

WriteOptions HttpConnection::write_options(bool keep_alive) const {
    WriteOptions options;
    options.head_only = head_.method == "HEAD";
    options.keep_alive = keep_alive;
    options.http_1_0 = head_.http_1_0;
    options.request_id = request_id_;
    options.now = SystemClock().now();
    return options;
}

/// One request and its response; false when the connection must close.
asio::awaitable<bool> HttpConnection::serve_one() {
    head_ = Head();
    Got got = co_await read_head();
    if (got == Got::request) {
        got = co_await read_body();
    }
    if (got == Got::fault) {
        co_await refuse();
    }
    if (got != Got::request) {
        co_return false;
    }
    const bool head_keeps = head_.keep_alive;
    Response response = co_await answer(shared_->routes, take_request());
    const bool keep = head_keeps && !shared_->stopping.load();
    std::string bytes = write_response(std::move(response), write_options(keep));
    const bool written = co_await write(std::move(bytes));
    if (written && !keep) {
        co_await linger();
    }
    co_return written&& keep;
}

/// Reads what there is room for. A client that has closed its side in the middle of a request still
/// hears why that is none.
asio::awaitable<HttpConnection::Got> HttpConnection::read_more() {
    const std::size_t room = buffer_.max_size() - buffer_.size();
    if (room == 0) {
        co_return fail(413, "framing_too_large", "a line of the request's framing is too long");
    }
    auto [error, count] = co_await stream_.async_read_some(buffer_.prepare(room), kAwait);
    if (error == asio::error::eof && !idle_) {
        co_return fail(400, "incomplete_request",
                       "the connection was closed in the middle of a request");
    }
    if (error) {
        co_return Got::closed;
    }
    buffer_.commit(count);
    co_return Got::request;
}

asio::awaitable<HttpConnection::Got> HttpConnection::read_head() {
    scanner_.reset();
    request_id_ = fmt::format("req_{}{:010x}", shared_->id_prefix, shared_->requests.fetch_add(1));
    idle_ = buffer_.size() == 0;
    stream_.expires_after(idle_ ? shared_->options.idle_timeout : shared_->options.head_timeout);
    while (true) {
        const HeadScanner::State state = scanner_.feed(buffered());
        if (state == HeadScanner::State::fault) {
            fault_ = scanner_.fault();
            co_return Got::fault;
        }
        if (state == HeadScanner::State::complete) {
            co_return judge_head();
        }
        if (idle_ && shared_->stopping.load()) {
            co_return Got::closed;
        }
        const Got got = co_await read_more();
        if (got != Got::request) {
            co_return got;
        }
        if (idle_) {
            idle_ = false;
            stream_.expires_after(shared_->options.head_timeout);
        }
    }
}

HttpConnection::Got HttpConnection::judge_head() {
    HeadVerdict verdict = vet_head(scanner_.head(buffered()), shared_->rules);
    if (auto* fault = std::get_if<FrontFault>(&verdict)) {
        fault_ = std::move(*fault);
        return Got::fault;
    }
    head_ = std::move(std::get<Head>(verdict));
    return start_body();
}

/// Gives the head to Beast alone, so that it parses the body later and never before we look.
HttpConnection::Got HttpConnection::start_body() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits::kHeaderBytesMax * 2));
    parser_->body_limit(shared_->options.body_bytes_max);
    const std::string_view head = scanner_.head(buffered());
    boost::system::error_code error;
    parser_->put(asio::const_buffer(head.data(), head.size()), error);
    if (error || !parser_->is_header_done()) {
        return fail(400, "bad_head", "the request head cannot be parsed");
    }
    buffer_.consume(scanner_.end());
    parser_->eager(true);
    body_raw_bytes_ = 0;
    return Got::request;
}

/// Feeds the buffer to the parser once.
HttpConnection::Got HttpConnection::parse_body() {
    boost::system::error_code error;
    const std::size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    body_raw_bytes_ += used;
    const bool too_large = error == http::error::body_limit ||
                           body_raw_bytes_ > shared_->options.body_bytes_max + kFramingBytesMax;
    if (too_large) {
        return fail(
            413, "body_too_large",
            fmt::format("the body may have at most {} bytes", shared_->options.body_bytes_max));
    }
    if (error && error != http::error::need_more) {
        return fail(400, "bad_body", "the chunks of the body cannot be parsed");
    }
    return Got::request;
}

asio::awaitable<HttpConnection::Got> HttpConnection::read_body() {
    stream_.expires_after(shared_->options.body_timeout);
    const bool waits = head_.expects_continue && !parser_->is_done() && buffer_.size() == 0;
    if (waits) {
        std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        const bool written = co_await write(std::move(go_on));
        if (!written) {
            co_return Got::closed;
        }
        stream_.expires_after(shared_->options.body_timeout);
    }
    while (!parser_->is_done()) {
        Got got = Got::request;
        const std::size_t before = buffer_.size();
        if (before > 0) {
            got = parse_body();
        }
        // Nothing left, or a piece of framing that is not complete yet.
        if (got == Got::request && !parser_->is_done()) {
            got = co_await read_more();
        }
        if (got != Got::request) {
            co_return got;
        }
    }
    co_return Got::request;
}

/// The headers are those of the vetted head: Beast's own would by now hold the trailers too.
Request HttpConnection::take_request() {
    Request request;
    request.id = request_id_;
    request.peer = peer_.to_string();
    request.method = head_.method;
    request.path = std::move(head_.path);
    request.query = parse_query(head_.query);
    request.headers = std::move(head_.headers);
    request.body = std::move(parser_->get().body());
    parser_.reset();
    return request;
}

asio::awaitable<bool> HttpConnection::write(std::string bytes) {
    stream_.expires_after(shared_->options.write_timeout);
    auto [error, count] = co_await asio::async_write(stream_, asio::buffer(bytes), kAwait);
    co_return !error && count == bytes.size();
}

asio::awaitable<void> HttpConnection::refuse() {
    Response response = problem(fault_.status, fault_.code, fault_.message);
    if (fault_.status == 405) {
        response.set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    }
    std::string bytes = write_response(std::move(response), write_options(false));
    const bool written = co_await write(std::move(bytes));
    if (written) {
        co_await linger();
    }
}

asio::awaitable<void> HttpConnection::linger() {
    boost::system::error_code failed;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, failed);
    stream_.expires_after(kLingerTime);
    buffer_.clear();
    std::size_t total = 0;
    while (!failed && total < kLingerBytesMax) {
        auto [error, count] =
            co_await stream_.async_read_some(buffer_.prepare(kBufferBytes), kAwait);
        failed = error;
        total += count;
    }
}

}  // namespace sluice::api
