#pragma once

#include "dsl/template/value.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

/// Arithmetic of the number filters. Integers stay integers. Decimals are calculated on their
/// decimal digits and not on the binary value, as Ruby Liquid does with BigDecimal, so that
/// `10.1 | minus: 2.2` is 7.9. Private to dsl/template.
namespace sluice::dsl::tpl {

enum class Operation : std::uint8_t { plus, minus, times, divided_by, modulo };

/// A value as a number: texts are read up to the first other character, everything else is 0.
Val to_number(const Val& value);
/// Empty when an integer does not fit 64 bits or the divisor is zero.
std::optional<Val> calculate(Operation operation, const Val& left, const Val& right);

/// Half away from zero at `digits` after the point (negative: before it).
Val round_to(const Val& number, std::int64_t digits);
Val floor_of(const Val& number);
Val ceil_of(const Val& number);
/// Exactly two digits after the point, half away from zero: `158.97`.
void append_money(std::string& out, const Val& number);

/// As std::from_chars for decimals, which the C++ library of some targets (WebAssembly) lacks.
std::errc read_decimal(std::string_view text, double& value);

/// Ruby's Integer(): the whole text must be an integer. Empty otherwise, as for decimals and nil.
std::optional<std::int64_t> strict_integer(const Val& value);
/// Ruby's to_i: reads what it can, 0 for nil.
std::int64_t loose_integer(const Val& value);

}  // namespace sluice::dsl::tpl
