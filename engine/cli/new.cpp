#include "dsl/diagnostic.hpp"
#include "engine/cli/starter.hpp"
#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::string name;
    std::string directory;
};

int list(const std::vector<StarterInfo>& starters) {
    std::size_t width = 0;
    for (const StarterInfo& starter : starters) {
        width = std::max(width, starter.name.size());
    }
    for (const StarterInfo& starter : starters) {
        std::printf("%-*s  %s\n", static_cast<int>(width), starter.name.c_str(),
                    starter.description.c_str());
    }
    std::puts("\nTo begin with one of them:  sluice new welcome my-shop");
    return kDone;
}

int unknown(const std::string& name, const std::vector<StarterInfo>& starters) {
    std::vector<std::string> names;
    for (const StarterInfo& starter : starters) {
        names.push_back(starter.name);
    }
    std::fprintf(stderr, "sluice: there is no template called \"%s\"", name.c_str());
    const std::vector<std::string> near = dsl::did_you_mean(name, names);
    for (const std::string& candidate : near) {
        const bool first = &candidate == &near.front();
        std::fprintf(stderr, "%s \"%s\"", first ? "; did you mean" : " or", candidate.c_str());
    }
    std::fputs(near.empty() ? "; `sluice new` lists them\n" : "?\n", stderr);
    return kUsage;
}

/// A directory that is not there yet, or is empty: nothing of anybody's is written over.
bool is_free(const fs::path& directory) {
    std::error_code failed;
    return !fs::exists(directory, failed) ||
           (fs::is_directory(directory, failed) && fs::is_empty(directory, failed) && !failed);
}

bool write_file(const fs::path& path, const std::string& text) {
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (!out) {
        std::fprintf(stderr, "sluice: cannot write \"%s\"\n", path.c_str());
    }
    return static_cast<bool>(out);
}

int run(const Options& options) {
    const auto starters = list_starters(library_files());
    if (options.name.empty()) {
        return list(starters);
    }
    const auto files = make_starter(library_files(), options.name);
    if (!files) {
        return unknown(options.name, starters);
    }
    const std::string directory = options.directory.empty() ? options.name : options.directory;
    if (!is_free(directory)) {
        std::fprintf(stderr, "sluice: \"%s\" exists already; give the name of a new directory\n",
                     directory.c_str());
        return kUsage;
    }
    for (const dsl::SourceFile& file : *files) {
        if (!write_file(fs::path(directory) / file.path, file.text)) {
            return kUsage;
        }
    }
    const auto starter = std::find_if(starters.begin(), starters.end(),
                                      [&](const auto& one) { return one.name == options.name; });
    std::printf("%s: %zu files\n\nTry:\n", directory.c_str(), files->size());
    std::printf("  sluice check %s\n", directory.c_str());
    std::printf("  sluice test %s --coverage\n", directory.c_str());
    std::printf("  sluice graph %s \"%s\"\n", directory.c_str(), starter->flow.c_str());
    return kDone;
}

}  // namespace

void add_new(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand("new", "Begin a project with a ready-made flow");
    verb->add_option("NAME", options->name, "Template; without it all are listed");
    verb->add_option("DIR", options->directory, "New directory (else called like the template)");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
