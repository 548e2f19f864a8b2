#include "connectors/email/smtp_reply.hpp"

#include <algorithm>

namespace sluice::connectors {
namespace {

constexpr std::size_t kLineBytesMax = 8 * 1024;
constexpr std::size_t kReplyBytesMax = 64 * 1024;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The length of "X.YYY.ZZZ" at the start of a line of class `first`, or 0.
std::size_t enhanced_length(std::string_view text, char first) {
    if (text.size() < 5 || text[0] != first || text[1] != '.') {
        return 0;
    }
    std::size_t at = 2;
    for (int part = 0; part < 2; ++part) {
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at]) && at - begin < 3) {
            ++at;
        }
        if (at == begin) {
            return 0;
        }
        if (part == 0 && (at >= text.size() || text[at++] != '.')) {
            return 0;
        }
    }
    const bool ends = at == text.size() || text[at] == ' ' || text[at] == '\t';
    return ends ? at : 0;
}

}  // namespace

std::string SmtpReply::code_text() const {
    return enhanced.empty() ? std::to_string(code) : std::to_string(code) + " " + enhanced;
}

void SmtpReplyReader::clear() {
    buffer_.clear();
    open_ = SmtpReply();
}

std::optional<std::string> SmtpReplyReader::take_line() {
    const std::size_t end = buffer_.find('\n');
    if (end == std::string::npos) {
        broken_ = broken_ || buffer_.size() > kLineBytesMax;
        return std::nullopt;
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (line.ends_with('\r')) {
        line.pop_back();
    }
    return line;
}

bool SmtpReplyReader::add_line(std::string_view line) {
    const bool has_code = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' &&
                          is_digit(line[1]) && is_digit(line[2]);
    if (!has_code || (line.size() > 3 && line[3] != ' ' && line[3] != '-')) {
        return false;
    }
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (open_.code != 0 && open_.code != code) {
        return false;
    }
    open_.code = code;
    last_line_ = line.size() == 3 || line[3] == ' ';
    std::string_view words = line.substr(std::min<std::size_t>(4, line.size()));
    const std::size_t length = enhanced_length(words, line[0]);
    if (length > 0) {
        open_.enhanced = words.substr(0, length);
        words.remove_prefix(std::min(words.size(), length + 1));
    }
    if (!open_.text.empty()) {
        open_.text.push_back('\n');
    }
    open_.text.append(words);
    return open_.text.size() <= kReplyBytesMax;
}

std::optional<SmtpReply> SmtpReplyReader::next() {
    while (!broken_) {
        const auto line = take_line();
        if (!line) {
            return std::nullopt;
        }
        if (!add_line(*line)) {
            broken_ = true;
            return std::nullopt;
        }
        if (last_line_) {
            SmtpReply reply = std::move(open_);
            open_ = SmtpReply();
            return reply;
        }
    }
    return std::nullopt;
}

}  // namespace sluice::connectors
