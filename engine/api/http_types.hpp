#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Plain requests and responses. They have constructors on purpose: GCC 12 destroys aggregate
/// temporaries of coroutine expressions twice.
namespace sluice::api {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of that name (ASCII case aside); empty optional when there is
/// none.
std::optional<std::string_view> find_header(const HeaderList& headers, std::string_view name);

/// Whether two texts are equal but for the case of ASCII letters.
bool same_ignoring_case(std::string_view a, std::string_view b);

/// Undoes %XX; with `plus_is_space` also the `+` of forms. Malformed escapes stay as they are.
std::string percent_decoded(std::string_view text, bool plus_is_space = false);

/// A request whose head passed the front's rules and whose body is complete. Trailers are dropped.
class Request {
public:
    Request() = default;

    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
        return find_header(headers, name);
    }
    /// A parameter of the route's pattern; empty when the pattern has none of that name.
    [[nodiscard]] std::string_view param(std::string_view name) const;
    /// A field of the query; empty optional when it is not there. Of several the last counts.
    [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;

    std::string id;      // stands in the Request-Id of the response
    std::string peer;    // the client's address, without port; a proxy's when there is one
    std::string method;  // upper case
    std::string path;    // as sent: still percent-encoded, without the query
    std::map<std::string, std::string, std::less<>> query;   // decoded
    std::map<std::string, std::string, std::less<>> params;  // decoded
    HeaderList headers;
    std::string body;  // without chunking, but still in its Content-Encoding
};

/// What to answer. The server adds Content-Length, Date, Request-Id, Connection and the security
/// headers that are not set here.
class Response {
public:
    Response() = default;
    Response(int status_code, std::string_view content_type, std::string body_text);

    /// Replaces a header of that name. A value with control characters is dropped: nothing a
    /// client sent may start a header of its own.
    void set(std::string_view name, std::string_view value);

    int status = 200;
    HeaderList headers;
    std::string body;
};

/// The standard phrase of a status, e.g. "Not Found"; "Unknown" for others.
std::string_view reason_phrase(int status);

}  // namespace sluice::api
