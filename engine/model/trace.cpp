#include "engine/model/trace.hpp"

#include "engine/model/codec.hpp"

namespace sluice {
namespace {
constexpr std::uint8_t kTraceVersion = 1;
constexpr std::uint8_t kKindMax = static_cast<std::uint8_t>(TraceKind::merged);
constexpr std::uint8_t kReasonMax = static_cast<std::uint8_t>(Reason::merged);
}  // namespace

std::string_view to_text(TraceKind kind) {
    switch (kind) {
        case TraceKind::entered:
            return "entered";
        case TraceKind::not_entered:
            return "not entered";
        case TraceKind::waiting:
            return "waiting";
        case TraceKind::woke:
            return "woke";
        case TraceKind::branched:
            return "branched";
        case TraceKind::sent:
            return "sent";
        case TraceKind::skipped:
            return "skipped";
        case TraceKind::held:
            return "held";
        case TraceKind::goal:
            return "goal";
        case TraceKind::ended:
            return "ended";
        case TraceKind::changed:
            return "changed";
        case TraceKind::called:
            return "called";
        case TraceKind::recorded:
            return "recorded";
        case TraceKind::attempt:
            return "attempt";
        case TraceKind::moved:
            return "moved";
        case TraceKind::assigned:
            return "assigned";
        case TraceKind::migrated:
            return "migrated";
        case TraceKind::measured:
            return "measured";
        case TraceKind::merged:
            return "merged";
    }
    return "";
}

std::string encode(const TraceRow& row) {
    ByteWriter out;
    out.byte(kTraceVersion);
    out.byte(static_cast<std::uint8_t>(row.kind));
    out.instant(row.at);
    out.text(row.flow);
    out.number(row.run);
    out.text(row.step);
    out.byte(static_cast<std::uint8_t>(row.reason));
    out.text(row.note);
    out.byte(static_cast<std::uint8_t>(row.channel));
    out.text(row.message);
    out.text(row.id);
    out.number(row.until == kNever ? 0 : static_cast<std::uint64_t>(to_ms(row.until)) + 1);
    out.text(row.detail);
    return out.take();
}

Result<TraceRow> decode_trace(std::string_view bytes) {
    ByteReader in(bytes);
    TraceRow row;
    std::uint8_t version = in.byte();
    std::uint8_t kind = in.byte();
    row.kind = static_cast<TraceKind>(kind);
    row.at = in.instant();
    row.flow = in.text();
    row.run = in.number();
    row.step = in.text();
    std::uint8_t reason = in.byte();
    row.reason = static_cast<Reason>(reason);
    row.note = in.text();
    std::uint8_t channel = in.byte();
    row.channel = channel == 0 ? Channel::email : Channel::sms;
    row.message = in.text();
    row.id = in.text();
    std::uint64_t until = in.number();
    row.until = until == 0 ? kNever : from_ms(static_cast<std::int64_t>(until - 1));
    row.detail = in.text();
    if (in.failed() || version != kTraceVersion || kind == 0 || kind > kKindMax ||
        reason > kReasonMax) {
        return Error{Errc::corrupt, "stored trace row cannot be read"};
    }
    return row;
}

}  // namespace sluice
