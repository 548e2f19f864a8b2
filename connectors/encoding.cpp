#include "connectors/encoding.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace sluice::connectors {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

struct Lead {
    int more;
    char32_t bits;
    char32_t smallest;
};

std::optional<Lead> lead_of(unsigned char byte) {
    if (byte < 0x80) {
        return Lead{0, byte, 0};
    }
    if (byte >= 0xc2 && byte < 0xe0) {
        return Lead{1, byte & 0x1fU, 0x80};
    }
    if (byte >= 0xe0 && byte < 0xf0) {
        return Lead{2, byte & 0x0fU, 0x800};
    }
    if (byte >= 0xf0 && byte < 0xf5) {
        return Lead{3, byte & 0x07U, 0x10000};
    }
    return std::nullopt;
}

/// The code point at `at` and its length, or U+FFFD and one byte.
std::pair<char32_t, std::size_t> point_at(std::string_view text, std::size_t at) {
    constexpr std::pair<char32_t, std::size_t> kBroken{U'\uFFFD', 1};
    const auto lead = lead_of(static_cast<unsigned char>(text[at]));
    if (!lead || at + static_cast<std::size_t>(lead->more) >= text.size()) {
        return kBroken;
    }
    char32_t point = lead->bits;
    for (int i = 1; i <= lead->more; ++i) {
        const auto byte = static_cast<unsigned char>(text[at + static_cast<std::size_t>(i)]);
        if ((byte & 0xc0U) != 0x80U) {
            return kBroken;
        }
        point = point << 6U | (byte & 0x3fU);
    }
    if (point < lead->smallest || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
        return kBroken;
    }
    return {point, static_cast<std::size_t>(lead->more) + 1};
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                       reinterpret_cast<const unsigned char*>(bytes.data()),
                                       static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
    const std::string_view digits = text.substr(0, text.size() - padding);
    const bool plain = std::all_of(digits.begin(), digits.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '+' || c == '/';
    });
    if (text.size() % 4 != 0 || !plain) {
        return std::nullopt;
    }
    std::string out(text.size() / 4 * 3 + 1, '\0');
    const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                       reinterpret_cast<const unsigned char*>(text.data()),
                                       static_cast<int>(text.size()));
    if (length < 0) {
        return std::nullopt;
    }
    out.resize(static_cast<std::size_t>(length) - padding);
    return out;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    for (const char c : text) {
        if (is_unreserved(c)) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(kHex[byte >> 4U]);
        out.push_back(kHex[byte & 15U]);
    }
    return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(),
         &length);
    return {reinterpret_cast<const char*>(digest.data()), length};
}

bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::string to_lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\v\f";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string fill_id(std::string_view pattern, std::string_view id) {
    constexpr std::string_view kSlot = "{id}";
    std::string out;
    std::size_t at = 0;
    for (std::size_t slot = pattern.find(kSlot); slot != std::string_view::npos;
         slot = pattern.find(kSlot, at)) {
        out.append(pattern.substr(at, slot - at)).append(percent_encode(id));
        at = slot + kSlot.size();
    }
    return out.append(pattern.substr(at));
}

std::string cut_utf8(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) {
        return std::string(text);
    }
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) {
        --bytes;
    }
    return std::string(text.substr(0, bytes));
}

std::u32string decode_utf8(std::string_view text) {
    std::u32string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto [point, length] = point_at(text, at);
        out.push_back(point);
        at += length;
    }
    return out;
}

void append_utf8(std::string& out, char32_t point) {
    const auto tail = [&](int shift) {
        out.push_back(static_cast<char>(0x80U | ((point >> shift) & 0x3fU)));
    };
    if (point < 0x80) {
        out.push_back(static_cast<char>(point));
    } else if (point < 0x800) {
        out.push_back(static_cast<char>(0xc0U | point >> 6U));
        tail(0);
    } else if (point < 0x10000) {
        out.push_back(static_cast<char>(0xe0U | point >> 12U));
        tail(6);
        tail(0);
    } else {
        out.push_back(static_cast<char>(0xf0U | point >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

}  // namespace sluice::connectors
