// Durable events a second through ingest, step and commit at a million customers, beside a bare
// SQLite loop that writes the same bytes in as many commits.
//
// The engine's side is everything a request costs behind the HTTP parser: the body of a batch of
// 100 Segment calls is decoded, routed, applied (dedupe, record, aggregates, flow, timer) and
// committed with synchronous=FULL by one shard on its own thread. Customers are random. Then the
// bare loop writes rows of the same sizes to a file of its own. Rounds take turns, so that a noisy
// machine is noisy for both. Usage: engine_bench FOLDER [CUSTOMERS [EVENTS_A_ROUND]]
//
// With `--conditions` first: the same engine with 12 flows and 30 conditions live, beside one with
// none, in turns.

#include "dsl/check/compile.hpp"
#include "engine/ingest/router.hpp"
#include "engine/ingest/segment_decode.hpp"
#include "engine/runtime/shard.hpp"
#include "engine/store/sqlite_store.hpp"

#include <sqlite3.h>

#include <sys/resource.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <random>
#include <string>
#include <vector>

namespace sluice {
namespace {

using Watch = std::chrono::steady_clock;
constexpr int kRounds = 5;
constexpr std::size_t kBatch = 100;
constexpr std::size_t kRequestsOpen = 16;  // requests that wait for their commit at once

constexpr const char* kNothing = R"(
customer { email text optional personal  email_status one of "subscribed", "no" default "no"  time_zone timezone optional }
event Order Placed { order_id text key  total money  category text optional }
event Product Viewed { product_id text key  category text optional  price money }
policy Default { time zone customer.time_zone, otherwise "Europe/Berlin"  consent email when customer.email_status is "subscribed" }
message Reminder { topic News  email { subject "Still there?" body "<p>Hello</p>" } }
)";

/// Beside it: what a shop begins with.
constexpr const char* kFlows = R"(
flow Browse {
  starts when Product Viewed as view
  only if at least 2 Product Viewed where product_id is view.product_id in the last 3 days and no Order Placed in the last 14 days
  re-entry after 7 days
  goal Order Placed within 3 days
  wait 2 hours
  send email Reminder
}
flow Nudge {
  starts when Order Placed as order
  re-entry after 20 days
  wait 30 days, then until 10:00
  if no Order Placed since entry { send email Reminder }
}
)";

[[noreturn]] void die(const std::string& why) {
    std::fprintf(stderr, "engine_bench: %s\n", why.c_str());
    std::exit(1);
}

double cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Twelve flows and thirty conditions over the past, as a shop of some age has them.
std::string live_flows() {
    std::string out = kNothing;
    out += R"(
lifecycle Relationship {
  state New     when first Order Placed was less than 30 days ago
  state Active  when last Order Placed was less than 60 days ago
  state At Risk when last Order Placed was between 60 days and 150 days ago
  state Lapsed  otherwise
}
lifecycle Worth {
  state Gold   when total of Order Placed.total in the last 365 days >= 500
  state Silver when total of Order Placed.total in the last 365 days >= 200
  state Keen   when at least 3 Order Placed in the last 180 days
  state Plain  otherwise
}
lifecycle Interest {
  state Hot  when at least 5 Product Viewed in the last 2 days
  state Warm when at least 2 Product Viewed in the last 14 days
  state Wide when number of different Product Viewed.category in the last 30 days >= 3
  state Cold otherwise
}
segment Browsers    when (any Product Viewed in the last 7 days and no Order Placed in the last 30 days)
segment Big Baskets when (highest of Order Placed.total in the last 90 days >= 100 and any Product Viewed in the last 60 days)
flow Gold Welcome { starts when customer enters Gold  re-entry never  wait 1 hour  send email Reminder }
flow Win Back { starts when customer enters At Risk  re-entry after 90 days  wait until 10:00  send email Reminder }
flow Hot Lead { starts when customer enters Hot  re-entry after 14 days  wait 3 hours  if no Order Placed since entry { send email Reminder } }
flow Browse Again { starts when customer enters Browsers  re-entry after 30 days  wait 1 day  send email Reminder }
flow Big Thanks { starts when customer enters Big Baskets  re-entry never  wait 2 days  send email Reminder }
flow Browse {
  starts when Product Viewed as view
  only if at least 2 Product Viewed where product_id is view.product_id in the last 3 days and no Order Placed in the last 14 days
  re-entry after 7 days
  goal Order Placed within 3 days
  wait 2 hours
  send email Reminder
}
flow Nudge { starts when Order Placed  re-entry after 20 days  wait 30 days, then until 10:00  if no Order Placed since entry { send email Reminder } }
)";
    const char* more[] = {
        "at least 4 Product Viewed in the last 5 days",
        "average of Order Placed.total in the last 365 days >= 60",
        "no Order Placed in the last 45 days and any Product Viewed in the last 1 day",
        "last Order Placed was more than 20 days ago",
        "count of Product Viewed in the last 21 days >= 8"};
    const char* names[] = {"Aa", "Bb", "Cc", "Dd", "Ee"};
    for (std::size_t at = 0; at < std::size(more); ++at) {
        out += std::string("flow ") + names[at] +
               " { starts when Product Viewed  re-entry after 10 days  only if " + more[at] +
               "  ends when any Order Placed since entry  wait 5 days  send email Reminder }\n";
    }
    return out;
}

