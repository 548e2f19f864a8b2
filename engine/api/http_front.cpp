#include "engine/api/http_front.hpp"

#include "engine/base/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace sluice::api {
namespace {

using Verdict = std::optional<FrontFault>;  // empty: the rule is kept

FrontFault bad(std::string code, std::string message) {
    return FrontFault{400, std::move(code), std::move(message)};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool one_of(char c, std::string_view set) {
    return set.find(c) != std::string_view::npos;
}

/// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || one_of(c, "!#$%&'*+-.^_`|~");
    });
}

/// RFC 3986: what may stand in a path or query, every % followed by two hex digits, and no %00.
bool is_uri_text(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '%') {
            const std::string_view digits = text.substr(i + 1, 2);
            if (digits.size() < 2 || !is_hex(digits[0]) || !is_hex(digits[1]) || digits == "00") {
                return false;
            }
        } else if (!is_alpha(c) && !is_digit(c) && !one_of(c, "-._~!$&'()*+,;=:@/?[]")) {
            return false;
        }
    }
    return true;
}

struct Authority {
    std::string_view host;  // an IPv6 address with its brackets
    std::string_view port;  // empty: none
};

std::optional<Authority> parse_authority(std::string_view text) {
    Authority out;
    std::size_t colon = std::string_view::npos;
    if (!text.empty() && text.front() == '[') {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos || close < 3) {
            return std::nullopt;
        }
        out.host = text.substr(0, close + 1);
        const auto inner = out.host.substr(1, close - 1);
        if (!std::all_of(inner.begin(), inner.end(),
                         [](char c) { return is_hex(c) || one_of(c, ":."); })) {
            return std::nullopt;
        }
        colon = close + 1 < text.size() ? close + 1 : colon;
    } else {
        colon = text.find(':');
        out.host = text.substr(0, colon);
        if (out.host.empty() || !std::all_of(out.host.begin(), out.host.end(), [](char c) {
                return is_alpha(c) || is_digit(c) || one_of(c, "-._");
            })) {
            return std::nullopt;
        }
    }
    if (colon != std::string_view::npos) {
        out.port = text.substr(colon + 1);
        if (text[colon] != ':' || out.port.empty() || out.port.size() > 5 ||
            !std::all_of(out.port.begin(), out.port.end(), is_digit)) {
            return std::nullopt;
        }
    }
    return out;
}

bool host_allowed(const Authority& host, const std::vector<std::string>& allowed) {
    return allowed.empty() ||
           std::any_of(allowed.begin(), allowed.end(), [&](const std::string& entry) {
               const auto rule = parse_authority(entry);
               return rule && same_ignoring_case(rule->host, host.host) &&
                      (rule->port.empty() || rule->port == host.port);
           });
}

/// Walks one head; each method is one group of rules.
class Vetting {
public:
    Vetting(std::string_view text, const FrontRules& rules) : text_(text), rules_(rules) {}

    HeadVerdict run() {
        for (const auto step : {&Vetting::request_line, &Vetting::fields, &Vetting::singletons,
                                &Vetting::host, &Vetting::framing, &Vetting::connection}) {
            if (Verdict fault = (this->*step)()) {
                return std::move(*fault);
            }
        }
        return std::move(head_);
    }

private:
    std::string_view next_line() {
        const std::size_t end = text_.find("\r\n");
        const std::string_view line = text_.substr(0, end);
        text_.remove_prefix(end + 2);
        return line;
    }

    Verdict request_line() {
        const std::string_view line = next_line();
        const std::size_t first = line.find(' ');
        const std::size_t last = line.rfind(' ');
        if (first == std::string_view::npos || first == last) {
            return bad("bad_request_line", "the request line must be: method, target, HTTP/1.1");
        }
        target_ = line.substr(first + 1, last - first - 1);
        if (Verdict fault = version(line.substr(last + 1))) {
            return fault;
        }
        if (Verdict fault = method(line.substr(0, first))) {
            return fault;
        }
        if (target_.size() > kTargetBytesMax) {
            return FrontFault{
                414, "target_too_long",
                fmt::format("the request target is longer than {} bytes", kTargetBytesMax)};
        }
        return target_form();
    }

