#include "engine/cli/lsp_server.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <utility>

namespace sluice::cli::lsp {
namespace {

constexpr std::size_t kJsonDepthMax = 128;

using Handler = Answer (*)(const Target&, const json::value&);

const std::map<std::string_view, Handler>& handlers() {
    static const std::map<std::string_view, Handler> all{
        {"textDocument/completion", completion},
        {"textDocument/hover", hover},
        {"textDocument/definition", definition},
        {"textDocument/references", references},
        {"textDocument/prepareRename", prepare_rename},
        {"textDocument/rename", rename},
        {"textDocument/formatting", formatting},
        {"textDocument/onTypeFormatting", formatting},
        {"textDocument/codeAction", code_action},
        {"textDocument/documentSymbol", document_symbol},
        {"textDocument/foldingRange", folding_range},
        {"textDocument/semanticTokens/full", semantic_tokens},
        {"textDocument/codeLens", code_lens},
        {"textDocument/documentLink", document_link},
    };
    return all;
}

/// Requests carry an id, and every id gets exactly one answer.
const json::value* id_of(const json::value& message) {
    return member(message, {"id"});
}

bool is_request(const json::value& message) {
    return id_of(message) != nullptr && member(message, {"method"}) != nullptr;
}

std::vector<std::string> folders_of(const json::value& params) {
    std::vector<std::string> out;
    const json::value* folders = member(params, {"workspaceFolders"});
    if (folders != nullptr && folders->is_array()) {
        for (const json::value& folder : folders->get_array()) {
            const auto path = path_of_uri(text(folder, {"uri"}).value_or(""));
            if (path) {
                out.push_back(*path);
            }
        }
        return out;
    }
    const auto root = path_of_uri(text(params, {"rootUri"}).value_or(""));
    if (root) {
        out.push_back(*root);
    }
    return out;
}

/// Puts one change of a didChange into the text. False when it makes no sense.
bool apply(std::string& whole, const json::value& change) {
    const auto fresh = text(change, {"text"});
    const json::value* range = member(change, {"range"});
    if (!fresh) {
        return false;
    }
    if (range == nullptr) {
        whole = *fresh;
        return true;
    }
    const auto start = position(member(*range, {"start"}));
    const auto end = position(member(*range, {"end"}));
    if (!start || !end || *end < *start) {
        return false;
    }
    const dsl::language::Lines lines(whole);
    const std::size_t begin = lines.offset(whole, *start);
    whole.replace(begin, lines.offset(whole, *end) - begin, *fresh);
    return true;
}

}  // namespace

// ---- messages in and out

void Server::send(const json::value& message) {
    exit_ = !wire_.send(json::serialize(message)) || exit_;
}

void Server::reply(const json::value& id, const Answer& answer) {
    json::object out{{"jsonrpc", "2.0"}, {"id", id}};
    if (const auto* failure = std::get_if<Failure>(&answer)) {
        out["error"] = {{"code", failure->code}, {"message", failure->message}};
    } else {
        out["result"] = std::get<json::value>(answer);
    }
    send(out);
}

void Server::take_in(json::value message) {
    const bool object = message.is_object();
    const bool response = object && member(message, {"method"}) == nullptr && id_of(message);
    if (!object || (!response && !text(message, {"method"}))) {
        const json::value* id = object ? id_of(message) : nullptr;
        reply(id == nullptr ? json::value(nullptr) : *id,
              Failure{kInvalidRequest, "a message is an object with a method"});
        return;
    }
    if (response) {
        return;  // nothing is asked of the client that an answer would matter to
    }
    if (text(message, {"method"}) == "$/cancelRequest") {
        const json::value* id = member(message, {"params", "id"});
        const bool waits =
            id != nullptr &&
            std::any_of(queue_.begin(), queue_.end(), [&](const json::value& queued) {
                return is_request(queued) && *id_of(queued) == *id;
            });
        if (waits) {
            cancelled_.insert(json::serialize(*id));
        }
        return;
    }
    queue_.push_back(std::move(message));
}

void Server::take(const std::string& content) {
    json::error_code failed;
    json::parse_options options;
    options.max_depth = kJsonDepthMax;
    json::value message = json::parse(content, failed, {}, options);
    if (failed) {
        reply(nullptr, Failure{kParseError, "the message is not JSON: " + failed.message()});
        return;
    }
    if (!message.is_array()) {
        take_in(std::move(message));
        return;
    }
    for (json::value& one : message.get_array()) {
        take_in(std::move(one));
    }
}

/// Everything that has arrived, waiting for a message only when there is nothing to do.
void Server::take_in_all() {
    auto wait = queue_.empty() ? LspWire::Wait::yes : LspWire::Wait::no;
    while (auto content = wire_.next(wait)) {
        take(*content);
        wait = LspWire::Wait::no;
    }
    for (std::size_t left = wire_.take_damaged(); left > 0; --left) {
        reply(nullptr, Failure{kParseError, "a message needs a usable Content-Length"});
    }
}

int Server::run() {
    while (!exit_) {
        take_in_all();
        if (queue_.empty()) {
            publish();
            if (wire_.closed()) {
                break;
            }
            continue;
        }
        const json::value message = std::move(queue_.front());
        queue_.pop_front();
        work(message);
        if (queue_.empty()) {
            publish();
        }
    }
    return exit_ && shut_down_ ? 0 : 1;
}

void Server::work(const json::value& message) {
    const std::string method = text(message, {"method"}).value_or("");
    const json::value nothing;
    const json::value* given = member(message, {"params"});
    const json::value& params = given == nullptr ? nothing : *given;
    if (!is_request(message)) {
        notice(method, params);
        return;
    }
    const json::value& id = *id_of(message);
    if (cancelled_.erase(json::serialize(id)) > 0) {
        reply(id, Failure{kRequestCancelled, "cancelled"});
        return;
    }
    try {
        reply(id, answer(method, params));
    } catch (const std::exception& fault) {
        reply(id, Failure{kInternalError, fault.what()});
    }
}

// ---- requests

Answer Server::answer(std::string_view method, const json::value& params) {
    if (method == "initialize") {
        return initialize(params);
    }
    if (!initialized_) {
        return Failure{kServerNotInitialized, "the session begins with initialize"};
    }
    if (shut_down_) {
        return Failure{kInvalidRequest, "the session has been shut down"};
    }
    if (method == "shutdown") {
        shut_down_ = true;
        return json::value(nullptr);
    }
    if (method == "workspace/executeCommand") {
        return execute(params);
    }
    return answer_about_document(method, params);
}

Answer Server::answer_about_document(std::string_view method, const json::value& params) {
    const auto handler = handlers().find(method);
    if (handler == handlers().end()) {
        return Failure{kMethodNotFound, "there is no method " + std::string(method)};
    }
    const auto uri = text(params, {"textDocument", "uri"});
    if (!uri) {
        return Failure{kInvalidParams, "the request names no document"};
    }
    auto target = workspace_.target(*uri);
    if (!target) {
        return Failure{kInvalidParams, "the document is not open: " + *uri};
    }
    if (method == "textDocument/codeLens") {
        for (const auto& [name, counts] : people_.counts()) {
            const auto inside = counts.find(std::string(dsl::graph::kInside));
            if (inside != counts.end()) {
                target->people.emplace(name, inside->second);
            }
        }
    }
    return handler->second(*target, params);
}

Answer Server::initialize(const json::value& params) {
    if (initialized_) {
        return Failure{kInvalidRequest, "the session has been initialized"};
    }
    initialized_ = true;
    workspace_.set_folders(folders_of(params));
    return json::value{{"capabilities", capabilities()},
                       {"serverInfo", {{"name", "sluice"}, {"version", SLUICE_VERSION}}}};
}

Answer Server::execute(const json::value& params) {
    const auto command = text(params, {"command"});
    const json::value* given = member(params, {"arguments"});
    const json::array none;
    const json::array& arguments =
        given != nullptr && given->is_array() ? given->get_array() : none;
    const auto argument = [&](std::size_t at) {
        const json::string* found = at < arguments.size() ? arguments[at].if_string() : nullptr;
        return found == nullptr ? std::string() : std::string(found->data(), found->size());
    };
    if (command != kRunTests && command != kShowGraph) {
        return Failure{kInvalidParams, "there is no command " + command.value_or("")};
    }
    const auto project = workspace_.project_at(argument(0));
    if (project == nullptr) {
        return Failure{kInvalidParams, "the first argument is the uri of a file of the project"};
    }
    if (command == kShowGraph) {
        return show_graph(*project, argument(1), people_.counts());
    }
    Answer answer = run_tests(*project, argument(1));
    if (const auto* result = std::get_if<json::value>(&answer)) {
        tell_tests(*result);
    }
    return answer;
}

/// For editors that do nothing with the answer of a command.
void Server::tell_tests(const json::value& result) {
    constexpr int kError = 1;
    constexpr int kInfo = 3;
    const auto failed = number(result, {"failed"}).value_or(0);
    std::string message = std::to_string(number(result, {"passed"}).value_or(0)) + " passed, " +
                          std::to_string(failed) + " failed";
    for (const json::value& test : member(result, {"tests"})->get_array()) {
        if (!flag(test, {"passed"})) {
            message += "\n" + text(test, {"title"}).value_or("") + "\n" +
                       text(test, {"report"}).value_or("");
        }
    }
    notify("window/showMessage", {{"type", failed > 0 ? kError : kInfo}, {"message", message}});
}

// ---- notifications

void Server::notice(std::string_view method, const json::value& params) {
    if (method == "exit") {
        exit_ = true;
        queue_.clear();
        return;
    }
    if (!initialized_ || shut_down_) {
        return;
    }
    if (method == "textDocument/didOpen") {
        open(params);
    } else if (method == "textDocument/didChange") {
        change(params);
    } else if (method == "textDocument/didClose") {
        workspace_.close(text(params, {"textDocument", "uri"}).value_or(""));
    } else if (method == "textDocument/didSave" || method == "workspace/didChangeWatchedFiles") {
        workspace_.disk_changed();
    } else if (method == "workspace/didChangeWorkspaceFolders") {
        change_folders(params);
    }
}

void Server::open(const json::value& params) {
    const auto uri = text(params, {"textDocument", "uri"});
    const auto whole = text(params, {"textDocument", "text"});
    if (uri && whole) {
        Document document;
        document.uri = *uri;
        document.path = path_of_uri(*uri).value_or("");
        document.text = *whole;
        document.version = number(params, {"textDocument", "version"}).value_or(0);
        workspace_.open(std::move(document));
    }
}

void Server::change(const json::value& params) {
    Document* document = workspace_.find(text(params, {"textDocument", "uri"}).value_or(""));
    const json::value* changes = member(params, {"contentChanges"});
    if (document == nullptr || changes == nullptr || !changes->is_array()) {
        return;
    }
    document->version = number(params, {"textDocument", "version"}).value_or(document->version);
    for (const json::value& one : changes->get_array()) {
        apply(document->text, one);
    }
    workspace_.changed(*document);
}

void Server::change_folders(const json::value& params) {
    const auto each = [&](std::string_view name, const auto& visit) {
        const json::value* folders = member(params, {"event", name});
        if (folders == nullptr || !folders->is_array()) {
            return;
        }
        for (const json::value& folder : folders->get_array()) {
            if (const auto path = path_of_uri(text(folder, {"uri"}).value_or(""))) {
                visit(*path);
            }
        }
    };
    each("removed", [&](const std::string& path) { workspace_.remove_folder(path); });
    each("added", [&](const std::string& path) { workspace_.add_folder(path); });
}

// ---- diagnostics

void Server::notify(std::string_view method, json::value params) {
    send({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}});
}

