#include "engine/ingest/segment_decode.hpp"

#include "engine/base/limits.hpp"
#include "engine/ingest/segment_event.hpp"
#include "engine/ingest/segment_json.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace sluice {
namespace {

using segment::Body;
using segment::Call;
using segment::Fault;
using segment::Field;
using segment::FieldKind;
using segment::Item;
using segment::Slot;
using segment::Surroundings;

struct KindName {
    std::string_view name;
    std::string_view letter;
    CallKind kind;
};
constexpr std::array<KindName, 6> kKinds = {{{"track", "t", CallKind::track},
                                             {"identify", "i", CallKind::identify},
                                             {"page", "p", CallKind::page},
                                             {"screen", "s", CallKind::screen},
                                             {"group", "g", CallKind::group},
                                             {"alias", "a", CallKind::alias}}};

std::optional<CallKind> kind_of(std::string_view name, bool letters) {
    for (const KindName& entry : kKinds) {
        if (name == entry.name || (letters && name == entry.letter)) {
            return entry.kind;
        }
    }
    return std::nullopt;
}

/// One element of a batch, which must name its own type.
Item batch_item(const Body& body, std::string_view raw, const Surroundings& around) {
    if (raw.empty()) {
        return Fault{"not_an_object", "the event is not an object"};
    }
    if (raw.size() > limits::kEventBytesMax) {
        return Fault{"event_too_large", fmt::format("the event is {} bytes; at most {} are taken",
                                                    raw.size(), limits::kEventBytesMax)};
    }
    Call call;
    auto fault = body.verify(raw);
    if (!fault) {
        fault = body.read(raw, call);
    }
    if (fault) {
        return std::move(*fault);
    }
    const Field& type = call[Slot::type];
    if (!type.has()) {
        return Fault{"missing_type", "the event has no type"};
    }
    const auto kind = type.kind == FieldKind::text ? kind_of(type.text, false) : std::nullopt;
    if (!kind) {
        return Fault{"unknown_type", "type must be track, identify, page, screen, group or alias"};
    }
    return to_event(*kind, call, raw, around);
}

void keep(Item item, std::size_t index, DecodedCalls& into) {
    if (auto* event = std::get_if<InboundEvent>(&item)) {
        into.events.push_back(std::move(*event));
        return;
    }
    auto& fault = std::get<Fault>(item);
    into.item_faults.push_back(ItemFault{index, std::move(fault.code), std::move(fault.message)});
}

RequestFault refused(Fault fault) {
    return RequestFault{400, std::move(fault.code), std::move(fault.message)};
}

std::string write_key(const Call& call, const DecodeContext& context) {
    const Field& field = call[Slot::write_key];
    if (context.write_key_from_auth.empty() && field.kind == FieldKind::text) {
        return field.text;
    }
    return context.write_key_from_auth;
}

DecodeResult decode_batch(const Body& body, const Call& envelope, const DecodeContext& context) {
    const auto items = body.batch();
    if (!items) {
        return RequestFault{400, "missing_batch", "the body must have an array named 'batch'"};
    }
    if (items->size() > limits::kBatchEventsMax) {
        return RequestFault{400, "too_many_events",
                            fmt::format("the batch has {} events; at most {} are taken",
                                        items->size(), limits::kBatchEventsMax)};
    }
    DecodedCalls out;
    out.write_key = write_key(envelope, context);
    Surroundings around{context.received_at, sent_at(envelope), out.write_key, context.sequence};
    for (std::size_t i = 0; i < items->size(); ++i) {
        around.index = i;
        keep(batch_item(body, (*items)[i], around), i, out);
    }
    return out;
}

DecodeResult decode_single(CallKind kind, const Body& body, const DecodeContext& context) {
    DecodedCalls out;
    Call call;
    auto fault = body.verify(body.text());
    if (auto unread = body.read(body.text(), call); !fault) {
        fault = std::move(unread);
    }
    out.write_key = write_key(call, context);
    if (fault) {
        keep(std::move(*fault), 0, out);
        return out;
    }
    const Surroundings around{context.received_at, std::nullopt, out.write_key, context.sequence};
    keep(to_event(kind, call, body.text(), around), 0, out);
    return out;
}

}  // namespace

DecodeResult decode_segment(std::string_view path_kind, std::string_view body,
                            const DecodeContext& context) {
    const bool batch = path_kind == "batch" || path_kind == "b";
    const auto kind = kind_of(path_kind, true);
    if (!batch && !kind) {
        return RequestFault{404, "unknown_call", fmt::format("there is no call '{}'", path_kind)};
    }
    const std::size_t bytes_max = batch ? limits::kBatchBytesMax : limits::kEventBytesMax;
    if (body.size() > bytes_max) {
        return RequestFault{
            400, batch ? "batch_too_large" : "event_too_large",
            fmt::format("the body is {} bytes; at most {} are taken", body.size(), bytes_max)};
    }
    Body parsed;
    if (auto fault = Body::open(body, parsed)) {
        return refused(std::move(*fault));
    }
    if (!batch) {
        return decode_single(*kind, parsed, context);
    }
    Call envelope;
    if (auto fault = parsed.read(parsed.text(), envelope)) {
        return refused(std::move(*fault));
    }
    return decode_batch(parsed, envelope, context);
}

Result<InboundEvent> decode_line(std::string_view line, std::uint64_t line_number) {
    if (line.size() > limits::kEventBytesMax) {
        return fail(Errc::invalid_argument,
                    fmt::format("the line is longer than {} bytes", limits::kEventBytesMax));
    }
    Body body;
    if (const auto fault = Body::open(line, body)) {
        return fail(Errc::invalid_argument, fault->message);
    }
    Surroundings around;
    around.sequence = line_number;
    around.history = true;
    Item item = batch_item(body, body.text(), around);
    if (const auto* fault = std::get_if<Fault>(&item)) {
        return fail(Errc::invalid_argument, fault->message);
    }
    return std::move(std::get<InboundEvent>(item));
}

}  // namespace sluice
