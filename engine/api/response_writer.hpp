#pragma once

#include "engine/api/http_types.hpp"
#include "engine/base/clock.hpp"

#include <cstdint>
#include <string>

namespace sluice::api {

/// What of a response the connection decides.
struct WriteOptions {
    bool head_only = false;  // the request was HEAD: the length without the body
    bool keep_alive = true;
    bool http_1_0 = false;  // such a client must be told that the connection stays
    std::string request_id;
    Instant now;
};

/// The bytes of a response (RFC 9112), with Date, Content-Length and the headers that keep a
/// browser from guessing: nosniff, no-referrer, and for pages a Content-Security-Policy that allows
/// only the page's own files. What the response sets itself wins.
std::string write_response(Response response, const WriteOptions& options);

/// `Fri, 20 Nov 2026 07:05:08 GMT` (RFC 9110 §5.6.7).
std::string format_http_date(Instant at);

}  // namespace sluice::api
