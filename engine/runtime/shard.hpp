#pragma once

#include "engine/base/clock.hpp"
#include "engine/base/result.hpp"
#include "engine/model/event.hpp"
#include "engine/outbox/connector.hpp"
#include "engine/runtime/audience.hpp"
#include "engine/runtime/doubt.hpp"
#include "engine/runtime/experiment_board.hpp"
#include "engine/runtime/identity.hpp"
#include "engine/runtime/lane.hpp"
#include "engine/runtime/pace.hpp"
#include "engine/runtime/step.hpp"
#include "engine/runtime/timers.hpp"
#include "engine/store/store.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/system_timer.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace sluice {

/// A message whose attempt is committed: the connector may have it now.
struct ClaimedMessage {
    std::uint32_t shard = 0;
    std::uint32_t attempt = 1;
    OutboxRow row;
};

/// What became of an attempt.
struct AttemptResult {
    std::string id;
    std::uint32_t attempt = 1;
    Outcome outcome;
};

/// Under this name the first shard keeps what was decided about experiments
/// (behaviour/experiment_decisions).
inline constexpr std::string_view kDecisionsNote = "experiments";

/// What a record hands to the person it turned out to be part of.
struct Handover {
    IdentityLink link;
    bool anything = false;  // false: there is no such record, or somebody else has its past
    Customer record;        // as it was
    std::vector<JournalEntry> past;  // oldest first, with what it had taken in itself
};

/// Counters for metrics and tests; written by the shard, read by anyone.
struct ShardCounters {
    std::atomic<std::uint64_t> events{0}, duplicates{0}, commits{0}, timers_fired{0};
    std::atomic<std::uint64_t> messages{0}, skipped{0}, attempts{0}, in_doubt{0};
    std::atomic<std::uint64_t> waiting{0};
    std::atomic<std::uint64_t> to_relay{0};  // customers a deploy has not come to yet
    std::atomic<std::uint64_t> passed_on{0}, merged{0};
};

/// One part of the customers: the only writer of their state.
///
/// Place:    engine/runtime; made by the daemon, one for each store file.
/// Owner:    the daemon; everything in Shared outlives it.
/// Threads:  one thread of its own runs all its work, to completion, never awaiting. submit,
/// settle,
///           poke and run may be called from any thread; they only put something in the inbox.
/// Errors:   a failed commit fails every input of its batch. After an I/O error the process stops:
///           what was acknowledged is on disk and a restart recovers it.
/// Limits:   limits::kInboxMax events wait at most; submit refuses more.
/// Crash:    a message claimed but not settled is in doubt at the next start, unless its provider
///           drops repeated keys.
class Shard {
public:
    struct Shared {
        const Clock& clock;
        SuppressionList& suppressions;
        Lanes& lanes;
        /// Called on the shard's thread, after the commit, with what may go out.
        std::function<void(std::vector<ClaimedMessage>)> hand_over;
        /// How many shards share the pace of `deploy --retime`.
        std::uint32_t shards = 1;
        /// Called on the shard's thread once a deploy has come to every customer, with the release
        /// that is current and those that somebody still needs. May be empty.
        std::function<void(std::uint32_t, const std::set<std::uint32_t>&)> settled = {};
        /// Where experiments are decided; null: their shares stand.
        ExperimentBoard* experiments = nullptr;
        /// Who is who; empty: every id is a person of its own.
        IdentityPort identity = {};
    };
    using Done = std::function<void(const Result<void>&)>;

    Shard(std::uint32_t number, std::unique_ptr<Store> store,
          std::shared_ptr<const Releases> releases, Shared shared);
    ~Shard();

    /// Rebuilds timers and the outbox from the store; call before start().
    Result<void> recover();
    void start();
    /// Takes no more events, finishes what is in the inbox (or, where that would have to wait for a
    /// decision of all shards, refuses it), and ends the thread. Attempts that are still out stay
    /// claimed.
    void stop();

    /// All or none: false when the inbox has no room. `done` is called on the shard's thread after
    /// the commit that holds every one of the events.
    bool submit(std::vector<InboundEvent> events, Done done);
    void settle(AttemptResult result);
    /// Something changed outside: credits came back, a lane opened, the clock moved.
    void poke();
    /// Runs a task between two commits, e.g. a query; the task may use the store and `customer`.
    void run(std::function<void(Shard&)> task);

    /// The same for a task that steps customers: it is also after the decisions that are due.
    void work(std::function<void(Shard&)> task);

    /// One pass of the loop on the caller's thread, for tests and simulation without a thread.
    /// Returns whether there was anything to do.
    bool step();

    // For tasks given to run(), on the shard's thread only.
    [[nodiscard]] Store& store() { return *store_; }
    [[nodiscard]] const Releases& releases() const { return *releases_; }
    /// From the next batch on; then every customer is looked at once, between commits.
    void set_releases(std::shared_ptr<const Releases> releases);
    /// The record of a customer as last committed.
    Result<Customer> customer(const std::string& id);
    /// A person's word on a message in doubt: it was sent, send it again, or let it be.
    Result<void> resolve(const std::string& message_id, DoubtVerdict verdict);

