#include "engine/api/response_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>

namespace sluice::api {
namespace {

constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "connect-src 'self'; font-src 'self'; frame-src 'self'; frame-ancestors 'self'; base-uri "
    "'none'; "
    "form-action 'self'; object-src 'none'";

void set_default(Response& response, std::string_view name, std::string_view value) {
    if (!find_header(response.headers, name)) {
        response.set(name, value);
    }
}

bool has_no_body(int status) {
    return status < 200 || status == 204 || status == 304;
}

}  // namespace

std::string format_http_date(Instant at) {
    constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = static_cast<std::time_t>(to_ms(at) / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                       kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                       utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string write_response(Response response, const WriteOptions& options) {
    set_default(response, "X-Content-Type-Options", "nosniff");
    set_default(response, "Referrer-Policy", "no-referrer");
    set_default(response, "Cache-Control", "no-store");
    const auto type = find_header(response.headers, "Content-Type");
    if (type && type->substr(0, 9) == "text/html") {
        set_default(response, "Content-Security-Policy", kPagePolicy);
    }
    if (!options.request_id.empty()) {
        response.set("Request-Id", options.request_id);
    }
    response.set("Date", format_http_date(options.now));
    if (!options.keep_alive) {
        response.set("Connection", "close");
    } else if (options.http_1_0) {
        response.set("Connection", "keep-alive");
    }
    std::string out =
        fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
    for (const auto& [name, value] : response.headers) {
        out += name;
        out += ": ";
        out += value;
        out += "\r\n";
    }
    if (has_no_body(response.status)) {
        return out + "\r\n";
    }
    out += fmt::format("Content-Length: {}\r\n\r\n", response.body.size());
    if (!options.head_only) {
        out += response.body;
    }
    return out;
}

}  // namespace sluice::api
