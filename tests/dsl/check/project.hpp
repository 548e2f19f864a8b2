#pragma once

#include "dsl/check/compile.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

/// Project directories as test input.
namespace sluice::dsl::fixtures {

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A set of files with the directories their bodies are looked for in.
struct Project {
    SourceSet sources;
    std::vector<std::filesystem::path> body_folders;
    std::optional<std::int64_t> today;
    std::optional<DataFacts> data;

    /// Adds the .flow files of a folder; a file of the same name that is already there stays.
    void add_folder(const std::filesystem::path& folder) {
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.path().extension() == ".flow") {
                add(entry.path().filename().string(), read_text(entry.path()));
            }
        }
        body_folders.push_back(folder);
    }

    void add(const std::string& name, std::string text) {
        const bool known = std::any_of(sources.files.begin(), sources.files.end(),
                                       [&](const SourceFile& file) { return file.path == name; });
        if (!known) {
            sources.files.push_back({name, std::move(text)});
            std::sort(sources.files.begin(), sources.files.end(),
                      [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
        }
    }

    /// Lines of `customers 120`, `trait email` and `event 412 Order Placed: order_id, total`.
    void add_data(const std::filesystem::path& path) {
        DataFacts& facts = data.emplace();
        std::istringstream lines(read_text(path));
        for (std::string kind; lines >> kind;) {
            if (kind == "customers") {
                lines >> facts.customers;
            } else if (kind == "trait") {
                lines >> kind;
                facts.traits.insert(kind);
            } else {
                DataFacts::Event event;
                std::string rest;
                lines >> event.count >> std::ws;
                std::getline(lines, rest);
                const std::size_t colon = rest.find(':');
                std::istringstream fields(rest.substr(std::min(colon + 1, rest.size())));
                for (std::string field; std::getline(fields >> std::ws, field, ',');) {
                    event.fields.insert(field);
                }
                facts.events.emplace(rest.substr(0, colon), std::move(event));
            }
        }
    }

    [[nodiscard]] CompileOptions options() const {
        CompileOptions out;
        out.load_body = [folders = body_folders](
                            std::string_view,
                            std::string_view requested) -> std::optional<std::string> {
            for (const auto& folder : folders) {
                if (std::filesystem::is_regular_file(folder / requested)) {
                    return read_text(folder / requested);
                }
            }
            return std::nullopt;
        };
        out.today = today;
        out.data = data ? &*data : nullptr;
        out.zone_known = [](std::string_view zone) {
            constexpr std::array<std::string_view, 3> kZones = {"Europe/Berlin", "Europe/Paris",
                                                                "UTC"};
            return std::find(kZones.begin(), kZones.end(), zone) != kZones.end();
        };
        return out;
    }

    [[nodiscard]] CompileResult compile() const { return dsl::compile(sources, options()); }

    [[nodiscard]] std::string report(const CompileResult& result) const {
        std::string out;
        for (const Diagnostic& diagnostic : result.diagnostics) {
            out += render_text(diagnostic, sources) + "\n";
        }
        return out;
    }
};

}  // namespace sluice::dsl::fixtures
