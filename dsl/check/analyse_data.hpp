#pragma once

#include "dsl/check/context.hpp"
#include "dsl/check/data_facts.hpp"

#include <map>
#include <string>
#include <utility>

/// What a project reads, held against what real data has (W412). Private to dsl/check.
namespace sluice::dsl::check {

/// The first place of everything the flows read, tests left out.
struct UsedNames {
    std::map<std::string, Span> events;
    std::map<std::pair<std::string, std::string>, Span> fields;  // event, field
    std::map<std::string, Span> traits;

    void note(const NameUse& use);
};

void analyse_data(Compilation& c, const DataFacts& facts, const UsedNames& used);

}  // namespace sluice::dsl::check
