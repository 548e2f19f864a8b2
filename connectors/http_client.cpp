#include "connectors/http_client.hpp"

#include "connectors/encoding.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>

namespace sluice::connectors {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Parser = http::response_parser<http::string_body>;
using Stage = HttpResult::Stage;

bool is_token(std::string_view name) {
    constexpr std::string_view kMore = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMore.find(c) != std::string_view::npos;
    });
}

bool well_formed(const HttpHeaders& headers) {
    return std::all_of(headers.begin(), headers.end(), [](const auto& header) {
        return is_token(header.first) && is_one_line(header.second);
    });
}

std::string to_wire(const Url& url, const HttpRequest& request) {
    std::string wire = "POST " + url.target + " HTTP/1.1\r\nHost: " + url.authority() + "\r\n";
    for (const auto& [name, value] : request.headers) {
        wire.append(name).append(": ").append(value).append("\r\n");
    }
    wire += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n";
    return wire.append(request.body);
}

HttpResponse to_response(const Parser& parser) {
    HttpResponse response;
    const auto& message = parser.get();
    response.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
        response.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    response.body = message.body();
    return response;
}

/// Feeds what arrived to the parser and drops what it took. False: not HTTP.
bool feed(Parser& parser, std::string& buffer, std::string& detail) {
    while (!buffer.empty() && !parser.is_done()) {
        boost::system::error_code code;
        const std::size_t used = parser.put(asio::buffer(buffer), code);
        buffer.erase(0, used);
        if (code == http::error::need_more) {
            return true;
        }
        if (code) {
            detail = "response: " + code.message();
            return false;
        }
    }
    return true;
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (equal_ignoring_case(key, name)) {
            return value;
        }
    }
    return {};
}

HttpClient::HttpClient(asio::any_io_executor executor, std::shared_ptr<TlsTrust> trust,
                       Options options)
    : executor_(std::move(executor)), trust_(std::move(trust)), options_(options) {}
HttpClient::~HttpClient() = default;

void HttpClient::close() {
    closed_ = true;
    idle_.clear();
}

std::unique_ptr<NetStream> HttpClient::take_idle(const std::string& key) {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(idle_, [&](const Idle& idle) {
        return now - idle.since > options_.idle_age_max || !idle.stream->idle_and_open();
    });
    // The youngest is the least likely to be closed by the peer at this moment.
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                    [&](const Idle& idle) { return idle.key == key; });
    if (found == idle_.rend()) {
        return nullptr;
    }
    auto stream = std::move(found->stream);
    idle_.erase(std::next(found).base());
    return stream;
}

void HttpClient::keep(std::string key, std::unique_ptr<NetStream> stream) {
    if (closed_ || options_.idle_max == 0) {
        return;
    }
    if (idle_.size() >= options_.idle_max) {
        idle_.erase(idle_.begin());
    }
    idle_.push_back(Idle{std::move(key), std::move(stream), std::chrono::steady_clock::now()});
}

asio::awaitable<NetStatus> HttpClient::open(std::unique_ptr<NetStream>& stream, Url url,
                                            Deadline deadline) {
    stream = std::make_unique<NetStream>(executor_);
    NetTarget target(url.host, url.port);
    target.public_only = !options_.allow_private;
    NetStatus status = co_await stream->connect(target, deadline);
    if (status.ok() && url.tls) {
        status = co_await stream->start_tls(trust_, url.host, deadline);
    }
    co_return status;
}

asio::awaitable<NetStatus> HttpClient::read_response(NetStream& stream, HttpResponse& response,
                                                     bool& reusable, Deadline deadline) {
    std::string buffer;
    for (;;) {
        Parser parser;
        parser.eager(true);
        parser.body_limit(options_.response_bytes_max);
        while (!parser.is_done()) {
            NetStatus status;
            if (!feed(parser, buffer, status.detail)) {
                status.fault = NetFault::closed;
                co_return status;
            }
            if (parser.is_done()) {
                break;
            }
            status = co_await stream.read(buffer, deadline);
            if (status.fault == NetFault::closed && parser.is_header_done() && parser.need_eof()) {
                boost::system::error_code code;
                parser.put_eof(code);  // a body without a length ends with the connection
            } else if (!status.ok()) {
                co_return status;
            }
        }
        response = to_response(parser);
        if (response.status >= 200) {
            reusable = parser.keep_alive() && buffer.empty();
            co_return NetStatus();
        }
    }
}

asio::awaitable<HttpResult> HttpClient::post(HttpRequest request, Deadline deadline) {
    auto url = parse_url(request.url);
    if (!url.has_value() || !well_formed(request.headers)) {
        co_return HttpResult(Stage::refused, NetFault::none,
                             url.has_value() ? "header is not one line" : url.error().detail);
    }
    const std::string key = (url.value().tls ? "s " : "p ") + url.value().authority();
    auto stream = take_idle(key);
    if (!stream) {
        NetStatus opened = co_await open(stream, url.value(), deadline);
        if (!opened.ok()) {
            const bool guarded = opened.fault == NetFault::refused;
            co_return HttpResult(guarded ? Stage::refused : Stage::not_sent, opened.fault,
                                 opened.detail);
        }
    }
    const std::string wire = to_wire(url.value(), request);
    const NetStatus written = co_await stream->write(wire, deadline);
    if (!written.ok()) {
        co_return HttpResult(Stage::not_sent, written.fault, written.detail);
    }
    HttpResult result;
    bool reusable = false;
    const NetStatus read = co_await read_response(*stream, result.response, reusable, deadline);
    if (!read.ok()) {
        co_return HttpResult(Stage::no_answer, read.fault, read.detail);
    }
    if (reusable) {
        keep(key, std::move(stream));
    }
    result.stage = Stage::answered;
    co_return result;
}

}  // namespace sluice::connectors
