#include "engine/cli/data_input.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/daemon/engine.hpp"
#include "engine/runtime/doubt.hpp"
#include "engine/store/sqlite_store.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace sluice::cli {
namespace {

constexpr std::size_t kDoubtsMax = 10'000;

struct Options {
    std::string data = ".sluice", config;
    std::string id, verdict;
    bool json = false;
};

void print(const OutboxRow& row, bool json) {
    if (json) {
        std::puts(doubt_json(row).c_str());
        return;
    }
    std::printf("%s  %s  %s  to customer %s, attempt %u, %s\n", row.id.c_str(),
                format_rfc3339(row.created_at).c_str(), doubt_text(row).c_str(),
                row.customer.c_str(), row.attempts, row.outcome.c_str());
}

Result<std::size_t> list(const Options& options) {
    SLUICE_TRY(auto data, data_directory(options.data, options.config));
    SLUICE_TRY(auto stores, open_readers(data));
    std::size_t found = 0;
    for (auto& store : stores) {
        SLUICE_TRY(auto rows, store->outbox(OutboxStatus::unknown, kDoubtsMax));
        for (const OutboxRow& row : rows) {
            print(row, options.json);
        }
        found += rows.size();
    }
    return found;
}

/// Only while the daemon is stopped: the store has one writer. A running daemon is asked over HTTP.
Result<void> resolve(const Options& options) {
    SLUICE_TRY(auto data, data_directory(options.data, options.config));
    const DoubtVerdict verdict = *doubt_verdict(options.verdict);  // one of three: CLI11 checked
    const std::uint32_t shards = count_shards(data);
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
        SqliteStore::Options open;
        open.path = shard_path(data, shard);
        open.shard = shard;
        open.shards = shards;
        SLUICE_TRY(auto store, SqliteStore::open(std::move(open)));
        auto settled = settle_doubt_in(*store, options.id, verdict, SystemClock{}.now());
        if (settled.has_value() || settled.error().code != Errc::not_found) {
            return settled;
        }
    }
    return Error{Errc::not_found, "no message " + options.id + " is known"};
}

int run(const Options& options) {
    if (!options.id.empty()) {
        const auto resolved = resolve(options);
        if (!resolved.has_value() && resolved.error().code == Errc::unavailable) {
            std::fprintf(stderr,
                         "sluice: the daemon has the data open; ask it instead:\n"
                         "  curl -X POST 'http://127.0.0.1:8025/v1/doubts/%s?verdict=%s'\n",
                         options.id.c_str(), options.verdict.c_str());
            return kFindings;
        }
        return resolved.has_value() ? kDone : report(resolved.error());
    }
    const auto found = list(options);
    if (!found.has_value()) {
        return report(found.error());
    }
    if (!options.json) {
        std::printf("%zu messages in doubt\n", found.value());
    }
    return kDone;
}

}  // namespace

void add_doubts(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand(
        "doubts", "List messages whose fate a crash left unknown, or settle one of them");
    verb->add_option("--data", options->data, "Data directory (.sluice)");
    verb->add_option("--config", options->config, "Configuration file that names the data");
    verb->add_flag("--json", options->json, "One JSON object a message, on standard output");
    CLI::Option* id = verb->add_option("ID", options->id, "Message to settle");
    verb->add_option("VERDICT", options->verdict, "sent, resend or drop")
        ->check(CLI::IsMember({"sent", "resend", "drop"}))
        ->needs(id);
    id->needs(verb->get_option("VERDICT"));
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