    // Given to work(), on the shard's thread only (shard_identity.cpp). Each is one commit, and
    // doing it again changes nothing more.
    /// The record of `link` becomes a tombstone that names its person; what it was is handed over,
    /// and kept in its journal.
    Result<Handover> give_away(const IdentityLink& link);
    /// The person takes in what was handed over, and the link is done. Errc::conflict when she has
    /// been given away herself; Errc::unavailable when a deploy has not come to this shard yet that
    /// has come to the other.
    Result<void> take_in(Handover handover);
    /// These links have nothing (more) to bring over.
    Result<void> finish(const std::vector<IdentityLink>& links);

    /// Null: nothing is decided here.
    [[nodiscard]] const ExperimentBoard* experiments() const { return shared_.experiments; }
    [[nodiscard]] const ShardCounters& counters() const { return counters_; }
    [[nodiscard]] std::uint32_t number() const { return number_; }

private:
    friend class Batch;
    struct Cached {
        Customer customer;
        bool relaid = false;              // laid out for a newer release since it was stored
        std::vector<Moved> edited;        // how that moved the customer between states
        CustomerNo no = 0;                // once it is stored
        std::vector<Assignment> tallied;  // as last committed
    };
    struct EventInput {
        InboundEvent event;
        std::size_t submission = 0;
    };
    struct Submission {
        std::vector<InboundEvent> events;
        Done done;
        std::vector<InboundEvent> passed_on;  // to the person whom their record was given to
    };
    struct Inbox {
        std::vector<Submission> submissions;
        std::size_t events = 0;
        std::vector<AttemptResult> results;
        std::vector<std::function<void(Shard&)>> tasks;
        std::vector<std::function<void(Shard&)>> works;
        [[nodiscard]] bool empty() const {
            return submissions.empty() && results.empty() && tasks.empty() && works.empty();
        }
    };

    void schedule();
    void loop();
    bool run_tasks();
    bool run_works();
    void arm();
    Inbox take_inbox();
    /// The customer's record in the cache, read from the store when it is not there yet. Stays
    /// where it is until trim_cache().
    Result<Cached*> load(const std::string& id);
    Result<Cached*> load(CustomerNo no);
    Result<Cached*> adopt(CustomerNo no, Store::Loaded loaded);
    void trim_cache();
    [[nodiscard]] bool outbox_due(Instant now) const;
    [[nodiscard]] Instant next_due();
    void fatal(const Error& error);
    bool relay_some(std::size_t customers);
    [[nodiscard]] bool is_catalog(const InboundEvent& event) const;
    Result<void> fan_out(const InboundEvent& event, Instant now);
    Result<void> build_audience();
    void retire_unknown(Customer& customer);
    void answer(Submission& submission, const Result<void>& result);

    // identity (shard_identity.cpp)
    Result<Handover> given_before(CustomerNo no, Handover handover);
    Result<bool> is_done(const IdentityLink& link);
    Result<void> catch_up(Cached& person);
    [[nodiscard]] RetimePace new_pace() const;
    Result<void> recover_pace();
    [[nodiscard]] Instant pace(Instant wanted);

    // experiments (shard_experiments.cpp)
    Result<void> build_tally();
    void tally(Cached& cached);
    bool meet(Instant now);
    void decide(const ExperimentBoard::Meeting& meeting);
    void refuse_rest();

    const std::uint32_t number_;
    std::unique_ptr<Store> store_;
    std::shared_ptr<const Releases> releases_;
    Shared shared_;
    StepOptions options_;
    ShardCounters counters_;

    std::mutex mutex_;  // guards inbox_ and stopping_
    Inbox inbox_;
    bool stopping_ = false;
    std::atomic<bool> scheduled_{false};

    // Only touched on the shard's thread (or before start).
    std::unordered_map<std::string, Cached> cache_;
    std::unordered_map<CustomerNo, Cached*> cached_by_no_;  // the stored ones of cache_
    TimerIndex timers_;
    std::array<std::multimap<Instant, std::string>, kLanes> ready_;  // not_before -> message id
    std::unordered_map<std::string, OutboxRow> in_flight_;           // without bodies
    std::uint64_t commits_since_maintenance_ = 0;
    bool relaying_ = false;           // a deploy has not come to everybody yet
    CustomerNo relay_from_ = 0;       // … but to those before it
    std::set<std::uint32_t> needed_;  // releases that those before it refer to
    RetimePace pace_;
    AudienceIndex audience_;
    ExperimentTally tally_;  // of every record, as committed
    bool tallied_ = false;   // … which it is not before some flow has an experiment
    bool waits_for_others_ = false;

    boost::asio::io_context context_{1};
    boost::asio::system_timer timer_{context_};
    std::thread thread_;
};

}  // namespace sluice
