#include "engine/base/clock.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/template_check.hpp"
#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

namespace sluice::cli {
namespace {

namespace tpl = dsl::tpl;

struct Options {
    std::string file;
    std::string data;
    std::string schema;
    bool html = false;
    bool text = false;
    bool lax = false;
    bool placeholders = false;
    bool check = false;
};

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        std::fprintf(stderr, "sluice: cannot read %s\n", path.c_str());
        return std::nullopt;
    }
    return std::string(std::istreambuf_iterator<char>(file), {});
}

tpl::Data data_of(const boost::json::value& json);

tpl::Data object_data(const boost::json::object& json) {
    tpl::Data object = tpl::Data::object();
    for (const auto& entry : json) {
        object.set(entry.key(), data_of(entry.value()));
    }
    return object;
}

tpl::Data list_data(const boost::json::array& json) {
    std::vector<tpl::Data> items;
    items.reserve(json.size());
    for (const boost::json::value& item : json) {
        items.push_back(data_of(item));
    }
    return tpl::Data::list(std::move(items));
}

tpl::Data data_of(const boost::json::value& json) {
    switch (json.kind()) {
        case boost::json::kind::null:
            return tpl::Data::nil();
        case boost::json::kind::bool_:
            return tpl::Data::of(json.get_bool());
        case boost::json::kind::int64:
            return tpl::Data::of(json.get_int64());
        case boost::json::kind::uint64:
            return tpl::Data::of(static_cast<double>(json.get_uint64()));
        case boost::json::kind::double_:
            return tpl::Data::of(json.get_double());
        case boost::json::kind::string:
            return tpl::Data::of(std::string_view(json.get_string()));
        case boost::json::kind::array:
            return list_data(json.get_array());
        case boost::json::kind::object:
            return object_data(json.get_object());
    }
    return tpl::Data::nil();
}

std::optional<tpl::Data> read_data(const std::string& path) {
    if (path.empty()) {
        return tpl::Data::object();
    }
    const auto text = read_file(path);
    if (!text) {
        return std::nullopt;
    }
    boost::json::error_code failed;
    const boost::json::value json = boost::json::parse(*text, failed);
    if (failed || !json.is_object()) {
        std::fprintf(stderr, "sluice: %s is not a JSON object\n", path.c_str());
        return std::nullopt;
    }
    return object_data(json.get_object());
}

