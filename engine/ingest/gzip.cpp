#include "engine/ingest/gzip.hpp"

#include "engine/base/assert.hpp"

#include <zlib.h>

#include <array>
#include <limits>

namespace sluice {
namespace {

constexpr int kGzip = 15 + 16;  // zlib's windowBits: a full window, gzip framing
constexpr int kZlib = 15;
constexpr int kRaw = -15;

/// Owns one zlib stream over the whole input.
class Stream {
public:
    Stream(std::string_view packed, int window_bits) : members_(window_bits == kGzip) {
        ASSERT(packed.size() <= std::numeric_limits<uInt>::max());
        // zlib never writes through next_in; the cast is its C interface.
        z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
        z_.avail_in = static_cast<uInt>(packed.size());
        ASSERT(inflateInit2(&z_, window_bits) == Z_OK);
    }
    ~Stream() { inflateEnd(&z_); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    InflateStatus run(std::size_t bytes_max, std::string& body) {
        while (true) {
            z_.next_out = reinterpret_cast<Bytef*>(block_.data());
            z_.avail_out = static_cast<uInt>(block_.size());
            const int code = ::inflate(&z_, Z_NO_FLUSH);
            const std::size_t made = block_.size() - z_.avail_out;
            if (body.size() + made > bytes_max) {
                return InflateStatus::too_large;
            }
            body.append(block_.data(), made);
            if (code == Z_STREAM_END) {
                if (z_.avail_in == 0) {
                    return InflateStatus::ok;
                }
                if (!members_ || inflateReset(&z_) != Z_OK) {
                    return InflateStatus::corrupt;
                }
                continue;  // the next gzip member; anything else fails its header check
            }
            if (code != Z_OK || (z_.avail_in == 0 && made == 0)) {
                return InflateStatus::corrupt;
            }
        }
    }

private:
    z_stream z_{};
    bool members_;  // only gzip may have several members
    std::array<char, 16 * 1024> block_;
};

Inflated attempt(std::string_view packed, int window_bits, std::size_t bytes_max) {
    Inflated out;
    Stream stream(packed, window_bits);
    out.status = stream.run(bytes_max, out.body);
    if (out.status != InflateStatus::ok) {
        out.body.clear();
    }
    return out;
}

}  // namespace

Inflated inflate(std::string_view packed, ContentCoding coding, std::size_t bytes_max) {
    if (coding == ContentCoding::gzip) {
        return attempt(packed, kGzip, bytes_max);
    }
    Inflated out = attempt(packed, kZlib, bytes_max);
    if (out.status == InflateStatus::corrupt) {
        out = attempt(packed, kRaw, bytes_max);
    }
    return out;
}

}  // namespace sluice
