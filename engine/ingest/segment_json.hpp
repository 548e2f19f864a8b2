#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How the tracking API's JSON is taken apart; which values are acceptable is segment_decode's
/// matter.
namespace sluice::segment {

/// The fields of a call or of a batch that the engine reads. Everything else is passed over.
enum class Slot : std::uint8_t {
    type,
    user_id,
    anonymous_id,
    message_id,
    timestamp,
    original_timestamp,
    sent_at,
    event,
    name,
    category,
    group_id,
    previous_id,
    properties,
    traits,
    write_key,
    batch,
    count_
};
inline constexpr std::size_t kSlots = static_cast<std::size_t>(Slot::count_);
/// The field's name on the wire.
std::string_view wire_name(Slot slot);

enum class FieldKind : std::uint8_t { absent, text, number, boolean, object, array };

/// One field as it came; JSON null counts as absent, as every SDK means it.
struct Field {
    FieldKind kind = FieldKind::absent;
    std::string text;  // text: unescaped; number: its digits as written; object, array: raw JSON
    [[nodiscard]] bool has() const { return kind != FieldKind::absent; }
};

struct Fault {
    std::string code;
    std::string message;
};

/// One JSON object with the slots it has.
struct Call {
    std::array<Field, kSlots> fields;
    [[nodiscard]] const Field& operator[](Slot slot) const {
        return fields[static_cast<std::size_t>(slot)];
    }
};

/// A parsed request body. Views into a Body die with the next open() on the same thread.
class Body {
public:
    /// Checks that `text` is one JSON object of at most kInflatedBytesMax bytes. What the grammar
    /// allows but the engine cannot take (a number beyond 64 bits, a lone surrogate, deep nesting)
    /// is found by verify(), so that in a batch it costs only its own event.
    static std::optional<Fault> open(std::string_view text, Body& body);

    /// The object's fields. A field given twice is a fault: which one counts is anybody's guess.
    std::optional<Fault> read(std::string_view object, Call& call) const;
    /// The elements of the top-level `batch`; an element that is not an object is an empty view.
    /// Empty when there is no such array.
    [[nodiscard]] std::optional<std::vector<std::string_view>> batch() const;
    /// Whether one object of the body is JSON the engine can take.
    [[nodiscard]] std::optional<Fault> verify(std::string_view object) const;
    [[nodiscard]] std::string_view text() const { return text_; }

private:
    std::string_view text_;  // in the thread's padded buffer
    bool verified_ = false;  // the fast parser took the whole body, so every object in it is good
};

/// The names among the given ones that the raw JSON object has as keys at its top level.
bool has_key(std::string_view object, std::string_view key);

}  // namespace sluice::segment
