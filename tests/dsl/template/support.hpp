#pragma once

#include "dsl/template/template.hpp"

#include <boost/json.hpp>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

/// Shared by the template tests: data from JSON, files, and one-line renders.
namespace sluice::dsl::tpl::test {

inline Data data_of(const boost::json::value& json) {
    if (json.is_bool()) {
        return Data::of(json.get_bool());
    }
    if (json.is_int64()) {
        return Data::of(json.get_int64());
    }
    if (json.is_double()) {
        return Data::of(json.get_double());
    }
    if (json.is_string()) {
        return Data::of(std::string_view(json.get_string()));
    }
    if (json.is_array()) {
        std::vector<Data> items;
        for (const boost::json::value& item : json.get_array()) {
            items.push_back(data_of(item));
        }
        return Data::list(std::move(items));
    }
    Data object = Data::object();
    if (json.is_object()) {
        for (const auto& entry : json.get_object()) {
            object.set(entry.key(), data_of(entry.value()));
        }
        return object;
    }
    return Data::nil();
}

inline Data data_of(std::string_view json) {
    return data_of(boost::json::parse({json.data(), json.size()}));
}

inline std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

inline RenderOptions lax() {
    RenderOptions options;
    options.strict = false;
    return options;
}

/// Parses and renders; faults and errors come back as "fault: …" and "error: …".
inline std::string rendered(std::string_view text, std::string_view json = "{}",
                            Options options = {}, const RenderOptions& render_options = lax()) {
    std::vector<Fault> faults;
    const Template tmpl = Template::parse(text, options, faults);
    if (!faults.empty()) {
        return "fault: " + faults.front().code + " " + faults.front().message;
    }
    const RenderResult result = render(tmpl, data_of(json), render_options);
    return result.error ? "error: " + *result.error : result.text;
}

inline Options in(Syntax syntax, Escape escape = Escape::none) {
    Options options;
    options.syntax = syntax;
    options.escape = escape;
    return options;
}

}  // namespace sluice::dsl::tpl::test
