#include "dsl/graph/svg_style.hpp"

#include "dsl/graph/metrics.hpp"

#include <array>
#include <utility>

namespace sluice::dsl::graph {

namespace {

struct Look {
    Palette colours;
    std::string_view icon;
};

// By Kind. Ink on ground has a contrast of at least 4.5 to 1 in both schemes.
constexpr std::array<Look, 19> kLooks = {{
    // start: a bolt
    {{"#4338ca", "#e0e7ff", "#b4bcff", "#272b5e"}, "M13 3 5 14h6l-1 7 8-11h-6z"},
    // only_if: a funnel
    {{"#6d28d9", "#ede9fe", "#cdb8ff", "#3a2763"}, "M4 5h16l-6.2 7.3V19l-3.6-2v-4.7z"},
    // wait: a clock
    {{"#92510b", "#fdf0d5", "#f6c877", "#46330f"},
     "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M12 7.5V12l3.2 2"},
    // email: an envelope
    {{"#1d4ed8", "#dfeafe", "#a3c4ff", "#1c3264"}, "M3.5 6h17v12.5h-17zM4 6.6l8 6.6 8-6.6"},
    // sms: a speech bubble
    {{"#0f6b63", "#d3f5ee", "#79e0cf", "#0f423e"},
     "M5.5 4.5h13a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H11l-4.5 4v-4h-1a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z"
     "M8 10h.01M12 10h.01M16 10h.01"},
    // condition: a fork
    {{"#6d28d9", "#ede9fe", "#cdb8ff", "#3a2763"},
     "M12 20v-6M12 14C12 9 6 11 6 5M12 14c0-5 6-3 6-9M3.5 7.5 6 5l2.5 2.5M15.5 7.5 18 5l2.5 2.5"},
    // split: a percent sign
    {{"#a21a75", "#fce7f3", "#ffa8d8", "#571540"},
     "M18.5 5.5l-13 13M7.5 4.8a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 1 0 0-5.4"
     "M16.5 13.8a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 1 0 0-5.4"},
    // experiment: a flask
    {{"#a21a75", "#fce7f3", "#ffa8d8", "#571540"},
     "M9 3.5h6M10 3.5v6.2L4.8 18.2a1.6 1.6 0 0 0 1.4 2.3h11.6a1.6 1.6 0 0 0 1.4-2.3L14 9.7V3.5"
     "M7.4 15h9.2"},
    // repeat: a circle of arrows
    {{"#475569", "#e5eaf1", "#c3cddb", "#303b4d"},
     "M19.5 8.5A8 8 0 0 0 5 9M19.8 4v4.6h-4.6M4.5 15.5A8 8 0 0 0 19 15M4.2 20v-4.6h4.6"},
    // data: a pencil
    {{"#0b6580", "#d5f1f9", "#7fd6ef", "#0e4152"},
     "M4.5 19.5l1-4.3L16 4.7a1.8 1.8 0 0 1 2.6 0l.7.7a1.8 1.8 0 0 1 0 2.6L8.8 18.5zM14 6.7l3.3 "
     "3.3"},
    // call: a plug into the world
    {{"#b03a0b", "#ffe9dc", "#ffb38d", "#55260f"},
     "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M3.5 12h17"
     "M12 3.5c-5 4.5-5 12.5 0 17M12 3.5c5 4.5 5 12.5 0 17"},
    // record: a pulse
    {{"#3d6a11", "#e8f5d3", "#b7e07a", "#2c4610"}, "M3 12h4l2.5-7 4.5 14 2.7-7H21"},
    // stop: a crossed circle
    {{"#b42020", "#fde4e4", "#ffa9a9", "#5a1c20"},
     "M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 1 0 0-17M8.8 8.8l6.4 6.4M15.2 8.8l-6.4 6.4"},
    // start_flow: an arrow into a frame
    {{"#4338ca", "#e0e7ff", "#b4bcff", "#272b5e"},
     "M10 4.5h8a1.5 1.5 0 0 1 1.5 1.5v12a1.5 1.5 0 0 1-1.5 1.5h-8M3.5 12h11M11 8.5l3.5 3.5-3.5 "
     "3.5"},
    // move: from one place to another
    {{"#0b6580", "#d5f1f9", "#7fd6ef", "#0e4152"},
     "M5.5 9.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5M8 12h12M16.5 8.5 20 12l-3.5 3.5"},
    // goal: a flag
    {{"#15703a", "#dcf5e4", "#86e0a8", "#134529"}, "M6 21V4M6 5h12.5l-3 4 3 4H6"},
    // ends_when: a way out
    {{"#b42020", "#fde4e4", "#ffa9a9", "#5a1c20"},
     "M14 4.5H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.5h8M9.5 12h11M17 8.5l3.5 3.5-3.5 3.5"},
    // rule: sliders
    {{"#475569", "#e5eaf1", "#c3cddb", "#303b4d"},
     "M4 7.5h8M17 7.5h3M14.5 5v5M4 16.5h3M12 16.5h8M9.5 14v5"},
    // state: a ring in a ring
    {{"#0b6580", "#d5f1f9", "#7fd6ef", "#0e4152"},
     "M12 4a8 8 0 1 0 0 16a8 8 0 1 0 0-16M12 9a3 3 0 1 0 0 6a3 3 0 1 0 0-6"},
}};

/// The same rules in two sets of colours.
struct Scheme {
    std::string_view page, card, edge, text, soft, line, label, shadow, frame, frame_edge;
};
constexpr Scheme kLight = {"#f7f8fb", "#ffffff", "#d8dee8", "#0f172a", "#4a5669",
                           "#8a97ab", "#ffffff", "#1e293b", "#eef1f7", "#b3bfd0"};
constexpr Scheme kDark = {"#0d1320", "#172033", "#33415c", "#eef2f9", "#b3bfd1",
                          "#7585a0", "#1d2840", "#000000", "#121a2b", "#4b5b78"};

std::string rules(const Scheme& scheme, bool dark, std::string_view indent) {
    std::string out;
    const auto rule = [&](std::string_view selector, std::string_view body) {
        out += std::string(indent) + std::string(selector) + "{" + std::string(body) + "}\n";
    };
    const auto fill = [](std::string_view colour) { return "fill:" + std::string(colour); };
    const auto both = [](std::string_view inside, std::string_view edge) {
        return "fill:" + std::string(inside) + ";stroke:" + std::string(edge);
    };
    rule(".g-page", fill(scheme.page));
    rule(".g-card,.g-header,.g-label", both(scheme.card, scheme.edge));
    rule(".g-label", both(scheme.label, scheme.edge));
    rule(".g-ghost,.g-inner", both("none", scheme.frame_edge));
    rule(".g-shadow", fill(scheme.shadow));
    rule(".g-frame", both(scheme.frame, scheme.frame_edge));
    rule(".g-line", "stroke:" + std::string(scheme.line));
    rule(".g-tip,.g-end", fill(scheme.line));
    rule(".g-ring", "stroke:" + std::string(scheme.line));
    rule(".g-t-name,.g-t-title,.g-t-fact,.g-t-label,.g-t-heading", fill(scheme.text));
    rule(".g-t-description,.g-t-detail,.g-t-id", fill(scheme.soft));
    for (std::size_t i = 0; i < kLooks.size(); ++i) {
        const Palette& colours = kLooks[i].colours;
        const std::string kind = ".g-" + std::string(name_of(static_cast<Kind>(i)));
        const std::string_view ink = dark ? colours.dark_ink : colours.ink;
        rule(kind + ".g-ground", fill(dark ? colours.dark_ground : colours.ground));
        rule(kind + ".g-icon", "stroke:" + std::string(ink));
        rule(kind + ".g-ink", fill(ink));
    }
    return out;
}

std::string fonts() {
    constexpr std::array<std::pair<std::string_view, Role>, 11> kRoles = {{
        {"name", Role::name},
        {"description", Role::description},
        {"fact_verb", Role::fact_verb},
        {"fact", Role::fact},
        {"verb", Role::verb},
        {"title", Role::title},
        {"detail", Role::detail},
        {"id", Role::id},
        {"label", Role::label},
        {"badge", Role::badge},
        {"heading", Role::heading},
    }};
    std::string out = "[class^=g-t-]{font-family:Helvetica,Arial,'Liberation Sans',sans-serif}\n";
    for (const auto& [name, role] : kRoles) {
        const Font font = font_of(role);
        out += ".g-t-" + std::string(name) + "{font-size:" + std::to_string(font.size) + "px" +
               (font.bold ? ";font-weight:700" : "") + "}\n";
    }
    return out;
}

}  // namespace

Palette palette_of(Kind kind) {
    return kLooks[static_cast<std::size_t>(kind)].colours;
}

std::string_view icon_path(Kind kind) {
    return kLooks[static_cast<std::size_t>(kind)].icon;
}

std::string style_sheet() {
    std::string out = fonts();
    out +=
        ".g-line{fill:none;stroke-width:1.75;stroke-linecap:round}\n"
        ".g-icon{fill:none;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}\n"
        ".g-ring{fill:none;stroke-width:1.75}\n"
        ".g-frame{stroke-dasharray:5 5;stroke-width:1.25}\n"
        ".g-ghost{stroke-dasharray:4 4}\n"
        ".g-shadow{opacity:.07}\n"
        ".g-badge{fill:#0f172a}\n"
        ".g-t-badge,.g-person{fill:#ffffff}\n";
    out += rules(kLight, false, "");
    out += "@media (prefers-color-scheme:dark){\n" + rules(kDark, true, "  ");
    out +=
        "  .g-shadow{opacity:.35}\n  .g-badge{fill:#e8edf6}\n  "
        ".g-t-badge,.g-person{fill:#0f172a}\n}\n";
    return out;
}

}  // namespace sluice::dsl::graph
