#pragma once

#include "connectors/connector_kind.hpp"

#include <vector>

namespace sluice {

/// Every connector of this binary: smtp, twilio, webhook, mailbox. An own connector is linked in
/// and added to the list in builtin.cpp; there is no other registration.
std::vector<ConnectorKind> builtin_connectors();

}  // namespace sluice
