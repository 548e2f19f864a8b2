#pragma once

#include "dsl/check/data_facts.hpp"
#include "dsl/graph/picture.hpp"
#include "engine/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace CLI {
class App;
}

/// Who stands where and what has been seen, from a daemon or from its data: for verbs and lenses.
namespace sluice::cli {

/// Where to look. With `data` only there; else the daemon at `url`, or the one of `config`, or
/// where `dev` listens, and when none answers the data of `config`, or `.sluice`.
struct PeopleSource {
    std::string data, config, url;
};

/// `--url`, `--config` and `--data` of a verb.
void add_source_options(CLI::App& verb, PeopleSource& source);

struct PeopleCounts {
    std::uint32_t release = 0;
    std::string hash;           // of the program that runs
    dsl::graph::Counts counts;  // flows with kInside and kEarlier, and lifecycles
};

Result<PeopleCounts> read_people(const PeopleSource& source);
Result<dsl::DataFacts> read_facts(const PeopleSource& source);

/// From a daemon only; Errc::unavailable when it does not answer in time.
Result<PeopleCounts> ask_people(const std::string& url, std::chrono::milliseconds patience);

}  // namespace sluice::cli
