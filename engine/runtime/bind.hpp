#pragma once

#include "dsl/program.hpp"
#include "engine/base/result.hpp"
#include "engine/model/customer.hpp"

#include <string_view>
#include <utility>
#include <vector>

/// From JSON as clients send it to typed fields as a program declares them, and back.
namespace sluice {

/// The declared fields of an event, by index; missing, null, mistyped or unknown to the schema is
/// unknown. Texts and lists are cut at their limits. `data` is a JSON object.
Fields bind_event(const dsl::EventType& event, std::string_view data);

/// The declared traits an identify call changes. JSON null makes a trait unknown (or its default).
/// A mistyped value changes nothing.
std::vector<std::pair<Index, Value>> bind_traits(const dsl::Program& program,
                                                 std::string_view data);

/// A value under a declared type; unknown when the text does not fit it.
Value value_from_text(const dsl::Type& type, std::string_view text);

/// A JSON object of fields, unknown ones left out.
std::string fields_to_json(const std::vector<dsl::Field>& declared, const Fields& fields);

/// Appends the value as JSON; `null` when it is unknown.
void append_json_value(std::string& out, const Value& value);

}  // namespace sluice
