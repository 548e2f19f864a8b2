#include "engine/runtime/shard.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/limits.hpp"
#include "engine/base/log.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/batch.hpp"
#include "engine/runtime/doubt.hpp"
#include "engine/runtime/explain.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstdlib>

namespace sluice {
namespace {

/// A timer this late is a downtime, not a busy moment: see StepOptions::catch_up_after.
constexpr Millis kCatchUpAfter{60'000};
constexpr std::uint64_t kCommitsBetweenMaintenance = 64;
/// How often a paused lane is looked at again when nothing else wakes the shard.
constexpr Millis kLaneRecheck{200};
/// Customers that a deploy comes to between two batches.
constexpr std::size_t kRelayBusy = 8;
constexpr std::size_t kRelayIdle = 256;
/// Customers of one catalog event in one commit.
constexpr std::size_t kAudiencePage = 500;

}  // namespace

Shard::Shard(std::uint32_t number, std::unique_ptr<Store> store,
             std::shared_ptr<const Releases> releases, Shared shared)
    : number_(number),
      store_(std::move(store)),
      releases_(std::move(releases)),
      shared_(std::move(shared)) {
    options_.trace_everything = true;
    options_.catch_up_after = kCatchUpAfter;
    options_.suppressed = [this](Channel channel, const std::string& address) {
        return shared_.suppressions.contains(channel, address);
    };
    pace_ = new_pace();
    options_.pace = [this](Instant wanted) { return pace(wanted); };
    if (shared_.experiments != nullptr) {
        options_.winner = [this](std::uint64_t count, Instant at) {
            return shared_.experiments->winner(count, at);
        };
    }
}

Shard::~Shard() {
    stop();
}

void Shard::start() {
    thread_ = std::thread([this] {
        auto guard = boost::asio::make_work_guard(context_);
        context_.run();
    });
    schedule();
}

void Shard::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            return;
        }
        stopping_ = true;
    }
    if (!thread_.joinable()) {
        return;
    }
    boost::asio::post(context_, [this] {
        while (step()) {
        }
        refuse_rest();
        timer_.cancel();
        context_.stop();
    });
    thread_.join();
}

bool Shard::submit(std::vector<InboundEvent> events, Done done) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || inbox_.events + events.size() > limits::kInboxMax) {
            return false;
        }
        inbox_.events += events.size();
        inbox_.submissions.push_back({std::move(events), std::move(done), {}});
    }
    schedule();
    return true;
}

void Shard::settle(AttemptResult result) {
    {
        const std::lock_guard lock(mutex_);
        inbox_.results.push_back(std::move(result));
    }
    schedule();
}

void Shard::run(std::function<void(Shard&)> task) {
    {
        const std::lock_guard lock(mutex_);
        inbox_.tasks.push_back(std::move(task));
    }
    schedule();
}

void Shard::work(std::function<void(Shard&)> task) {
    {
        const std::lock_guard lock(mutex_);
        inbox_.works.push_back(std::move(task));
    }
    schedule();
}

void Shard::poke() {
    schedule();
}

void Shard::schedule() {
    if (!scheduled_.exchange(true)) {
        boost::asio::post(context_, [this] { loop(); });
    }
}

void Shard::loop() {
    scheduled_.store(false);
    const bool did_something = step();
    bool more = relay_some(did_something ? kRelayBusy : kRelayIdle);
    if (++commits_since_maintenance_ >= kCommitsBetweenMaintenance || !did_something) {
        commits_since_maintenance_ = 0;
        auto maintained = store_->maintain();
        if (!maintained.has_value()) {
            fatal(maintained.error());
        }
        more = maintained.value() || more;
    }
    if (waits_for_others_) {
        return;  // the board wakes it
    }
    {
        const std::lock_guard lock(mutex_);
        more = more || !inbox_.empty();
    }
    if (more || did_something) {
        schedule();
        return;
    }
    arm();
}

/// Sleeps until the next due time, or until something arrives.
void Shard::arm() {
    const Instant due = next_due();
    timer_.cancel();
    if (due == kNever) {
        return;
    }
    timer_.expires_at(due);
    timer_.async_wait([this](const boost::system::error_code& failed) {
        if (!failed) {
            schedule();
        }
    });
}

Instant Shard::next_due() {
    Instant due = timers_.next();
    const Instant now = shared_.clock.now();
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        if (ready_[lane].empty()) {
            continue;
        }
        const Instant first = ready_[lane].begin()->first;
        // A due message without a credit waits for poke(); the recheck only guards a paused lane.
        due = std::min(due, first <= now ? now + kLaneRecheck : first);
    }
    if (shared_.experiments != nullptr) {
        const bool deciding = decides(*releases_->ready().program);
        due = std::min(due, shared_.experiments->next_due(deciding, now));
    }
    return due;
}

