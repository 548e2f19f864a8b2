#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace sluice::dsl::parser {

/// Every lowercase word the grammar knows, sorted. A keyword's number is its place here plus one;
/// 0 is any other word. No word is reserved by being listed: what a word means depends on where
/// it stands.
// clang-format off
inline constexpr auto kKeywords = std::to_array<std::string_view>({
    "a", "add", "advance", "after", "ago", "and", "any", "as", "at", "average", "bandit",
    "because", "been", "before", "best", "between", "body", "bounced", "by", "call", "can", "cap",
    "caps", "catalog", "change", "choose", "clear", "clicked", "clock", "consent", "contain",
    "contains", "count", "customer", "customers", "date", "day", "days", "default", "delivered",
    "different", "does", "elif", "else", "elsif", "email", "emails", "ended", "ends",
    "engagement", "enters", "entry", "event", "every", "exactly", "expect", "experiment", "false",
    "fewer", "file", "final", "first", "flow", "followed", "for", "from", "get", "given", "goal",
    "greater", "half-life", "has", "high", "highest", "hold", "holdout", "hour", "hours", "if",
    "ignore", "ignored", "in", "intent", "is", "key", "known", "last", "least", "leaves", "less",
    "lifecycle", "list", "low", "lowest", "measure", "message", "messages", "minute", "minutes",
    "missing", "money", "month", "months", "more", "most", "move", "moves", "named", "never",
    "next", "no", "none", "normal", "not", "nothing", "now", "number", "of", "on", "one", "only",
    "opened", "optional", "or", "otherwise", "per", "personal", "policy", "post", "predicted",
    "preview", "priority", "quiet", "re-entry", "reached", "record", "remove", "repeat",
    "restart", "retry", "run", "running", "second", "seconds", "secret", "segment", "send",
    "sent", "set", "since", "skip", "skips", "sms", "split", "stale", "start", "starts", "state",
    "stays", "stop", "stops", "subject", "test", "text", "than", "the", "then", "time",
    "timeout", "times", "timezone", "to", "today", "topic", "total", "transactional", "true",
    "uniform", "unknown", "until", "up", "uses", "variant", "wait", "was", "webhook", "week",
    "weekday", "weekend", "weeks", "were", "when", "where", "while", "winner", "with", "within",
    "year", "years", "yes", "yes-no", "zone"});
// clang-format on

static_assert(std::ranges::is_sorted(kKeywords));

namespace detail {

constexpr std::size_t kPackedBytes = 8;
constexpr std::size_t kSlots = 1024;

/// The bytes of a word of one to eight bytes as one number, the first byte the lowest.
constexpr std::uint64_t packed(std::string_view word) {
    const std::size_t size = word.size();
    if (!std::is_constant_evaluated() && std::endian::native == std::endian::little && size >= 4) {
        std::uint32_t low = 0;
        std::uint32_t high = 0;  // the last four bytes; the two may overlap
        std::memcpy(&low, word.data(), sizeof low);
        std::memcpy(&high, word.data() + size - sizeof high, sizeof high);
        return low | std::uint64_t{high} << (8U * (size - sizeof high));
    }
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < size; ++i) {
        number |= std::uint64_t{static_cast<unsigned char>(word[i])} << (8U * i);
    }
    return number;
}

constexpr std::size_t slot_of(std::uint64_t head) {
    return head * 0x9E37'79B9'7F4A'7C15U >> 54U;  // the golden ratio mixes all bits into ten
}
static_assert(kSlots == 1U << 10U);

struct Slot {
    std::uint64_t head = 0;  // the first eight bytes
    std::uint16_t number = 0;
};

/// The keywords, each in the slot of its first eight bytes or the next free one behind it.
inline constexpr auto kSlotted = [] {
    std::array<Slot, kSlots> slots{};
    for (std::size_t i = 0; i < kKeywords.size(); ++i) {
        const std::uint64_t head = packed(kKeywords[i].substr(0, kPackedBytes));
        std::size_t slot = slot_of(head);
        while (slots[slot].number != 0) {
            slot = (slot + 1) % kSlots;
        }
        slots[slot] = {head, static_cast<std::uint16_t>(i + 1)};
    }
    return slots;
}();

/// Whether a word with the head of a keyword is that keyword.
constexpr bool same_tail(std::string_view word, std::string_view keyword) {
    return word.size() == keyword.size() &&
           (word.size() <= kPackedBytes ||
            word.substr(kPackedBytes) == keyword.substr(kPackedBytes));
}

}  // namespace detail

/// The number of a keyword; 0 when the word is none. The lexer asks for every word it reads.
constexpr std::uint16_t keyword(std::string_view word) {
    const std::uint64_t head = detail::packed(word.substr(0, detail::kPackedBytes));
    for (std::size_t at = detail::slot_of(head); detail::kSlotted[at].number != 0;
         at = (at + 1) % detail::kSlots) {
        const detail::Slot& slot = detail::kSlotted[at];
        if (slot.head == head && detail::same_tail(word, kKeywords[slot.number - 1U])) {
            return slot.number;
        }
    }
    return 0;
}

/// Never defined: a constant expression that would call it does not compile.
std::uint16_t missing_in_keywords();

/// As keyword(), for words written in our sources: one that is missing above does not compile.
consteval std::uint16_t kw(std::string_view word) {
    const std::uint16_t number = keyword(word);
    return number != 0 ? number : missing_in_keywords();
}

constexpr std::string_view keyword_text(std::uint16_t number) {
    return number == 0 || number > kKeywords.size() ? std::string_view() : kKeywords[number - 1U];
}

}  // namespace sluice::dsl::parser
