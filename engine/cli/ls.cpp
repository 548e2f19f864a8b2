#include "dsl/ast.hpp"
#include "dsl/graph/picture.hpp"
#include "dsl/parser/parse.hpp"
#include "engine/base/json_text.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

namespace sluice::cli {
namespace {

namespace graph = dsl::graph;

using Row = std::vector<std::string>;
/// How each flow starts, in the author's words.
using Starts = std::map<std::string, std::vector<std::string>>;

std::vector<std::string> starts_of(const graph::Project& project, const dsl::ast::FlowDecl& flow) {
    std::vector<std::string> out;
    for (const graph::Fact& fact : graph::picture_of(project, flow).facts) {
        if (fact.kind == graph::Kind::start) {
            out.push_back(fact.text);
        }
    }
    return out;
}

Starts starts_of(const dsl::SourceSet& sources) {
    std::vector<dsl::ast::File> files;
    std::vector<dsl::Diagnostic> known;  // the compiler has told them
    for (std::uint32_t file = 0; file < sources.files.size(); ++file) {
        files.push_back(dsl::parse(sources, file, known));
    }
    const graph::Counts nobody;
    const graph::Project project{sources, files, nobody};
    Starts starts;
    for (const dsl::ast::File& file : files) {
        for (const dsl::ast::Decl& decl : file.decls) {
            if (const auto* flow = std::get_if<dsl::ast::FlowDecl>(&decl.node)) {
                starts[flow->name.text] = starts_of(project, *flow);
            }
        }
    }
    return starts;
}

std::string_view word(dsl::Priority priority) {
    return priority == dsl::Priority::high  ? "high"
           : priority == dsl::Priority::low ? "low"
                                            : "normal";
}

std::size_t tests_of(const dsl::Program& program, std::size_t flow) {
    return static_cast<std::size_t>(std::count_if(program.tests.begin(), program.tests.end(),
                                                  [&](const auto& t) { return t.flow == flow; }));
}

std::string counted(std::size_t number, const std::string& one) {
    return std::to_string(number) + " " + one + (number == 1 ? "" : "s");
}

template <typename Items, typename Words>
std::string joined(const Items& items, const std::string& between, const Words& words) {
    std::string out;
    for (const auto& item : items) {
        out += (out.empty() ? "" : between) + words(item);
    }
    return out;
}

std::string channels(const dsl::Message& message) {
    return message.email && message.sms ? "email, sms" : message.email ? "email" : "sms";
}

std::string fields(const dsl::EventType& event) {
    return joined(event.fields, ", ", [](const dsl::Field& field) { return field.name; });
}

/// Rows with their columns under each other; nothing for no rows.
void print_table(const char* title, const std::vector<Row>& rows) {
    if (rows.empty()) {
        return;
    }
    std::vector<std::size_t> widths;
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t at = 0; at < row.size(); ++at) {
            widths[at] = std::max(widths[at], row[at].size());
        }
    }
    std::printf("%s\n", title);
    for (const Row& row : rows) {
        std::string line = " ";
        for (std::size_t at = 0; at < row.size(); ++at) {
            line += " " + row[at] + std::string(widths[at] - row[at].size() + 1, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        std::printf("%s\n", line.c_str());
    }
    std::puts("");
}

std::vector<Row> flow_rows(const dsl::Program& program, const Starts& starts) {
    std::vector<Row> rows;
    for (std::size_t at = 0; at < program.flows.size(); ++at) {
        const dsl::Flow& flow = program.flows[at];
        rows.push_back(
            {flow.name,
             flow.priority == dsl::Priority::normal ? "" : std::string(word(flow.priority)),
             counted(flow.steps.size(), "step"), counted(tests_of(program, at), "test"),
             flow.file + ":" + std::to_string(flow.line)});
        const auto found = starts.find(flow.name);
        if (found != starts.end()) {
            rows.back().push_back(
                joined(found->second, "; or ", [](const std::string& start) { return start; }));
        }
    }
    return rows;
}

void print_text(const dsl::Program& program, const Starts& starts) {
    std::vector<Row> messages;
    for (const dsl::Message& message : program.messages) {
        messages.push_back({message.name, channels(message),
                            message.transactional ? "transactional" : message.topic});
    }
    std::vector<Row> segments;
    for (const dsl::Segment& segment : program.segments) {
        segments.push_back({segment.name, program.conditions[segment.condition].text});
    }
    std::vector<Row> lifecycles;
    for (const dsl::Lifecycle& lifecycle : program.lifecycles) {
        if (lifecycle.kind != dsl::Lifecycle::Kind::segment) {
            lifecycles.push_back({lifecycle.name, joined(lifecycle.states, ", ",
                                                         [](const auto& s) { return s.name; })});
        }
    }
    std::vector<Row> events;
    for (const dsl::EventType& event : program.events) {
        if (!event.builtin) {
            events.push_back({event.name, event.catalog ? "catalog" : "", fields(event)});
        }
    }
    print_table("Flows", flow_rows(program, starts));
    print_table("Messages", messages);
    print_table("Segments", segments);
    print_table("Lifecycles", lifecycles);
    print_table("Events", events);
}

template <typename Items, typename One>
std::string json_list(const Items& items, const One& one) {
    return "[" + joined(items, ",", one) + "]";
}

std::string json_text(const std::string& text) {
    std::string out;
    append_json_text(out, text);
    return out;
}

std::string flow_json(const dsl::Program& program, const dsl::Flow& flow, const Starts& starts) {
    const auto at = static_cast<std::size_t>(&flow - program.flows.data());
    const auto found = starts.find(flow.name);
    const std::vector<std::string> none;
    JsonObject out;
    out.text("name", flow.name).text_if_any("description", flow.description);
    out.text("file", flow.file).number("line", flow.line);
    out.json("starts", json_list(found == starts.end() ? none : found->second, json_text));
    out.text("priority", word(flow.priority));
    out.number("steps", static_cast<std::int64_t>(flow.steps.size()));
    return out.number("tests", static_cast<std::int64_t>(tests_of(program, at))).take();
}

std::string message_json(const dsl::Message& message) {
    JsonObject out;
    out.text("name", message.name).flag("email", message.email.has_value());
    out.flag("sms", message.sms.has_value()).text_if_any("topic", message.topic);
    return out.flag("transactional", message.transactional).take();
}

std::string event_json(const dsl::EventType& event) {
    JsonObject out;
    out.text("name", event.name).flag("catalog", event.catalog);
    return out
        .json("fields", json_list(event.fields, [](const auto& f) { return json_text(f.name); }))
        .take();
}

std::string lifecycle_json(const dsl::Lifecycle& lifecycle) {
    JsonObject out;
    out.text("name", lifecycle.name);
    return out
        .json("states",
              json_list(lifecycle.states, [](const auto& s) { return json_text(s.name); }))
        .take();
}

void print_json(const dsl::Program& program, const Starts& starts) {
    std::vector<dsl::Lifecycle> lifecycles;
    std::copy_if(program.lifecycles.begin(), program.lifecycles.end(),
                 std::back_inserter(lifecycles),
                 [](const auto& one) { return one.kind != dsl::Lifecycle::Kind::segment; });
    std::vector<dsl::EventType> events;
    std::copy_if(program.events.begin(), program.events.end(), std::back_inserter(events),
                 [](const auto& event) { return !event.builtin; });
    JsonObject out;
    out.json("flows", json_list(program.flows, [&](const dsl::Flow& flow) {
                 return flow_json(program, flow, starts);
             }));
    out.json("messages", json_list(program.messages, message_json));
    out.json("segments", json_list(program.segments, [&](const dsl::Segment& segment) {
                 JsonObject one;
                 one.text("name", segment.name);
                 return one.text("when", program.conditions[segment.condition].text).take();
             }));
    out.json("lifecycles", json_list(lifecycles, lifecycle_json));
    std::puts(out.json("events", json_list(events, event_json)).take().c_str());
}

int run(const std::string& directory, bool json) {
    int exit_code = kDone;
    const auto input = read_project(directory, Findings::text, exit_code);
    if (!input) {
        return exit_code;
    }
    const Starts starts = starts_of(input->project.sources);
    (json ? print_json : print_text)(*input->compiled.program, starts);
    return kDone;
}

}  // namespace

void add_ls(CLI::App& app, int& exit_code) {
    auto directory = std::make_shared<std::string>();
    auto json = std::make_shared<bool>(false);
    CLI::App* verb = app.add_subcommand("ls", "List what a project consists of");
    verb->add_option("DIR", *directory, "Directory of .flow files")->required();
    verb->add_flag("--json", *json, "One JSON object, on standard output");
    verb->callback([directory, json, &exit_code] { exit_code = run(*directory, *json); });
}

}  // namespace sluice::cli
