#include "engine/cli/lsp_wire.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace sluice::cli {
namespace {

constexpr std::string_view kBlank = "\r\n\r\n";

bool same_letters(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    const std::size_t end = text.find_last_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, end - begin + 1);
}

std::optional<std::size_t> content_length(std::string_view header) {
    while (!header.empty()) {
        const std::size_t end = std::min(header.find("\r\n"), header.size());
        const std::string_view line = header.substr(0, end);
        header.remove_prefix(std::min(end + 2, header.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos ||
            !same_letters(trimmed(line.substr(0, colon)), "Content-Length")) {
            continue;
        }
        const std::string_view digits = trimmed(line.substr(colon + 1));
        std::size_t length = 0;
        const auto [rest, failed] =
            std::from_chars(digits.data(), digits.data() + digits.size(), length);
        const bool whole = failed == std::errc() && rest == digits.data() + digits.size();
        return whole ? std::optional(length) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

bool LspWire::fill(Wait wait) {
    if (closed_) {
        return false;
    }
    pollfd ready{in_, POLLIN, 0};
    int found = 0;
    do {
        found = ::poll(&ready, 1, wait == Wait::yes ? -1 : 0);
    } while (found < 0 && errno == EINTR);
    if (found == 0) {
        return false;
    }
    std::array<char, 65536> chunk;
    ssize_t count = 0;
    do {
        count = ::read(in_, chunk.data(), chunk.size());
    } while (count < 0 && errno == EINTR);
    if (count <= 0) {
        closed_ = true;
        return false;
    }
    std::string_view read(chunk.data(), static_cast<std::size_t>(count));
    const std::size_t dropped = std::min(dropping_, read.size());
    dropping_ -= dropped;
    buffer_.append(read.substr(dropped));
    return true;
}

void LspWire::read_header(std::size_t end) {
    const auto length = content_length(std::string_view(buffer_).substr(0, end));
    buffer_.erase(0, end + kBlank.size());
    if (!length) {
        ++damaged_;
        return;
    }
    if (*length > kMessageBytesMax) {
        ++damaged_;
        const std::size_t here = std::min(*length, buffer_.size());
        buffer_.erase(0, here);
        dropping_ = *length - here;
        return;
    }
    length_ = length;
}

std::optional<std::string> LspWire::take() {
    while (!length_) {
        const std::size_t end = buffer_.find(kBlank);
        if (end == std::string::npos) {
            if (buffer_.size() > kHeaderBytesMax) {
                ++damaged_;
                buffer_.clear();
            }
            return std::nullopt;
        }
        read_header(end);
    }
    if (buffer_.size() < *length_) {
        return std::nullopt;
    }
    std::string content = buffer_.substr(0, *length_);
    buffer_.erase(0, *length_);
    length_.reset();
    return content;
}

std::optional<std::string> LspWire::next(Wait wait) {
    while (true) {
        auto content = take();
        if (content || damaged_ > 0) {
            return content;
        }
        if (!fill(wait)) {
            return std::nullopt;
        }
    }
}

std::size_t LspWire::take_damaged() {
    return std::exchange(damaged_, 0);
}

bool LspWire::send(std::string_view content) {
    std::string frame = "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n";
    frame.append(content);
    std::string_view left = frame;
    while (!left.empty()) {
        const ssize_t written = ::write(out_, left.data(), left.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace sluice::cli
