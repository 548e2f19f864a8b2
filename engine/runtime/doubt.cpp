#include "engine/runtime/doubt.hpp"

#include "engine/base/json_text.hpp"
#include "engine/model/codec.hpp"
#include "engine/outbox/connector.hpp"

namespace sluice {
namespace {

std::string_view channel_of(const OutboxRow& row) {
    if (row.is_call) {
        return "call";
    }
    return row.channel == 0 ? "email" : "sms";
}

}  // namespace

bool fate_unknown(const OutboxRow& row) {
    return row.outcome == kInterrupted ||
           row.outcome.starts_with(to_text(Outcome::Status::unknown));
}

std::optional<DoubtVerdict> doubt_verdict(std::string_view word) {
    if (word == "sent") {
        return DoubtVerdict::sent;
    }
    if (word == "resend") {
        return DoubtVerdict::resend;
    }
    if (word == "drop") {
        return DoubtVerdict::drop;
    }
    return std::nullopt;
}

Result<void> settle_doubt(OutboxRow& row, DoubtVerdict verdict, Instant now) {
    if (row.status != OutboxStatus::unknown) {
        return Error{Errc::conflict, "message \"" + row.id + "\" is not in doubt"};
    }
    switch (verdict) {
        case DoubtVerdict::sent:
            row.status = OutboxStatus::accepted;
            row.outcome = "sent, by a person's word";
            break;
        case DoubtVerdict::drop:
            row.status = OutboxStatus::skipped;
            row.outcome = "dropped, by a person's word";
            break;
        case DoubtVerdict::resend:
            row.status = OutboxStatus::ready;
            row.not_before = now;
            row.outcome = "to be sent again, by a person's word";
            break;
    }
    return success();
}

Result<void> settle_doubt_in(Store& store, const std::string& id, DoubtVerdict verdict,
                             Instant now) {
    SLUICE_TRY(auto row, store.outbox_row(id));
    if (!row) {
        return Error{Errc::not_found, "no message \"" + id + "\" is known"};
    }
    SLUICE_TRY(settle_doubt(*row, verdict, now));
    Commit commit;
    commit.outbox_updates.push_back(update_of(*row));
    if (const auto no = store.find(row->customer)) {
        SLUICE_TRY(auto loaded, store.load(*no));
        CustomerWrite& write = commit.customers.emplace_back();
        write.customer = std::move(loaded.customer);
        write.state = std::move(loaded.state);
        write.due = loaded.due;
        const TraceRow trace = attempt_trace(*row, now, Reason::none, row->outcome);
        write.journal.push_back({JournalKind::trace, now, encode(trace)});
    }
    SLUICE_TRY(auto numbers, store.commit(commit));
    static_cast<void>(numbers);
    return success();
}

TraceRow attempt_trace(const OutboxRow& row, Instant now, Reason reason, std::string note) {
    TraceRow trace;
    trace.kind = reason == Reason::none || reason == Reason::failed ? TraceKind::attempt
                                                                    : TraceKind::skipped;
    trace.at = now;
    trace.reason = reason;
    trace.note = std::move(note);
    trace.channel = row.channel == 0 ? Channel::email : Channel::sms;
    trace.id = row.id;
    if (row.is_call) {
        if (auto call = decode_call(row.body); call.has_value()) {
            trace.flow = call.value().flow;
            trace.step = call.value().step;
            trace.message = call.value().webhook;
        }
    } else if (auto message = decode_message(row.body); message.has_value()) {
        trace.flow = message.value().flow;
        trace.step = message.value().step;
        trace.message = message.value().message;
    }
    return trace;
}

OutboxUpdate update_of(const OutboxRow& row) {
    return {row.id, row.status, row.not_before, row.attempts, row.outcome, row.provider_id};
}

std::string doubt_text(const OutboxRow& row) {
    const TraceRow named = attempt_trace(row, row.created_at, Reason::none, {});
    std::string out(channel_of(row));
    return named.message.empty() ? out : out + " " + named.message + " (" + named.flow + ")";
}

std::string doubt_json(const OutboxRow& row) {
    const TraceRow named = attempt_trace(row, row.created_at, Reason::none, {});
    JsonObject out;
    out.text("id", row.id).text("customer", row.customer).text("channel", channel_of(row));
    out.text("message", named.message).text("flow", named.flow);
    out.text("created_at", format_rfc3339(row.created_at)).number("attempts", row.attempts);
    return out.text("outcome", row.outcome).take();
}

}  // namespace sluice
