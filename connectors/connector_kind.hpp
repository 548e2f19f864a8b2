#pragma once

#include "engine/outbox/connector.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sluice {

class Mailbox;

/// What a connector may borrow from the process it runs in. Both outlive every connector.
struct ConnectorHost {
    const Clock& clock;
    Mailbox* mailbox = nullptr;  // needed by type `mailbox` only
};

/// One type of connector as sluice.yaml can name it.
struct ConnectorKind {
    using Make = std::function<Result<std::unique_ptr<Connector>>(
        boost::asio::any_io_executor, const ConnectorSettings&, const ConnectorHost&)>;

    std::string type;                   // "smtp"
    std::vector<std::string> keys;      // every key it understands, nested ones with dots
    std::vector<std::string> required;  // part of keys
    std::vector<std::string> secrets;   // part of keys; never to be printed
    /// Errc::config with the key in the detail when a setting is missing or wrong. No I/O.
    Make make;
};

}  // namespace sluice
