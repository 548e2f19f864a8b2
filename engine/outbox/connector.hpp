#pragma once

#include "engine/base/clock.hpp"
#include "engine/base/result.hpp"
#include "engine/model/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The Connector seam: what the engine asks of a channel, and what a channel reports back.
namespace sluice {

/// What a connector is, declared once. Pure data.
struct Manifest {
    std::string type;                 // "smtp"
    std::vector<Channel> channels;    // what it can carry; empty: webhook calls only
    bool calls = false;               // carries `call Webhook` steps
    bool native_idempotency = false;  // the provider drops a repeated idempotency key
    std::size_t in_flight_max = 8;    // concurrent send() calls it wants at most
    std::string status;               // "stable" | "preview"
};

/// One thing to hand over, one recipient. `id` is the idempotency key, equal on every attempt.
struct Outbound {
    std::string id;
    std::uint32_t attempt = 1;
    bool is_call = false;
    Channel channel = Channel::email;
    bool transactional = false;
    std::string to;
    std::string subject, preview, html, text;   // email; sms uses text only
    std::string flow, step, message, customer;  // for headers and payloads, never for logs
    std::string url, secret;                    // calls: target, and the resolved signing secret
    std::string body;                           // calls: JSON
};

/// The immediate result of one attempt: a fact, not a decision. Retry, backoff, rate and
/// suppression are the engine's.
struct Outcome {
    enum class Status : std::uint8_t {
        accepted,  // the provider took it
        deferred,  // certainly not taken; may be tried again
        rejected,  // certainly not taken; trying again is useless
        unknown,   // the request was written in full and the answer never came
    };
    /// What the fault belongs to: this message, the recipient's address, the connection, or the
    /// provider as a whole.
    enum class Scope : std::uint8_t { message, recipient, connection, provider };
    enum class Class : std::uint8_t {
        none,
        bounce_hard,
        bounce_soft,
        unsubscribed,
        content,
        policy,
        config,
        throttle,
        greylist,
    };
    Status status = Status::unknown;
    Scope scope = Scope::message;
    Class why = Class::none;
    std::string provider_id;
    std::optional<std::chrono::seconds> retry_after;
    std::string code;  // "550 5.1.1", "21610", "429"
    std::string text;  // the provider's words, at most 500 bytes, without addresses
};

inline std::string_view to_text(Outcome::Status status) {
    switch (status) {
        case Outcome::Status::accepted:
            return "accepted";
        case Outcome::Status::deferred:
            return "deferred";
        case Outcome::Status::rejected:
            return "rejected";
        case Outcome::Status::unknown:
            return "unknown";
    }
    return "unknown";
}
inline std::string_view to_text(Outcome::Class why) {
    switch (why) {
        case Outcome::Class::none:
            return "none";
        case Outcome::Class::bounce_hard:
            return "bounce_hard";
        case Outcome::Class::bounce_soft:
            return "bounce_soft";
        case Outcome::Class::unsubscribed:
            return "unsubscribed";
        case Outcome::Class::content:
            return "content";
        case Outcome::Class::policy:
            return "policy";
        case Outcome::Class::config:
            return "config";
        case Outcome::Class::throttle:
            return "throttle";
        case Outcome::Class::greylist:
            return "greylist";
    }
    return "none";
}

/// Carries messages of one or more channels to one provider.
///
/// Owner:    the dispatcher's registry; lives as long as the daemon.
/// Threads:  every call runs on the executor the connector was made with (one thread).
/// Promises: send() never throws; makes one try (no inner retry, no sleep); ends by the deadline;
///           passes the id on where the provider has an idempotency key; says `unknown` when it
///           cannot know (timeout after the request was written); logs no personal data.
class Connector {
public:
    virtual ~Connector() = default;
    [[nodiscard]] virtual Manifest manifest() const = 0;
    /// `outbound` is alive until the awaitable ends.
    virtual boost::asio::awaitable<Outcome> send(
        const Outbound& outbound, std::chrono::steady_clock::time_point deadline) = 0;
    /// Closes idle connections and refuses further sends; running sends end by their deadline.
    virtual void close() = 0;
};

/// The settings of one connector as written in sluice.yaml, secrets already resolved. Nested keys
/// are joined with dots: "auth.user", "pool.max_connections".
using ConnectorSettings = std::map<std::string, std::string, std::less<>>;

}  // namespace sluice
