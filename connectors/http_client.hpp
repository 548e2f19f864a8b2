#pragma once

#include "connectors/net_stream.hpp"
#include "connectors/url.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::connectors {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    HttpRequest() = default;  // crosses a coroutine call (style.md §2.6 rule 5)

    std::string url;
    HttpHeaders headers;  // in this order, after Host; Content-Length is added
    std::string body;
};

struct HttpResponse {
    int status = 0;
    HttpHeaders headers;
    std::string body;

    /// The first header of that name, any case; "" when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// How far a request came. The difference between "not sent" and "no answer" is the difference
/// between a safe retry and a possible duplicate.
struct HttpResult {
    enum class Stage : std::uint8_t {
        answered,  // a whole response arrived
        refused,   // never sent: bad URL, bad header, or the address guard; a retry changes nothing
        not_sent,  // certainly not sent in full: DNS, connect, TLS or a failed write
        no_answer,  // written in full, then no whole response: the peer may have acted on it
    };
    HttpResult() = default;
    HttpResult(Stage reached, NetFault why, std::string words)
        : stage(reached), fault(why), detail(std::move(words)) {}

    Stage stage = Stage::not_sent;
    NetFault fault = NetFault::none;
    std::string detail;  // for people, when not answered
    HttpResponse response;
};

/// A minimal HTTP/1.1 client for connectors: POST over verified TLS or plain, keep-alive, one
/// deadline for everything. It never follows a redirect and never sends a request twice.
///
/// Owner:   one connector, which outlives every post().
/// Threads: the executor's.
/// Limits:  Options; a larger response is `no_answer`, a provider has no reason to send one.
class HttpClient {
public:
    struct Options {
        bool allow_private = true;  // false: public addresses only (net_guard.hpp)
        std::size_t idle_max = 8;   // kept-alive connections, all hosts together
        std::chrono::seconds idle_age_max{30};
        std::size_t response_bytes_max = 1024 * 1024;
    };
    HttpClient(boost::asio::any_io_executor executor, std::shared_ptr<TlsTrust> trust,
               Options options);
    ~HttpClient();

    boost::asio::awaitable<HttpResult> post(HttpRequest request, Deadline deadline);
    /// Closes idle connections. Running posts end by their deadline.
    void close();

private:
    struct Idle {
        std::string key;
        std::unique_ptr<NetStream> stream;
        Deadline since;
    };
    std::unique_ptr<NetStream> take_idle(const std::string& key);
    void keep(std::string key, std::unique_ptr<NetStream> stream);
    boost::asio::awaitable<NetStatus> open(std::unique_ptr<NetStream>& stream, Url url,
                                           Deadline deadline);
    boost::asio::awaitable<NetStatus> read_response(NetStream& stream, HttpResponse& response,
                                                    bool& reusable, Deadline deadline);

    boost::asio::any_io_executor executor_;
    std::shared_ptr<TlsTrust> trust_;
    Options options_;
    std::vector<Idle> idle_;  // oldest first
    bool closed_ = false;
};

}  // namespace sluice::connectors
