#include "engine/daemon/engine.hpp"

#include "connectors/builtin.hpp"
#include "engine/api/health_routes.hpp"
#include "engine/api/ingest_routes.hpp"
#include "engine/base/limits.hpp"
#include "engine/base/log.hpp"
#include "engine/daemon/admin_routes.hpp"
#include "engine/daemon/metrics.hpp"
#include "engine/store/sqlite_store.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

namespace sluice {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, kLanes> kLaneNames = {"email", "sms", "calls"};
constexpr Millis kDrainFor{30'000};

/// Which lanes the flows need: a daemon that cannot send what its flows say refuses to start.
std::array<bool, kLanes> lanes_used(const dsl::Program& program) {
    std::array<bool, kLanes> used{};
    const auto look = [&](const dsl::Instruction& instruction) {
        used[kCallLane] = used[kCallLane] || std::holds_alternative<dsl::OpCall>(instruction.op);
        const auto* send = std::get_if<dsl::OpSend>(&instruction.op);
        if (send == nullptr) {
            return;
        }
        used[static_cast<std::size_t>(send->first.channel)] = true;
        if (send->alternative) {
            used[static_cast<std::size_t>(send->alternative->channel)] = true;
        }
    };
    for (const dsl::Flow& flow : program.flows) {
        std::for_each(flow.code.begin(), flow.code.end(), look);
    }
    return used;
}

bool carries(const Manifest& manifest, std::size_t lane) {
    const auto& channels = manifest.channels;
    return lane == kCallLane ? manifest.calls
                             : std::find(channels.begin(), channels.end(),
                                         static_cast<Channel>(lane)) != channels.end();
}

std::string secret_from_environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "" : value;
}

}  // namespace

std::string shard_path(const std::string& data, std::uint32_t shard) {
    return (fs::path(data) / ("shard-" + std::to_string(shard) + ".db")).string();
}

std::uint32_t count_shards(const std::string& data) {
    std::uint32_t count = 0;
    std::error_code failed;
    while (fs::exists(shard_path(data, count), failed)) {
        ++count;
    }
    return count;
}

Engine::Engine(Config config, Project project, std::shared_ptr<const dsl::Program> program,
               const Clock& clock)
    : config_(std::move(config)),
      project_(std::move(project)),
      program_(std::move(program)),
      clock_(clock) {}

Engine::~Engine() {
    stop();
}

Result<void> Engine::start() {
    SLUICE_TRY(open_stores());
    SLUICE_TRY(load_releases());
    SLUICE_TRY(make_connectors());
    SLUICE_TRY(make_shards());
    SLUICE_TRY(make_servers());
    http_guard_.emplace(http_context_.get_executor());
    out_guard_.emplace(out_context_.get_executor());
    out_thread_ = std::thread([this] { out_context_.run(); });
    http_thread_ = std::thread([this] { http_context_.run(); });
    running_ = true;
    for (auto& shard : shards_) {
        shard->start();
    }
    return success();
}

Result<void> Engine::open_stores() {
    std::error_code failed;
    fs::create_directories(config_.data, failed);
    if (failed) {
        return Error{Errc::io, "cannot create \"" + config_.data + "\": " + failed.message()};
    }
    const std::uint32_t found = count_shards(config_.data);
    if (found != 0 && config_.shards != 0 && config_.shards != found) {
        return Error{Errc::config, "the data in \"" + config_.data + "\" has " +
                                       std::to_string(found) +
                                       " shards; `shards: " + std::to_string(config_.shards) +
                                       "` can only be chosen for new data"};
    }
    const auto cores = static_cast<std::uint32_t>(
        std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, limits::kShardsMax));
    const std::uint32_t shards = found != 0 ? found : config_.shards != 0 ? config_.shards : cores;
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
        SqliteStore::Options options;
        options.path = shard_path(config_.data, shard);
        options.shard = shard;
        options.shards = shards;
        SLUICE_TRY(auto store, SqliteStore::open(std::move(options)));
        stores_.push_back(std::move(store));
    }
    return success();
}

