#include "dsl/diagnostic.hpp"
#include "dsl/graph/picture.hpp"
#include "dsl/graph/write.hpp"
#include "dsl/parser/parse.hpp"
#include "engine/cli/people_input.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/daemon/project.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

namespace sluice::cli {
namespace {

namespace graph = dsl::graph;

struct Options {
    std::string directory;
    std::string name;
    std::string format;
    std::string out;
    std::string counts_from;
    PeopleSource people;
    bool counts = false;
    bool plain = false;
};

int usage(const std::string& what) {
    std::fprintf(stderr, "sluice: %s\n", what.c_str());
    return kUsage;
}

/// The format asked for, else the one a file's ending stands for, else what suits the reader.
std::string format_of(const Options& options) {
    if (!options.format.empty()) {
        return options.format;
    }
    const std::map<std::string, std::string> endings = {
        {".svg", "svg"}, {".mmd", "mermaid"}, {".mermaid", "mermaid"},
        {".dot", "dot"}, {".gv", "dot"},      {".txt", "ascii"}};
    for (const auto& [ending, format] : endings) {
        if (options.out.ends_with(ending)) {
            return format;
        }
    }
    const bool terminal = options.out.empty() && isatty(STDOUT_FILENO) != 0;
    return terminal || options.plain ? "ascii" : "svg";
}

/// {"Flow Name": {"step id": people}}. Empty when the file is not that, after saying so.
std::optional<graph::Counts> read_counts(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in.good() && text.empty()) {
        usage("cannot read \"" + path + "\"");
        return std::nullopt;
    }
    const std::string wanted =
        path + ": expected an object of flows, each an object of people by step id";
    boost::system::error_code error;
    const boost::json::value root = boost::json::parse(text, error);
    if (error || !root.is_object()) {
        usage(wanted);
        return std::nullopt;
    }
    graph::Counts counts;
    for (const auto& [flow, steps] : root.as_object()) {
        const auto* object = steps.if_object();
        if (object == nullptr) {
            usage(wanted);
            return std::nullopt;
        }
        for (const auto& [step, people] : *object) {
            const auto* number = people.if_int64();
            if (number == nullptr || *number < 0) {
                usage(wanted + "; \"" + std::string(step) + "\" is not a number of people");
                return std::nullopt;
            }
            counts[std::string(flow)][std::string(step)] = *number;
        }
    }
    return counts;
}

std::string written(const graph::Drawing& drawing, const std::string& format, bool plain) {
    if (format == "svg") {
        return graph::write_svg(drawing);
    }
    if (format == "mermaid") {
        return graph::write_mermaid(drawing);
    }
    if (format == "dot") {
        return graph::write_dot(drawing);
    }
    return graph::write_text(drawing, plain ? graph::Charset::ascii : graph::Charset::unicode);
}

int deliver(const std::string& text, const std::string& path) {
    if (path.empty()) {
        std::fputs(text.c_str(), stdout);
        return kDone;
    }
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    return out ? kDone : usage("cannot write \"" + path + "\"");
}

int unknown(const std::string& name, const std::vector<std::string>& names) {
    std::fprintf(stderr, "sluice: there is no flow or lifecycle called \"%s\"", name.c_str());
    const std::vector<std::string> near = dsl::did_you_mean(name, names);
    for (const std::string& candidate : near) {
        const bool first = &candidate == &near.front();
        std::fprintf(stderr, "%s \"%s\"", first ? "; did you mean" : " or", candidate.c_str());
    }
    std::fputs(near.empty() ? "\n" : "?\n", stderr);
    if (near.empty()) {
        for (const std::string& known : names) {
            std::fprintf(stderr, "  %s\n", known.c_str());
        }
    }
    return kFindings;
}

/// Files that do not parse whole are still drawn as far as they go, and that is said.
bool parse_all(const dsl::SourceSet& sources, std::vector<dsl::ast::File>& files) {
    std::vector<dsl::Diagnostic> found;
    for (std::uint32_t file = 0; file < sources.files.size(); ++file) {
        files.push_back(dsl::parse(sources, file, found));
    }
    const auto errors = std::ranges::count(found, dsl::Severity::error, &dsl::Diagnostic::severity);
    if (errors > 0) {
        std::fprintf(stderr,
                     "sluice: %td syntax error%s; what is broken is missing from the picture "
                     "(`sluice check` shows it)\n",
                     errors, errors == 1 ? "" : "s");
    }
    return errors == 0;
}

/// Counts stand by step id, which in other files may be another step's.
void warn_if_different(const PeopleCounts& people, const Project& project) {
    const dsl::CompileResult compiled = compile_release(project);
    if (!compiled.program || compiled.program->hash != people.hash) {
        std::fprintf(stderr,
                     "sluice: release %u runs, and it is not these files: people are shown at the "
                     "steps of the same id\n",
                     people.release);
    }
}

int run(const Options& options) {
    const auto project = load_project(options.directory);
    if (!project.has_value()) {
        return usage(project.error().detail);
    }
    graph::Counts counts;
    if (!options.counts_from.empty()) {
        auto read = read_counts(options.counts_from);
        if (!read) {
            return kUsage;
        }
        counts = std::move(*read);
    } else if (options.counts) {
        auto read = read_people(options.people);
        if (!read.has_value()) {
            return report(read.error());
        }
        warn_if_different(read.value(), project.value());
        counts = std::move(read.value().counts);
    }
    std::vector<dsl::ast::File> files;
    const bool whole = parse_all(project.value().sources, files);
    const graph::Project input{project.value().sources, files, counts};
    const auto drawing = graph::draw(input, options.name);
    if (!drawing) {
        return unknown(options.name, graph::names_in(input));
    }
    const int delivered =
        deliver(written(*drawing, format_of(options), options.plain), options.out);
    return delivered == kDone && !whole ? kFindings : delivered;
}

}  // namespace

void add_graph(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand("graph", "Draw a flow, a lifecycle, or all of them");
    verb->add_option("DIR", options->directory, "Directory of .flow files")->required();
    verb->add_option("FLOW", options->name, "Flow or lifecycle; without it a map of all flows");
    verb->add_option("--format", options->format,
                     "svg, mermaid, dot or ascii; else by the ending of FILE, ascii on a terminal")
        ->check(CLI::IsMember({"svg", "mermaid", "dot", "ascii"}));
    verb->add_option("--out", options->out, "Write to this file");
    verb->add_flag("--counts", options->counts,
                   "With the people at each wait, inside each flow and in each state: asks the "
                   "daemon, or reads its data when none answers");
    add_source_options(*verb, options->people);
    verb->add_option("--counts-from", options->counts_from,
                     "JSON file of people by flow and step: {\"Welcome\": {\"s1\": 120}}");
    verb->add_flag("--plain", options->plain, "ascii without characters beyond ASCII");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
