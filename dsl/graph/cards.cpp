#include "dsl/graph/cards.hpp"

#include <algorithm>

namespace sluice::dsl::graph {

namespace {

/// Sets lines one below the other.
class Setter {
public:
    Setter(const Metrics& metrics, Box& box) : metrics_(metrics), box_(box), y_(metrics.pad_y) {}

    void space(int height) { y_ += height; }
    [[nodiscard]] int y() const { return y_; }
    [[nodiscard]] int room(int x) const { return box_.rect.right() - metrics_.pad_x - x; }

    void text(Role role, std::string_view text, int x) {
        const bool even = role == Role::title || role == Role::detail;
        for (std::string& line : even ? metrics_.wrap_evenly(role, text, room(x))
                                      : metrics_.wrap(role, text, room(x))) {
            put(role, std::move(line), x, y_);
            y_ += metrics_.line(role);
        }
    }
    void put(Role role, std::string line, int x, int y) {
        box_.texts.push_back(
            {{x, y + metrics_.ascent(role)}, role, Anchor::start, std::move(line), box_.kind});
    }
    /// In the top right corner; in cells on the border itself.
    void mark(const std::string& text) {
        if (text.empty()) {
            return;
        }
        const int inset = metrics_.cells ? 2 : metrics_.pad_x - 2;
        const int y = metrics_.cells ? 0 : metrics_.pad_y + metrics_.ascent(Role::id);
        box_.texts.push_back({{box_.rect.right() - inset, y},
                              Role::id,
                              Anchor::end,
                              metrics_.cells ? " " + text + " " : text,
                              box_.kind});
    }
    void finish(int height_min) { box_.rect.h = std::max(y_ + metrics_.pad_y, height_min); }

private:
    const Metrics& metrics_;
    Box& box_;
    int y_;
};

void add_badge(Box& box, const std::optional<std::int64_t>& people) {
    if (people) {
        box.badge = grouped(*people);
    }
}

}  // namespace

Box card(const Metrics& metrics, const CardText& text, int width) {
    Box box;
    box.kind = text.kind;
    box.id = text.id;
    box.rect = {-width / 2, 0, width, 0};
    const int x = box.rect.x + metrics.pad_x + metrics.icon_space;
    Setter set(metrics, box);
    if (metrics.cells) {
        const std::string gap = text.verb.empty() || text.title.empty() ? "" : " ";
        set.text(Role::title, text.verb + gap + text.title, x);
    } else {
        if (text.title.empty()) {
            set.space(metrics.line(Role::verb) / 2);
        } else {
            set.text(Role::verb, text.verb, x);
        }
        set.text(Role::title, text.title.empty() ? text.verb : text.title, x);
        box.icons.push_back(
            {text.kind, {box.rect.x + metrics.pad_x - 2, metrics.pad_y + 1}, false});
    }
    for (const std::string& detail : text.details) {
        set.text(Role::detail, detail, x);
    }
    for (const std::string& start : text.starts) {
        const int indent = metrics.cells ? 0 : 18;
        if (!metrics.cells) {
            box.icons.push_back({Kind::start, {x - 2, set.y()}, true});
        }
        const std::size_t first = box.texts.size();
        set.text(Role::detail, start, x + indent);
        std::for_each(box.texts.begin() + static_cast<long>(first), box.texts.end(),
                      [](Text& line) { line.kind = Kind::start; });
    }
    set.finish(metrics.cells ? 3 : 56);
    set.mark(text.mark);
    add_badge(box, text.people);
    return box;
}

Box card(const Metrics& metrics, const Node& node) {
    CardText text{node.kind,  node.id,      node.id,     node.verb,
                  node.title, node.details, node.people, {}};
    if (text.mark.front() != 's' ||
        text.mark.find_first_not_of("0123456789", 1) < text.mark.size()) {
        text.mark = "@" + text.mark;
    }
    return card(metrics, text, metrics.card_width);
}

Box header(const Metrics& metrics, const HeaderText& text, int width) {
    Box box;
    box.kind = text.kind;
    box.shape = Shape::header;
    box.id = text.name;
    box.rect = {-width / 2, 0, width, 0};
    const int x = box.rect.x + metrics.pad_x + (metrics.cells ? 0 : 4);
    const int icon = metrics.fact_icon_space;
    Setter set(metrics, box);
    set.space(metrics.cells ? 0 : 4);
    set.text(Role::name, text.name, x);
    set.text(Role::description, text.description, x);
    if (!text.facts->empty()) {
        set.space(metrics.cells ? 0 : 8);
    }
    int verbs = 0;
    for (const Fact& fact : *text.facts) {
        verbs = std::max(verbs, metrics.width(Role::fact_verb, fact.verb));
    }
    for (const Fact& fact : *text.facts) {
        if (icon > 0) {
            box.icons.push_back({fact.kind, {x, set.y() + 2}, true});
        }
        set.put(Role::fact_verb, fact.verb, x + icon, set.y());
        box.texts.back().kind = fact.kind;
        const int before = set.y();
        set.text(Role::fact, fact.text, x + icon + verbs + metrics.fact_verb_space);
        if (set.y() == before) {
            set.space(metrics.line(Role::fact));
        }
    }
    set.space(metrics.cells ? 0 : 3);
    set.finish(0);
    add_badge(box, text.people);
    return box;
}

Box label(const Metrics& metrics, const std::vector<std::string>& alternatives, int width) {
    Box box;
    box.shape = Shape::label;
    std::vector<std::string> lines;
    for (const std::string& alternative : alternatives) {
        const bool first = lines.empty();
        for (std::string& line :
             metrics.wrap_evenly(Role::label, first ? alternative : "or " + alternative, width)) {
            lines.push_back(std::move(line));
        }
    }
    int wide = 0;
    for (const std::string& line : lines) {
        wide = std::max(wide, metrics.width(Role::label, line));
    }
    wide += 2 * metrics.label_pad_x;
    wide += metrics.cells ? 0 : wide % 2;
    box.rect = {-wide / 2, 0, wide, 0};
    int y = metrics.label_pad_y;
    for (std::string& line : lines) {
        box.texts.push_back({{0, y + metrics.ascent(Role::label)},
                             Role::label,
                             Anchor::middle,
                             std::move(line),
                             Kind::rule});
        y += metrics.line(Role::label);
    }
    box.rect.h = y + metrics.label_pad_y;
    return box;
}

}  // namespace sluice::dsl::graph
