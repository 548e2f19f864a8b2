#pragma once

#include "dsl/source.hpp"
#include "engine/cli/library.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

/// Cuts one flow out of a library, with everything it needs and nothing else.
///
/// Declarations are told apart by the rule that they begin in column 1, and belong together by the
/// names they mention: a flow its messages, events, states and webhooks, a lifecycle its events,
/// and so on. The policy and the customer always come along, the latter with the fields that are
/// used.
namespace sluice::cli {

struct StarterInfo {
    std::string name;         // of the file: `abandoned-cart`
    std::string flow;         // `Abandoned Cart`
    std::string description;  // the author's, empty when there is none
};

/// Every file flows/NAME.flow of the library, by name.
std::vector<StarterInfo> list_starters(std::span<const LibraryFile> library);

/// The files of a project with this flow, in canonical layout, by path. Empty when there is no such
/// starter.
std::optional<std::vector<dsl::SourceFile>> make_starter(std::span<const LibraryFile> library,
                                                         const std::string& name);

}  // namespace sluice::cli
