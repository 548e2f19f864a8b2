#include "engine/api/routes.hpp"

#include "engine/api/problem.hpp"
#include "engine/base/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace sluice::api {
namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> out;
    path.remove_prefix(path.empty() ? 0 : 1);
    while (true) {
        const std::size_t slash = path.find('/');
        out.emplace_back(path.substr(0, slash));
        if (slash == std::string_view::npos) {
            return out;
        }
        path.remove_prefix(slash + 1);
    }
}

bool is_param(const std::string& segment) {
    return !segment.empty() && segment.front() == ':';
}

/// Number of literal segments when the pattern fits.
std::optional<std::size_t> fits(const std::vector<std::string>& pattern,
                                const std::vector<std::string>& path) {
    if (pattern.size() != path.size()) {
        return std::nullopt;
    }
    std::size_t literals = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const bool param = is_param(pattern[i]);
        if (param ? path[i].empty() : pattern[i] != path[i]) {
            return std::nullopt;
        }
        literals += param ? 0 : 1;
    }
    return literals;
}

boost::asio::awaitable<Response> finished(Response response) {
    co_return response;
}

void allow_cross_origin(Response& response, const std::string& allow) {
    response.set("Access-Control-Allow-Origin", "*");
    response.set("Access-Control-Expose-Headers", "Retry-After, Request-Id");
    if (allow.empty()) {
        return;
    }
    response.set("Access-Control-Allow-Methods", allow);
    response.set(
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Content-Encoding, X-Strict-Mode, X-Retry-Count, AnonymousId");
    response.set("Access-Control-Max-Age", "600");
}

Response no_handler(const Request& request, const Routes::Match& match) {
    if (request.path == "*") {
        Response any;
        any.status = 204;
        return any;
    }
    if (match.allow.empty()) {
        return problem(404, "not_found", "there is nothing at this path");
    }
    if (request.method == "OPTIONS") {
        Response allowed;
        allowed.status = 204;
        allowed.set("Allow", match.allow);
        return allowed;
    }
    Response refused =
        problem(405, "method_not_allowed",
                fmt::format("{} is not offered here; {} are", request.method, match.allow));
    refused.set("Allow", match.allow);
    return refused;
}

}  // namespace

Handler immediate(std::function<Response(const Request&)> function) {
    return
        [function = std::move(function)](Request request) { return finished(function(request)); };
}

void Routes::add(std::string_view method, std::string_view pattern, Handler handler,
                 CrossOrigin cross_origin) {
    routes_.push_back(Route{std::string(method), split(pattern), std::move(handler), cross_origin});
}

Routes::Match Routes::match(std::string_view method, std::string_view path) const {
    Match out;
    const std::vector<std::string> segments = split(path);
    const Route* best = nullptr;
    std::size_t best_literals = 0;
    std::vector<std::string_view> methods;
    for (const Route& route : routes_) {
        const auto literals = fits(route.segments, segments);
        if (!literals) {
            continue;
        }
        methods.push_back(route.method);
        out.cross_origin = std::max(out.cross_origin, route.cross_origin);
        const bool answers = route.method == method || (method == "HEAD" && route.method == "GET");
        if (answers && (best == nullptr || *literals > best_literals)) {
            best = &route;
            best_literals = *literals;
        }
    }
    if (best != nullptr) {
        out.handler = &best->handler;
        out.cross_origin = best->cross_origin;
        for (std::size_t i = 0; i < segments.size(); ++i) {
            if (is_param(best->segments[i])) {
                out.params[best->segments[i].substr(1)] = percent_decoded(segments[i]);
            }
        }
    }
    if (std::find(methods.begin(), methods.end(), "GET") != methods.end()) {
        methods.push_back("HEAD");
    }
    if (!methods.empty()) {
        methods.push_back("OPTIONS");
    }
    std::sort(methods.begin(), methods.end());
    methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
    out.allow = fmt::format("{}", fmt::join(methods, ", "));
    return out;
}

boost::asio::awaitable<Response> answer(const Routes& routes, Request request) {
    Routes::Match match = routes.match(request.method, request.path);
    Response response;
    if (match.handler == nullptr) {
        response = no_handler(request, match);
    } else {
        request.params = std::move(match.params);
        const std::string id = request.id;
        try {
            response = co_await (*match.handler)(std::move(request));
        } catch (const std::exception& error) {
            log(LogLevel::error, "http.handler_failed",
                {{"request_id", std::string_view(id)}, {"what", std::string_view(error.what())}});
            response = problem(500, "internal", "the server failed; its log says why");
        }
    }
    if (match.cross_origin == CrossOrigin::yes) {
        allow_cross_origin(response, match.handler == nullptr ? match.allow : std::string());
    }
    co_return response;
}

}  // namespace sluice::api
