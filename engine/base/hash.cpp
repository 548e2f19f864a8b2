#include "engine/base/hash.hpp"

#include "engine/base/assert.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

namespace sluice {
namespace {

/// OpenSSL looks an algorithm up by name for every one-shot digest, which costs more than the
/// digest of a short text: each thread looks it up once and keeps its context.
void sha256(const std::string& text, std::array<std::uint8_t, 32>& out, unsigned int& length) {
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
        void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
    };
    thread_local const std::unique_ptr<EVP_MD, Free> algorithm(
        EVP_MD_fetch(nullptr, "SHA256", nullptr));
    thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    ASSERT(algorithm != nullptr && context != nullptr);
    EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr);
    EVP_DigestUpdate(context.get(), text.data(), text.size());
    EVP_DigestFinal_ex(context.get(), out.data(), &length);
}

}  // namespace

Digest digest(std::initializer_list<std::string_view> parts) {
    std::string framed;
    for (std::string_view part : parts) {
        auto size = static_cast<std::uint32_t>(part.size());
        for (int shift = 0; shift < 32; shift += 8) {
            framed.push_back(static_cast<char>((size >> shift) & 0xffU));
        }
        framed.append(part);
    }
    std::array<std::uint8_t, 32> full{};
    unsigned int length = 0;
    sha256(framed, full, length);
    Digest out{};
    std::copy_n(full.begin(), out.size(), out.begin());
    return out;
}

std::string to_hex(const Digest& value) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(value.size() * 2);
    for (std::uint8_t byte : value) {
        out.push_back(kDigits[byte >> 4U]);
        out.push_back(kDigits[byte & 15U]);
    }
    return out;
}

std::uint64_t hash64(std::string_view text, std::uint64_t seed) {
    std::uint64_t hash = 14695981039346656037ULL ^ seed;
    for (char c : text) {
        hash ^= static_cast<std::uint8_t>(c);
        hash *= 1099511628211ULL;
    }
    hash ^= hash >> 32U;
    hash *= 0xe9846af9b1a615dULL;
    hash ^= hash >> 32U;
    hash *= 0xe9846af9b1a615dULL;
    hash ^= hash >> 28U;
    return hash;
}

std::uint32_t draw(std::initializer_list<std::string_view> parts) {
    std::uint64_t hash = 0;
    for (std::string_view part : parts) {
        hash = hash64(part, hash ^ (part.size() * 0x9e3779b97f4a7c15ULL));
    }
    return static_cast<std::uint32_t>(hash % 1'000'000U);
}

}  // namespace sluice
