#include "engine/cli/lsp_workspace.hpp"

#include "dsl/check/report.hpp"
#include "engine/base/civil_time.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace sluice::cli::lsp {
namespace {

namespace fs = std::filesystem;
namespace language = dsl::language;

bool is_inside(const fs::path& path, const fs::path& folder) {
    const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return end == folder.end();
}

bool holds_flows(const fs::path& folder) {
    std::error_code failed;
    auto at = fs::directory_iterator(folder, failed);
    for (; !failed && at != fs::directory_iterator(); at.increment(failed)) {
        if (at->path().extension() == ".flow") {
            return true;
        }
    }
    return false;
}

std::string normal(const std::string& path) {
    std::string out = fs::path(path).lexically_normal().generic_string();
    while (out.size() > 1 && out.back() == '/') {
        out.pop_back();
    }
    return out;
}

/// The path of a document in its project.
std::string path_in(const std::string& root, const Document& document) {
    return root.empty() || document.path.empty()
               ? std::string("untitled.flow")
               : fs::path(document.path).lexically_relative(root).generic_string();
}

}  // namespace

// ---- a snapshot

const std::string* Snapshot::text_of(const std::string& path) const {
    const std::uint32_t file = index->file_of(path);
    if (file != language::kNoFile) {
        return &index->sources().files[file].text;
    }
    const auto body = bodies->find(path);
    return body == bodies->end() ? nullptr : &body->second;
}

std::string Snapshot::uri_of(const std::string& path) const {
    const auto open = uris.find(path);
    return open != uris.end() ? open->second : uri_of_path(root + "/" + path);
}

const language::Lines& Snapshot::lines_of(const std::string& path, const std::string& text) const {
    return lines.try_emplace(path, text).first->second;
}

json::value Snapshot::range(const std::string& path, std::size_t offset, std::size_t length) const {
    const std::string* text = text_of(path);
    if (text == nullptr) {
        return {{"start", to_json({})}, {"end", to_json({})}};
    }
    const language::Lines& table = lines_of(path, *text);
    return {{"start", to_json(table.position(*text, offset))},
            {"end", to_json(table.position(*text, offset + length))}};
}

std::size_t Snapshot::offset(const std::string& path, const language::Position& position) const {
    const std::string* text = text_of(path);
    return text == nullptr ? 0 : lines_of(path, *text).offset(*text, position);
}

json::value Snapshot::workspace_edit(const std::vector<language::TextEdit>& edits) const {
    std::map<std::string, json::array> by_path;
    for (const language::TextEdit& edit : edits) {
        by_path[edit.path].push_back(
            {{"range", range(edit.path, edit.offset, edit.length)}, {"newText", edit.replacement}});
    }
    json::array changes;
    for (auto& [path, list] : by_path) {
        const auto version = versions.find(path);
        json::object document{{"uri", uri_of(path)}, {"version", nullptr}};
        if (version != versions.end()) {
            document["version"] = version->second;
        }
        changes.push_back({{"textDocument", std::move(document)}, {"edits", std::move(list)}});
    }
    return {{"documentChanges", std::move(changes)}};
}

// ---- the workspace

void Workspace::add_folder(std::string folder) {
    folders_.push_back(std::move(folder));
    settle_again();
}

void Workspace::remove_folder(const std::string& folder) {
    folders_.erase(std::remove(folders_.begin(), folders_.end(), folder), folders_.end());
    settle_again();
}

/// Other folders can make other projects of the same documents.
void Workspace::settle_again() {
    projects_.clear();
    for (auto& [uri, document] : documents_) {
        document.project = key_of(document);
        changed(document);
    }
}

std::string Workspace::root_of(const std::string& path) const {
    const fs::path own = fs::path(path).parent_path();
    fs::path limit = own;
    for (const std::string& folder : folders_) {
        if (is_inside(own, normal(folder)) && is_inside(limit, normal(folder))) {
            limit = normal(folder);
        }
    }
    fs::path best = own;
    for (fs::path at = own; is_inside(at, limit); at = at.parent_path()) {
        if (holds_flows(at)) {
            best = at;
        }
        if (at == at.parent_path()) {
            break;
        }
    }
    return normal(best.generic_string());
}