/// Files without diagnostics are only spoken of when they are open or had some before.
void Server::publish_project(const Snapshot& project, std::set<std::string>& shown) {
    const auto& files = project.index->sources().files;
    for (std::uint32_t file = 0; file < files.size(); ++file) {
        const std::string uri = project.uri_of(files[file].path);
        json::array found = diagnostics_of(project, file);
        const auto version = project.versions.find(files[file].path);
        const bool is_open = version != project.versions.end();
        const bool some = !found.empty();
        if (some) {
            shown.insert(uri);
        }
        if (!some && !is_open && with_diagnostics_.count(uri) == 0) {
            continue;
        }
        json::object params{{"uri", uri}, {"diagnostics", std::move(found)}};
        if (is_open) {
            params["version"] = version->second;
        }
        with_diagnostics_.erase(uri);
        notify("textDocument/publishDiagnostics", std::move(params));
    }
}

void Server::publish() {
    const auto changed = workspace_.take_changed();
    std::map<std::string, std::string> shown;
    for (const auto& project : changed) {
        std::set<std::string> uris;
        publish_project(*project, uris);
        for (const std::string& uri : uris) {
            shown[uri] = project->key;
        }
    }
    // What is left belongs to projects that did not change, or to files that are gone.
    for (const auto& [uri, key] : with_diagnostics_) {
        const bool again = std::any_of(changed.begin(), changed.end(),
                                       [&, &at = key](const auto& p) { return p->key == at; });
        if (again || !workspace_.has_project(key)) {
            notify("textDocument/publishDiagnostics",
                   {{"uri", uri}, {"diagnostics", json::array()}});
        } else {
            shown.emplace(uri, key);
        }
    }
    with_diagnostics_ = std::move(shown);
}

}  // namespace sluice::cli::lsp
