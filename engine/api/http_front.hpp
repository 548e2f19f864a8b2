#pragma once

#include "engine/api/http_types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The rules a request head must keep before any parser sees it (RFC 9112, stricter where the RFC
/// leaves room that smuggling lives in). No I/O: bytes in, verdict out, so every rule has a test
/// vector. Beast 1.81 alone lets through two Hosts, `Transfer-Encoding: xchunked`, obs-fold,
/// HTTP/1.0 with chunks and trailers without bound.
namespace sluice::api {

inline constexpr std::size_t kTargetBytesMax = 8 * 1024;

/// A broken rule. The connection is always closed after the answer.
struct FrontFault {
    int status = 400;
    std::string code;
    std::string message;
};

struct FrontRules {
    /// Names or addresses a Host may say, with or without port (`localhost`, `[::1]`,
    /// `events.shop.example:8080`); one without port stands for every port. Empty: any, for a
    /// server behind a proxy that checks.
    std::vector<std::string> allowed_hosts;
    std::size_t body_bytes_max = 0;
};

/// A head that keeps every rule.
struct Head {
    std::string method;
    std::string path;   // of the target, still percent-encoded; "*" for OPTIONS *
    std::string query;  // after the '?', still encoded
    bool http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;
    bool chunked = false;
    std::uint64_t content_length = 0;
    HeaderList headers;
};

/// Finds the end of a head in a buffer that grows. Each byte is looked at once, however slowly the
/// client sends.
class HeadScanner {
public:
    enum class State : std::uint8_t { more, complete, fault };

    /// `bytes` is everything received since the last reset.
    State feed(std::string_view bytes);
    void reset();

    /// After complete: the head within those bytes, from the method to the empty line, and where
    /// the body starts. One empty line before the head is skipped (RFC 9112 §2.2).
    [[nodiscard]] std::string_view head(std::string_view bytes) const;
    [[nodiscard]] std::size_t end() const { return scanned_; }
    [[nodiscard]] const FrontFault& fault() const { return fault_; }

private:
    State refuse(int status, std::string code, std::string message);

    std::size_t start_ = 0;    // of the method
    std::size_t scanned_ = 0;  // bytes already looked at
    std::size_t line_ = 0;     // start of the current line
    FrontFault fault_;
};

using HeadVerdict = std::variant<FrontFault, Head>;

/// Judges a complete head as found by HeadScanner.
HeadVerdict vet_head(std::string_view head, const FrontRules& rules);

}  // namespace sluice::api