std::string Workspace::key_of(const Document& document) const {
    return document.path.empty() ? document.uri : root_of(document.path);
}

void Workspace::open(Document document) {
    if (!document.path.empty()) {
        document.path = normal(document.path);
    }
    document.project = key_of(document);
    const std::string uri = document.uri;
    documents_[uri] = std::move(document);
    changed(documents_[uri]);
}

Document* Workspace::find(const std::string& uri) {
    const auto found = documents_.find(uri);
    return found == documents_.end() ? nullptr : &found->second;
}

void Workspace::changed(const Document& document) {
    State& state = projects_[document.project];
    state.stale = true;
    state.unpublished = true;
}

void Workspace::close(const std::string& uri) {
    const auto found = documents_.find(uri);
    if (found == documents_.end()) {
        return;
    }
    const std::string key = found->second.project;
    const bool file = !found->second.path.empty();
    documents_.erase(found);
    State& state = projects_[key];
    state.stale = true;
    state.unpublished = true;
    state.disk.reset();
    if (!file) {
        projects_.erase(key);
    }
}

void Workspace::disk_changed() {
    for (auto& [key, state] : projects_) {
        state.disk.reset();
        state.stale = true;
        state.unpublished = true;
    }
}

std::shared_ptr<Snapshot> Workspace::build(const std::string& key, State& state) const {
    const bool on_disk = key.starts_with('/');
    if (!state.disk) {
        auto loaded = on_disk ? load_project(key) : Result<Project>(Project{});
        state.disk = loaded.has_value() ? std::move(loaded.value()) : Project{};
    }
    auto out = std::make_shared<Snapshot>();
    out->key = key;
    out->root = on_disk ? key : std::string();
    out->bodies = std::make_shared<const std::map<std::string, std::string>>(state.disk->bodies);
    std::map<std::string, std::string> texts;
    for (const dsl::SourceFile& file : state.disk->sources.files) {
        texts[file.path] = file.text;
    }
    for (const auto& [uri, document] : documents_) {
        if (document.project == key) {
            const std::string path = path_in(out->root, document);
            texts[path] = document.text;
            out->uris[path] = uri;
            out->versions[path] = document.version;
        }
    }
    language::Input input;
    for (auto& [path, text] : texts) {
        input.sources.files.push_back({path, std::move(text)});
    }
    input.zone_known = [](std::string_view id) { return find_zone(id).has_value(); };
    input.load_body = [bodies = out->bodies](
                          std::string_view flow,
                          std::string_view requested) -> std::optional<language::Body> {
        const auto path = dsl::find_body(*bodies, flow, requested);
        return path ? std::optional(language::Body{*path, bodies->at(*path)}) : std::nullopt;
    };
    out->index = std::make_shared<const language::Index>(std::move(input));
    return out;
}

std::shared_ptr<const Snapshot> Workspace::snapshot(const std::string& key) {
    State& state = projects_[key];
    if (state.stale || !state.snapshot) {
        state.snapshot = build(key, state);
        state.stale = false;
    }
    return state.snapshot;
}

std::optional<Target> Workspace::target(const std::string& uri) {
    const Document* document = find(uri);
    if (document == nullptr) {
        return std::nullopt;
    }
    Target out;
    out.project = snapshot(document->project);
    out.path = path_in(out.project->root, *document);
    out.file = out.project->index->file_of(out.path);
    return out.file == language::kNoFile ? std::nullopt : std::optional(std::move(out));
}

std::shared_ptr<const Snapshot> Workspace::project_at(const std::string& uri) {
    if (const Document* document = find(uri)) {
        return snapshot(document->project);
    }
    const auto path = path_of_uri(uri);
    if (!path) {
        return nullptr;
    }
    std::error_code failed;
    const std::string place = normal(*path);
    return snapshot(root_of(fs::is_directory(place, failed) ? place + "/x.flow" : place));
}

std::vector<std::shared_ptr<const Snapshot>> Workspace::take_changed() {
    std::vector<std::shared_ptr<const Snapshot>> out;
    for (auto& [key, state] : projects_) {
        if (state.unpublished) {
            state.unpublished = false;
            out.push_back(snapshot(key));
        }
    }
    return out;
}

}  // namespace sluice::cli::lsp
