#include "tests/editors/corpus.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace sluice::editors {

namespace {

namespace fs = std::filesystem;

std::string test_name(const std::string& file, const std::string& title) {
    std::string out;
    for (const char c : file + "_" + title) {
        out += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    }
    return out;
}

bool ruler(std::string_view line, char sign) {
    return line.size() >= 3 && std::ranges::all_of(line, [&](char c) { return c == sign; });
}

// A case is a title between two lines of =, a text, a line of -, and a tree.
std::vector<CorpusCase> cases_of(const fs::path& path) {
    std::vector<CorpusCase> out;
    enum class Part { title, text, tree } part = Part::tree;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        if (ruler(line, '=')) {
            if (part != Part::title) {
                out.emplace_back();
            }
            part = part == Part::title ? Part::text : Part::title;
        } else if (ruler(line, '-')) {
            part = Part::tree;
        } else if (part == Part::title) {
            out.back().title = line;
            out.back().test_name = test_name(path.stem().string(), line);
        } else if (!out.empty()) {
            (part == Part::text ? out.back().text : out.back().tree) += line + "\n";
        }
    }
    return out;
}

std::vector<CorpusCase> read_all() {
    std::vector<fs::path> files;
    const fs::path folder = fs::path(SLUICE_SOURCE_DIR) / "editors/tree-sitter-flow/test/corpus";
    for (const auto& entry : fs::directory_iterator(folder)) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    std::vector<CorpusCase> out;
    for (const fs::path& file : files) {
        std::ranges::move(cases_of(file), std::back_inserter(out));
    }
    return out;
}

}  // namespace

const std::vector<CorpusCase>& corpus() {
    static const std::vector<CorpusCase> all = read_all();
    return all;
}

}  // namespace sluice::editors
