#include "dsl/language/rename.hpp"

#include "dsl/check/report.hpp"
#include "engine/base/civil_time.hpp"
#include "engine/cli/replace_file.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/daemon/project.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

namespace sluice::cli {
namespace {

namespace language = dsl::language;

struct Options {
    std::string old_name;
    std::string new_name;
    std::string directory;
    std::string kind;
    bool dry_run = false;
};

language::Index index_of(const Project& project) {
    language::Input input;
    input.sources = project.sources;
    input.zone_known = [](std::string_view id) { return find_zone(id).has_value(); };
    input.load_body = [&project](std::string_view flow,
                                 std::string_view requested) -> std::optional<language::Body> {
        const auto path = dsl::find_body(project.bodies, flow, requested);
        return path ? std::optional(language::Body{*path, project.bodies.at(*path)}) : std::nullopt;
    };
    return language::Index(std::move(input));
}

/// `customer.points` and `Order Placed.total` name fields; anything else a Name.
std::vector<const language::Symbol*> symbols_for(const language::Index& index,
                                                 const std::string& written) {
    const std::size_t dot = written.rfind('.');
    std::vector<const language::Symbol*> out;
    if (dot != std::string::npos) {
        const std::string owner = written.substr(0, dot);
        const bool customer = owner == "customer";
        const auto kind =
            customer ? language::SymbolKind::customer_field : language::SymbolKind::event_field;
        const auto* field =
            index.find(kind, written.substr(dot + 1), customer ? std::string() : owner);
        if (field != nullptr) {
            out.push_back(field);
        }
    }
    for (const language::Symbol* symbol : language::named(index, written)) {
        if (language::is_name(symbol->kind)) {
            out.push_back(symbol);
        }
    }
    return out;
}

std::vector<std::string> known_names(const language::Index& index) {
    std::vector<std::string> out;
    for (const language::Symbol& symbol : index.symbols()) {
        if (language::is_name(symbol.kind) && symbol.declaration() != nullptr) {
            out.push_back(symbol.name);
        }
    }
    return out;
}

/// The one symbol that is meant; null after saying why there is none.
const language::Symbol* chosen(const language::Index& index, const Options& options) {
    auto found = symbols_for(index, options.old_name);
    if (!options.kind.empty()) {
        found.erase(std::remove_if(found.begin(), found.end(),
                                   [&](const language::Symbol* symbol) {
                                       return language::noun_of(symbol->kind) != options.kind;
                                   }),
                    found.end());
    }
    if (found.size() == 1) {
        return found.front();
    }
    if (found.empty()) {
        const auto near = dsl::did_you_mean(options.old_name, known_names(index));
        std::fprintf(stderr, "sluice: nothing is called \"%s\"%s\n", options.old_name.c_str(),
                     near.empty() ? "" : ("; did you mean \"" + near.front() + "\"?").c_str());
        return nullptr;
    }
    std::fprintf(stderr, "sluice: several things are called \"%s\"; say which with --kind:\n",
                 options.old_name.c_str());
    for (const language::Symbol* symbol : found) {
        std::fprintf(stderr, "  --kind \"%s\"\n",
                     std::string(language::noun_of(symbol->kind)).c_str());
    }
    return nullptr;
}

/// The texts of all files that change, by path in the project.
std::map<std::string, std::string> changed_texts(const Project& project,
                                                 const std::vector<language::TextEdit>& edits) {
    std::map<std::string, std::string> out;
    for (const dsl::SourceFile& file : project.sources.files) {
        out[file.path] = file.text;
    }
    for (const auto& [path, text] : project.bodies) {
        out[path] = text;
    }
    for (auto at = out.begin(); at != out.end();) {
        std::string fresh = language::applied(at->second, edits, at->first);
        const bool same = fresh == at->second;
        at->second = std::move(fresh);
        at = same ? out.erase(at) : std::next(at);
    }
    return out;
}

bool write_all(const std::string& directory, const std::map<std::string, std::string>& texts) {
    StagedFiles files;
    for (const auto& [path, text] : texts) {
        if (!files.stage((std::filesystem::path(directory) / path).string(), text)) {
            std::fprintf(stderr, "sluice: cannot write \"%s\": %s; nothing has changed\n",
                         path.c_str(), std::strerror(errno));
            return false;
        }
    }
    if (!files.put_in_place()) {
        std::fprintf(stderr, "sluice: cannot replace every file: %s\n", std::strerror(errno));
        return false;
    }
    return true;
}

void print_summary(const language::Symbol& symbol, const language::Renaming& renaming,
                   const Options& options) {
    std::map<std::string, int> by_path;
    for (const language::TextEdit& edit : renaming.edits) {
        by_path[edit.path] += 1;
    }
    for (const auto& [path, count] : by_path) {
        std::printf("%s  %d\n", path.c_str(), count);
    }
    std::printf("%s %s: \"%s\" is now \"%s\" in %zu places of %zu files\n",
                options.dry_run ? "would rename" : "renamed",
                std::string(language::noun_of(symbol.kind)).c_str(), symbol.name.c_str(),
                options.new_name.c_str(), renaming.edits.size(), by_path.size());
    if (!renaming.note.empty()) {
        std::printf("%s\n", renaming.note.c_str());
    }
}

int run(const Options& options) {
    const auto project = load_project(options.directory);
    if (!project.has_value()) {
        std::fprintf(stderr, "sluice: %s\n", project.error().detail.c_str());
        return kUsage;
    }
    const language::Index index = index_of(project.value());
    if (index.has_errors()) {
        for (const dsl::Diagnostic& diagnostic : index.diagnostics()) {
            std::fputs((dsl::render_text(diagnostic, index.sources()) + "\n").c_str(), stderr);
        }
        std::fputs("sluice: fix the errors first; until then not every place can be found\n",
                   stderr);
        return kFindings;
    }
    const language::Symbol* symbol = chosen(index, options);
    if (symbol == nullptr) {
        return kUsage;
    }
    const language::Renaming renaming = language::rename(index, *symbol, options.new_name);
    if (!renaming.refusal.empty()) {
        std::fprintf(stderr, "sluice: %s\n", renaming.refusal.c_str());
        return kFindings;
    }
    if (!options.dry_run &&
        !write_all(options.directory, changed_texts(project.value(), renaming.edits))) {
        return kUsage;
    }
    print_summary(*symbol, renaming, options);
    return kDone;
}

}  // namespace

void add_rename(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb =
        app.add_subcommand("rename", "Give a name or a field another name in every file");
    verb->add_option("OLD", options->old_name, "A name, or customer.field, or Event Name.field")
        ->required();
    verb->add_option("NEW", options->new_name, "What it is called from now on")->required();
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    verb->add_option("--kind", options->kind,
                     "When several things have the name: event, message …");
    verb->add_flag("--dry-run", options->dry_run, "Write nothing; say what would change");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