std::shared_ptr<const dsl::Program> program(const std::string& flows) {
    dsl::SourceSet sources;
    sources.files.push_back({"bench.flow", flows});
    const dsl::CompileResult result = dsl::compile(sources, {});
    if (!result.program) {
        die(dsl::render_text(result.diagnostics.front(), sources));
    }
    return result.program;
}

/// The body of a request, as the SDKs send it.
std::string body(std::mt19937_64& random, std::uint64_t customers, std::uint64_t& number) {
    std::string out = R"({"batch":[)";
    for (std::size_t i = 0; i < kBatch; ++i) {
        const std::string id = std::to_string(random() % customers);
        const std::string event = std::to_string(number++);
        out += i == 0 ? "" : ",";
        out += R"({"type":"track","userId":"customer-)" + id +
               R"(","messageId":"node-next-1772000-)" + event +
               R"(-d1c0","event":"Product Viewed","properties":{"product_id":"p)" +
               std::to_string(random() % 50) +
               R"(","category":"Coffee Machines","price":129.90},"context":{"library":{"name":)"
               R"("@segment/analytics-node","version":"3.1.0"}}})";
    }
    return out + "]}";
}

struct Measure {
    double per_second = 0;
    double cpu_us = 0;  // an event
};

/// The engine under measure: one shard on its own thread.
class Bench {
public:
    Bench(std::string folder, std::uint64_t customers, const std::string& flows)
        : folder_(std::move(folder)), customers_(customers) {
        std::filesystem::create_directories(folder_);
        auto releases = std::make_shared<Releases>();
        releases->add(1, program(flows));
        SqliteStore::Options options;
        options.path = folder_ + "/shard-0.db";
        auto store = SqliteStore::open(options);
        if (!store.has_value()) {
            die(store.error().detail);
        }
        Shard::Shared shared{clock_, suppressions_, lanes_, [](std::vector<ClaimedMessage>) {}};
        shard_ = std::make_unique<Shard>(0, std::move(store.value()), releases, shared);
        if (!shard_->recover().has_value()) {
            die("the store could not be recovered");
        }
        router_ = std::make_unique<Router>(std::vector<Shard*>{shard_.get()});
        shard_->start();
    }
    ~Bench() { shard_->stop(); }

