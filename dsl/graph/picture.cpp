#include "dsl/graph/picture.hpp"

#include "dsl/value.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::graph {

namespace {

constexpr std::array<std::string_view, 19> kKinds = {
    "start",      "only_if", "wait", "email", "sms",    "condition", "split",
    "experiment", "repeat",  "data", "call",  "record", "stop",      "start_flow",
    "move",       "goal",    "ends", "rule",  "state",
};

template <class Declaration, class Visit>
void each_declaration(const Project& project, const Visit& visit) {
    for (const ast::File& file : project.files) {
        for (const ast::Decl& decl : file.decls) {
            if (const auto* found = std::get_if<Declaration>(&decl.node)) {
                visit(*found);
            }
        }
    }
}

}  // namespace

std::string_view name_of(Kind kind) {
    return kKinds[static_cast<std::size_t>(kind)];
}

bool falls_through(const Node& node) {
    if (node.kind == Kind::stop) {
        return false;
    }
    if (node.ways.empty() || node.kind == Kind::repeat) {
        return true;
    }
    return std::ranges::any_of(node.ways, [](const Way& way) { return falls_through(way.steps); });
}

bool falls_through(const Sequence& steps) {
    return std::ranges::all_of(steps, [](const Node& node) { return falls_through(node); });
}

std::vector<std::string> names_in(const Project& project) {
    std::vector<std::string> names;
    for (const ast::File& file : project.files) {
        for (const ast::Decl& decl : file.decls) {
            if (const auto* flow = std::get_if<ast::FlowDecl>(&decl.node)) {
                names.push_back(flow->name.text);
            } else if (const auto* lifecycle = std::get_if<ast::LifecycleDecl>(&decl.node)) {
                names.push_back(lifecycle->name.text);
            }
        }
    }
    return names;
}

std::optional<Drawing> draw(const Project& project, std::string_view name) {
    if (name.empty()) {
        return overview_of(project);
    }
    std::optional<Drawing> out;
    each_declaration<ast::LifecycleDecl>(project, [&](const ast::LifecycleDecl& lifecycle) {
        if (!out && lifecycle.name.text == name) {
            out = chart_of(project, lifecycle);
        }
    });
    each_declaration<ast::FlowDecl>(project, [&](const ast::FlowDecl& flow) {
        if (!out && flow.name.text == name) {
            out = picture_of(project, flow);
        }
    });
    return out;
}

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    const std::size_t first = digits.front() == '-' ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

std::string people_words(std::int64_t number) {
    return grouped(number) + (number == 1 ? " person" : " people");
}

std::string percent(std::int64_t scaled) {
    return to_text(Value::of_number(scaled)) + "%";
}

}  // namespace sluice::dsl::graph
