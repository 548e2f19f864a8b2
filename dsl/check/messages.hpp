#pragma once

#include "dsl/check/schema.hpp"

/// Messages: what they need, their templates, and the files of their bodies. Private to dsl/check.
namespace sluice::dsl::check {

void declare_messages(Compilation& c, const Decls& decls);

/// A rough length of an SMS: the text with each placeholder as long as its fallback, or 10. `parts`
/// is 1 up to 160 characters of the GSM alphabet (70 when others occur).
struct SmsLength {
    std::size_t characters = 0;
    std::size_t parts = 1;
};
SmsLength sms_length(std::string_view text);

}  // namespace sluice::dsl::check
