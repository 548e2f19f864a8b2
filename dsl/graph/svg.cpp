#include "dsl/graph/scene.hpp"
#include "dsl/graph/svg_style.hpp"
#include "dsl/graph/write.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace sluice::dsl::graph {

namespace {

constexpr int kCorner = 10;
constexpr int kTip = 7;  // length of an arrow's tip

/// Text as XML content or attribute value. What XML 1.0 cannot hold is left out.
std::string escaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        const char32_t c = next_code_point(text, at);
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                if (c == 0xfffd || c == 0xfffe || c == 0xffff || (c >= 0xd800 && c <= 0xdfff)) {
                    out += "\xef\xbf\xbd";
                } else if (c >= 0x20 || c == '\n' || c == '\t') {
                    out += text.substr(begin, at - begin);
                }
        }
    }
    return out;
}

/// Letters, digits and hyphens, for ids that stay unique when several pictures share a page.
std::string slug(std::string_view name) {
    std::string out;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        const bool capital = c >= 'A' && c <= 'Z';
        out += plain ? c : capital ? static_cast<char>(c - 'A' + 'a') : '-';
    }
    return out.empty() ? "overview" : out;
}

std::string n(int number) {
    return std::to_string(number);
}
std::string xy(Point point) {
    return n(point.x) + " " + n(point.y);
}
int length(Point a, Point b) {
    return std::abs(a.x - b.x) + std::abs(a.y - b.y);
}
/// `distance` from `from` towards `to`, which lies straight in one direction.
Point towards(Point from, Point to, int distance) {
    const int whole = std::max(1, length(from, to));
    return {from.x + (to.x - from.x) * distance / whole,
            from.y + (to.y - from.y) * distance / whole};
}

class SvgWriter {
public:
    explicit SvgWriter(const Scene& scene) : scene_(scene) {}

    std::string write(const std::string& title, const std::string& description) {
        const std::string id = slug(scene_.name);
        out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + n(scene_.width) + " " +
               n(scene_.height) + "\" width=\"" + n(scene_.width) + "\" height=\"" +
               n(scene_.height) + "\" role=\"img\" aria-labelledby=\"" + id + "-title " + id +
               "-desc\">\n";
        out_ += "<title id=\"" + id + "-title\">" + escaped(title) + "</title>\n";
        out_ += "<desc id=\"" + id + "-desc\">" + escaped(description) + "</desc>\n";
        out_ += "<style>\n" + style_sheet() + "</style>\n";
        out_ += "<rect class=\"g-page\" width=\"" + n(scene_.width) + "\" height=\"" +
                n(scene_.height) + "\"/>\n";
        for (const Frame& frame : scene_.frames) {
            rect("frame", frame.rect, 18);
        }
        for (const Connector& connector : scene_.connectors) {
            line(connector);
        }
        for (const Dot& dot : scene_.dots) {
            end(dot);
        }
        for (const Box& box : scene_.boxes) {
            card(box);
        }
        for (const Box& label : scene_.labels) {
            rect("label", label.rect, std::min(12, label.rect.h / 2));
            texts(label.texts);
        }
        texts(scene_.texts);
        return std::move(out_) + "</svg>\n";
    }

private:
    void rect(std::string_view css, const Rect& rect, int radius) {
        out_ += "<rect class=\"g-" + std::string(css) + "\" x=\"" + n(rect.x) + "\" y=\"" +
                n(rect.y) + "\" width=\"" + n(rect.w) + "\" height=\"" + n(rect.h) + "\" rx=\"" +
                n(radius) + "\"/>\n";
    }

    void line(const Connector& connector) {
        std::vector<Point> points = connector.points;
        const Point tip = points.back();
        const Point before = points[points.size() - 2];
        if (connector.arrow) {
            points.back() = towards(tip, before, kTip - 2);
        }
        out_ += "<path class=\"g-line\" d=\"M" + xy(points.front());
        for (std::size_t i = 1; i + 1 < points.size(); ++i) {
            corner(points[i - 1], points[i], points[i + 1], {i == 1, i + 2 == points.size()});
        }
        out_ += "L" + xy(points.back()) + "\"/>\n";
        if (connector.arrow) {
            const Point base = towards(tip, before, kTip);
            const int dx = tip.x == before.x ? 5 : 0;
            const int dy = 5 - dx;
            out_ += "<path class=\"g-tip\" d=\"M" + xy(tip) + "L" + xy({base.x - dx, base.y - dy}) +
                    "L" + xy({base.x + dx, base.y + dy}) + "Z\"/>\n";
        }
    }

