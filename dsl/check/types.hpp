#pragma once

#include "dsl/check/context.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Types of data and of the values written in the files. Private to dsl/check.
namespace sluice::dsl::check {

/// A resolved datum with what later checks and their texts need.
struct Typed {
    Operand operand;
    Type type;
    bool maybe_unknown = false;  // optional or predicted, without a default
    bool is_trait = false;
    std::string words;  // `customer.country`
    Span declared;
};

/// Kinds that compare with each other: number with money, text with one-of and timezone.
enum class Family : std::uint8_t { number, text, date, time, yes_no, list };
Family family_of(TypeKind kind);

bool is_ordered(TypeKind kind);  // number, money, date
bool maybe_unknown(const Field& field);

/// A literal or Name as a value of the type; reports E301 or E302 and gives nothing when it does
/// not fit. `today`, `now` and paths are no literals: see operand_for() in scope.hpp.
std::optional<Value> literal_for(Compilation& c, const ast::ValueExpr& value, const Typed& target);

/// E301 for a value of the wrong type, with a fix where quoting or unquoting mends it.
void report_mismatch(Compilation& c, const ast::ValueExpr& value, const Typed& target,
                     std::string_view found);

/// What a field of the type holds, with an article: "a number", "a list of text".
std::string content_of(const Type& type);

/// "It is declared in 00-schema.flow:19 and holds money."
std::string declared_note(const Compilation& c, const Span& span, const Type& type);

}  // namespace sluice::dsl::check
