#include "engine/cli/data_input.hpp"

#include "connectors/builtin.hpp"
#include "engine/behaviour/evaluate.hpp"
#include "engine/daemon/config.hpp"
#include "engine/daemon/engine.hpp"
#include "engine/daemon/plan.hpp"
#include "engine/ingest/router.hpp"
#include "engine/model/codec.hpp"
#include "engine/store/sqlite_store.hpp"

#include <optional>
#include <set>

namespace sluice::cli {
namespace {

Result<std::unique_ptr<Store>> open_reader(const std::string& data, std::uint32_t shard,
                                           std::uint32_t shards) {
    SqliteStore::Options options;
    options.path = shard_path(data, shard);
    options.shard = shard;
    options.shards = shards;
    options.read_only = true;
    return SqliteStore::open(std::move(options));
}

Result<std::uint32_t> shards_in(const std::string& data) {
    const std::uint32_t shards = count_shards(data);
    if (shards == 0) {
        return Error{Errc::not_found, "there is no data in \"" + data + "\""};
    }
    return shards;
}

}  // namespace

Result<std::string> data_directory(const std::string& data, const std::string& config) {
    if (config.empty()) {
        return data;
    }
    SLUICE_TRY(auto loaded, load_config(config, builtin_connectors()));
    return loaded.data;
}

Result<std::vector<std::unique_ptr<Store>>> open_readers(const std::string& data) {
    return open_shard_readers(data);
}

Result<std::unique_ptr<Store>> open_reader_of(const std::string& data,
                                              const std::string& customer) {
    SLUICE_TRY(const auto shards, shards_in(data));
    return open_reader(data, shard_number(customer, shards), shards);
}

Result<std::string> person_in(const std::string& data, const std::string& id) {
    SLUICE_TRY(auto readers, open_readers(data));
    std::string person = id;
    std::set<std::string> passed;
    while (passed.insert(person).second) {
        std::optional<IdentityLink> newest;
        for (auto& store : readers) {
            SLUICE_TRY(const auto links, store->links_of(person));
            if (!links.empty() && (!newest || newer_link(links.front(), *newest))) {
                newest = links.front();
            }
        }
        if (!newest) {
            break;
        }
        person = newest->customer;
    }
    return person;
}

Result<Zone> zone_in(const std::string& data, Store& store, const std::string& customer) {
    const auto no = store.find(customer);
    if (!no) {
        return Zone{};
    }
    SLUICE_TRY(auto loaded, store.load(*no));
    SLUICE_TRY(auto record, decode_customer(loaded.state));
    SLUICE_TRY(auto first, open_reader(data, 0, count_shards(data)));
    SLUICE_TRY(auto releases, first->releases());
    for (const Release& release : releases) {
        if (record.layouts.empty() || release.number != record.layouts.front().release) {
            continue;
        }
        SLUICE_TRY(auto project, decode_project(release.bundle));
        if (const auto compiled = compile_release(project); compiled.program) {
            return zone_of(*compiled.program, record.layouts.front());
        }
    }
    return Zone{};
}

}  // namespace sluice::cli