bool Shard::outbox_due(Instant now) const {
    return std::any_of(ready_.begin(), ready_.end(), [&](const auto& lane) {
        return !lane.empty() && lane.begin()->first <= now;
    });
}

Shard::Inbox Shard::take_inbox() {
    const std::lock_guard lock(mutex_);
    Inbox taken;
    std::size_t events = 0;
    std::size_t submissions = 0;
    while (submissions < inbox_.submissions.size() && events < limits::kCommitInputsMax) {
        events += inbox_.submissions[submissions].events.size();
        ++submissions;
    }
    auto end = inbox_.submissions.begin() + static_cast<std::ptrdiff_t>(submissions);
    taken.submissions.assign(std::make_move_iterator(inbox_.submissions.begin()),
                             std::make_move_iterator(end));
    inbox_.submissions.erase(inbox_.submissions.begin(), end);
    inbox_.events -= events;
    taken.results.swap(inbox_.results);
    return taken;
}

bool Shard::run_tasks() {
    std::vector<std::function<void(Shard&)>> tasks;
    {
        const std::lock_guard lock(mutex_);
        tasks.swap(inbox_.tasks);
    }
    for (const auto& task : tasks) {
        task(*this);
    }
    return !tasks.empty();
}

bool Shard::run_works() {
    std::vector<std::function<void(Shard&)>> works;
    {
        const std::lock_guard lock(mutex_);
        works.swap(inbox_.works);
    }
    for (const auto& one : works) {
        one(*this);
    }
    return !works.empty();
}

/// What was passed on is acknowledged where it becomes durable.
void Shard::answer(Submission& submission, const Result<void>& result) {
    if (!result.has_value() || submission.passed_on.empty()) {
        submission.done(result);
        return;
    }
    const auto& pass_on = shared_.identity.pass_on;
    if (!pass_on || !pass_on(std::move(submission.passed_on), submission.done)) {
        submission.done(Error{Errc::unavailable, "the person's shard has no room"});
    }
}

bool Shard::step() {
    trim_cache();
    const bool ran_tasks = run_tasks();
    const Instant now = shared_.clock.now();
    if (!meet(now)) {
        return ran_tasks;
    }
    const bool worked = run_works();
    Inbox inbox = take_inbox();
    Batch batch(*this, now);
    auto fill = [&]() -> Result<void> {
        for (const Submission& submission : inbox.submissions) {
            for (const InboundEvent& event : submission.events) {
                SLUICE_TRY(is_catalog(event) ? fan_out(event, now) : Result<void>(success()));
            }
        }
        for (const AttemptResult& result : inbox.results) {
            SLUICE_TRY(batch.settle(result));
        }
        for (CustomerNo no : timers_.take_due(now, limits::kCommitTimersMax)) {
            SLUICE_TRY(batch.fire_timers(no));
        }
        for (Submission& submission : inbox.submissions) {
            for (const InboundEvent& event : submission.events) {
                SLUICE_TRY(is_catalog(event) ? Result<void>(success())
                                             : batch.apply(event, submission.passed_on));
            }
        }
        SLUICE_TRY(batch.claim());
        return batch.empty() ? Result<void>(success()) : batch.commit();
    };
    const Result<void> result = fill();
    for (Submission& submission : inbox.submissions) {
        answer(submission, result);
    }
    if (!result.has_value()) {
        fatal(result.error());
    }
    counters_.waiting.store(timers_.waiting());
    return !batch.empty() || !inbox.submissions.empty() || ran_tasks || worked;
}

/// A store that failed knows no more than the disk does: what is acknowledged is there, and a new
/// start reads it. Going on could only make it worse (an fsync that failed must not be repeated).
void Shard::fatal(const Error& error) {
    log(LogLevel::error, "shard.store_failed",
        {{"shard", static_cast<std::int64_t>(number_)}, {"detail", error.detail}});
    std::_Exit(70);
}

/// Between two batches, so that no record moves while one works on it.
void Shard::trim_cache() {
    if (cache_.size() >= limits::kCachedCustomersMax) {
        cache_.clear();
        cached_by_no_.clear();
    }
}

Result<Shard::Cached*> Shard::load(const std::string& id) {
    if (auto place = cache_.find(id); place != cache_.end()) {
        return &place->second;
    }
    if (const auto no = store_->find(id)) {
        return load(*no);
    }
    Cached& cached = cache_[id];
    cached.customer = new_customer(*releases_, id);
    return &cached;
}

