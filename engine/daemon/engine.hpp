#pragma once

#include "connectors/mailbox/mailbox.hpp"
#include "engine/api/http_server.hpp"
#include "engine/daemon/config.hpp"
#include "engine/daemon/people.hpp"
#include "engine/daemon/project.hpp"
#include "engine/daemon/release.hpp"
#include "engine/ingest/courier.hpp"
#include "engine/outbox/dispatcher.hpp"
#include "engine/runtime/shard.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace sluice {

/// A deploy as it was asked for.
struct DeployOrder {
    Project project;
    ReleaseOptions options;
    std::string plan;   // plan_id() of the plan somebody has looked at; empty: none
    bool tell = false;  // say what it does to people
};
struct Deployed {
    std::uint32_t release = 0;
    std::string plan;  // plan_id() of what was done
    std::string told;  // the plan as text; empty unless asked for
};

/// The composition root: everything the daemon is made of, in construction order.
///
/// Owner:    the serve and dev verbs, and tests. Threads: one a shard, one for HTTP, one for
///           connectors. start() and stop() from one thread.
/// Errors:   start() says what is wrong with the configuration, the flows or the data, and leaves
///           nothing running.
/// Shutdown: stop() closes the HTTP front, lets requests finish, lets nothing more out, waits for
///           attempts that are on their way (at most 30 s), commits, and closes the stores.
class Engine {
public:
    Engine(Config config, Project project, std::shared_ptr<const dsl::Program> program,
           const Clock& clock);
    ~Engine();

    Result<void> start();
    void stop();

    /// Makes a project the current release while running: compiled, checked against the people
    /// inside and the connectors, kept, and then given to every shard between two of its batches.
    /// Nothing takes effect when anything is wrong (Errc::invalid_argument with the diagnostics,
    /// Errc::conflict for waits or flows that need a word first, Errc::config for a missing
    /// connector). The same program again is no new release, unless its choices concern people who
    /// are inside. From any thread but a shard's.
    Result<std::uint32_t> deploy(Project project, const ReleaseOptions& options);
    /// The same; Errc::conflict also when the plan it was asked for with is not what would happen
    /// now.
    Result<Deployed> deploy(DeployOrder order);
    /// Who stands where (daemon/people) and what has been seen of late (daemon/seen), as JSON. Both
    /// read every customer, beside the shards; people are counted anew when the last count is ten
    /// times as old as it took.
    Result<std::string> people_json();
    Result<std::string> seen_json();
    /// What every experiment came to (daemon/experiments), as JSON. Reads every customer, too.
    Result<std::string> experiments_json();
    /// Releases, newest first, as JSON.
    Result<std::string> releases_json();
    /// Deploys an earlier release again.
    Result<std::uint32_t> rollback(std::uint32_t number);

    /// The ports bound by start().
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::uint16_t admin_port() const;
    [[nodiscard]] const Mailbox* mailbox() const { return mailbox_.get(); }

private:
    Result<void> open_stores();
    Result<void> load_releases();
    [[nodiscard]] Result<void> check_lanes(const dsl::Program& program) const;
    Result<void> check_deploy(const dsl::Program& next, const ReleaseOptions& options);
    Result<void> check_gone(Readers& readers, const dsl::Program& next);
    Result<std::string> tell(const DeployOrder& order, std::shared_ptr<const dsl::Program> next,
                             const std::string& id);
    Result<void> take_over(const DeployOrder& order, std::shared_ptr<const dsl::Program> made);
    void settled(std::uint32_t shard, std::uint32_t release, const std::set<std::uint32_t>& needed);
    std::shared_ptr<const Releases> current_releases();
    Result<void> keep_release(Release release);
    Result<void> make_connectors();
    Result<void> make_shards();
    void tell_catalog();
    Result<void> make_servers();
    [[nodiscard]] api::HttpServer::Options server_options(const Config::Listen& listen) const;

    Config config_;
    Project project_;
    std::shared_ptr<const dsl::Program> program_;
    const Clock& clock_;

    std::vector<std::unique_ptr<Store>> stores_;
    std::shared_ptr<const Releases> releases_;
    std::mutex deploy_mutex_;  // one deploy at a time; guards program_ and releases_
    std::unique_ptr<Mailbox> mailbox_;
    SuppressionList suppressions_;
    Lanes lanes_;
    boost::asio::io_context http_context_;
    boost::asio::io_context out_context_{1};
    boost::asio::thread_pool deploys_{1};
    boost::asio::thread_pool looks_{1};  // long looks at everybody's records
    /// Which releases customers still need, as far as shards have told since a deploy.
    struct Settled {
        std::uint32_t release = 0;
        std::set<std::uint32_t> shards, needed;
    };
    std::mutex settled_mutex_;
    Settled settled_;
    std::mutex people_mutex_;
    std::string people_;  // the last count, and when and how long it was made
    std::chrono::steady_clock::time_point people_at_;
    std::chrono::steady_clock::duration people_cost_{};
    std::unique_ptr<ExperimentBoard> experiments_;
    std::unique_ptr<Dispatcher> dispatcher_;
    std::vector<std::shared_ptr<Connector>> connectors_;
    Courier courier_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::unique_ptr<Router> router_;
    std::unique_ptr<api::HttpServer> server_;
    std::unique_ptr<api::HttpServer> admin_server_;
    using Guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
    std::optional<Guard> http_guard_, out_guard_;
    std::thread http_thread_, out_thread_;
    bool running_ = false;
};

/// Path of a shard's file in a data directory, and how many there are (0: none yet).
std::string shard_path(const std::string& data, std::uint32_t shard);
std::uint32_t count_shards(const std::string& data);

}  // namespace sluice
