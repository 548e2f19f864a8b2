#include "engine/ingest/json_fault.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace sluice {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Length of the well-formed UTF-8 sequence at the start of `text`, 0 when there is none. The
/// bounds of the second byte keep out overlong forms, surrogates and anything above U+10FFFF.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    std::size_t length = 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xbf;
    if (lead < 0x80) {
        return 1;
    } else if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        length = 3;
        low = lead == 0xe0 ? 0xa0 : 0x80;
        high = lead == 0xed ? 0x9f : 0xbf;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        low = lead == 0xf0 ? 0x90 : 0x80;
        high = lead == 0xf4 ? 0x8f : 0xbf;
    }
    if (length == 0 || text.size() < length || byte(1) < low || byte(1) > high) {
        return 0;
    }
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) {
            return 0;
        }
    }
    return length;
}

/// A pushdown check without recursion: `open_` holds one bit a level, true for an object.
class Checker {
public:
    explicit Checker(std::string_view text) : text_(text) {}

    std::optional<JsonFault> run() {
        while (value() && after_value()) {
        }
        if (fault_) {
            return std::move(fault_);
        }
        return std::nullopt;
    }

private:
    bool fail(std::string what) { return fail_at(at_, std::move(what)); }
    bool fail_at(std::size_t offset, std::string what) {
        fault_ = JsonFault{offset, std::move(what)};
        return false;
    }
    bool ended() const { return at_ >= text_.size(); }
    char peek() const { return ended() ? '\0' : text_[at_]; }

    void skip_space() {
        while (!ended() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) {
            ++at_;
        }
    }

    bool take(char c) {
        if (ended() || text_[at_] != c) {
            return false;
        }
        ++at_;
        return true;
    }

    /// One value; an empty container whole, of any other only up to where its first value starts.
    bool value() {
        skip_space();
        if (ended()) {
            return fail(at_ == 0 ? "there is nothing to read"
                                 : "it ends where a value is expected");
        }
        switch (peek()) {
            case '{':
                return open_object();
            case '[':
                return open_array();
            case '"':
                return string();
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case 'n':
                return word("null");
            default:
                break;
        }
        if (peek() == '-' || is_digit(peek())) {
            return number();
        }
        return fail("expected a value");
    }

    bool open_object() {
        ++at_;
        skip_space();
        if (take('}')) {
            return true;
        }
        open_.push_back(true);
        pending_ = true;
        return key();
    }

    bool open_array() {
        ++at_;
        skip_space();
        if (take(']')) {
            return true;
        }
        open_.push_back(false);
        pending_ = true;
        return true;
    }

    bool key() {
        skip_space();
        if (peek() != '"') {
            return fail(ended() ? "it ends inside an object" : "expected a key in double quotes");
        }
        if (!string()) {
            return false;
        }
        skip_space();
        return take(':') || fail("expected ':' after a key");
    }

    /// True when another value follows.
    bool after_value() {
        if (std::exchange(pending_, false)) {
            return true;  // a container was opened: its first value comes now
        }
        return next();
    }

    bool next() {
        while (true) {
            skip_space();
            if (open_.empty()) {
                return ended() ? false : fail("there is text after the end");
            }
            const bool object = open_.back();
            if (take(',')) {
                return object ? key() : true;
            }
            if (!take(object ? '}' : ']')) {
                return fail(ended()
                                ? (object ? "it ends inside an object" : "it ends inside an array")
                                : (object ? "expected ',' or '}'" : "expected ',' or ']'"));
            }
            open_.pop_back();
        }
    }

    bool word(std::string_view expected) {
        if (text_.substr(at_, expected.size()) != expected) {
            return fail("expected a value");
        }
        at_ += expected.size();
        return true;
    }

    bool digits() {
        const std::size_t start = at_;
        while (!ended() && is_digit(peek())) {
            ++at_;
        }
        return at_ > start;
    }

    bool number() {
        const std::size_t start = at_;
        take('-');
        const bool zero = peek() == '0';
        const std::size_t first = at_;
        bool good = digits() && !(zero && at_ - first > 1);
        if (good && take('.')) {
            good = digits();
        }
        if (good && (peek() == 'e' || peek() == 'E')) {
            ++at_;
            take('+') || take('-');
            good = digits();
        }
        return good || fail_at(start, "malformed number");
    }

    bool string() {
        const std::size_t start = at_++;
        while (!ended()) {
            const char c = peek();
            if (c == '"') {
                ++at_;
                return true;
            }
            if (c == '\\') {
                if (!escape()) {
                    return false;
                }
                continue;
            }
            if (static_cast<std::uint8_t>(c) < 0x20) {
                return fail("control character inside a string");
            }
            const std::size_t length = utf8_length(text_.substr(at_));
            if (length == 0) {
                return fail("invalid UTF-8");
            }
            at_ += length;
        }
        return fail_at(start, "a string is not closed");
    }

    bool escape() {
        const std::size_t start = at_++;
        const char c = peek();
        if (c == 'u' && !ended()) {
            ++at_;
            for (int i = 0; i < 4; ++i) {
                if (ended() || !is_hex(peek())) {
                    return fail_at(start, "malformed \\u escape");
                }
                ++at_;
            }
            return true;
        }
        if (ended() || std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) {
            return fail_at(start, "malformed escape");
        }
        ++at_;
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<bool> open_;
    bool pending_ = false;  // the last value opened a container that is not empty
    std::optional<JsonFault> fault_;
};

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text) {
    return Checker(text).run();
}

}  // namespace sluice