Result<Shard::Cached*> Shard::load(CustomerNo no) {
    if (auto place = cached_by_no_.find(no); place != cached_by_no_.end()) {
        return place->second;
    }
    SLUICE_TRY(auto loaded, store_->load(no));
    return adopt(no, std::move(loaded));
}

Result<Shard::Cached*> Shard::adopt(CustomerNo no, Store::Loaded loaded) {
    SLUICE_TRY(auto customer, decode_customer(loaded.state));
    Cached cached;
    cached.customer = std::move(customer);
    cached.tallied = cached.customer.assignments;
    cached.no = no;
    retire_unknown(cached.customer);
    if (needs_relayout(*releases_, cached.customer)) {
        SLUICE_TRY(auto past, read_calls(*store_, no));
        cached.edited = relayout(*releases_, cached.customer, past);
        cached.relaid = true;
    }
    Cached& kept = cache_[loaded.customer];
    kept = std::move(cached);
    cached_by_no_[no] = &kept;
    return &kept;
}

/// A run whose release can no longer be compiled cannot go on; it ends here, said in the log.
void Shard::retire_unknown(Customer& customer) {
    const auto unknown = [this](std::uint32_t release) {
        return releases_->find(release) == nullptr;
    };
    const auto ended =
        std::erase_if(customer.runs, [&](const Run& run) { return unknown(run.release); });
    std::erase_if(customer.held, [&](const HeldMessage& held) { return unknown(held.release); });
    std::erase_if(customer.layouts, [&](const Layout& layout) { return unknown(layout.release); });
    if (ended != 0) {
        log(LogLevel::error, "run.release_missing", {{"runs", static_cast<std::int64_t>(ended)}});
    }
}

Result<Customer> Shard::customer(const std::string& id) {
    if (!store_->find(id)) {
        return Error{Errc::not_found, "no customer \"" + id + "\" is known"};
    }
    SLUICE_TRY(auto cached, load(id));
    return cached->customer;
}

bool Shard::is_catalog(const InboundEvent& event) const {
    if (event.kind == CallKind::track && event.customer.empty()) {
        return true;  // the router gave it to every shard, and it is nobody's
    }
    if (!audience_.needed() || event.kind != CallKind::track) {
        return false;
    }
    const dsl::Program& program = *releases_->ready().program;
    const Index at = program.find_event(event.name);
    return at != kNone && program.events[at].catalog;
}

/// A catalog event, given to everybody it may concern a page at a time. Each page is a commit of
/// its own with a key for each customer; the event's own key comes last. A crash in between leaves
/// it unacknowledged, and when it is sent again nobody gets it twice.
Result<void> Shard::fan_out(const InboundEvent& event, Instant now) {
    const Digest key = digest({"event", event.message_id});
    if (store_->seen(key)) {
        ++counters_.duplicates;
        return success();
    }
    AppliedEvent applied = apply_program(*releases_->ready().program, event);
    applied.at = std::min(applied.at, now);
    const auto audience = audience_.of(applied);
    const std::size_t all = audience ? audience->size() : store_->customers();
    for (std::size_t from = 0; from < all; from += kAudiencePage) {
        Batch page(*this, now);
        for (std::size_t at = from; at < std::min(all, from + kAudiencePage); ++at) {
            SLUICE_TRY(page.apply_catalog(audience ? (*audience)[at] : static_cast<CustomerNo>(at),
                                          event.message_id, applied));
        }
        SLUICE_TRY(page.commit());
    }
    Batch last(*this, now);
    last.remember(key);
    return last.commit();
}

Result<void> Shard::build_audience() {
    audience_.reset(*releases_);
    const auto count = static_cast<CustomerNo>(store_->customers());
    for (CustomerNo no = 0; audience_.needed() && no < count; ++no) {
        SLUICE_TRY(auto loaded, store_->load(no));
        SLUICE_TRY(auto customer, decode_customer(loaded.state));
        audience_.add(no, customer, *releases_);
    }
    return success();
}

/// The next customers that no event has brought to the current release: states and starts by the
/// clock are there for everybody, and runs move on. True while some are left.
bool Shard::relay_some(std::size_t customers) {
    const Instant now = shared_.clock.now();
    if (!relaying_ || !meet(now)) {
        return false;
    }
    Batch batch(*this, now);
    const auto count = static_cast<CustomerNo>(store_->customers());
    const auto look = [&]() -> Result<void> {
        for (std::size_t at = 0; at < customers && relay_from_ < count; ++at) {
            SLUICE_TRY(batch.relay(relay_from_));
            ++relay_from_;
        }
        return batch.empty() ? Result<void>(success()) : batch.commit();
    };
    if (const auto done = look(); !done.has_value()) {
        fatal(done.error());
    }
    counters_.to_relay.store(count - relay_from_);
    relaying_ = relay_from_ < count;
    if (!relaying_ && shared_.settled) {
        shared_.settled(releases_->current(), needed_);
    }
    return relaying_;
}