/// Runs that are inside may need the release they entered with, so old releases are compiled again
/// from what was kept of them. The first shard's file holds them. After a deploy the newest of them
/// is the truth, and the directory of flows is only looked at by the next deploy.
Result<void> Engine::load_releases() {
    auto releases = std::make_shared<Releases>();
    SLUICE_TRY(auto known, stores_.front()->releases());
    ReleaseOptions options;
    Instant since = clock_.now();
    for (const Release& release : known) {
        options = decode_release_options(release.options);
        since = release.at;
        if (options.retired && release.number != known.back().number) {
            continue;  // nobody needs it, so nobody waits for it to be compiled
        }
        SLUICE_TRY(auto project, decode_project(release.bundle));
        const dsl::CompileResult compiled = compile_release(project);
        if (compiled.program) {
            releases->add(release.number, compiled.program);
        } else {
            log(LogLevel::error, "release.not_compilable",
                {{"release", static_cast<std::int64_t>(release.number)}});
        }
    }
    const std::uint32_t newest = known.empty() ? 0 : known.back().number;
    const bool deployed = options.origin != ReleaseOptions::Origin::startup;
    const bool same = !known.empty() && known.back().program_hash == program_->hash;
    // What was kept is what customers' records are laid out for, down to the conditions of its
    // tests.
    const bool kept = !known.empty() && releases->current() == newest;
    if (kept && (same || deployed)) {
        if (!same) {
            log(LogLevel::info, "release.directory_differs",
                {{"release", static_cast<std::int64_t>(newest)}});
        }
        program_ = releases->ready().program;
    } else if (!same) {
        options = {};
        since = clock_.now();
        SLUICE_TRY(stores_.front()->add_release(
            {newest + 1, program_->hash, since, encode(project_), encode(options)}));
        log(LogLevel::info, "release.added", {{"release", static_cast<std::int64_t>(newest + 1)}});
        releases->add(newest + 1, program_);
    } else {
        releases->add(newest, program_);
    }
    releases->choices = options.choices;
    releases->deployed_at = since;
    releases_ = std::move(releases);
    return success();
}

Result<void> Engine::check_lanes(const dsl::Program& program) const {
    const auto used = lanes_used(program);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const std::string name(kLaneNames[lane]);
        if (used[lane] && !config_.routes.contains(name)) {
            return Error{Errc::config, "the flows need a connector for " + name +
                                           ": add `routes: {" + name + ": …}`"};
        }
    }
    return success();
}

Result<void> Engine::make_connectors() {
    Dispatcher::Options options;
    options.secret = secret_from_environment;
    dispatcher_ = std::make_unique<Dispatcher>(out_context_.get_executor(), clock_, lanes_,
                                               std::move(options));
    SLUICE_TRY(check_lanes(*program_));
    const auto kinds = builtin_connectors();
    std::map<std::string, std::shared_ptr<Connector>> made;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const std::string name(kLaneNames[lane]);
        const auto route = config_.routes.find(name);
        if (route == config_.routes.end()) {
            continue;
        }
        std::shared_ptr<Connector>& connector = made[route->second];
        if (!connector) {
            const Config::Connection& wanted = config_.connectors.at(route->second);
            if (wanted.type == "mailbox" && !mailbox_) {
                SLUICE_TRY(auto opened, Mailbox::open(config_.data + "/mailbox.db"));
                mailbox_ = std::move(opened);
            }
            const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const auto& one) {
                return one.type == wanted.type;
            });
            const ConnectorHost host{clock_, mailbox_.get()};
            SLUICE_TRY(auto fresh, kind->make(out_context_.get_executor(), wanted.settings, host));
            connector = std::move(fresh);
            connectors_.push_back(connector);
        }
        if (!carries(connector->manifest(), lane)) {
            return Error{Errc::config, "the connector " + route->second + " cannot carry " + name};
        }
        dispatcher_->set_connector(lane, route->second, connector);
    }
    return success();
}

void Engine::tell_catalog() {
    std::set<std::string, std::less<>> names;
    for (const dsl::EventType& event : program_->events) {
        if (event.catalog) {
            names.insert(event.wire_name);
        }
    }
    router_->set_catalog(std::move(names));
}

