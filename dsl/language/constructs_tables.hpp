#pragma once

#include "dsl/language/constructs.hpp"

/// The tables behind constructs(), one a file. Private to dsl/language.
namespace sluice::dsl::language {

std::span<const Construct> declaration_constructs();
std::span<const Construct> message_constructs();
std::span<const Construct> flow_constructs();
std::span<const Construct> condition_constructs();
std::span<const Construct> test_constructs();

}  // namespace sluice::dsl::language
