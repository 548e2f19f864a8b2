#pragma once

#include "dsl/template/template.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::cli {

/// Checks the text of a template file against the declared roots (none: syntax, filters and their
/// arguments only) and prints each fault to stderr, first line `file:line:col  CODE`. Gives the
/// exit code: kFindings when there is a fault that is more than a warning.
int check_template(const std::string& file, std::string_view text, dsl::tpl::Options options,
                   const std::vector<dsl::tpl::Shape>* roots);

}  // namespace sluice::cli
