#include "dsl/check/compile.hpp"

#include "dsl/check/analyse.hpp"
#include "dsl/check/analyse_data.hpp"
#include "dsl/check/context.hpp"
#include "dsl/check/hash.hpp"
#include "dsl/check/lifecycles.hpp"
#include "dsl/check/lower_flow.hpp"
#include "dsl/check/messages.hpp"
#include "dsl/check/policy.hpp"
#include "dsl/check/schema.hpp"
#include "dsl/check/tests.hpp"
#include "dsl/depends.hpp"
#include "dsl/parser/parse.hpp"

#include <algorithm>
#include <set>

namespace sluice::dsl {
namespace {

/// What becomes of people inside when the flow is deployed; old labels belong to the old version.
void declare_changes(check::Compilation& c, const check::Decls& decls) {
    for (const check::DeclRef& ref : decls) {
        const auto* decl = std::get_if<ast::ChangeDecl>(&ref.decl->node);
        if (decl == nullptr) {
            continue;
        }
        FlowChange change;
        change.flow = c.find(check::Kind::flow, "E204", decl->flow);
        if (change.flow == kNone) {
            continue;
        }
        const auto& steps = c.program.flows[change.flow].steps;
        for (const ast::LabelChange& label : decl->labels) {
            const bool known = label.to.empty() ||
                               std::any_of(steps.begin(), steps.end(), [&](const StepInfo& step) {
                                   return step.id == label.to;
                               });
            if (!known) {
                c.error("E214", label.span,
                        "`" + decl->flow.text + "` has no step called @" + label.to + ":")
                    .help = "Labels stand behind a step:  wait 2 days @second-wait";
            }
            change.labels.emplace_back(label.from, label.to);
        }
        change.was_named = decl->was_named ? decl->was_named->text : std::string();
        c.program.changes.push_back(std::move(change));
    }
}

void index_aggregates(Program& program) {
    program.aggregates_of_event.assign(program.events.size(), {});
    for (std::size_t at = 0; at < program.aggregates.size(); ++at) {
        const Aggregate& aggregate = program.aggregates[at];
        if (!aggregate.kept()) {
            continue;
        }
        std::set<Index> events;
        if (aggregate.kind == Aggregate::Kind::messages) {
            const auto about = message_events(program, aggregate.channel);
            events.insert(about.begin(), about.end());
        } else {
            events.insert(aggregate.event);
        }
        if (aggregate.then.event != kNone) {
            events.insert(aggregate.then.event);
        }
        for (const Index event : events) {
            program.aggregates_of_event[event].push_back(check::to_index(at));
        }
    }
}

/// Sending on a channel whose address no customer can have reaches nobody.
void warn_addresses(check::Compilation& c) {
    const Policy& policy = c.program.policy;
    for (const Flow& flow : c.program.flows) {
        for (const Instruction& instruction : flow.code) {
            const auto* send = std::get_if<OpSend>(&instruction.op);
            if (send == nullptr || c.names.customer_damaged) {
                continue;
            }
            const bool email = send->first.channel == Channel::email;
            if ((email ? policy.email_field : policy.phone_field) == kNone) {
                const check::Declared* place = c.declared(check::Kind::flow, flow.name);
                c.warning("W324", place->span,
                          "This flow sends " + std::string(email ? "email" : "text messages") +
                              ", but customers have no field `" + (email ? "email" : "phone") +
                              "`:")
                    .help = "Declare it in the `customer { … }` block:  " +
                            std::string(email ? "email" : "phone") + " text optional personal";
                return;
            }
        }
    }
}

/// The same options, and every use is noted on the way to whoever else listens.
CompileOptions listening(const CompileOptions& options, check::UsedNames& used) {
    CompileOptions out = options;
    if (options.data != nullptr) {
        out.on_use = [&used, &options](const NameUse& use) {
            used.note(use);
            if (options.on_use) {
                options.on_use(use);
            }
        };
    }
    return out;
}

bool is_error(const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::error;
}

}  // namespace

CompileResult compile(const SourceSet& sources, const CompileOptions& options) {
    CompileResult result;
    std::vector<ast::File> files;
    for (std::uint32_t file = 0; file < sources.files.size(); ++file) {
        files.push_back(parse(sources, file, result.diagnostics));
    }
    check::UsedNames used;
    const CompileOptions with_uses = listening(options, used);
    check::Compilation c(sources, with_uses, result.diagnostics);
    const check::Decls decls = check::flatten(files);
    check::collect_names(c, decls);
    check::declare_schema(c, decls);
    check::declare_segments(c, decls);
    check::declare_lifecycles(c, decls);
    const check::PolicyFacts policy = check::declare_policy(c, decls);
    check::check_cycles(c);
    check::declare_messages(c, decls);
    check::declare_flows(c, decls, policy);
    declare_changes(c, decls);
    const auto sound = [&] {
        return std::none_of(result.diagnostics.begin(), result.diagnostics.end(), is_error);
    };
    // Tests are not part of what runs: an edited test is no new program.
    const std::string hash = sound() ? check::program_hash(c.program) : std::string();
    const check::UsedNames used_by_flows = used;
    check::declare_tests(c, decls);
    check::order_lifecycles(c);
    c.blame_declarations();
    warn_addresses(c);
    if (options.analyse && sound()) {
        check::analyse(c);
        if (options.data != nullptr) {
            check::analyse_data(c, *options.data, used_by_flows);
        }
        result.memory = check::memory_by_file(c);
    }
    sort_diagnostics(result.diagnostics);
    if (sound()) {
        index_aggregates(c.program);
        c.program.hash = hash;
        result.program = std::make_shared<const Program>(std::move(c.program));
    }
    return result;
}

}  // namespace sluice::dsl
