#include "engine/store/crc32c.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace sluice {
namespace {

TEST(Crc32cTest, GivesTheCheckValueOfTheStandard) {
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
    EXPECT_EQ(crc32c(""), 0U);
    // RFC 3720 B.4: 32 bytes of zeros, and of ones.
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43U);
}

TEST(Crc32cTest, TablesAndInstructionAgree) {
    std::mt19937 random(7);
    for (std::size_t length = 0; length < 300; ++length) {
        std::string bytes;
        for (std::size_t i = 0; i < length; ++i) {
            bytes.push_back(static_cast<char>(random()));
        }
        EXPECT_EQ(crc32c(bytes), crc32c_portable(bytes)) << "length " << length;
    }
}

}  // namespace
}  // namespace sluice
