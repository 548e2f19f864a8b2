#include "engine/api/problem.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace sluice::api {

Response problem(int status, std::string_view code, std::string_view message,
                 const std::vector<ProblemItem>& errors) {
    boost::json::object body;
    body["type"] = "about:blank";
    body["title"] = reason_phrase(status);
    body["status"] = status;
    body["code"] = code;
    body["message"] = message;
    body["detail"] = message;
    if (!errors.empty()) {
        boost::json::array items;
        for (const ProblemItem& error : errors) {
            boost::json::object item;
            item["pointer"] = error.pointer;
            item["code"] = error.code;
            item["detail"] = error.detail;
            items.emplace_back(std::move(item));
        }
        body["errors"] = std::move(items);
    }
    Response response(status, "application/problem+json", boost::json::serialize(body));
    if (status == 503 || status == 429) {
        response.set("Retry-After", "1");
    }
    return response;
}

int http_status(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return 400;
        case Errc::not_found:
            return 404;
        case Errc::io:
            return 500;
        case Errc::corrupt:
            return 500;
        case Errc::unavailable:
            return 503;
        case Errc::timeout:
            return 503;
        case Errc::conflict:
            return 409;
        case Errc::unsupported:
            return 501;
        case Errc::config:
            return 500;
    }
    return 500;
}

Response problem(const Error& error) {
    const int status = http_status(error.code);
    if (status == 500) {
        return problem(status, "internal", "the server failed; its log says why");
    }
    return problem(status, to_text(error.code), error.detail);
}

}  // namespace sluice::api