    Verdict version(std::string_view text) {
        const bool shaped = text.size() == 8 && text.substr(0, 5) == "HTTP/" && is_digit(text[5]) &&
                            text[6] == '.' && is_digit(text[7]);
        if (!shaped) {
            return bad("bad_request_line", "the request line must end with HTTP/1.1");
        }
        head_.http_1_0 = text == "HTTP/1.0";
        if (!head_.http_1_0 && text != "HTTP/1.1") {
            return FrontFault{505, "version_not_supported",
                              "only HTTP/1.1 and HTTP/1.0 are spoken here"};
        }
        return std::nullopt;
    }

    Verdict method(std::string_view text) {
        if (!is_token(text)) {
            return bad("bad_method", "the method is not a token");
        }
        if (text == "TRACE" || text == "CONNECT") {
            return FrontFault{405, "method_not_allowed", fmt::format("{} is not offered", text)};
        }
        constexpr std::array<std::string_view, 7> kKnown = {"GET",   "HEAD",   "POST",   "PUT",
                                                            "PATCH", "DELETE", "OPTIONS"};
        if (std::find(kKnown.begin(), kKnown.end(), text) == kKnown.end()) {
            return FrontFault{501, "unknown_method", "the method is not known here"};
        }
        head_.method = text;
        return std::nullopt;
    }

    /// RFC 9112 §3.2: origin-form, `*` for OPTIONS, and absolute-form, whose authority host()
    /// checks.
    Verdict target_form() {
        std::string_view rest = target_;
        if (rest == "*" && head_.method == "OPTIONS") {
            head_.path = "*";
            return std::nullopt;
        }
        constexpr std::string_view kScheme = "http://";
        if (same_ignoring_case(rest.substr(0, kScheme.size()), kScheme)) {
            rest.remove_prefix(kScheme.size());
            const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
            absolute_ = rest.substr(0, end);
            rest.remove_prefix(end);
        } else if (rest.empty() || rest.front() != '/') {
            return bad("bad_target", "the request target must start with '/'");
        }
        if (!is_uri_text(rest)) {
            return bad("bad_target",
                       "the request target holds a character that must be percent-encoded");
        }
        const std::size_t question = std::min(rest.find('?'), rest.size());
        head_.path = question == 0 ? "/" : rest.substr(0, question);
        head_.query = rest.substr(std::min(question + 1, rest.size()));
        return std::nullopt;
    }

    Verdict fields() {
        for (std::string_view line = next_line(); !line.empty(); line = next_line()) {
            if (head_.headers.size() == limits::kHeaderFieldsMax) {
                return FrontFault{
                    431, "too_many_fields",
                    fmt::format("more than {} header fields", limits::kHeaderFieldsMax)};
            }
            if (Verdict fault = field(line)) {
                return fault;
            }
        }
        return std::nullopt;
    }

    Verdict field(std::string_view line) {
        if (line.front() == ' ' || line.front() == '\t') {
            return bad("folded_header", "a header field is folded over two lines");
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
            return bad("bad_header", "a header field is not `Name: value`");
        }
        std::string_view value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
        value = value.substr(0, value.find_last_not_of(" \t") + 1);
        const bool control = std::any_of(value.begin(), value.end(), [](char c) {
            return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
        });
        if (control) {
            return bad("bad_header", "a header field holds a control character");
        }
        head_.headers.emplace_back(line.substr(0, colon), value);
        return std::nullopt;
    }

    /// Fields that two readers could read differently when they come twice, equal or not.
    Verdict singletons() {
        for (const char* name :
             {"Host", "Content-Length", "Transfer-Encoding", "Expect", "Authorization",
              "Content-Type", "Content-Encoding", "Origin", "X-Strict-Mode"}) {
            const auto same = [&](const auto& field) {
                return same_ignoring_case(field.first, name);
            };
            if (std::count_if(head_.headers.begin(), head_.headers.end(), same) > 1) {
                return bad("duplicate_header", fmt::format("{} is given twice", name));
            }
        }
        return std::nullopt;
    }

    Verdict host() {
        const auto value = find_header(head_.headers, "Host");
        if (!value) {
            const bool excused = head_.http_1_0 && absolute_.empty();
            return excused ? Verdict() : bad("missing_host", "HTTP/1.1 needs a Host");
        }
        const auto authority = parse_authority(*value);
        if (!authority) {
            return bad("bad_host", "the Host is not a name or an address");
        }
        if (!absolute_.empty() && !same_ignoring_case(absolute_, *value)) {
            return bad("bad_host", "the request target names another host than the Host field");
        }
        if (!host_allowed(*authority, rules_.allowed_hosts)) {
            return bad("host_not_allowed", "this server does not answer to that Host");
        }
        return std::nullopt;
    }

