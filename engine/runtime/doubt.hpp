#pragma once

#include "engine/model/trace.hpp"
#include "engine/store/store.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Messages in doubt: a crash came between the attempt and its outcome, so nobody but a person can
/// say whether the provider has them.
namespace sluice {

/// Outcome of an attempt that a crash cut off.
inline constexpr std::string_view kInterrupted = "interrupted";

/// Whether the last attempt may have handed the message over though nobody knows. A provider that
/// knows our keys is asked again; where that may not be, the message is in doubt and not skipped.
bool fate_unknown(const OutboxRow& row);

enum class DoubtVerdict : std::uint8_t { sent, resend, drop };

/// "sent", "resend" or "drop".
std::optional<DoubtVerdict> doubt_verdict(std::string_view word);

/// Errc::conflict when the row is not in doubt.
Result<void> settle_doubt(OutboxRow& row, DoubtVerdict verdict, Instant now);

/// Settles a message in a store that no daemon has open: the row and the customer's journal, in
/// one commit. Errc::not_found, Errc::conflict, or the store's errors.
Result<void> settle_doubt_in(Store& store, const std::string& id, DoubtVerdict verdict,
                             Instant now);

/// What became of an attempt, as it stands in the customer's journal.
TraceRow attempt_trace(const OutboxRow& row, Instant now, Reason reason, std::string note);

/// The part of a row that its queue needs to write back.
OutboxUpdate update_of(const OutboxRow& row);

/// "email welcome.first (Welcome)", for people.
std::string doubt_text(const OutboxRow& row);
/// One JSON object.
std::string doubt_json(const OutboxRow& row);

}  // namespace sluice
