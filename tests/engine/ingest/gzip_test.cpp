#include "engine/ingest/gzip.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

namespace sluice {
namespace {

std::string pack(std::string_view plain, int window_bits) {
    z_stream z{};
    EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&z, plain.size()) + 64, '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    z.avail_in = static_cast<uInt>(plain.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.resize(out.size() - z.avail_out);
    deflateEnd(&z);
    return out;
}

const std::string kPlain = [] {
    std::string text;
    for (int i = 0; i < 5'000; ++i) {
        text += "event " + std::to_string(i * 7919) + ";";
    }
    return text;
}();

TEST(GzipTest, UndoesEveryFraming) {
    for (const int bits : {15 + 16}) {
        const Inflated out = inflate(pack(kPlain, bits), ContentCoding::gzip, kPlain.size());
        EXPECT_EQ(out.status, InflateStatus::ok);
        EXPECT_EQ(out.body, kPlain);
    }
    for (const int bits : {15, -15}) {
        const Inflated out = inflate(pack(kPlain, bits), ContentCoding::deflate, kPlain.size());
        EXPECT_EQ(out.status, InflateStatus::ok) << bits;
        EXPECT_EQ(out.body, kPlain);
    }
}

TEST(GzipTest, TakesSeveralMembersButNothingElseBehind) {
    const std::string one = pack("one,", 31);
    EXPECT_EQ(inflate(one + pack("two", 31), ContentCoding::gzip, 100).body, "one,two");
    EXPECT_EQ(inflate(one + "junk", ContentCoding::gzip, 100).status, InflateStatus::corrupt);
    EXPECT_EQ(inflate(pack("one", 15) + pack("two", 15), ContentCoding::deflate, 100).status,
              InflateStatus::corrupt);
}

TEST(GzipTest, StopsABombAtTheLimit) {
    const std::string bomb = pack(std::string(50'000'000, '0'), 31);
    ASSERT_LT(bomb.size(), 100'000u);
    const Inflated out = inflate(bomb, ContentCoding::gzip, 500'000);
    EXPECT_EQ(out.status, InflateStatus::too_large);
    EXPECT_TRUE(out.body.empty());
    EXPECT_LT(out.body.capacity(), 2'000'000u);
}

TEST(GzipTest, TheLimitItselfPasses) {
    const std::string packed = pack(kPlain, 31);
    EXPECT_EQ(inflate(packed, ContentCoding::gzip, kPlain.size()).status, InflateStatus::ok);
    EXPECT_EQ(inflate(packed, ContentCoding::gzip, kPlain.size() - 1).status,
              InflateStatus::too_large);
}

TEST(GzipTest, EveryCutAndEveryFlippedChecksumIsCorrupt) {
    const std::string packed = pack("some text that compresses, some text that compresses", 31);
    for (std::size_t length = 0; length < packed.size(); ++length) {
        EXPECT_EQ(inflate(packed.substr(0, length), ContentCoding::gzip, 1'000).status,
                  InflateStatus::corrupt)
            << length;
    }
    std::string damaged = packed;
    damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);  // CRC-32
    EXPECT_EQ(inflate(damaged, ContentCoding::gzip, 1'000).status, InflateStatus::corrupt);
    EXPECT_EQ(inflate("{\"plain\":1}", ContentCoding::gzip, 1'000).status, InflateStatus::corrupt);
    EXPECT_EQ(inflate("", ContentCoding::deflate, 1'000).status, InflateStatus::corrupt);
}

}  // namespace
}  // namespace sluice
