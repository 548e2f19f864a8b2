#include "connectors/builtin.hpp"

#include "connectors/email/smtp_connector.hpp"
#include "connectors/mailbox/mailbox_connector.hpp"
#include "connectors/sms/twilio_connector.hpp"
#include "connectors/webhook/webhook_connector.hpp"

namespace sluice {

std::vector<ConnectorKind> builtin_connectors() {
    std::vector<ConnectorKind> kinds;
    kinds.push_back(connectors::smtp_kind());
    kinds.push_back(connectors::twilio_kind());
    kinds.push_back(connectors::webhook_kind());
    kinds.push_back(connectors::mailbox_kind());
    return kinds;
}

}  // namespace sluice
