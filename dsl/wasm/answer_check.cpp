// What `sluice check` says, as the terminal shows it and as an editor needs it.
#include "dsl/wasm/answer.hpp"

#include "dsl/check/report.hpp"
#include "dsl/language/actions.hpp"
#include "dsl/language/outline.hpp"
#include "dsl/wasm/json.hpp"
#include "dsl/wasm/units.hpp"

#include <algorithm>
#include <utility>

namespace sluice::dsl::wasm {
namespace {

class CheckAnswer {
public:
    explicit CheckAnswer(const Request& request)
        : request_(request), compiled_(compile_request(request)), index_(index_request(request)) {
        for (const SourceFile& file : request.sources.files) {
            units_.emplace_back(file.text);
        }
    }

    std::string json() {
        const SourceSet& sources = request_.sources;
        const std::uint32_t open = index_.file_of(request_.path);
        return json_object(
            {{"ok", json_bool(compiled_.program != nullptr)},
             {"text", json_text(findings_text(sources, compiled_) +
                                summary_text(sources, compiled_, SummaryDetail::one_line))},
             {"json",
              json_text(findings_json(sources, compiled_) + summary_json(sources, compiled_))},
             {"diagnostics", diagnostics()},
             {"drawings", drawings()},
             {"colours", open == language::kNoFile ? "[]" : colours_json(index_, open)}});
    }

private:
    /// "path", "from", "to" of a piece of a file, as the inside of an object.
    std::string place(std::uint32_t file, std::size_t offset, std::size_t length,
                      std::string_view name, std::string_view text) {
        const std::uint32_t from = units_[file].at(offset);
        return json_object({{"path", json_text(request_.sources.files[file].path)},
                            {"from", json_number(from)},
                            {"to", json_number(units_[file].at(offset + length))},
                            {name, json_text(text)}});
    }

    std::string labels(const Diagnostic& diagnostic) {
        std::vector<std::string> out;
        for (const Label& label : diagnostic.labels) {
            if (label.span.line != 0) {
                const Span& span = label.span;
                out.push_back(place(span.file, span.offset, span.length, "text", label.text));
            }
        }
        return json_array(out);
    }

    std::string action(const language::Action& action) {
        std::vector<std::string> edits;
        for (const language::TextEdit& edit : action.edits) {
            const std::uint32_t file = index_.file_of(edit.path);
            if (file != language::kNoFile) {
                edits.push_back(place(file, edit.offset, edit.length, "insert", edit.replacement));
            }
        }
        return json_object({{"title", json_text(action.title)},
                            {"fix", json_bool(action.preferred)},
                            {"edits", json_array(edits)}});
    }

    /// The index has no date of today, so it knows some diagnostics fewer, never others.
    std::string actions(const Diagnostic& diagnostic) {
        const Span& span = diagnostic.span;
        std::vector<std::string> out;
        for (const language::Action& possible :
             language::actions(index_, span.file, span.offset, span.offset + span.length)) {
            const Diagnostic& about = index_.diagnostics()[possible.diagnostic];
            if (about.code == diagnostic.code && about.span == span &&
                about.message == diagnostic.message) {
                out.push_back(action(possible));
            }
        }
        return json_array(out);
    }

    std::string diagnostics() {
        std::vector<std::string> out;
        for (const Diagnostic& found : compiled_.diagnostics) {
            const bool placed =
                found.span.line != 0 && found.span.file < request_.sources.files.size();
            Units none("");
            Units& units = placed ? units_[found.span.file] : none;
            const std::uint32_t from = units.at(found.span.offset);
            out.push_back(json_object(
                {{"code", json_text(found.code)},
                 {"severity", found.severity == Severity::error ? "\"error\"" : "\"warning\""},
                 {"path",
                  placed ? json_text(request_.sources.files[found.span.file].path) : "null"},
                 {"from", json_number(from)},
                 {"to", json_number(units.at(found.span.offset + found.span.length))},
                 {"line", json_number(found.span.line)},
                 {"message", json_text(found.message)},
                 {"help", json_text(found.help)},
                 {"text", json_text(render_text(found, request_.sources))},
                 {"labels", labels(found)},
                 {"actions", placed ? actions(found) : "[]"}}));
        }
        return json_array(out);
    }

    /// The lines of a flow's steps by id; empty while something does not compile.
    std::string steps(std::string_view flow_name) const {
        std::string out;
        if (compiled_.program) {
            const auto& flows = compiled_.program->flows;
            const auto flow = std::ranges::find(flows, flow_name, &Flow::name);
            for (const StepInfo& step :
                 flow == flows.end() ? std::vector<StepInfo>() : flow->steps) {
                out += (out.empty() ? "" : ",") + json_text(step.id) + ":" + json_number(step.line);
            }
        }
        return "{" + out + "}";
    }

    std::string drawing(std::uint32_t file, const language::OutlineItem& item,
                        const ast::Decl& decl) {
        const auto* flow = std::get_if<ast::FlowDecl>(&decl.node);
        const auto* lifecycle = std::get_if<ast::LifecycleDecl>(&decl.node);
        if (flow == nullptr && lifecycle == nullptr) {
            return {};
        }
        const std::string& name = flow != nullptr ? flow->name.text : lifecycle->name.text;
        Units& units = units_[file];
        const std::uint32_t from = units.at(item.whole.offset);
        return json_object({{"name", json_text(name)},
                            {"kind", flow != nullptr ? "\"flow\"" : "\"lifecycle\""},
                            {"path", json_text(request_.sources.files[file].path)},
                            {"from", json_number(from)},
                            {"to", json_number(units.at(item.whole.offset + item.whole.length))},
                            {"steps", flow != nullptr ? steps(name) : "{}"}});
    }

    /// What `graph` can draw, by file and place in the file.
    std::string drawings() {
        std::vector<std::string> out;
        for (std::uint32_t file = 0; file < index_.files().size(); ++file) {
            const auto& decls = index_.files()[file].decls;
            for (const language::OutlineItem& item : language::outline(index_, file)) {
                const auto decl = std::ranges::find_if(decls, [&](const ast::Decl& candidate) {
                    return candidate.span.offset == item.whole.offset;
                });
                std::string drawn =
                    decl == decls.end() ? std::string() : drawing(file, item, *decl);
                if (!drawn.empty()) {
                    out.push_back(std::move(drawn));
                }
            }
        }
        return json_array(out);
    }

    const Request& request_;
    CompileResult compiled_;
    language::Index index_;
    std::vector<Units> units_;
};

}  // namespace

std::string answer_check(const Request& request) {
    return CheckAnswer(request).json();
}

std::string answer_fix(const Request& request) {
    Request fixed = request;
    CompileResult compiled = compile_request(fixed);
    std::string log;
    for (const AppliedFix& fix :
         apply_all_fixes(fixed.sources, compiled, [&fixed] { return compile_request(fixed); })) {
        log += fix_line(fix);
    }
    std::vector<std::string> files;
    for (std::size_t at = 0; at < request.sources.files.size(); ++at) {
        const SourceFile& file = fixed.sources.files[at];
        if (file.text != request.sources.files[at].text) {
            files.push_back(
                json_object({{"path", json_text(file.path)}, {"text", json_text(file.text)}}));
        }
    }
    return json_object({{"files", json_array(files)}, {"log", json_text(log)}});
}

}  // namespace sluice::dsl::wasm
