#include "engine/cli/operator_client.hpp"

#include "connectors/builtin.hpp"
#include "engine/daemon/config.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json.hpp>

#include <cctype>
#include <chrono>

namespace sluice::cli {
namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

constexpr std::chrono::seconds kPatience{75};

struct Address {
    std::string host, port = "80";
};

Result<Address> parsed(const std::string& url) {
    constexpr std::string_view kScheme = "http://";
    if (!url.starts_with(kScheme)) {
        return Error{Errc::invalid_argument,
                     "the address of the daemon must look like http://127.0.0.1:8025, not " + url};
    }
    Address out;
    std::string_view rest = std::string_view(url).substr(kScheme.size());
    rest = rest.substr(0, rest.find('/'));
    const std::size_t colon = rest.rfind(':');
    out.host = rest.substr(0, colon);
    if (colon != std::string_view::npos) {
        out.port = rest.substr(colon + 1);
    }
    return out;
}

/// The daemon's own words, from a problem document.
std::string told(const std::string& body) {
    boost::system::error_code failed;
    const boost::json::value value = boost::json::parse(body, failed);
    const auto* object = failed ? nullptr : value.if_object();
    const auto* message = object == nullptr ? nullptr : object->if_contains("message");
    return message != nullptr && message->is_string() ? std::string(message->as_string()) : body;
}

}  // namespace

namespace {

/// One request and its answer on a connection of its own.
struct Exchange {
    boost::asio::io_context io;
    boost::beast::tcp_stream stream{io};
    tcp::resolver::results_type places;
    http::request<http::string_body> request;
    http::response<http::string_body> response;
    boost::beast::flat_buffer buffer;
    bool connected = false;
    boost::system::error_code failed;
};

/// Asynchronous, because only then does the stream keep to its deadline. The exchange outlives it.
boost::asio::awaitable<void> carry_out(Exchange& exchange) {
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, exchange.failed);
    co_await exchange.stream.async_connect(exchange.places, token);
    if (exchange.failed) {
        co_return;
    }
    exchange.connected = true;
    co_await http::async_write(exchange.stream, exchange.request, token);
    if (exchange.failed) {
        co_return;
    }
    co_await http::async_read(exchange.stream, exchange.buffer, exchange.response, token);
}

Result<std::string> exchanged(Exchange& exchange, const std::string& url,
                              std::chrono::milliseconds patience) {
    SLUICE_TRY(const auto to, parsed(url));
    tcp::resolver resolver(exchange.io);
    exchange.places = resolver.resolve(to.host, to.port, exchange.failed);
    if (!exchange.failed) {
        exchange.request.set(http::field::host, to.host + ":" + to.port);
        exchange.request.set(http::field::connection, "close");
        exchange.request.prepare_payload();
        exchange.stream.expires_after(patience);
        boost::asio::co_spawn(exchange.io, carry_out(exchange), boost::asio::detached);
        exchange.io.run();
    }
    if (exchange.failed) {
        const std::string why = exchange.failed.message();
        return Error{Errc::unavailable, exchange.connected
                                            ? "the daemon at " + url + " broke off: " + why
                                            : "no daemon answers at " + url + ": " + why};
    }
    if (exchange.response.result_int() / 100 != 2) {
        return Error{Errc::invalid_argument, told(exchange.response.body())};
    }
    return exchange.response.body();
}

}  // namespace

Result<std::string> operator_post(const std::string& url, const std::string& target,
                                  std::string body) {
    Exchange exchange;
    exchange.request = {http::verb::post, target, 11, std::move(body)};
    exchange.request.set(http::field::content_type, "application/octet-stream");
    return exchanged(exchange, url, kPatience);
}

Result<std::string> operator_get(const std::string& url, const std::string& target,
                                 std::chrono::milliseconds patience) {
    Exchange exchange;
    exchange.request = {http::verb::get, target, 11};
    return exchanged(exchange, url, patience);
}

Result<std::string> operator_address(const std::string& url, const std::string& config) {
    if (!url.empty()) {
        return url;
    }
    if (config.empty()) {
        return std::string("http://127.0.0.1:8025");
    }
    SLUICE_TRY(auto loaded, load_config(config, builtin_connectors()));
    const Config::Listen& listen = loaded.admin_separate ? loaded.admin : loaded.listen;
    return "http://" + listen.address + ":" + std::to_string(listen.port);
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
            out.push_back(c);
        } else {
            out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
        }
    }
    return out;
}

}  // namespace sluice::cli