    Verdict framing() {
        const auto coding = find_header(head_.headers, "Transfer-Encoding");
        const auto length = find_header(head_.headers, "Content-Length");
        if (coding) {
            if (length || head_.http_1_0 || !same_ignoring_case(*coding, "chunked")) {
                return bad("bad_framing",
                           "Transfer-Encoding must be exactly `chunked`, in HTTP/1.1, without "
                           "Content-Length");
            }
            head_.chunked = true;
        }
        if (length) {
            if (Verdict fault = content_length(*length)) {
                return fault;
            }
        }
        const auto expect = find_header(head_.headers, "Expect");
        if (expect && !same_ignoring_case(*expect, "100-continue")) {
            return FrontFault{417, "expectation_failed",
                              "only `Expect: 100-continue` is understood"};
        }
        head_.expects_continue = expect.has_value() && !head_.http_1_0;
        return std::nullopt;
    }

    Verdict content_length(std::string_view text) {
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const bool digits = !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
        if (digits && (error != std::errc() || value > rules_.body_bytes_max)) {
            return FrontFault{
                413, "body_too_large",
                fmt::format("the body may have at most {} bytes", rules_.body_bytes_max)};
        }
        if (!digits || end != text.data() + text.size()) {
            return bad("bad_framing", "Content-Length must be digits");
        }
        head_.content_length = value;
        return std::nullopt;
    }

    /// Connection may come several times and is a list (RFC 9110 §7.6.1).
    Verdict connection() {
        head_.keep_alive = !head_.http_1_0;
        for (const auto& [name, value] : head_.headers) {
            if (!same_ignoring_case(name, "Connection")) {
                continue;
            }
            std::string_view rest = value;
            while (!rest.empty()) {
                const std::size_t comma = std::min(rest.find(','), rest.size());
                connection_option(rest.substr(0, comma));
                rest.remove_prefix(std::min(comma + 1, rest.size()));
            }
        }
        head_.keep_alive = head_.keep_alive && !close_;
        return std::nullopt;
    }

    void connection_option(std::string_view option) {
        option.remove_prefix(std::min(option.find_first_not_of(" \t"), option.size()));
        option = option.substr(0, option.find_last_not_of(" \t") + 1);
        close_ = close_ || same_ignoring_case(option, "close");
        if (same_ignoring_case(option, "keep-alive")) {
            head_.keep_alive = true;
        }
    }

    std::string_view text_;  // what is left
    const FrontRules& rules_;
    std::string_view target_;
    std::string_view absolute_;  // authority of an absolute-form target
    bool close_ = false;
    Head head_;
};

}  // namespace

HeadScanner::State HeadScanner::refuse(int status, std::string code, std::string message) {
    fault_ = FrontFault{status, std::move(code), std::move(message)};
    return State::fault;
}

void HeadScanner::reset() {
    *this = HeadScanner();
}

HeadScanner::State HeadScanner::feed(std::string_view bytes) {
    while (scanned_ < bytes.size()) {
        if (scanned_ >= start_ + limits::kHeaderBytesMax) {
            return refuse(
                431, "head_too_large",
                fmt::format("the request head is longer than {} bytes", limits::kHeaderBytesMax));
        }
        const char c = bytes[scanned_++];
        if (c == '\0') {
            return refuse(400, "bad_head", "the request head holds a zero byte");
        }
        if (c != '\n') {
            if (scanned_ >= 2 && bytes[scanned_ - 2] == '\r') {
                return refuse(400, "bad_line_end",
                              "a carriage return stands alone in the request head");
            }
            continue;
        }
        if (scanned_ < 2 || bytes[scanned_ - 2] != '\r') {
            return refuse(400, "bad_line_end", "lines of the request head must end with CR LF");
        }
        const bool empty = scanned_ - line_ == 2;
        line_ = scanned_;
        if (empty && scanned_ == 2) {
            start_ = 2;  // the one empty line a sloppy client may send after its last body
        } else if (empty && line_ == start_ + 2) {
            return refuse(400, "bad_request_line", "the request line is empty");
        } else if (empty) {
            return State::complete;
        }
    }
    return State::more;
}

std::string_view HeadScanner::head(std::string_view bytes) const {
    return bytes.substr(start_, scanned_ - start_);
}

HeadVerdict vet_head(std::string_view head, const FrontRules& rules) {
    return Vetting(head, rules).run();
}

}  // namespace sluice::api
