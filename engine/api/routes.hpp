#pragma once

#include "engine/api/http_types.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::api {

/// Answers one request. Runs on the connection's executor; may await, with deadlines of its own.
/// What it throws becomes a 500 without detail. Make it of a named coroutine; a lambda may only
/// call that, never be one.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

/// A handler that has nothing to await.
Handler immediate(std::function<Response(const Request&)> function);

/// Whether browsers on other sites may call a route.
enum class CrossOrigin : std::uint8_t { no, yes };

/// The table of method, path pattern and handler. Filled before the server starts, then only read.
class Routes {
public:
    /// `pattern` is like `/v1/customers/:id`: a segment that starts with ':' takes any one segment,
    /// percent-decoded, as the parameter of that name. Where two patterns fit, the one with more
    /// literal segments is taken. GET also answers HEAD; OPTIONS is answered for every pattern.
    void add(std::string_view method, std::string_view pattern, Handler handler,
             CrossOrigin cross_origin = CrossOrigin::no);

    struct Match {
        const Handler* handler = nullptr;  // null: see the rest
        std::map<std::string, std::string, std::less<>> params;
        std::string allow;  // methods of the path, "GET, HEAD, OPTIONS"; empty: no such path
        CrossOrigin cross_origin = CrossOrigin::no;
    };
    /// `path` is percent-encoded, as sent.
    [[nodiscard]] Match match(std::string_view method, std::string_view path) const;

private:
    struct Route {
        std::string method;
        std::vector<std::string> segments;
        Handler handler;
        CrossOrigin cross_origin = CrossOrigin::no;
    };
    std::vector<Route> routes_;
};

/// Answers a request by the table: its handler's response; 404; 405 with Allow; OPTIONS with Allow;
/// with the CORS fields where the route wants them. `routes` outlives the call. Never throws.
boost::asio::awaitable<Response> answer(const Routes& routes, Request request);

}  // namespace sluice::api
