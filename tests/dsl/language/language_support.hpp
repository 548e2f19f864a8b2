#pragma once

#include "dsl/language/index.hpp"
#include "tests/dsl/check/project.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

/// Projects for the language services. A `|` in a text marks the cursor.
namespace sluice::dsl::language::fixtures {

inline Input input_of(const dsl::fixtures::Project& project) {
    const CompileOptions options = project.options();
    Input input;
    input.sources = project.sources;
    input.zone_known = options.zone_known;
    input.load_body = [load = options.load_body](
                          std::string_view flow,
                          std::string_view requested) -> std::optional<Body> {
        auto text = load(flow, requested);
        return text ? std::optional(Body{std::string(requested), std::move(*text)}) : std::nullopt;
    };
    return input;
}

inline dsl::fixtures::Project shop() {
    dsl::fixtures::Project project;
    project.add_folder(std::filesystem::path(SLUICE_TEST_DATA) / "shop");
    return project;
}

inline Input one_file(std::string text) {
    Input input;
    input.sources.files.push_back({"a.flow", std::move(text)});
    return input;
}

/// The shop with one more file, in which a `|` is the cursor.
struct Marked {
    Index index;
    std::uint32_t file = 0;
    std::size_t offset = 0;
};
inline Marked marked(const dsl::fixtures::Project& base, std::string text) {
    const std::size_t cursor = text.find('|');
    EXPECT_NE(cursor, std::string::npos) << text;
    text.erase(cursor, 1);
    dsl::fixtures::Project project = base;
    project.add("zz-marked.flow", text);
    Index index(input_of(project));
    const std::uint32_t file = index.file_of("zz-marked.flow");
    return {std::move(index), file, cursor};
}

}  // namespace sluice::dsl::language::fixtures