    /// Every customer identified once, so that records are of their real size.
    void populate() {
        std::vector<InboundEvent> events;
        for (std::uint64_t i = 0; i < customers_; ++i) {
            InboundEvent event;
            event.kind = CallKind::identify;
            event.customer = "customer-" + std::to_string(i);
            event.message_id = "i" + std::to_string(i);
            event.data =
                R"({"email":"customer)" + std::to_string(i) +
                R"(@customers.example","email_status":"subscribed","time_zone":"Europe/Madrid"})";
            event.occurred_at = event.received_at = clock_.now();
            events.push_back(std::move(event));
            if (events.size() == 2'000 || i + 1 == customers_) {
                submit(std::move(events)).get();
                events.clear();
            }
        }
    }

    Measure run(std::uint64_t events) {
        std::vector<std::string> bodies;
        for (std::uint64_t i = 0; i < events / kBatch; ++i) {
            bodies.push_back(body(random_, customers_, number_));
        }
        const std::uint64_t before = shard_->counters().commits.load();
        const double cpu = cpu_seconds();
        const auto start = Watch::now();
        std::vector<std::future<void>> open;
        for (std::string& one : bodies) {
            DecodeContext context;
            context.received_at = clock_.now();
            auto decoded = decode_segment("batch", one, context);
            auto* calls = std::get_if<DecodedCalls>(&decoded);
            if (calls == nullptr || calls->events.size() != kBatch) {
                die("a body was not decoded");
            }
            open.push_back(submit(std::move(calls->events)));
            if (open.size() == kRequestsOpen) {
                open.front().get();
                open.erase(open.begin());
            }
        }
        for (std::future<void>& one : open) {
            one.get();
        }
        const double seconds = std::chrono::duration<double>(Watch::now() - start).count();
        commits_ = shard_->counters().commits.load() - before;
        return {static_cast<double>(events) / seconds,
                (cpu_seconds() - cpu) * 1e6 / static_cast<double>(events)};
    }
    [[nodiscard]] std::uint64_t commits() const { return commits_; }

private:
    std::future<void> submit(std::vector<InboundEvent> events) {
        auto done = std::make_shared<std::promise<void>>();
        auto waiting = done->get_future();
        const bool taken = router_->submit(std::move(events), [done](const Result<void>& result) {
            if (!result.has_value()) {
                die(result.error().detail);
            }
            done->set_value();
        });
        if (!taken) {
            die("the inbox was full");
        }
        return waiting;
    }

    std::string folder_;
    std::uint64_t customers_;
    SystemClock clock_;
    SuppressionList suppressions_;
    Lanes lanes_;
    std::unique_ptr<Shard> shard_;
    std::unique_ptr<Router> router_;
    std::mt19937_64 random_{7};
    std::uint64_t number_ = 0;
    std::uint64_t commits_ = 1;
};

/// Bytes of the packs in the engine's file: what the bare loop has to write too.
std::uint64_t packed_bytes(const std::string& path) {
    sqlite3* database = nullptr;
    std::uint64_t bytes = 0;
    if (sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) {
        die("cannot read " + path);
    }
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    for (const char* query : {"SELECT sum(length(body)) FROM journal_pack",
                              "SELECT sum(length(body)) FROM dedupe_pack"}) {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(database, query, -1, &statement, nullptr);
        if (sqlite3_step(statement) == SQLITE_ROW) {
            bytes += static_cast<std::uint64_t>(sqlite3_column_int64(statement, 0));
        }
        sqlite3_finalize(statement);
    }
    sqlite3_close(database);
    return bytes;
}