    struct Ends {
        bool first, last;
    };
    /// A quarter circle that takes at most half of a segment it shares with another corner.
    void corner(Point from, Point at, Point to, Ends ends) {
        const int in = length(from, at) / (ends.first ? 1 : 2);
        const int out = length(at, to) / (ends.last ? 1 : 2);
        const int radius = std::min({kCorner, in, out});
        out_ +=
            "L" + xy(towards(at, from, radius)) + "Q" + xy(at) + " " + xy(towards(at, to, radius));
    }

    void end(const Dot& dot) {
        const auto circle = [&](std::string_view css, const std::string& radius) {
            out_ += "<circle class=\"g-" + std::string(css) + "\" cx=\"" + n(dot.at.x) +
                    "\" cy=\"" + n(dot.at.y) + "\" r=\"" + radius + "\"/>\n";
        };
        if (dot.stop) {
            circle("ink g-stop", "5");
            return;
        }
        circle("ring", "6.5");
        circle("end", "3.5");
    }

    void card(const Box& box) {
        const bool plain = box.shape == Shape::ghost;
        out_ += "<g data-kind=\"" + std::string(name_of(box.kind)) + "\" data-id=\"" +
                escaped(box.id) + "\">\n";
        const int radius = box.shape == Shape::header ? 16 : 12;
        if (!plain) {
            rect("shadow", {box.rect.x, box.rect.y + 2, box.rect.w, box.rect.h}, radius);
        }
        rect(plain ? "ghost" : box.shape == Shape::header ? "header" : "card", box.rect, radius);
        if (box.twofold) {
            rect("inner", {box.rect.x + 4, box.rect.y + 4, box.rect.w - 8, box.rect.h - 8},
                 radius - 4);
        }
        for (const Icon& icon : box.icons) {
            draw(icon);
        }
        texts(box.texts);
        badge(box);
        out_ += "</g>\n";
    }

    void draw(const Icon& icon) {
        const std::string kind = "g-" + std::string(name_of(icon.kind)) + "\"";
        out_ += "<g transform=\"translate(" + xy(icon.at) + ")";
        if (icon.small) {
            out_ += " scale(.68)\">";
        } else {
            out_ += "\"><rect class=\"g-ground " + kind + " width=\"32\" height=\"32\" rx=\"9\"/>";
            out_ += "<g transform=\"translate(5 5) scale(.917)\">";
        }
        out_ +=
            "<path class=\"g-icon " + kind + " d=\"" + std::string(icon_path(icon.kind)) + "\"/>";
        out_ += icon.small ? "</g>\n" : "</g></g>\n";
    }

    void badge(const Box& box) {
        if (box.badge.empty()) {
            return;
        }
        const int wide = pixels().width(Role::badge, box.badge) + 32;
        const Rect pill = {box.rect.right() - wide + 8, box.rect.y - 10, wide, 20};
        rect("badge", pill, 10);
        out_ += "<path class=\"g-person\" transform=\"translate(" + xy({pill.x + 8, pill.y + 4}) +
                ")\" d=\"M6 1a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 1 0 0-5.2M1 12a5 5 0 0 1 10 0z\"/>\n";
        texts({{{pill.right() - 9, pill.y + 14}, Role::badge, Anchor::end, box.badge, box.kind}});
    }

    void texts(const std::vector<Text>& texts) {
        constexpr std::array<std::string_view, 11> kClasses = {
            "name",   "description", "fact_verb", "fact",  "verb",   "title",
            "detail", "id",          "label",     "badge", "heading"};
        constexpr std::array<std::string_view, 3> kAnchors = {"", " text-anchor=\"middle\"",
                                                              " text-anchor=\"end\""};
        for (const Text& text : texts) {
            const bool coloured = text.role == Role::verb || text.role == Role::fact_verb;
            const std::string ink = coloured ? " g-ink g-" + std::string(name_of(text.kind)) : "";
            out_ += "<text class=\"g-t-" +
                    std::string(kClasses[static_cast<std::size_t>(text.role)]) + ink + "\" x=\"" +
                    n(text.at.x) + "\" y=\"" + n(text.at.y) + "\"" +
                    std::string(kAnchors[static_cast<std::size_t>(text.anchor)]) + ">" +
                    escaped(text.text) + "</text>\n";
        }
    }

    const Scene& scene_;
    std::string out_;
};

std::string title_of(const Drawing& drawing) {
    struct Visit {
        std::string operator()(const Picture& picture) { return "Flow " + picture.name; }
        std::string operator()(const StateChart& chart) { return "Lifecycle " + chart.name; }
        std::string operator()(const Overview&) { return "All flows"; }
    };
    return std::visit(Visit{}, drawing);
}

}  // namespace

std::string write_svg(const Drawing& drawing) {
    const Scene scene = lay_out(drawing, pixels());
    return SvgWriter(scene).write(title_of(drawing), write_outline(drawing, Charset::unicode));
}

}  // namespace sluice::dsl::graph
