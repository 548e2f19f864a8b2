#pragma once

#include "engine/base/result.hpp"
#include "engine/model/customer.hpp"
#include "engine/model/message.hpp"
#include "engine/runtime/step.hpp"

namespace sluice {

/// Renders a message for one customer from the templates of its release. Strict: a missing value
/// without a fallback is an error and nothing is sent half. Errc::invalid_argument names the part.
Result<RenderedMessage> render_message(const dsl::Program& program, const Layout& layout,
                                       const std::string& customer, const MessageIntent& intent);

/// The JSON a `call Webhook` step posts: {"id","at","customer","flow","step","data":{…}}.
RenderedCall render_call(const dsl::Program& program, const std::string& customer,
                         const CallIntent& intent);

}  // namespace sluice
