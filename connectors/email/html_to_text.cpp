#include "connectors/email/html_to_text.hpp"

#include "connectors/encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

// One pass over the text. Tags change three things: how many line breaks the next word needs, a
// pending link address, and whether we are inside an element that is not shown.

namespace sluice::connectors {
namespace {

template <std::size_t N>
bool listed(std::string_view value, const std::array<std::string_view, N>& list) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

constexpr std::array<std::string_view, 3> kRaw{"script", "style", "title"};
constexpr std::array<std::string_view, 3> kUnseen{"head", "template", "noscript"};
constexpr std::array<std::string_view, 14> kParagraphs{
    "p",  "h1", "h2", "h3",    "h4",         "h5",      "h6",
    "ul", "ol", "dl", "table", "blockquote", "section", "article"};
constexpr std::array<std::string_view, 13> kLines{"div", "tr",     "li",     "dt",   "dd",
                                                  "hr",  "header", "footer", "main", "nav",
                                                  "pre", "form",   "address"};
constexpr std::array<std::string_view, 8> kVoid{"br",   "img",   "hr",  "meta",
                                                "link", "input", "wbr", "col"};

struct Named {
    std::string_view name;
    char32_t point;
};
constexpr std::array kEntities{
    Named{"amp", U'&'},
    Named{"lt", U'<'},
    Named{"gt", U'>'},
    Named{"quot", U'"'},
    Named{"apos", U'\''},
    Named{"nbsp", U' '},
    Named{"shy", 0},
    Named{"zwnj", 0},
    Named{"copy", U'\u00a9'},
    Named{"reg", U'\u00ae'},
    Named{"trade", U'\u2122'},
    Named{"hellip", U'\u2026'},
    Named{"mdash", U'\u2014'},
    Named{"ndash", U'\u2013'},
    Named{"lsquo", U'\u2018'},
    Named{"rsquo", U'\u2019'},
    Named{"ldquo", U'\u201c'},
    Named{"rdquo", U'\u201d'},
    Named{"laquo", U'\u00ab'},
    Named{"raquo", U'\u00bb'},
    Named{"euro", U'\u20ac'},
    Named{"pound", U'\u00a3'},
    Named{"yen", U'\u00a5'},
    Named{"cent", U'\u00a2'},
    Named{"bull", U'\u2022'},
    Named{"middot", U'\u00b7'},
    Named{"times", U'\u00d7'},
    Named{"deg", U'\u00b0'},
    Named{"auml", U'\u00e4'},
    Named{"ouml", U'\u00f6'},
    Named{"uuml", U'\u00fc'},
    Named{"Auml", U'\u00c4'},
    Named{"Ouml", U'\u00d6'},
    Named{"Uuml", U'\u00dc'},
    Named{"szlig", U'\u00df'},
    Named{"eacute", U'\u00e9'},
    Named{"egrave", U'\u00e8'},
    Named{"agrave", U'\u00e0'},
    Named{"ccedil", U'\u00e7'},
    Named{"ntilde", U'\u00f1'},
    Named{"rarr", U'\u2192'},
    Named{"larr", U'\u2190'},
};

std::optional<char32_t> entity(std::string_view name) {
    if (name.starts_with('#')) {
        const bool hex = name.size() > 1 && (name[1] | 0x20) == 'x';
        const std::string_view digits = name.substr(hex ? 2 : 1);
        std::uint32_t value = 0;
        const auto [stop, code] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
        const bool whole = code == std::errc() && stop == digits.data() + digits.size();
        const bool valid = value <= 0x10ffff && (value < 0xd800 || value > 0xdfff) && value != 0;
        return whole && valid ? std::optional(static_cast<char32_t>(value)) : std::nullopt;
    }
    for (const Named& named : kEntities) {
        if (named.name == name) {
            return named.point;
        }
    }
    return std::nullopt;
}

std::string decode_entities(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '&') {
            out.push_back(text[at]);
            continue;
        }
        const std::size_t end = text.substr(0, at + 12).find(';', at);
        const auto point = end == std::string_view::npos
                               ? std::nullopt
                               : entity(text.substr(at + 1, end - at - 1));
        if (!point) {
            out.push_back('&');
            continue;
        }
        if (*point != 0) {
            append_utf8(out, *point == 0xa0 ? U' ' : *point);
        }
        at = end;
    }
    return out;
}

