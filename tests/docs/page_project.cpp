#include "tests/docs/page_project.hpp"

#include "dsl/diagnostic.hpp"
#include "dsl/format/format.hpp"
#include "engine/base/civil_time.hpp"
#include "tests/dsl/check/project.hpp"

#include <algorithm>

namespace sluice::docs {
namespace {

namespace fs = std::filesystem;

/// The top of the flow around an example; `cart` has its name when the example speaks of it.
std::string flow_head(const std::string& text) {
    const bool named = text.find("cart") != std::string::npos;
    return std::string("flow Example {\n  starts when Checkout Started") +
           (named ? " as cart" : "") + "\n  wait 1 minute\n";
}

const fs::path& checker_data() {
    static const fs::path folder = fs::path(SLUICE_SOURCE_DIR) / "tests/dsl/check/golden";
    return folder;
}

/// The files every page of a folder builds on.
std::map<std::string, std::string> prelude_of(const Page& page) {
    std::map<std::string, std::string> out;
    const std::string folder = page.path.parent_path().string();
    const auto add = [&](const fs::path& path) { out[path.filename().string()] = read_text(path); };
    if (folder == "errors") {
        for (const auto& entry : fs::directory_iterator(checker_data() / "_base")) {
            add(entry.path());
        }
    }
    if (folder == "cookbook" || folder == "reference") {
        add(language_folder() / "cookbook/shop.flow");
    }
    if (folder == "reference") {
        add(language_folder() / "reference/names.flow");
    }
    return out;
}

bool declares(const std::string& text, std::string_view word) {
    const std::string begin = std::string(word) + " ";
    return text.starts_with(begin) || text.find("\n" + begin) != std::string::npos;
}

/// Without the declaration that begins with this word; it ends at the next `}` in column 1.
void remove_declaration(std::string& text, std::string_view word) {
    const std::string begin = std::string(word) + " ";
    const std::size_t at =
        text.starts_with(begin) ? 0 : std::min(text.find("\n" + begin), text.size());
    const std::size_t end = text.find("\n}", at + 1);
    if (end != std::string::npos) {
        text.erase(at, end + 2 - at);
    }
}

std::string indented(const std::string& text) {
    std::string out = "  ";
    for (std::size_t at = 0; at < text.size(); ++at) {
        out += text[at];
        out += text[at] == '\n' && at + 1 < text.size() ? "  " : "";
    }
    return out.ends_with('\n') ? out : out + "\n";
}

std::string header(const std::string& text) {
    const bool starts = declares(text, "starts");
    return std::string("flow Example {\n") + (starts ? "" : "  starts when Newsletter Joined\n") +
           indented(text) + "  send email Hello\n}\n";
}

std::string message(const std::string& text) {
    const bool marked = declares(text, "topic") || text.starts_with("transactional");
    const bool content = declares(text, "email") || declares(text, "sms");
    return std::string("message Example {\n") + (marked ? "" : "  topic News\n") + indented(text) +
           (content ? "" : "  sms \"Text\"\n") + "}\n";
}

std::string policy(const std::string& text) {
    std::string out = "policy Default {\n";
    out += declares(text, "time") ? "" : "  time zone customer.time_zone, otherwise \"UTC\"\n";
    for (const char* channel : {"email", "sms"}) {
        const std::string name(channel);
        out += text.find("consent " + name) != std::string::npos
                   ? ""
                   : "  consent " + name + " when customer." + name + "_status is \"subscribed\"\n";
    }
    return out + indented(text) + "}\n";
}

std::string test(const std::string& text) {
    return flow_head(text) + "  send email Hello\n}\n\ntest \"example\" for Example {\n" +
           indented(text) + "}\n";
}

}  // namespace

std::string wrapped(std::string_view part, const std::string& text) {
    if (part == "header") {
        return header(text);
    }
    if (part == "step") {
        return flow_head(text) + indented(text) + "}\n";
    }
    if (part == "condition") {
        return flow_head(text) + "  if " + text + " {\n    send email Hello\n  }\n}\n";
    }
    if (part == "message") {
        return message(text);
    }
    if (part == "policy") {
        return policy(text);
    }
    if (part == "lifecycle") {
        return "lifecycle Example {\n  state First {\n" + indented(text) +
               "  }\n  state Second otherwise\n}\n";
    }
    return part == "test" ? test(text) : part == "file" ? text : std::string();
}

PageProject::PageProject(const Page& page) : prelude_(prelude_of(page)) {
    if (page.path == "errors/W412.md") {
        // What it is about can only be shown beside data.
        dsl::fixtures::Project data;
        data.add_data(checker_data() / "W412_unseen/data.txt");
        data_ = data.data;
    }
}

void PageProject::keep(const Block& block) {
    if (block.has("file")) {
        files_[block.at("file")] = block.text;
    }
    if (block.has("append")) {
        files_[block.at("append")] += "\n" + block.text;
    }
}

dsl::SourceSet PageProject::sources_with(const Block& block) const {
    const bool kept = block.has("file") || block.has("append");
    std::map<std::string, std::string> all = files_;
    if (!kept) {
        all[std::string(kExampleFile)] =
            block.has("part") ? wrapped(block.at("part"), block.text) : block.text;
    }
    std::string written;
    for (const auto& [path, text] : all) {
        written += "\n" + text;
    }
    if (!declares(written, "customer")) {
        for (auto [path, text] : prelude_) {
            if (declares(written, "policy")) {
                remove_declaration(text, "policy");
            }
            all.emplace(path, std::move(text));
        }
    }
    dsl::SourceSet out;
    for (auto& [path, text] : all) {
        if (path.ends_with(".flow")) {
            out.files.push_back({path, std::move(text)});
        }
    }
    return out;
}

dsl::CompileResult PageProject::compile(const dsl::SourceSet& sources) const {
    dsl::CompileOptions options;
    options.load_body = [this](std::string_view flow,
                               std::string_view wanted) -> std::optional<std::string> {
        const fs::path beside = fs::path(flow).parent_path() / wanted;
        for (const auto& name : {beside.lexically_normal().string(), std::string(wanted)}) {
            if (const auto file = files_.find(name); file != files_.end()) {
                return file->second;
            }
        }
        const fs::path letter = checker_data() / "_bodies" / wanted;
        return fs::is_regular_file(letter) ? std::optional(read_text(letter)) : std::nullopt;
    };
    options.data = data_ ? &*data_ : nullptr;
    options.zone_known = [](std::string_view id) { return find_zone(id).has_value(); };
    options.today = dsl::parse_date("2026-03-02");
    return dsl::compile(sources, options);
}

std::string formatted(const std::string& text) {
    dsl::SourceSet sources;
    sources.files.push_back({std::string(kExampleFile), text});
    return dsl::format(sources, 0).text;
}

std::string report(const dsl::CompileResult& result, const dsl::SourceSet& sources) {
    std::string out;
    for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
        out += dsl::render_text(diagnostic, sources) + "\n";
    }
    return out;
}

}  // namespace sluice::docs
