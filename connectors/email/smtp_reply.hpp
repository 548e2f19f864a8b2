#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::connectors {

/// One complete reply of an SMTP server, RFC 5321 §4.2.
struct SmtpReply {
    int code = 0;          // 200 to 599
    std::string enhanced;  // "5.1.1", RFC 3463; "" when the server gave none
    std::string text;      // the words of all lines, joined by '\n', without code and enhanced code

    [[nodiscard]] bool positive() const { return code >= 200 && code < 300; }
    [[nodiscard]] bool transient() const { return code >= 400 && code < 500; }
    /// "550 5.1.1" or "550".
    [[nodiscard]] std::string code_text() const;
};

/// Cuts the bytes a server sends into replies. Sans-I/O.
/// Limits: a line of 8 KB, a reply of 64 KB; more than that is no SMTP server.
class SmtpReplyReader {
public:
    void feed(std::string_view bytes) { buffer_.append(bytes); }
    /// The next complete reply, if there is one.
    std::optional<SmtpReply> next();
    /// What came is not SMTP; the connection is of no more use.
    [[nodiscard]] bool broken() const { return broken_; }
    /// Whether bytes wait that belong to no complete reply yet, or to one nobody asked for.
    [[nodiscard]] bool has_bytes() const { return !buffer_.empty() || open_.code != 0; }
    void clear();

private:
    std::optional<std::string> take_line();
    bool add_line(std::string_view line);

    std::string buffer_;
    SmtpReply open_;  // the multi-line reply being read; code 0 when none
    bool last_line_ = false;
    bool broken_ = false;
};

}  // namespace sluice::connectors