/// The least SQLite can do: one row of the given size a commit, WAL, FULL.
Measure bare(const std::string& folder, std::uint64_t commits, std::size_t bytes_a_commit,
             std::uint64_t events) {
    const std::string path = folder + "/bare.db";
    std::filesystem::remove(path);
    sqlite3* database = nullptr;
    if (sqlite3_open(path.c_str(), &database) != SQLITE_OK) {
        die("cannot create " + path);
    }
    sqlite3_exec(database,
                 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                 "CREATE TABLE pack(id INTEGER PRIMARY KEY, body BLOB NOT NULL);",
                 nullptr, nullptr, nullptr);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(database, "INSERT INTO pack(body) VALUES (?)", -1, &insert, nullptr);
    std::string row(bytes_a_commit, 'x');
    const double cpu = cpu_seconds();
    const auto start = Watch::now();
    for (std::uint64_t i = 0; i < commits; ++i) {
        row[i % row.size()] = static_cast<char>('a' + i % 26);
        sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
        sqlite3_bind_blob(insert, 1, row.data(), static_cast<int>(row.size()), SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) {
            die("the bare insert failed");
        }
        sqlite3_reset(insert);
        sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
    }
    const double seconds = std::chrono::duration<double>(Watch::now() - start).count();
    const double spent = cpu_seconds() - cpu;
    sqlite3_finalize(insert);
    sqlite3_close(database);
    return {static_cast<double>(events) / seconds, spent * 1e6 / static_cast<double>(events)};
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

int run(const std::string& folder, std::uint64_t customers, std::uint64_t events) {
    std::filesystem::create_directories(folder);
    Bench bench(folder, customers, std::string(kNothing) + kFlows);
    std::printf("populating %lu customers …\n", customers);
    std::fflush(stdout);
    bench.populate();
    std::vector<double> engine, bare_loop, ratios, cpu;
    for (int round = 0; round < kRounds; ++round) {
        const std::uint64_t before = packed_bytes(folder + "/shard-0.db");
        const Measure ours = bench.run(events);
        const std::uint64_t journal = packed_bytes(folder + "/shard-0.db") - before;
        // A state record of this program is about 330 bytes; journal and dedupe were counted.
        const std::uint64_t bytes = journal + events * 330;
        const std::uint64_t commits = std::max<std::uint64_t>(bench.commits(), 1);
        const Measure floor =
            bare(folder, commits, static_cast<std::size_t>(bytes / commits), events);
        engine.push_back(ours.per_second);
        bare_loop.push_back(floor.per_second);
        ratios.push_back(ours.per_second / floor.per_second);
        cpu.push_back(ours.cpu_us);
        std::printf(
            "  round %d: engine %.0f/s (%.1f us CPU an event, %.0f events a commit), "
            "bare loop %.0f/s (%.1f us), ratio %.2f\n",
            round + 1, ours.per_second, ours.cpu_us,
            static_cast<double>(events) / static_cast<double>(commits), floor.per_second,
            floor.cpu_us, ratios.back());
        std::fflush(stdout);
    }
    std::printf(
        "durable events/s at %lu customers, batches of %zu: engine %.0f, bare SQLite loop "
        "%.0f, ratio %.2f (medians of %d rounds), %.1f us CPU an event\n",
        customers, kBatch, median(engine), median(bare_loop), median(ratios), kRounds, median(cpu));
    return 0;
}

int run_conditions(const std::string& folder, std::uint64_t customers, std::uint64_t events) {
    std::printf("populating %lu customers twice …\n", customers);
    std::fflush(stdout);
    Bench none(folder + "/none", customers, kNothing);
    Bench live(folder + "/live", customers, live_flows());
    none.populate();
    live.populate();
    std::vector<double> ratios, with, without, cpu_with, cpu_without;
    for (int round = 0; round < kRounds; ++round) {
        const Measure a = none.run(events);
        const Measure b = live.run(events);
        without.push_back(a.per_second);
        with.push_back(b.per_second);
        cpu_without.push_back(a.cpu_us);
        cpu_with.push_back(b.cpu_us);
        ratios.push_back(b.per_second / a.per_second);
        std::printf("  round %d: none %.0f/s (%.1f us CPU), live %.0f/s (%.1f us), ratio %.2f\n",
                    round + 1, a.per_second, a.cpu_us, b.per_second, b.cpu_us, ratios.back());
        std::fflush(stdout);
    }
    std::printf(
        "durable events/s at %lu customers with 12 flows and 30 conditions: %.0f, with none %.0f, "
        "ratio %.2f (medians of %d rounds), %.1f us CPU an event against %.1f\n",
        customers, median(with), median(without), median(ratios), kRounds, median(cpu_with),
        median(cpu_without));
    return 0;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
    const bool conditions = argc > 1 && std::string_view(argv[1]) == "--conditions";
    argc -= conditions ? 1 : 0;
    argv += conditions ? 1 : 0;
    if (argc < 2) {
        std::fprintf(stderr,
                     "usage: engine_bench [--conditions] FOLDER [CUSTOMERS [EVENTS_A_ROUND]]\n");
        return 2;
    }
    const auto number = [&](int place, std::uint64_t otherwise) {
        return argc > place ? std::strtoull(argv[place], nullptr, 10) : otherwise;
    };
    return (conditions ? sluice::run_conditions : sluice::run)(argv[1], number(2, 1'000'000),
                                                               number(3, 200'000));
}
