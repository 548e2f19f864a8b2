#pragma once

#include "dsl/language/index.hpp"
#include "dsl/language/position.hpp"
#include "dsl/language/rename.hpp"
#include "engine/cli/lsp_json.hpp"
#include "engine/daemon/project.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::cli::lsp {

/// A file an editor has open: its text counts, not the one on disk.
struct Document {
    std::string uri;
    std::string path;  // absolute; empty when it is not a file
    std::string text;
    std::int64_t version = 0;
    std::string project;  // set by Workspace: the root of its project, or its uri when it is alone
};

/// One project as it is now: the compiled texts, and how to speak of places in them to a client.
/// A value; later changes make a new one.
struct Snapshot {
    std::string key;   // the root, or the uri of a document that is not a file
    std::string root;  // absolute; empty for a document that is not a file
    std::shared_ptr<const dsl::language::Index> index;
    std::shared_ptr<const std::map<std::string, std::string>> bodies;
    std::map<std::string, std::string> uris;       // of open documents, by path in the project
    std::map<std::string, std::int64_t> versions;  // of open documents, by path
    mutable std::map<std::string, dsl::language::Lines> lines;  // by path, as far as asked for

    /// The text of a flow file or a body; null when the project has no such file.
    [[nodiscard]] const std::string* text_of(const std::string& path) const;
    [[nodiscard]] std::string uri_of(const std::string& path) const;
    [[nodiscard]] json::value range(const std::string& path, std::size_t offset,
                                    std::size_t length) const;
    [[nodiscard]] std::size_t offset(const std::string& path,
                                     const dsl::language::Position& position) const;
    /// A WorkspaceEdit with the versions of open documents.
    [[nodiscard]] json::value workspace_edit(
        const std::vector<dsl::language::TextEdit>& edits) const;

private:
    [[nodiscard]] const dsl::language::Lines& lines_of(const std::string& path,
                                                       const std::string& text) const;
};

/// The place a request is about.
struct Target {
    std::shared_ptr<const Snapshot> project;
    std::string path;  // in the project
    std::uint32_t file = 0;
    std::map<std::string, std::int64_t> people;  // inside each flow, when a daemon has told
};

/// The documents a client has open and the projects they belong to. The project of a file is the
/// highest folder above it, up to the workspace folder, that holds .flow files itself. Projects
/// are compiled when somebody asks, so that a burst of changes costs one compilation.
class Workspace {
public:
    void set_folders(std::vector<std::string> folders) { folders_ = std::move(folders); }
    void add_folder(std::string folder);
    void remove_folder(const std::string& folder);

    void open(Document document);
    Document* find(const std::string& uri);
    /// To be called after the text of a document has changed.
    void changed(const Document& document);
    void close(const std::string& uri);
    /// Something on disk may be different.
    void disk_changed();

    std::optional<Target> target(const std::string& uri);
    [[nodiscard]] bool has_project(const std::string& key) const { return projects_.contains(key); }
    /// The compiled projects that have changed since the last call.
    std::vector<std::shared_ptr<const Snapshot>> take_changed();
    /// The project of a file or a folder, for commands; also one without open documents.
    std::shared_ptr<const Snapshot> project_at(const std::string& uri);

private:
    struct State {
        std::optional<Project> disk;
        bool stale = true;
        bool unpublished = true;
        std::shared_ptr<const Snapshot> snapshot;
    };
    [[nodiscard]] std::string key_of(const Document& document) const;
    void settle_again();
    [[nodiscard]] std::string root_of(const std::string& path) const;
    std::shared_ptr<const Snapshot> snapshot(const std::string& key);
    std::shared_ptr<Snapshot> build(const std::string& key, State& state) const;

    std::vector<std::string> folders_;           // absolute
    std::map<std::string, Document> documents_;  // by uri
    std::map<std::string, State> projects_;      // by root, or uri when it is not a file
};

}  // namespace sluice::cli::lsp