Result<void> Engine::make_shards() {
    std::vector<Shard*> pointers;
    SLUICE_TRY(const auto kept, stores_.front()->note(kDecisionsNote));
    SLUICE_TRY(auto decisions, decode_decisions(kept));
    experiments_ =
        std::make_unique<ExperimentBoard>(static_cast<std::uint32_t>(stores_.size()),
                                          [this](std::uint32_t shard) { shards_[shard]->poke(); });
    experiments_->recover(std::move(decisions));
    for (std::uint32_t number = 0; number < stores_.size(); ++number) {
        Shard::Shared shared{clock_, suppressions_, lanes_,
                             [this](std::vector<ClaimedMessage> messages) {
                                 dispatcher_->hand_over(std::move(messages));
                             }};
        shared.shards = static_cast<std::uint32_t>(stores_.size());
        shared.experiments = experiments_.get();
        shared.identity = courier_.port();
        shared.settled = [this, number](std::uint32_t release, const auto& needed) {
            settled(number, release, needed);
        };
        shards_.push_back(std::make_unique<Shard>(number, std::move(stores_[number]), releases_,
                                                  std::move(shared)));
        pointers.push_back(shards_.back().get());
    }
    stores_.clear();
    router_ = std::make_unique<Router>(pointers);
    tell_catalog();
    courier_.connect(*router_);
    std::vector<IdentityLink> links;
    for (Shard* shard : pointers) {
        SLUICE_TRY(shard->recover());
        SLUICE_TRY(shard->store().identities([&](const IdentityLink& link) {
            router_->learn(link);
            if (!link.done) {
                links.push_back(link);
            }
        }));
    }
    courier_.bring(links);  // done once the shards' threads run
    dispatcher_->set_shards(std::move(pointers));
    return success();
}

api::HttpServer::Options Engine::server_options(const Config::Listen& listen) const {
    api::HttpServer::Options options;
    options.address = listen.address;
    options.port = listen.port;
    if (!listen.hosts.empty()) {
        options.allowed_hosts = listen.hosts;
    }
    return options;
}

Result<void> Engine::make_servers() {
    api::Routes ingest;
    api::IngestOptions options;
    options.write_keys = config_.write_keys;
    IngestSink sink;
    sink.submit = [this](std::vector<InboundEvent> events, std::function<void(Result<void>)> done) {
        return router_->submit(std::move(events), std::move(done));
    };
    api::add_ingest_routes(ingest, std::move(options), clock_, std::move(sink));
    api::Routes separate;
    api::Routes& admin = config_.admin_separate ? separate : ingest;
    std::vector<const Shard*> shards;
    for (const auto& shard : shards_) {
        shards.push_back(shard.get());
    }
    api::add_health_routes(
        admin,
        [] {
            return api::Readiness{true, "{\"ready\":true}"};
        },
        make_metrics(std::move(shards)));
    add_admin_routes(admin, {*router_, mailbox_.get(), this, &deploys_, &looks_});
    server_ = std::make_unique<api::HttpServer>(http_context_, server_options(config_.listen),
                                                std::move(ingest));
    SLUICE_TRY(server_->start());
    if (config_.admin_separate) {
        admin_server_ = std::make_unique<api::HttpServer>(
            http_context_, server_options(config_.admin), std::move(separate));
        SLUICE_TRY(admin_server_->start());
    }
    return success();
}

std::uint16_t Engine::port() const {
    return server_ ? server_->port() : 0;
}

std::uint16_t Engine::admin_port() const {
    return admin_server_ ? admin_server_->port() : port();
}

void Engine::stop() {
    if (!running_) {
        return;
    }
    running_ = false;
    // New requests end first; those that wait for a commit still get their answer.
    http_guard_.reset();
    server_->stop();
    if (admin_server_) {
        admin_server_->stop();
    }
    dispatcher_->close();
    deploys_.join();
    looks_.join();
    http_thread_.join();
    // The clock of the process, not of the engine: this waits for sockets, not for flows.
    const auto give_up = std::chrono::steady_clock::now() + kDrainFor;
    while (dispatcher_->in_flight() > 0 && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    for (auto& shard : shards_) {
        shard->stop();
    }
    for (auto& connector : connectors_) {
        connector->close();
    }
    out_guard_.reset();
    out_context_.stop();
    out_thread_.join();
    shards_.clear();
}

}  // namespace sluice
