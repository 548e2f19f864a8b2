#pragma once

#include "dsl/format/draft.hpp"
#include "dsl/format/format.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl {

inline std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline SourceSet source(std::string_view text) {
    SourceSet sources;
    sources.files.push_back({"test.flow", std::string(text)});
    return sources;
}

inline FormatResult formatted(std::string_view text) {
    return format(source(text), 0);
}

/// The laid out text; there must be nothing to complain about, and laying it out again must change
/// nothing.
inline std::string tidy(std::string_view text) {
    const SourceSet sources = source(text);
    const FormatResult once = format(sources, 0);
    for (const Diagnostic& diagnostic : once.diagnostics) {
        ADD_FAILURE() << render_text(diagnostic, sources) << "\nin\n" << text;
    }
    const FormatResult twice = formatted(once.text);
    EXPECT_EQ(twice.text, once.text);
    EXPECT_FALSE(twice.changed);
    EXPECT_EQ(once.changed, once.text != text);
    return once.text;
}

/// The flow files below a folder of the source tree, by path.
inline std::vector<SourceFile> flow_files(const std::filesystem::path& folder) {
    const std::filesystem::path root(SLUICE_SOURCE_DIR);
    std::vector<SourceFile> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
        if (entry.is_regular_file() && entry.path().extension() == ".flow") {
            files.push_back(
                {entry.path().lexically_relative(root).generic_string(), read(entry.path())});
        }
    }
    std::ranges::sort(files, {}, &SourceFile::path);
    return files;
}

/// Every flow file of the source tree.
inline std::vector<SourceFile> all_flow_files() {
    std::vector<SourceFile> files;
    for (const char* folder : {"examples", "flows", "tests"}) {
        std::ranges::move(flow_files(folder), std::back_inserter(files));
    }
    return files;
}

}  // namespace sluice::dsl
