#include "engine/cli/operator_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
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

Result<std::string> operator_post(const std::string& url, const std::string& target,
                                  std::string body) {
    SLUICE_TRY(const auto to, parsed(url));
    boost::asio::io_context io;
    boost::system::error_code failed;
    tcp::resolver resolver(io);
    const auto places = resolver.resolve(to.host, to.port, failed);
    boost::beast::tcp_stream stream(io);
    if (!failed) {
        stream.expires_after(kPatience);
        stream.connect(places, failed);
    }
    if (failed) {
        return Error{Errc::unavailable, "no daemon answers at " + url + ": " + failed.message()};
    }
    http::request<http::string_body> request(http::verb::post, target, 11, std::move(body));
    request.set(http::field::host, to.host + ":" + to.port);
    request.set(http::field::content_type, "application/octet-stream");
    request.set(http::field::connection, "close");
    request.prepare_payload();
    http::write(stream, request, failed);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    if (!failed) {
        http::read(stream, buffer, response, failed);
    }
    if (failed) {
        return Error{Errc::unavailable, "the daemon at " + url + " broke off: " + failed.message()};
    }
    if (response.result_int() / 100 != 2) {
        return Error{Errc::invalid_argument, told(response.body())};
    }
    return response.body();
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
