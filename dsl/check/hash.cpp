#include "dsl/check/hash.hpp"

#include <array>
#include <string_view>

namespace sluice::dsl::check {
namespace {

constexpr std::uint64_t kPrime = 0x100000001b3ULL;

/// FNV-1a leaves the high bits of short texts weak; the last mix spreads them (splitmix64).
std::uint64_t mixed(std::uint64_t value) {
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

struct Hasher {
    std::uint64_t low = 0xcbf29ce484222325ULL;
    std::uint64_t high = 0x6c62272e07bb0142ULL;

    void add_byte(unsigned char byte) {
        low = (low ^ byte) * kPrime;
        high = (high ^ (byte + 0x9dU)) * kPrime;
    }

    /// The length goes first, so that moving a byte from one text to the next changes the hash.
    void add(std::string_view text) {
        for (std::size_t length = text.size(), at = 0; at < 8; ++at, length >>= 8U) {
            add_byte(static_cast<unsigned char>(length & 0xffU));
        }
        for (const char c : text) {
            add_byte(static_cast<unsigned char>(c));
        }
    }
};

void append_hex(std::string& out, std::uint64_t value) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) {
        out += kDigits[(value >> static_cast<unsigned>(shift)) & 0xfU];
    }
}

}  // namespace

std::string program_hash(const Program& program) {
    Hasher hasher;
    hasher.add(dump(program));
    for (const Message& message : program.messages) {
        if (message.email) {
            hasher.add(message.email->subject.source());
            hasher.add(message.email->preview.source());
            hasher.add(message.email->body.source());
        }
        if (message.sms) {
            hasher.add(message.sms->source());
        }
    }
    std::string out;
    append_hex(out, mixed(hasher.low));
    append_hex(out, mixed(hasher.high));
    return out;
}

}  // namespace sluice::dsl::check
