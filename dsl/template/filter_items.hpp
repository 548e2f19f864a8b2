#pragma once

#include "dsl/template/value.hpp"

#include <cstdint>
#include <vector>

/// How list filters see their input. Private to dsl/template.
namespace sluice::dsl::tpl {

/// Lists flattened, ranges expanded, nil as no items, any other value as its own only item.
std::vector<Val> items_of(Env& env, const Val& input);

enum class Access : std::uint8_t {
    found,  // `value` is set, nil when the item lacks the property
    none,   // the item has no properties (nil, yes-no, decimal)
    wrong,  // Ruby raises a type error
};

/// `item[property]` with Ruby's rules: a text has the property when it contains it.
Access property_of(Env& env, const Val& item, const Val& property, Val& value);

}  // namespace sluice::dsl::tpl
