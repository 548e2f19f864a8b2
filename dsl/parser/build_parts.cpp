#include "dsl/parser/build.hpp"
#include "dsl/parser/keywords.hpp"

#include <limits>

namespace sluice::dsl::parser {

namespace {

struct Inside {
    std::size_t open = 0;   // bytes of the opening quote
    std::size_t close = 0;  // bytes of the closing quote
};

/// Quotes are one byte, or three when they are curly (read with an E120).
Inside quotes_of(std::string_view raw, bool unclosed) {
    Inside inside;
    inside.open = raw.starts_with("\xE2\x80") ? 3 : 1;
    if (!unclosed) {
        inside.close = raw.ends_with('"') || raw.ends_with('\'') ? 1 : 3;
    }
    return inside;
}

/// `\"` and `\\` stand for the character behind; every other backslash is itself.
std::string unescaped(std::string_view raw) {
    if (raw.find('\\') == std::string_view::npos) {
        return std::string(raw);
    }
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const bool escape =
            raw[i] == '\\' && i + 1 < raw.size() && (raw[i + 1] == '"' || raw[i + 1] == '\\');
        i += escape ? 1 : 0;
        out += raw[i];
    }
    return out;
}

void refuse(const View& at, std::string_view message, std::string_view help) {
    Problems& problems = at.reading().problems;
    Diagnostic d;
    d.code = "E104";
    d.span = at.span();
    d.message = message;
    d.help = help;
    if (!problems.muted(d.span.line, d.span.line)) {
        problems.add(std::move(d));
    }
}

enum class Clock { months, days, seconds };

struct Unit {
    Clock clock = Clock::seconds;
    std::int64_t worth = 1;
};

Unit unit_of(std::uint16_t word) {
    switch (word) {
        case kw("minute"):
        case kw("minutes"):
            return {Clock::seconds, 60};
        case kw("hour"):
        case kw("hours"):
            return {Clock::seconds, 3'600};
        case kw("day"):
        case kw("days"):
            return {Clock::days, 1};
        case kw("week"):
        case kw("weeks"):
            return {Clock::days, 7};
        case kw("month"):
        case kw("months"):
            return {Clock::months, 1};
        case kw("year"):
        case kw("years"):
            return {Clock::months, 12};
        default:
            return {Clock::seconds, 1};
    }
}

/// A thousand years and more is a slip of the keyboard, and would not fit the calendar.
constexpr std::int64_t kMonthsMax = 12'000;
constexpr std::int64_t kDaysMax = 366'000;
constexpr std::int64_t kSecondsMax = kDaysMax * 86'400;

bool fits(const ast::Duration& duration) {
    const auto within = [](std::int64_t n, std::int64_t most) { return n <= most && n >= -most; };
    return within(duration.months, kMonthsMax) && within(duration.days, kDaysMax) &&
           within(duration.seconds, kSecondsMax);
}

/// Adds one part; false when it is fractional where it may not be, or too long.
bool add_part(ast::Duration& duration, std::int64_t scaled, const Unit& unit) {
    if (scaled > kSecondsMax * kDecimalScale / unit.worth ||
        scaled < -kSecondsMax * kDecimalScale / unit.worth ||
        scaled * unit.worth % kDecimalScale != 0) {
        return false;
    }
    const std::int64_t amount = scaled * unit.worth / kDecimalScale;
    if (unit.clock == Clock::seconds) {
        duration.seconds += amount;
        return fits(duration);
    }
    if (amount > kDaysMax || amount < -kDaysMax) {
        return false;
    }
    const auto calendar = static_cast<std::int32_t>(amount);
    (unit.clock == Clock::days ? duration.days : duration.months) += calendar;
    return fits(duration);
}

}  // namespace

std::string text_in(const View& node) {
    return std::string(node.text());
}

ast::Text build_text(const View& text) {
    const Token& token = text.first();
    const std::string_view raw = text.text();
    const Inside quotes = quotes_of(raw, token.unclosed);
    ast::Text out;
    out.span = text.span();
    out.span.offset += static_cast<std::uint32_t>(quotes.open);
    out.span.column += static_cast<std::uint32_t>(quotes.open);
    out.span.length -= static_cast<std::uint32_t>(quotes.open + quotes.close);
    out.text = unescaped(raw.substr(quotes.open, raw.size() - quotes.open - quotes.close));
    return out;
}

ast::Text text_of(const View& parent, std::size_t n) {
    return build_text(parent.need(Node::text, n));
}

ast::Name build_name(const View& name) {
    ast::Name out;
    out.span = name.span();
    out.text =
        name.first().kind == TokenKind::text ? build_text(name).text : std::string(name.text());
    return out;
}

ast::Name name_of(const View& parent, std::size_t n) {
    return build_name(parent.need(Node::name, n));
}

ast::Path build_path(const View& path) {
    ast::Path out;
    out.span = path.span();
    out.words.reserve(path.children().size());
    path.each([&](const View& word) { out.words.emplace_back(word.text()); });
    return out;
}

ast::Path path_of(const View& parent) {
    return build_path(parent.need(Node::path));
}

ast::Duration build_duration(const View& duration) {
    ast::Duration out;
    out.span = duration.span();
    bool fine = true;
    std::int64_t amount = 0;
    for (const View part : duration.children()) {
        if (part.is(Node::unit)) {
            fine = fine && add_part(out, amount, unit_of(part.word()));
        } else {
            amount = part.first().value;
        }
    }
    if (!fine) {
        refuse(duration, "I cannot use this duration:",
               "Days, weeks, months and years are whole numbers; none lasts a thousand years.");
        out.months = 0;
        out.days = 0;
        out.seconds = 0;
    }
    return out;
}

ast::Duration duration_of(const View& parent, std::size_t n) {
    return build_duration(parent.need(Node::duration, n));
}

std::optional<ast::Duration> optional_duration_of(const View& parent) {
    const auto found = parent.find(Node::duration);
    return found ? std::optional(build_duration(*found)) : std::nullopt;
}

ast::TimeOfDay time_of(const View& parent, std::size_t n) {
    const View time = parent.need(Node::time, n);
    return {static_cast<std::int32_t>(time.first().value), time.span()};
}

std::optional<ast::TimeOfDay> optional_time_of(const View& parent) {
    return parent.find(Node::time) ? std::optional(time_of(parent)) : std::nullopt;
}

ast::Date date_of(const View& parent) {
    const View date = parent.need(Node::date);
    return {date.first().value, date.span()};
}

std::string word_of(const View& parent) {
    return text_in(parent.need(Node::word));
}

void build_value(ast::ValueExpr& out, const View& value) {
    out.span = value.span();
    Value& literal = out.node.emplace<Value>();
    const auto number = [&](Value::Kind kind, std::int64_t payload) {
        literal.kind = kind;
        literal.number = payload;
    };
    const View::Children children = value.children();
    if (children.empty()) {
        // Keywords leave no child. `true` and `false` were reported and mean yes and no.
        const std::uint16_t word = value.word();
        if (word == kw("today")) {
            out.node = ast::Today{};
        } else if (word == kw("now")) {
            out.node = ast::Now{};
        } else {
            number(Value::Kind::yes_no, word == kw("yes") || word == kw("true") ? 1 : 0);
        }
        return;
    }
    const View child = children.front();
    const std::int64_t payload = child.first().value;
    switch (child.kind()) {
        case Node::text:
            literal.kind = Value::Kind::text;
            literal.text = build_text(child).text;
            break;
        case Node::date:
            number(Value::Kind::date, payload);
            break;
        case Node::time:
            number(Value::Kind::time, payload);
            break;
        case Node::name:
            out.node = build_name(child);
            break;
        case Node::path:
            out.node = build_path(child);
            break;
        default:
            number(Value::Kind::number, payload);
            break;
    }
}

ast::ValueExpr value_of(const View& parent) {
    ast::ValueExpr out;
    build_value(out, parent.need(Node::value));
    return out;
}

std::vector<ast::ValueExpr> values_of(const View& list) {
    const View::Children children = list.children();
    std::vector<ast::ValueExpr> out;
    out.reserve(children.size());
    for (const View value : children) {
        build_value(out.emplace_back(), value);
    }
    return out;
}

std::int64_t count_of(const View& parent, std::size_t n) {
    const View number = parent.need(Node::number, n);
    const std::int64_t scaled = number.first().value;
    if (scaled % kDecimalScale != 0) {
        refuse(number, "A count is a whole number:", "");
    }
    return scaled / kDecimalScale;
}

std::int64_t percent_of(const View& parent) {
    return parent.need(Node::percent).first().value;
}

ast::Channel channel_of(const View& parent) {
    return parent.need(Node::kind).word() == kw("sms") ? ast::Channel::sms : ast::Channel::email;
}

std::string messages_of(const View& parent) {
    switch (parent.need(Node::kind).word()) {
        case kw("sms"):
            return "sms";
        case kw("email"):
        case kw("emails"):
            return "emails";
        default:
            return "messages";
    }
}

}  // namespace sluice::dsl::parser