bool ends_with(const std::string& text, std::string_view end) {
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

tpl::Options language_of(const Options& options) {
    bool html = options.html;
    for (const std::string_view ending : {".html", ".htm", ".mjml"}) {
        html = html || (!options.text && ends_with(options.file, ending));
    }
    tpl::Options language;
    language.syntax = options.placeholders ? tpl::Syntax::placeholder : tpl::Syntax::liquid;
    language.escape = html ? tpl::Escape::html : tpl::Escape::none;
    return language;
}

/// `file:line:col  CODE`, the message, the help. The compiler numbers a broken template E317, since
/// E311 is about what sends pass to a message; here it is the same fault and has the same number.
void print_fault(const std::string& file, std::string_view text, const tpl::Fault& fault) {
    const std::string_view before = text.substr(0, fault.offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t line_start = before.rfind('\n');
    const std::size_t column =
        before.size() - (line_start == std::string_view::npos ? 0 : line_start + 1) + 1;
    const std::string code = fault.code == "E311" ? "E317" : fault.code;
    std::fprintf(stderr, "%s:%lld:%zu  %s%s\n  %s\n", file.c_str(), static_cast<long long>(line),
                 column, code.c_str(), fault.is_warning ? " (warning)" : "", fault.message.c_str());
    if (!fault.help.empty()) {
        std::fprintf(stderr, "  %s\n", fault.help.c_str());
    }
}

int print_faults(const std::string& file, std::string_view text,
                 const std::vector<tpl::Fault>& faults) {
    int exit_code = kDone;
    for (const tpl::Fault& fault : faults) {
        print_fault(file, text, fault);
        exit_code = fault.is_warning ? exit_code : kFindings;
    }
    return exit_code;
}

int render_file(const Options& options, std::string_view text) {
    const auto data = read_data(options.data);
    if (!data) {
        return kConfig;
    }
    std::vector<tpl::Fault> faults;
    const tpl::Template tmpl = tpl::Template::parse(text, language_of(options), faults);
    if (print_faults(options.file, text, faults) != kDone) {
        return kFindings;
    }
    tpl::RenderOptions render_options;
    render_options.strict = !options.lax;
    render_options.now_ms = to_ms(SystemClock().now());
    const tpl::RenderResult result = tpl::render(tmpl, *data, render_options);
    if (result.error) {
        std::fprintf(stderr, "%s: %s\n", options.file.c_str(), result.error->c_str());
        return kFindings;
    }
    std::fwrite(result.text.data(), 1, result.text.size(), stdout);
    return kDone;
}

tpl::Shape scalar(std::string name, const dsl::Type& type, bool optional) {
    tpl::Shape shape;
    shape.name = std::move(name);
    shape.type = type;
    shape.optional = optional;
    return shape;
}

tpl::Shape record(std::string name, const std::vector<dsl::Field>& fields) {
    tpl::Shape shape;
    shape.name = std::move(name);
    shape.record = true;
    for (const dsl::Field& field : fields) {
        const bool optional = field.optional && !field.default_value.known();
        shape.fields.push_back(scalar(field.name, field.type, optional));
    }
    return shape;
}

/// What the template may read: the customer, and what its message is given. A file that is no
/// message's body may read what any message is given.
std::vector<tpl::Shape> roots_of(const dsl::Program& program, std::string_view text) {
    const auto owner = std::find_if(
        program.messages.begin(), program.messages.end(),
        [&](const auto& message) { return message.email && message.email->body.source() == text; });
    std::vector<tpl::Shape> roots = {record("customer", program.customer_fields)};
    const auto add = [&](const dsl::Message& message) {
        for (const dsl::MessageParam& param : message.params) {
            const bool there = std::any_of(roots.begin(), roots.end(), [&](const auto& root) {
                return root.name == param.name;
            });
            if (!there) {
                roots.push_back(param.event == dsl::kNone
                                    ? scalar(param.name, param.type, param.optional)
                                    : record(param.name, program.events[param.event].fields));
            }
        }
    };
    if (owner != program.messages.end()) {
        add(*owner);
    } else {
        std::for_each(program.messages.begin(), program.messages.end(), add);
    }
    return roots;
}

int check_file(const Options& options, std::string_view text) {
    if (options.schema.empty()) {
        return check_template(options.file, text, language_of(options), nullptr);
    }
    int exit_code = kDone;
    const auto input = read_project(options.schema, Findings::text, exit_code);
    if (!input) {
        return exit_code;
    }
    const std::vector<tpl::Shape> roots = roots_of(*input->compiled.program, text);
    return check_template(options.file, text, language_of(options), &roots);
}

int run(const Options& options) {
    const auto text = read_file(options.file);
    if (!text) {
        return kConfig;
    }
    return options.check ? check_file(options, *text) : render_file(options, *text);
}

}  // namespace

int check_template(const std::string& file, std::string_view text, tpl::Options options,
                   const std::vector<tpl::Shape>* roots) {
    std::vector<tpl::Fault> faults;
    const tpl::Template tmpl = tpl::Template::parse(text, options, faults);
    if (roots != nullptr) {
        tmpl.check(*roots, faults);
    }
    return print_faults(file, text, faults);
}

void add_template(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand("template", "Render or check a Liquid template");
    verb->add_option("FILE", options->file, "The template")->required();
    verb->add_option("--data", options->data, "JSON file with the values, an object");
    CLI::Option* html = verb->add_flag("--html", options->html, "Escape outputs for HTML");
    verb->add_flag("--text", options->text, "Escape nothing, whatever the file is called")
        ->excludes(html);
    verb->add_flag("--lax", options->lax, "Print nothing where a value is missing");
    verb->add_flag("--placeholders", options->placeholders,
                   "Read {path | fallback} as well, as in subjects and text messages");
    CLI::Option* check = verb->add_flag("--check", options->check, "Only look for faults");
    verb->add_option("--schema", options->schema,
                     "Project directory: check every path against what it declares")
        ->needs(check);
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
