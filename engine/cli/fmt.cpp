#include "dsl/diagnostic.hpp"
#include "dsl/format/format.hpp"
#include "engine/cli/replace_file.hpp"
#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::vector<std::string> paths;
    bool check = false;
    bool to_stdout = false;
};

/// What happened to the files.
struct Tally {
    std::size_t files = 0;
    std::size_t changed = 0;
    std::size_t refused = 0;  // errors in the file
    std::size_t failed = 0;   // not read or not written
};

void complain(const std::string& about, const std::string& what) {
    std::fprintf(stderr, "sluice: %s: %s\n", about.c_str(), what.c_str());
}

// ---- which files

/// Every *.flow below the directory; hidden files and folders are left out, as by the compiler.
bool find_below(const fs::path& directory, std::vector<std::string>& files) {
    std::error_code failed;
    const std::size_t before = files.size();
    auto walk = fs::recursive_directory_iterator(directory, failed);
    for (; !failed && walk != fs::recursive_directory_iterator(); walk.increment(failed)) {
        if (walk->path().filename().string().starts_with('.')) {
            walk.disable_recursion_pending();
        } else if (walk->path().extension() == ".flow" && walk->is_regular_file(failed)) {
            files.push_back(walk->path().lexically_normal().string());
        }
    }
    if (failed) {
        complain(directory.string(), failed.message());
    } else if (files.size() == before) {
        complain(directory.string(), "there is no .flow file in it");
    }
    return !failed && files.size() != before;
}

std::optional<std::vector<std::string>> find_files(const std::vector<std::string>& paths) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        std::error_code failed;
        if (fs::is_directory(path, failed)) {
            if (!find_below(path, files)) {
                return std::nullopt;
            }
        } else if (fs::is_regular_file(path, failed)) {
            files.push_back(fs::path(path).lexically_normal().string());
        } else {
            complain(path, "is neither a file nor a directory");
            return std::nullopt;
        }
    }
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    return files;
}

// ---- reading

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    return in.good() || in.eof() ? std::optional(std::move(text)) : std::nullopt;
}

// ---- what would change

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// White space that cannot be seen is named: it may be all that differs.
std::string shown(std::string_view line) {
    if (line.empty()) {
        return "(an empty line)";
    }
    const std::size_t end = line.find_last_not_of(" \t\r") + 1;
    std::string out(line.substr(0, end));
    if (end != line.size()) {
        out += line.ends_with('\r') ? "  (and a CR)" : "  (and white space)";
    }
    return out;
}

void print_difference(const std::string& name, std::string_view before, std::string_view after) {
    const std::vector<std::string_view> old_lines = lines_of(before);
    const std::vector<std::string_view> new_lines = lines_of(after);
    const std::size_t common = std::min(old_lines.size(), new_lines.size());
    std::size_t line = 0;
    while (line < common && old_lines[line] == new_lines[line]) {
        ++line;
    }
    const bool all_equal = line == old_lines.size() && line == new_lines.size();
    std::printf("%s:%zu\n", name.c_str(), all_equal ? line : line + 1);
    if (line < old_lines.size()) {
        std::printf("  - %s\n", shown(old_lines[line]).c_str());
    }
    if (line < new_lines.size()) {
        std::printf("  + %s\n", shown(new_lines[line]).c_str());
    }
    if (all_equal) {
        std::printf("  the last line has no line end\n");
    }
}

// ---- the verb

/// Lays out one text; complaints go to standard error.
dsl::FormatResult lay_out(const std::string& name, std::string text, Tally& tally) {
    dsl::SourceSet sources;
    sources.files.push_back({name, std::move(text)});
    dsl::FormatResult result = dsl::format(sources, 0);
    ++tally.files;
    tally.changed += result.changed ? 1 : 0;
    bool refused = false;
    for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
        std::fputs((dsl::render_text(diagnostic, sources) + "\n").c_str(), stderr);
        refused = refused || diagnostic.severity == dsl::Severity::error;
    }
    tally.refused += refused ? 1 : 0;
    return result;
}

void take_file(const std::string& path, const Options& options, Tally& tally) {
    const std::optional<std::string> text = read_file(path);
    if (!text) {
        complain(path, "cannot be read");
        ++tally.failed;
        return;
    }
    const dsl::FormatResult result = lay_out(path, *text, tally);
    if (options.check) {
        if (result.changed) {
            print_difference(path, *text, result.text);
        }
    } else if (options.to_stdout) {
        std::fwrite(result.text.data(), 1, result.text.size(), stdout);
    } else if (result.changed) {
        if (replace_file(path, result.text)) {
            std::printf("%s\n", path.c_str());
        } else {
            complain(path, std::string("cannot be written: ") + std::strerror(errno));
            ++tally.failed;
        }
    }
}

int exit_code_of(const Tally& tally, const Options& options) {
    if (tally.failed != 0) {
        return kUsage;
    }
    return tally.refused != 0 || (options.check && tally.changed != 0) ? kFindings : kDone;
}

int run_stdin(const Options& options) {
    Tally tally;
    std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    const dsl::FormatResult result = lay_out("standard input", text, tally);
    if (!options.check) {
        std::fwrite(result.text.data(), 1, result.text.size(), stdout);
    } else if (result.changed) {
        print_difference("standard input", text, result.text);
    }
    return exit_code_of(tally, options);
}

int run(const Options& options) {
    if (std::find(options.paths.begin(), options.paths.end(), "-") != options.paths.end()) {
        if (options.paths.size() == 1) {
            return run_stdin(options);
        }
        complain("-", "standard input is formatted alone");
        return kUsage;
    }
    const auto files = find_files(options.paths);
    if (!files) {
        return kUsage;
    }
    if (options.to_stdout && files->size() != 1) {
        complain("--stdout", "takes one file, here are " + std::to_string(files->size()));
        return kUsage;
    }
    Tally tally;
    for (const std::string& path : *files) {
        take_file(path, options, tally);
    }
    if (!options.to_stdout) {
        std::printf("%zu of %zu files %s\n", tally.changed, tally.files,
                    options.check ? "would change" : "changed");
    }
    if (tally.refused != 0) {
        std::fprintf(stderr, "sluice: %zu left alone because of errors\n", tally.refused);
    }
    return exit_code_of(tally, options);
}

}  // namespace

void add_fmt(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    options->paths = {"."};
    CLI::App* verb = app.add_subcommand("fmt", "Lay out flow files in the one canonical way");
    verb->add_option("PATH", options->paths,
                     "Files, directories of .flow files, or - for standard input");
    CLI::Option* check = verb->add_flag("--check", options->check,
                                        "Write nothing; exit 1 and show where files would change");
    verb->add_flag("--stdout", options->to_stdout, "Print one file instead of writing it")
        ->excludes(check);
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
