#pragma once

#include "connectors/email/mime_builder.hpp"
#include "connectors/email/smtp_session.hpp"
#include "connectors/net_stream.hpp"
#include "engine/outbox/connector.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace sluice::connectors {

/// The settings of one `smtp` connector, checked.
struct SmtpSettings {
    std::string host;
    std::uint16_t port = 587;
    SmtpSession::Options session;
    std::shared_ptr<TlsTrust> trust;
    std::string verify_name;  // the name the certificate must carry; sent as SNI
    MimeSettings mime;
    std::string envelope_from;  // bare address; bounces go there
    std::size_t connections_max = 4;
    std::size_t messages_max = 100;  // per connection
    std::chrono::milliseconds idle_close{30'000};
};

/// Keys: README.md of this folder. Errc::config names the first wrong one.
Result<SmtpSettings> read_smtp_settings(const ConnectorSettings& settings);

}  // namespace sluice::connectors
