#include "engine/ingest/segment_event.hpp"

#include "engine/base/hash.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/limits.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

namespace sluice::segment {
namespace {

// 2000-01-01T00:00:00Z: no live event is older; a device with a dead clock says 1970.
constexpr Instant kEarliest = Instant{Millis{946'684'800'000}};
constexpr Millis kAheadMax = std::chrono::hours{24};

std::string_view trim(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n\f\v";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool has_control(std::string_view text) {
    for (const char c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            return true;
        }
    }
    return false;
}

/// Reads an id: text, or a number as its digits. Empty text and null mean absent.
std::optional<Fault> read_id(const Call& call, Slot slot, std::size_t bytes_max,
                             std::string& into) {
    const Field& field = call[slot];
    if (!field.has()) {
        return std::nullopt;
    }
    const std::string_view name = wire_name(slot);
    if (field.kind != FieldKind::text && field.kind != FieldKind::number) {
        return Fault{"bad_field", fmt::format("{} must be text or a number", name)};
    }
    if (field.text.size() > bytes_max) {
        return Fault{"id_too_long", fmt::format("{} is longer than {} bytes", name, bytes_max)};
    }
    if (has_control(field.text)) {
        return Fault{"bad_field", fmt::format("{} holds a control character", name)};
    }
    into = field.text;
    return std::nullopt;
}

std::optional<Fault> read_ids(const Call& call, InboundEvent& event) {
    constexpr std::size_t kMax = limits::kCustomerIdBytesMax;
    if (auto fault = read_id(call, Slot::user_id, kMax, event.customer)) {
        return fault;
    }
    if (auto fault = read_id(call, Slot::anonymous_id, kMax, event.anonymous_id)) {
        return fault;
    }
    if (event.kind == CallKind::alias) {
        std::string previous;
        if (auto fault = read_id(call, Slot::previous_id, kMax, previous)) {
            return fault;
        }
        if (previous.empty()) {
            return Fault{"missing_previous_id", "alias needs a previousId"};
        }
        if (event.customer.empty()) {
            return Fault{"missing_id", "alias needs a userId, the id that stays"};
        }
        event.anonymous_id = std::move(previous);
    }
    if (event.customer.empty() && event.anonymous_id.empty()) {
        return Fault{"missing_id", "the event has neither a userId nor an anonymousId"};
    }
    return std::nullopt;
}

std::optional<Fault> read_name(const Call& call, InboundEvent& event) {
    if (event.kind == CallKind::page) {
        event.name = "Page Viewed";
    } else if (event.kind == CallKind::screen) {
        event.name = "Screen Viewed";
    }
    if (event.kind != CallKind::track) {
        return std::nullopt;
    }
    const Field& field = call[Slot::event];
    if (field.has() && field.kind != FieldKind::text) {
        return Fault{"bad_field", "event must be text: the name of what happened"};
    }
    event.name = trim(field.text);
    if (event.name.empty()) {
        return Fault{"missing_event", "track needs an event name"};
    }
    if (event.name.size() > limits::kTextBytesMax) {
        return Fault{"event_name_too_long",
                     fmt::format("the event name is longer than {} bytes", limits::kTextBytesMax)};
    }
    return std::nullopt;
}

/// Puts a field of the call beside its properties, unless they have one of that name.
void merge(const Call& call, Slot slot, std::string& data) {
    const Field& field = call[slot];
    const std::string_view name = wire_name(slot);
    if ((field.kind != FieldKind::text && field.kind != FieldKind::number) || has_key(data, name)) {
        return;
    }
    JsonObject member;
    const bool is_text = field.kind == FieldKind::text;
    std::string merged =
        (is_text ? member.text(name, field.text) : member.json(name, field.text)).take();
    merged.pop_back();
    const bool alone = trim(std::string_view(data).substr(1)) == "}";
    data = merged + (alone ? "" : ",") + data.substr(1);
}

std::optional<Fault> read_data(const Call& call, InboundEvent& event) {
    const bool traits = event.kind == CallKind::identify || event.kind == CallKind::group;
    const Slot slot = traits ? Slot::traits : Slot::properties;
    const Field& field = call[slot];
    if (event.kind == CallKind::alias || !field.has()) {
        event.data = "{}";
    } else if (field.kind == FieldKind::object) {
        event.data = field.text;
    } else {
        return Fault{"bad_field", fmt::format("{} must be an object", wire_name(slot))};
    }
    if (event.kind == CallKind::page || event.kind == CallKind::screen) {
        merge(call, Slot::category, event.data);
        merge(call, Slot::name, event.data);
    }
    if (event.kind == CallKind::group) {
        std::string group;
        if (auto fault = read_id(call, Slot::group_id, limits::kCustomerIdBytesMax, group)) {
            return fault;
        }
        if (group.empty()) {
            return Fault{"missing_group_id", "group needs a groupId"};
        }
        merge(call, Slot::group_id, event.data);
    }
    return std::nullopt;
}

/// The event's own time: true time = receivedAt - (sentAt - timestamp), so that a client whose
/// clock is wrong by any amount is put right. Segment sends `timestamp`, RudderStack
/// `originalTimestamp` (and `timestamp` as well when the caller chose the time).
std::optional<Fault> read_time(const Call& call, const Surroundings& around, InboundEvent& event) {
    event.received_at = around.received_at;
    event.occurred_at = around.received_at;
    const Slot slot = call[Slot::timestamp].has() ? Slot::timestamp : Slot::original_timestamp;
    const Field& field = call[slot];
    if (!field.has()) {
        return around.history
                   ? std::optional(Fault{"missing_timestamp", "the event has no timestamp"})
                   : std::nullopt;
    }
    const auto stamped = field.kind == FieldKind::text ? parse_rfc3339(field.text) : std::nullopt;
    if (!stamped) {
        return Fault{"bad_timestamp",
                     fmt::format("{} must be an ISO 8601 time such as 2026-11-20T07:05:08.167Z",
                                 wire_name(slot))};
    }
    event.occurred_at = *stamped;
    if (around.history) {
        event.received_at = *stamped;
        return std::nullopt;
    }
    auto sent = sent_at(call);
    sent = sent ? sent : around.sent_at;
    if (sent) {
        event.occurred_at += around.received_at - *sent;
    }
    if (event.occurred_at < kEarliest) {
        return Fault{"implausible_time",
                     fmt::format("{} says {}, which is before the year 2000", wire_name(slot),
                                 format_rfc3339(event.occurred_at))};
    }
    if (event.occurred_at > around.received_at + kAheadMax) {
        return Fault{"implausible_time",
                     fmt::format("{} says {}, which is more than a day ahead of the server's clock",
                                 wire_name(slot), format_rfc3339(event.occurred_at))};
    }
    return std::nullopt;
}

/// The client's id, else one made of everything that tells this call from any other: its bytes, its
/// place in the request and the request itself. So two equal calls are two events; a client that
/// wants its retries recognised must send messageId, as every SDK does.
std::optional<Fault> read_message_id(const Call& call, std::string_view raw,
                                     const Surroundings& around, InboundEvent& event) {
    if (auto fault =
            read_id(call, Slot::message_id, limits::kMessageIdBytesMax, event.message_id)) {
        return fault;
    }
    if (event.message_id.empty()) {
        const std::string place =
            fmt::format("{}/{}/{}", to_ms(event.received_at), around.sequence, around.index);
        event.message_id = "made-" + to_hex(digest({around.write_key, raw, place}));
    }
    return std::nullopt;
}

}  // namespace

std::optional<Instant> sent_at(const Call& call) {
    const Field& field = call[Slot::sent_at];
    return field.kind == FieldKind::text ? parse_rfc3339(field.text) : std::nullopt;
}

Item to_event(CallKind kind, const Call& call, std::string_view raw, const Surroundings& around) {
    InboundEvent event;
    event.kind = kind;
    auto fault = read_ids(call, event);
    if (!fault) {
        fault = read_name(call, event);
    }
    if (!fault) {
        fault = read_data(call, event);
    }
    if (!fault) {
        fault = read_time(call, around, event);
    }
    if (!fault) {
        fault = read_message_id(call, raw, around, event);
    }
    if (fault) {
        return std::move(*fault);
    }
    return event;
}

}  // namespace sluice::segment
