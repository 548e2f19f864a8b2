#include "connectors/net_guard.hpp"

#include <array>
#include <cstdint>

namespace sluice::connectors {
namespace {

namespace ip = boost::asio::ip;

struct Block {
    std::uint32_t base;
    int bits;
};

constexpr std::uint32_t quad(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a << 24U | b << 16U | c << 8U | d;
}

constexpr std::array kBlockedV4{
    Block{quad(0, 0, 0, 0), 8},        // this network
    Block{quad(10, 0, 0, 0), 8},       // private
    Block{quad(100, 64, 0, 0), 10},    // carrier-grade NAT
    Block{quad(127, 0, 0, 0), 8},      // loopback
    Block{quad(169, 254, 0, 0), 16},   // link-local, cloud metadata
    Block{quad(172, 16, 0, 0), 12},    // private
    Block{quad(192, 0, 0, 0), 24},     // protocol assignments
    Block{quad(192, 0, 2, 0), 24},     // documentation
    Block{quad(192, 88, 99, 0), 24},   // 6to4 relays, withdrawn
    Block{quad(192, 168, 0, 0), 16},   // private
    Block{quad(198, 18, 0, 0), 15},    // benchmarks
    Block{quad(198, 51, 100, 0), 24},  // documentation
    Block{quad(203, 0, 113, 0), 24},   // documentation
    Block{quad(224, 0, 0, 0), 3},      // multicast, reserved, broadcast
};

bool is_public_v4(std::uint32_t address) {
    for (const Block& block : kBlockedV4) {
        const std::uint32_t mask = ~std::uint32_t{0} << (32 - block.bits);
        if ((address & mask) == block.base) {
            return false;
        }
    }
    return true;
}

std::uint32_t inner_v4(const ip::address_v6::bytes_type& bytes, std::size_t at) {
    return quad(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

bool is_public_v6(const ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    if (address.is_v4_mapped()) {
        return is_public_v4(inner_v4(bytes, 12));
    }
    const auto group = [&](std::size_t at) {
        return static_cast<unsigned>(bytes[at]) << 8U | static_cast<unsigned>(bytes[at + 1]);
    };
    if (group(0) == 0x64 && group(2) == 0xff9b) {
        // 64:ff9b::/96 carries a public IPv4 address; 64:ff9b:1::/48 is for local use.
        return group(4) == 0 && is_public_v4(inner_v4(bytes, 12));
    }
    if (group(0) == 0x2002) {
        return is_public_v4(inner_v4(bytes, 2));
    }
    if (group(0) == 0x2001 && (group(2) < 0x200 || group(2) == 0xdb8)) {
        return false;  // Teredo and other protocol assignments, documentation
    }
    return (bytes[0] & 0xe0U) == 0x20U;  // 2000::/3 is all the global unicast there is
}

}  // namespace

bool is_public_address(const ip::address& address) {
    return address.is_v4() ? is_public_v4(address.to_v4().to_uint())
                           : is_public_v6(address.to_v6());
}

}  // namespace sluice::connectors
