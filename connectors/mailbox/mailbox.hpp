#pragma once

#include "engine/base/clock.hpp"
#include "engine/base/result.hpp"
#include "engine/outbox/connector.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

/// One caught message.
struct MailboxEntry {
    std::int64_t seq = 0;  // order of arrival; given by the mailbox
    std::string id;        // Outbound::id
    Channel channel = Channel::email;
    Instant at;  // when it was caught
    bool transactional = false;
    std::uint32_t attempt = 1;
    std::string to, subject, preview, html, text;
    std::string flow, step, message, customer;
};

/// What list() shall return, newest first.
struct MailboxQuery {
    std::string text;                // in address, subject, text, flow, step or customer; any case
    std::optional<Channel> channel;  // both when empty
    std::int64_t before = 0;         // only older than this seq; 0: from the newest
    std::size_t limit = 50;          // 1 to 500
};

/// The development catcher: keeps what would have been sent, for people to look at.
///
/// Owner:   the composition root; outlives connectors and HTTP routes.
/// Threads: every call may come from any thread; calls wait for each other.
/// Errors:  Errc::io when SQLite fails.
/// Limits:  the newest `entries_max` are kept, older ones are forgotten.
/// Crash:   an accepted message survives the end of the process; a power cut may take the last few.
class Mailbox {
public:
    static constexpr std::size_t kEntriesMax = 10'000;

    /// Opens or creates the SQLite file; an empty path keeps everything in memory.
    static Result<std::unique_ptr<Mailbox>> open(const std::string& path,
                                                 std::size_t entries_max = kEntriesMax);
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    /// False when the id is there already: the first one is kept.
    Result<bool> add(const MailboxEntry& entry);
    Result<std::vector<MailboxEntry>> list(const MailboxQuery& query);
    /// Empty when there is no such id.
    Result<std::optional<MailboxEntry>> get(const std::string& id);
    Result<std::size_t> count();
    Result<void> clear();

private:
    struct State;
    explicit Mailbox(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace sluice
