#pragma once

#include "dsl/check/compile.hpp"
#include "tests/docs/blocks.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

/// The project of one page: what its folder gives every page, and the files its blocks have written
/// so far.
namespace sluice::docs {

/// A flow file of a project that a block makes up.
inline constexpr std::string_view kExampleFile = "zz-example.flow";

/// What a block is a piece of, made whole: `part=condition` behind an `if`, and so on. Empty for a
/// part that is not known.
std::string wrapped(std::string_view part, const std::string& text);

class PageProject {
public:
    explicit PageProject(const Page& page);

    /// Keeps a block that says `file=` (instead of what was there) or `append=`.
    void keep(const Block& block);

    /// The sources with the block on top, sorted by path. What the block declares itself replaces
    /// what the folder gives: a `policy` the policy, a `customer` everything.
    [[nodiscard]] dsl::SourceSet sources_with(const Block& block) const;

    [[nodiscard]] dsl::CompileResult compile(const dsl::SourceSet& sources) const;

private:
    std::map<std::string, std::string> prelude_;
    std::map<std::string, std::string> files_;
    std::optional<dsl::DataFacts> data_;
};

/// A flow file in the canonical layout of `sluice fmt`; as it is when it does not parse.
std::string formatted(const std::string& text);

/// Every diagnostic as the terminal shows it.
std::string report(const dsl::CompileResult& result, const dsl::SourceSet& sources);

}  // namespace sluice::docs