void Shard::set_releases(std::shared_ptr<const Releases> releases) {
    releases_ = std::move(releases);
    relaying_ = true;
    relay_from_ = 0;
    needed_.clear();
    const Instant given = pace_.last();
    pace_ = new_pace();
    pace_.taken(given);
    if (const auto built = build_audience(); !built.has_value()) {
        fatal(built.error());
    }
    if (const auto built = build_tally(); !built.has_value()) {
        fatal(built.error());
    }
    cached_by_no_.clear();
    cache_.clear();  // records are laid out anew when they are loaded next
}

Result<void> Shard::resolve(const std::string& message_id, DoubtVerdict verdict) {
    SLUICE_TRY(auto row, store_->outbox_row(message_id));
    if (!row) {
        return Error{Errc::not_found, "no message \"" + message_id + "\" is known"};
    }
    Batch batch(*this, shared_.clock.now());
    SLUICE_TRY(batch.resolve(*row, verdict));
    return batch.commit();
}

RetimePace Shard::new_pace() const {
    RetimePace::Options options;
    options.begin = releases_->deployed_at;
    options.per_minute = std::max<std::uint32_t>(1, releases_->choices.retime_per_minute);
    options.shard = number_;
    options.shards = std::max<std::uint32_t>(1, shared_.shards);
    return RetimePace(options);
}

/// The turns that customers have from before: nobody else gets them.
Result<void> Shard::recover_pace() {
    const auto count = static_cast<CustomerNo>(store_->customers());
    const bool paced = !releases_->choices.retime.empty();
    for (CustomerNo no = 0; paced && no < count; ++no) {
        SLUICE_TRY(auto loaded, store_->load(no));
        SLUICE_TRY(auto customer, decode_customer(loaded.state));
        for (const Run& run : customer.runs) {
            if (run.paced && run.park != Park::ended && run.due != kNever) {
                pace_.taken(run.due);
            }
        }
    }
    return success();
}

Instant Shard::pace(Instant wanted) {
    const Instant now = shared_.clock.now();
    return wanted > now ? wanted : pace_.next(now);
}

Result<void> Shard::recover() {
    SLUICE_TRY(build_audience());
    SLUICE_TRY(build_tally());
    SLUICE_TRY(recover_pace());
    // With one release there has been no deploy that could have been interrupted.
    relaying_ = releases_->size() > 1;
    SLUICE_TRY(store_->due([this](CustomerNo no, Instant due) { timers_.set(no, due); }));
    SLUICE_TRY(
        store_->suppressions([this](const SuppressionRow& row) { shared_.suppressions.add(row); }));
    SLUICE_TRY(store_->outbox_heads(OutboxStatus::ready, [this](const OutboxRow& row) {
        ready_[lane_of(row)].emplace(row.not_before, row.id);
    }));
    // Claimed and not settled: the connector may or may not have handed it over before the crash.
    Commit commit;
    std::vector<OutboxRow> again;
    SLUICE_TRY(store_->outbox_heads(OutboxStatus::claimed, [&](const OutboxRow& row) {
        const bool harmless = shared_.lanes[lane_of(row)].idempotent();
        OutboxUpdate update{row.id,
                            harmless ? OutboxStatus::ready : OutboxStatus::unknown,
                            row.not_before,
                            row.attempts,
                            std::string(kInterrupted),
                            row.provider_id};
        commit.outbox_updates.push_back(std::move(update));
        AttemptRow attempt;
        attempt.message_id = row.id;
        attempt.number = row.attempts;
        attempt.finished_at = shared_.clock.now();
        attempt.outcome = kInterrupted;
        commit.attempts_finished.push_back(std::move(attempt));
        if (harmless) {
            again.push_back(row);
        } else {
            ++counters_.in_doubt;
        }
    }));
    if (!commit.outbox_updates.empty()) {
        SLUICE_TRY(auto numbers, store_->commit(commit));
        static_cast<void>(numbers);
        log(LogLevel::warn, "outbox.recovered",
            {{"shard", static_cast<std::int64_t>(number_)},
             {"in_doubt", static_cast<std::int64_t>(commit.outbox_updates.size() - again.size())},
             {"again", static_cast<std::int64_t>(again.size())}});
    }
    for (const OutboxRow& row : again) {
        ready_[lane_of(row)].emplace(row.not_before, row.id);
    }
    counters_.waiting.store(timers_.waiting());
    return success();
}

}  // namespace sluice
