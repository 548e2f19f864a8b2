#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

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

constexpr std::size_t kSlots = 1024;

constexpr std::size_t slot_of(std::string_view word) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(word[at]); };
    const std::size_t mixed = byte(0) * 37U + byte(word.size() / 2) * 101U +
                              byte(word.size() - 1) * 7U + word.size() * 59U;
    return mixed % kSlots;
}

/// Numbers of the keywords, each in its slot or the next free one behind it.
inline constexpr auto kSlotted = [] {
    std::array<std::uint16_t, kSlots> slots{};
    for (std::size_t i = 0; i < kKeywords.size(); ++i) {
        std::size_t slot = slot_of(kKeywords[i]);
        while (slots[slot] != 0) {
            slot = (slot + 1) % kSlots;
        }
        slots[slot] = static_cast<std::uint16_t>(i + 1);
    }
    return slots;
}();

}  // namespace detail

/// The number of a keyword; 0 when the word is none. The lexer asks for every word it reads.
constexpr std::uint16_t keyword(std::string_view word) {
    if (word.empty()) {
        return 0;
    }
    std::size_t slot = detail::slot_of(word);
    while (detail::kSlotted[slot] != 0 && kKeywords[detail::kSlotted[slot] - 1U] != word) {
        slot = (slot + 1) % detail::kSlots;
    }
    return detail::kSlotted[slot];
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
