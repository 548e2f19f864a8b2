#include "engine/daemon/project.hpp"

#include "dsl/check/report.hpp"
#include "engine/base/civil_time.hpp"
#include "engine/model/codec.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sluice {
namespace {

namespace fs = std::filesystem;

constexpr std::uint8_t kProjectVersion = 1;
constexpr std::uintmax_t kFileBytesMax = 4U << 20U;

bool is_body(const fs::path& path) {
    static const std::array<std::string_view, 5> kEndings = {".html", ".htm", ".liquid", ".mjml",
                                                             ".txt"};
    const std::string ending = path.extension().string();
    return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

Result<std::string> read_file(const fs::path& path) {
    std::error_code failed;
    const auto size = fs::file_size(path, failed);
    if (!failed && size > kFileBytesMax) {
        return Error{Errc::invalid_argument, path.string() + " is larger than 4 MiB"};
    }
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) {
        return Error{Errc::io, "cannot read " + path.string()};
    }
    return text;
}

bool hidden(const fs::path& path) {
    return path.filename().string().starts_with('.');
}

Result<void> take(const fs::path& path, const fs::path& root, Project& project) {
    const bool flow = path.extension() == ".flow";
    if (!flow && !is_body(path)) {
        return success();
    }
    SLUICE_TRY(auto text, read_file(path));
    std::string name = path.lexically_relative(root).generic_string();
    if (flow) {
        project.sources.files.push_back({std::move(name), std::move(text)});
    } else {
        project.bodies.emplace(std::move(name), std::move(text));
    }
    return success();
}

}  // namespace

Result<Project> load_project(const std::string& directory) {
    std::error_code failed;
    const fs::path root(directory);
    if (!fs::is_directory(root, failed)) {
        return Error{Errc::not_found, "\"" + directory + "\" is not a directory of flow files"};
    }
    Project project;
    auto walk = fs::recursive_directory_iterator(root, failed);
    for (; !failed && walk != fs::recursive_directory_iterator(); walk.increment(failed)) {
        if (hidden(walk->path())) {
            walk.disable_recursion_pending();
            continue;
        }
        if (walk->is_regular_file(failed)) {
            SLUICE_TRY(take(walk->path(), root, project));
        }
    }
    if (failed) {
        return Error{Errc::io, "cannot list \"" + directory + "\": " + failed.message()};
    }
    if (project.sources.files.empty()) {
        return Error{Errc::not_found, "there is no .flow file in \"" + directory + "\""};
    }
    std::sort(project.sources.files.begin(), project.sources.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return project;
}

namespace {

dsl::CompileOptions options_for(const Project& project) {
    dsl::CompileOptions options;
    options.load_body = [&project](std::string_view flow_path,
                                   std::string_view requested) -> std::optional<std::string> {
        const auto path = dsl::find_body(project.bodies, flow_path, requested);
        return path ? std::optional(project.bodies.at(*path)) : std::nullopt;
    };
    options.zone_known = [](std::string_view id) { return find_zone(id).has_value(); };
    return options;
}

}  // namespace

dsl::CompileResult compile_project(const Project& project, std::optional<std::int64_t> today,
                                   const dsl::DataFacts* data) {
    dsl::CompileOptions options = options_for(project);
    options.today = today;
    options.data = data;
    return dsl::compile(project.sources, options);
}

dsl::CompileResult compile_release(const Project& project) {
    dsl::CompileOptions options = options_for(project);
    options.analyse = false;
    return dsl::compile(project.sources, options);
}

std::string encode(const Project& project) {
    ByteWriter out;
    out.byte(kProjectVersion);
    out.number(project.sources.files.size());
    for (const dsl::SourceFile& file : project.sources.files) {
        out.text(file.path);
        out.text(file.text);
    }
    out.number(project.bodies.size());
    for (const auto& [path, text] : project.bodies) {
        out.text(path);
        out.text(text);
    }
    return out.take();
}

Result<Project> decode_project(std::string_view bytes) {
    ByteReader in(bytes);
    Project project;
    const bool known = in.byte() == kProjectVersion;
    project.sources.files.resize(in.count());
    for (dsl::SourceFile& file : project.sources.files) {
        file.path = in.text();
        file.text = in.text();
    }
    const std::size_t bodies = in.count();
    for (std::size_t i = 0; i < bodies && !in.failed(); ++i) {
        std::string path(in.text());
        project.bodies.emplace(std::move(path), in.text());
    }
    if (!known || in.failed()) {
        return Error{Errc::corrupt, "a stored release cannot be read"};
    }
    return project;
}

}  // namespace sluice
