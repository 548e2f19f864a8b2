#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::cli {

/// Messages of the Language Server Protocol on two file descriptors: `Content-Length: N`, an empty
/// line, N bytes (LSP 3.17, base protocol). Blocks, single-threaded, never throws.
///
/// A header without a usable length is skipped and counted in `damaged()`; so is a message above
/// kMessageBytesMax, whose bytes are read and dropped.
class LspWire {
public:
    static constexpr std::size_t kMessageBytesMax = std::size_t{64} << 20U;
    static constexpr std::size_t kHeaderBytesMax = std::size_t{16} << 10U;

    LspWire(int in, int out) : in_(in), out_(out) {}

    enum class Wait { yes, no };
    /// The content of the next message. Empty when the other side has closed, or with Wait::no
    /// when none is there yet.
    std::optional<std::string> next(Wait wait);
    /// False when nobody reads any more.
    bool send(std::string_view content);

    [[nodiscard]] bool closed() const { return closed_; }
    /// How many messages could not be taken since the last call.
    std::size_t take_damaged();

private:
    bool fill(Wait wait);
    std::optional<std::string> take();
    void read_header(std::size_t end);

    int in_;
    int out_;
    std::string buffer_;
    std::optional<std::size_t> length_;  // of the content that is being read
    std::size_t dropping_ = 0;           // bytes of a message that is too large
    std::size_t damaged_ = 0;
    bool closed_ = false;
};

}  // namespace sluice::cli
