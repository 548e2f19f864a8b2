#include "engine/cli/people_input.hpp"

#include "engine/cli/data_input.hpp"
#include "engine/cli/operator_client.hpp"
#include "engine/daemon/people.hpp"
#include "engine/daemon/seen.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <functional>

namespace sluice::cli {
namespace {

namespace graph = dsl::graph;
namespace json = boost::json;

/// Whoever is there answers at once; counting a million customers takes a while.
constexpr std::chrono::seconds kPatience{30};

std::int64_t number_of(const json::value* value) {
    json::error_code failed;
    const auto number = value == nullptr ? 0 : value->to_number<std::int64_t>(failed);
    return failed ? 0 : number;
}

void take_counts(const json::value* object, std::map<std::string, std::int64_t>& out) {
    if (object == nullptr || !object->is_object()) {
        return;
    }
    for (const auto& [name, people] : object->get_object()) {
        out[std::string(name)] = number_of(&people);
    }
}

Result<PeopleCounts> parsed(const std::string& body) {
    json::error_code failed;
    const json::value root = json::parse(body, failed);
    const json::object* object = failed ? nullptr : root.if_object();
    const json::value* flows = object == nullptr ? nullptr : object->if_contains("flows");
    const json::value* states = object == nullptr ? nullptr : object->if_contains("states");
    const json::value* hash = object == nullptr ? nullptr : object->if_contains("hash");
    if (flows == nullptr || !flows->is_object() || hash == nullptr || !hash->is_string()) {
        return Error{Errc::invalid_argument, "the daemon did not say who stands where"};
    }
    PeopleCounts out;
    out.release = static_cast<std::uint32_t>(number_of(object->if_contains("release")));
    out.hash = std::string(hash->get_string());
    for (const auto& [name, flow] : flows->get_object()) {
        if (const json::object* one = flow.if_object()) {
            auto& counts = out.counts[std::string(name)];
            take_counts(one->if_contains("waits"), counts);
            counts[std::string(graph::kInside)] = number_of(one->if_contains("inside"));
            counts[std::string(graph::kEarlier)] = number_of(one->if_contains("earlier"));
        }
    }
    if (states != nullptr && states->is_object()) {
        for (const auto& [name, counts] : states->get_object()) {
            take_counts(&counts, out.counts[std::string(name)]);
        }
    }
    return out;
}

/// The daemon's answer, or what its data says; the daemon's silence is told when there is neither.
Result<std::string> from_either(const PeopleSource& source, const char* target,
                                const std::function<Result<std::string>(Readers&)>& from_data) {
    std::string silence;
    if (source.data.empty()) {
        SLUICE_TRY(const auto url, operator_address(source.url, source.config));
        auto answer = operator_get(url, target, kPatience);
        if (answer.has_value() || !source.url.empty() || answer.error().code != Errc::unavailable) {
            return answer;
        }
        silence = answer.error().detail + ", and ";
    }
    const std::string folder = source.data.empty() ? ".sluice" : source.data;
    SLUICE_TRY(const auto data,
               data_directory(folder, source.data.empty() ? source.config : std::string()));
    auto readers = open_shard_readers(data);
    if (!readers.has_value()) {
        return Error{readers.error().code, silence + readers.error().detail};
    }
    return from_data(readers.value());
}

}  // namespace

void add_source_options(CLI::App& verb, PeopleSource& source) {
    verb.add_option("--url", source.url, "The daemon (http://127.0.0.1:8025, or as configured)");
    verb.add_option("--config", source.config,
                    "Configuration file that names its address and its data");
    verb.add_option("--data", source.data, "Only this data directory; may be in use");
}

Result<PeopleCounts> read_people(const PeopleSource& source) {
    SLUICE_TRY(const auto body,
               from_either(source, "/v1/people", [](Readers& readers) -> Result<std::string> {
                   SLUICE_TRY(const auto releases, compile_releases(*readers.front()));
                   SLUICE_TRY(const auto people, count_people(readers, *releases));
                   return render_json(people);
               }));
    return parsed(body);
}

Result<dsl::DataFacts> read_facts(const PeopleSource& source) {
    SLUICE_TRY(const auto body,
               from_either(source, "/v1/seen", [](Readers& readers) -> Result<std::string> {
                   SLUICE_TRY(const auto seen, read_seen(readers, SystemClock{}.now()));
                   return render_json(seen);
               }));
    return parse_seen(body);
}

Result<PeopleCounts> ask_people(const std::string& url, std::chrono::milliseconds patience) {
    SLUICE_TRY(const auto body, operator_get(url, "/v1/people", patience));
    return parsed(body);
}

}  // namespace sluice::cli
