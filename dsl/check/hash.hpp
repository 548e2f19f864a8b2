#pragma once

#include "dsl/program.hpp"

#include <string>

namespace sluice::dsl::check {

/// 32 hex digits over dump() and the sources of all templates: two 64-bit FNV-1a lanes with
/// different start values, mixed at the end. Stable between machines and versions of the compiler.
std::string program_hash(const Program& program);

}  // namespace sluice::dsl::check
