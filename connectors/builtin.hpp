#pragma once

#include <vector>

#include "connectors/connector_kind.hpp"

namespace sluice {

/// Every connector of this binary: smtp, twilio, webhook, mailbox. An own connector is linked in
/// and added to the list in builtin.cpp; there is no other registration.
std::vector<ConnectorKind> builtin_connectors();

}  // namespace sluice
