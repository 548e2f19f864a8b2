#include "connectors/sms/sms_segments.hpp"

#include "connectors/encoding.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace sluice::connectors {
namespace {

constexpr std::size_t kHeaderBits = 48;

constexpr std::u32string_view kGsmBasic =
    U"@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5"
    U"\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039e\u00c6\u00e6\u00df\u00c9"
    U" !\"#\u00a4%&'()*+,-./0123456789:;<=>?\u00a1ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    U"\u00c4\u00d6\u00d1\u00dc\u00a7\u00bfabcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0";
constexpr std::u32string_view kGsmExtension = U"\f^{}\\[~]|\u20ac";

/// The widths of tab (seven spaces) and no-break space (two) are those of Twilio's own calculator,
/// so that both count the same.
struct Likeness {
    char32_t from;
    std::string_view to;
};
constexpr std::array kLikenesses{
    Likeness{U'\u00ab', "\""}, Likeness{U'\u00bb', "\""},  Likeness{U'\u201c', "\""},
    Likeness{U'\u201d', "\""}, Likeness{U'\u201e', "\""},  Likeness{U'\u201f', "\""},
    Likeness{U'\u02ba', "\""}, Likeness{U'\u275d', "\""},  Likeness{U'\u275e', "\""},
    Likeness{U'\u2018', "'"},  Likeness{U'\u2019', "'"},   Likeness{U'\u201a', "'"},
    Likeness{U'\u201b', "'"},  Likeness{U'\u02bb', "'"},   Likeness{U'\u02bc', "'"},
    Likeness{U'\u0060', "'"},  Likeness{U'\u00b4', "'"},   Likeness{U'\u2032', "'"},
    Likeness{U'\u2010', "-"},  Likeness{U'\u2011', "-"},   Likeness{U'\u2012', "-"},
    Likeness{U'\u2013', "-"},  Likeness{U'\u2014', "-"},   Likeness{U'\u2015', "-"},
    Likeness{U'\u2212', "-"},  Likeness{U'\u2026', "..."}, Likeness{U'\u00a0', "  "},
    Likeness{U'\u2002', " "},  Likeness{U'\u2003', " "},   Likeness{U'\u2009', " "},
    Likeness{U'\u202f', " "},  Likeness{U'\u3000', " "},   Likeness{U'\u2022', "-"},
    Likeness{U'\u00d7', "x"},  Likeness{U'\t', "       "}, Likeness{U'\u200b', ""},
    Likeness{U'\u2060', ""},   Likeness{U'\ufeff', ""},    Likeness{U'\u00ad', ""},
};

/// 1 or 2 septets, or 0 when the character is not of the GSM alphabet.
std::size_t septets(char32_t point) {
    if (kGsmBasic.find(point) != std::u32string_view::npos) {
        return 1;
    }
    return kGsmExtension.find(point) != std::u32string_view::npos ? 2 : 0;
}

std::size_t code_units(char32_t point) {
    return point > 0xffff ? 2 : 1;
}

/// Fills parts of `each` units without splitting a character; all in one when it fits `single`.
template <class Width>
std::size_t parts(const std::u32string& text, std::size_t units, std::size_t single,
                  std::size_t each, Width width) {
    if (units <= single) {
        return 1;
    }
    std::size_t count = 1;
    std::size_t used = 0;
    for (const char32_t point : text) {
        const std::size_t size = width(point);
        if (used + size > each) {
            ++count;
            used = 0;
        }
        used += size;
    }
    return count;
}

}  // namespace

SmsSegments count_segments(std::string_view text) {
    const std::u32string points = decode_utf8(text);
    const bool gsm = std::all_of(points.begin(), points.end(),
                                 [](char32_t point) { return septets(point) > 0; });
    const auto width = gsm ? septets : code_units;
    SmsSegments out;
    out.encoding = gsm ? SmsEncoding::gsm7 : SmsEncoding::ucs2;
    for (const char32_t point : points) {
        out.units += width(point);
    }
    out.segments =
        gsm ? parts(points, out.units, 160, 153, width) : parts(points, out.units, 70, 67, width);
    out.message_bits = out.units * (gsm ? 7 : 16);
    out.total_bits = out.message_bits + (out.segments > 1 ? out.segments * kHeaderBits : 0);
    return out;
}

std::string smart_encode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char32_t point : decode_utf8(text)) {
        const auto found = std::find_if(kLikenesses.begin(), kLikenesses.end(),
                                        [&](const Likeness& row) { return row.from == point; });
        if (found == kLikenesses.end()) {
            append_utf8(out, point);
        } else {
            out += found->to;
        }
    }
    return out;
}

}  // namespace sluice::connectors
