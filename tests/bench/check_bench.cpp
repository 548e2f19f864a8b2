// How fast flow files are read: lexing and parsing in MB/s of text, and a whole check of a project.
//   check_bench PROJECT FOLDER…      PROJECT: compiled; FOLDERs: flow files for the parser
#include "dsl/check/compile.hpp"
#include "dsl/parser/parse.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

namespace {

namespace fs = std::filesystem;
using sluice::dsl::SourceSet;

constexpr std::size_t kBytes = 10'000'000;
constexpr int kRounds = 7;

std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

SourceSet flows_below(const fs::path& folder) {
    SourceSet sources;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".flow") {
            sources.files.push_back(
                {entry.path().lexically_relative(folder).generic_string(), text_of(entry.path())});
        }
    }
    std::sort(sources.files.begin(), sources.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return sources;
}

/// Median seconds of a few rounds.
template <class Work>
double seconds(Work work) {
    std::vector<double> rounds;
    for (int round = 0; round < kRounds; ++round) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        rounds.push_back(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    std::sort(rounds.begin(), rounds.end());
    return rounds[rounds.size() / 2];
}

/// The files once each, again and again, until there is enough of them: no file is larger than one
/// that somebody wrote.
void parse_all(int argc, char** argv) {
    SourceSet sources;
    std::size_t bytes = 0;
    std::vector<SourceSet> sets;
    for (int at = 2; at < argc; ++at) {
        sets.push_back(flows_below(argv[at]));
    }
    while (bytes < kBytes) {
        for (const SourceSet& set : sets) {
            for (const auto& file : set.files) {
                sources.files.push_back(file);
                bytes += file.text.size();
            }
        }
    }
    std::size_t found = 0;
    const double took = seconds([&] {
        std::vector<sluice::dsl::Diagnostic> diagnostics;
        for (std::uint32_t file = 0; file < sources.files.size(); ++file) {
            found += sluice::dsl::parse(sources, file, diagnostics).decls.size();
        }
    });
    std::printf("lex and parse: %.1f MB in %zu files, %.0f MB/s (%zu declarations a round)\n",
                static_cast<double>(bytes) / 1e6, sources.files.size(),
                static_cast<double>(bytes) / 1e6 / took, found / kRounds);
}

void check_project(const char* folder) {
    const SourceSet sources = flows_below(folder);
    std::map<std::string, std::string> bodies;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".html") {
            bodies[entry.path().lexically_relative(folder).generic_string()] =
                text_of(entry.path());
        }
    }
    sluice::dsl::CompileOptions options;
    options.load_body = [&](std::string_view flow,
                            std::string_view body) -> std::optional<std::string> {
        for (const fs::path& path : {fs::path(flow).parent_path() / body, fs::path(body)}) {
            const auto place = bodies.find(path.lexically_normal().generic_string());
            if (place != bodies.end()) {
                return place->second;
            }
        }
        return std::nullopt;
    };
    bool good = true;
    const double took =
        seconds([&] { good = sluice::dsl::compile(sources, options).program != nullptr && good; });
    std::printf("check of %s: %zu files, %.1f ms%s\n", folder, sources.files.size(), took * 1e3,
                good ? "" : " (with errors)");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: check_bench PROJECT FOLDER...\n");
        return 2;
    }
    check_project(argv[1]);
    parse_all(argc, argv);
}