struct Tag {
    std::string name;
    bool closing = false;
    bool self_closing = false;
    std::string_view attributes;
};

/// The position after the '>' that ends a tag; quotes hide '>'. npos when the tag never ends.
std::size_t tag_end(std::string_view html, std::size_t at) {
    char quote = 0;
    for (; at < html.size(); ++at) {
        const char c = html[at];
        if (quote != 0) {
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

Tag read_tag(std::string_view inside) {
    Tag tag;
    tag.closing = inside.starts_with('/');
    inside.remove_prefix(tag.closing ? 1 : 0);
    tag.self_closing = inside.ends_with('/');
    const std::size_t end = std::min(inside.find_first_of(" \t\r\n/"), inside.size());
    tag.name = to_lower(inside.substr(0, end));
    tag.attributes = inside.substr(end);
    return tag;
}

/// The value of one attribute, entities decoded; "" when it is not there.
std::string attribute(std::string_view text, std::string_view wanted) {
    while (!text.empty()) {
        const std::size_t begin = text.find_first_not_of(" \t\r\n/");
        if (begin == std::string_view::npos) {
            break;
        }
        text.remove_prefix(begin);
        const std::size_t name_end = std::min(text.find_first_of("= \t\r\n"), text.size());
        const std::string_view name = text.substr(0, name_end);
        text = trim(text.substr(name_end));
        if (!text.starts_with('=')) {
            text.remove_prefix(name.empty() && !text.empty() ? 1 : 0);
            continue;
        }
        text = trim(text.substr(1));
        const bool quoted = text.starts_with('"') || text.starts_with('\'');
        const std::size_t end = quoted ? text.find(text.front(), 1) : text.find_first_of(" \t\r\n");
        const std::size_t stop = std::min(end, text.size());
        const std::string_view value = quoted ? text.substr(1, stop - 1) : text.substr(0, stop);
        if (equal_ignoring_case(name, wanted)) {
            return decode_entities(value);
        }
        text.remove_prefix(std::min(stop + (quoted ? 1 : 0), text.size()));
    }
    return {};
}

bool is_hidden(const Tag& tag) {
    std::string style = to_lower(attribute(tag.attributes, "style"));
    std::erase(style, ' ');
    return style.find("display:none") != std::string::npos;
}

class Writer {
public:
    void text(std::string_view raw) { plain(decode_entities(raw)); }
    void plain(std::string_view words) {
        for (const char c : words) {
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                space_ = true;
                continue;
            }
            before_word();
            out_.push_back(c);
        }
    }
    void breaks(int lines) { breaks_ = std::max(breaks_, lines); }
    void line_break() { breaks_ = std::min(breaks_ + 1, 2); }
    void space() { space_ = true; }
    void bullet() {
        breaks(1);
        prefix_ = "- ";
    }
    void word(std::string_view words) {
        space_ = true;
        plain(words);
    }
    [[nodiscard]] std::size_t size() const { return out_.size(); }
    [[nodiscard]] std::string_view since(std::size_t at) const {
        return std::string_view(out_).substr(at);
    }
    std::string finish() {
        if (!out_.empty()) {
            out_.push_back('\n');
        }
        return std::move(out_);
    }

private:
    void before_word() {
        if (!out_.empty() && breaks_ > 0) {
            out_.append(static_cast<std::size_t>(breaks_), '\n');
        } else if (!out_.empty() && space_) {
            out_.push_back(' ');
        }
        out_ += prefix_;
        prefix_.clear();
        breaks_ = 0;
        space_ = false;
    }

    std::string out_;
    std::string prefix_;
    int breaks_ = 0;
    bool space_ = false;
};

class Converter {
public:
    explicit Converter(std::string_view html) : html_(html) {}

    std::string run() {
        while (at_ < html_.size()) {
            const std::size_t open = std::min(html_.find('<', at_), html_.size());
            if (unseen_depth_ == 0) {
                writer_.text(html_.substr(at_, open - at_));
            }
            at_ = open;
            if (at_ < html_.size()) {
                markup();
            }
        }
        return writer_.finish();
    }

private:
    void markup() {
        if (html_.substr(at_).starts_with("<!--")) {
            const std::size_t end = html_.find("-->", at_ + 4);
            at_ = end == std::string_view::npos ? html_.size() : end + 3;
            return;
        }
        const char next = at_ + 1 < html_.size() ? html_[at_ + 1] : ' ';
        const bool is_tag = next == '/' || next == '!' || next == '?' ||
                            ((next | 0x20) >= 'a' && (next | 0x20) <= 'z');
        const bool looked = is_tag && !tags_ended_;
        const std::size_t end = looked ? tag_end(html_, at_) : std::string_view::npos;
        if (end == std::string_view::npos) {
            // Looking for the end again and again would take quadratic time.
            tags_ended_ = tags_ended_ || looked;
            if (unseen_depth_ == 0) {
                writer_.text("<");
            }
            ++at_;
            return;
        }
        const Tag tag = read_tag(html_.substr(at_ + 1, end - at_ - 2));
        at_ = end;
        on_tag(tag);
    }

    /// Inside script, style and title a '<' is no tag: only the end tag ends them.
    void skip_raw(const std::string& name) {
        const std::string wanted = "</" + name;
        for (; at_ < html_.size(); ++at_) {
            const std::string_view here = html_.substr(at_, wanted.size());
            if (here.front() == '<' && equal_ignoring_case(here, wanted)) {
                return;
            }
        }
    }

    void on_tag(const Tag& tag) {
        if (!tag.closing && listed(tag.name, kRaw)) {
            skip_raw(tag.name);
            return;
        }
        if (unseen_depth_ > 0) {
            if (tag.name == unseen_name_) {
                unseen_depth_ += tag.closing ? -1 : 1;
            }
            return;
        }
        const bool leaf = tag.self_closing || listed(tag.name, kVoid);
        if (!tag.closing && !leaf && (listed(tag.name, kUnseen) || is_hidden(tag))) {
            unseen_name_ = tag.name;
            unseen_depth_ = 1;
            return;
        }
        if (tag.name == "a") {
            on_link(tag);
        } else if (tag.name == "img") {
            writer_.word(attribute(tag.attributes, "alt"));
        } else if (tag.name == "br") {
            writer_.line_break();
        } else if (tag.name == "li" && !tag.closing) {
            writer_.bullet();
        } else if (tag.name == "td" || tag.name == "th") {
            writer_.space();
        } else if (listed(tag.name, kParagraphs)) {
            writer_.breaks(2);
        } else if (listed(tag.name, kLines)) {
            writer_.breaks(1);
        }
    }

    void on_link(const Tag& tag) {
        if (!tag.closing) {
            link_ = attribute(tag.attributes, "href");
            link_at_ = writer_.size();
            return;
        }
        const std::string_view words = trim(writer_.since(std::min(link_at_, writer_.size())));
        const bool worth_showing = link_.starts_with("http://") || link_.starts_with("https://") ||
                                   link_.starts_with("mailto:");
        const bool same = words == link_ || "mailto:" + std::string(words) == link_;
        if (worth_showing && !same) {
            writer_.word(words.empty() ? link_ : "(" + link_ + ")");
        }
        link_.clear();
    }

    std::string_view html_;
    std::size_t at_ = 0;
    bool tags_ended_ = false;  // a tag never ended: what follows is text
    Writer writer_;
    std::string unseen_name_;
    int unseen_depth_ = 0;
    std::string link_;
    std::size_t link_at_ = 0;
};

}  // namespace

std::string html_to_text(std::string_view html) {
    return Converter(html).run();
}

}  // namespace sluice::connectors
