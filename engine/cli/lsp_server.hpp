#pragma once

#include "engine/cli/lsp_features.hpp"
#include "engine/cli/lsp_people.hpp"
#include "engine/cli/lsp_wire.hpp"
#include "engine/cli/lsp_workspace.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace sluice::cli::lsp {

/// One session with an editor, from initialize to exit (LSP 3.17).
///
/// Place:    engine/cli; started by the verb `lsp`; asks dsl/language.
/// Threads:  one. What has arrived is taken in before the next message is worked on, so that a
///           request that was cancelled in the meantime is not worked on, and diagnostics are
///           published once for a burst of changes.
/// Errors:   no message ends the session: what cannot be read or done gets an error answer.
class Server {
public:
    Server(LspWire& wire, PeopleWatch& people) : wire_(wire), people_(people) {}

    /// Serves until `exit` or the end of the input. 0 after an orderly shutdown, else 1.
    int run();

private:
    void take(const std::string& content);
    void take_in(json::value message);
    void take_in_all();
    void work(const json::value& message);
    void notice(std::string_view method, const json::value& params);
    Answer answer(std::string_view method, const json::value& params);
    Answer answer_about_document(std::string_view method, const json::value& params);
    Answer initialize(const json::value& params);
    Answer execute(const json::value& params);
    void open(const json::value& params);
    void change(const json::value& params);
    void change_folders(const json::value& params);
    void publish();
    void publish_project(const Snapshot& project, std::set<std::string>& shown);
    void tell_tests(const json::value& result);
    void notify(std::string_view method, json::value params);
    void reply(const json::value& id, const Answer& answer);
    void send(const json::value& message);

    LspWire& wire_;
    PeopleWatch& people_;
    Workspace workspace_;
    std::deque<json::value> queue_;
    std::set<std::string> cancelled_;                      // ids, as JSON
    std::map<std::string, std::string> with_diagnostics_;  // uri that shows some: its project
    bool initialized_ = false;
    bool shut_down_ = false;
    bool exit_ = false;
};

}  // namespace sluice::cli::lsp
