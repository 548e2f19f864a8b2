#include "dsl/check/types.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

std::string_view kind_words(Value::Kind kind) {
    switch (kind) {
        case Value::Kind::unknown:
            return "nothing";
        case Value::Kind::number:
            return "a number";
        case Value::Kind::text:
            return "text";
        case Value::Kind::yes_no:
            return "yes or no";
        case Value::Kind::date:
            return "a date";
        case Value::Kind::time:
            return "a time of day";
        case Value::Kind::moment:
            return "a moment";
        case Value::Kind::list:
            return "a list";
    }
    return {};
}

bool fits(Value::Kind kind, Family family) {
    switch (family) {
        case Family::number:
            return kind == Value::Kind::number;
        case Family::text:
            return kind == Value::Kind::text;
        case Family::date:
            return kind == Value::Kind::date;
        case Family::time:
            return kind == Value::Kind::time;
        case Family::yes_no:
            return kind == Value::Kind::yes_no;
        case Family::list:
            return kind == Value::Kind::text;
    }
    return false;
}

/// What the author probably meant: the other spelling of the same value.
std::optional<std::string> mended(const Value& value, Family family) {
    if (value.kind == Value::Kind::text) {
        const bool number = family == Family::number && parse_decimal(value.text).has_value();
        const bool date = family == Family::date && parse_date(value.text).has_value();
        const bool yes_no = family == Family::yes_no && (value.text == "yes" || value.text == "no");
        if (number || date || yes_no) {
            return value.text;
        }
        if (family == Family::yes_no && (value.text == "true" || value.text == "false")) {
            return value.text == "true" ? "yes" : "no";
        }
        return std::nullopt;
    }
    if (family == Family::text) {
        return quoted(to_text(value));
    }
    return std::nullopt;
}

void report_no_option(Compilation& c, const ast::ValueExpr& value, const std::string& text,
                      const Typed& target) {
    Diagnostic& diagnostic = c.error(
        "E302", value.span, "`" + text + "` is not one of the values of `" + target.words + "`:");
    const auto candidates = did_you_mean(text, target.type.options);
    if (!candidates.empty()) {
        diagnostic.help = suggestion(candidates);
        diagnostic.fix = Fix{value.span, quoted(candidates.front())};
        return;
    }
    std::vector<std::string> options;
    for (const std::string& option : target.type.options) {
        options.push_back(quoted(option));
    }
    diagnostic.help = "It can be " + listed(options, "or") + ".";
}

}  // namespace

Family family_of(TypeKind kind) {
    switch (kind) {
        case TypeKind::number:
        case TypeKind::money:
            return Family::number;
        case TypeKind::text:
        case TypeKind::timezone:
        case TypeKind::one_of:
            return Family::text;
        case TypeKind::date:
            return Family::date;
        case TypeKind::time:
            return Family::time;
        case TypeKind::yes_no:
            return Family::yes_no;
        case TypeKind::list:
            return Family::list;
    }
    return Family::text;
}

bool is_ordered(TypeKind kind) {
    const Family family = family_of(kind);
    return family == Family::number || family == Family::date;
}

bool maybe_unknown(const Field& field) {
    return (field.optional || field.predicted) && !field.default_value.known();
}

std::string content_of(const Type& type) {
    switch (type.kind) {
        case TypeKind::number:
            return "a number";
        case TypeKind::date:
            return "a date";
        case TypeKind::time:
            return "a time of day";
        case TypeKind::timezone:
            return "a time zone";
        case TypeKind::yes_no:
            return "yes or no";
        case TypeKind::list:
            return "a list of text";
        case TypeKind::text:
        case TypeKind::money:
        case TypeKind::one_of:
            return to_text(type);
    }
    return {};
}

std::string declared_note(const Compilation& c, const Span& span, const Type& type) {
    const std::string place = c.place(span);
    return place.empty() ? "It holds " + content_of(type) + "."
                         : "It is declared in " + place + " and holds " + content_of(type) + ".";
}

void report_mismatch(Compilation& c, const ast::ValueExpr& value, const Typed& target,
                     std::string_view found) {
    Diagnostic& diagnostic =
        c.error("E301", value.span,
                "`" + target.words + "` holds " + content_of(target.type) + ", and `" +
                    c.words(value.span) + "` is " + std::string(found) + ":");
    const auto* literal = std::get_if<Value>(&value.node);
    const auto better =
        literal == nullptr ? std::nullopt : mended(*literal, family_of(target.type.kind));
    if (better) {
        diagnostic.help = "Write it as:  " + *better;
        diagnostic.fix = Fix{value.span, *better};
    } else if (target.declared.line != 0) {
        diagnostic.help = "`" + target.words + "` is declared in " + c.place(target.declared) + ".";
    }
}

std::optional<Value> literal_for(Compilation& c, const ast::ValueExpr& value, const Typed& target) {
    Value literal;
    if (const auto* plain = std::get_if<Value>(&value.node)) {
        literal = *plain;
    } else if (const auto* name = std::get_if<ast::Name>(&value.node)) {
        literal = Value::of_text(name->text);
    } else {
        c.error(
            "E301", value.span,
            "A fixed value is needed here, and `" + c.words(value.span) + "` is only known later:");
        return std::nullopt;
    }
    if (!fits(literal.kind, family_of(target.type.kind))) {
        report_mismatch(c, value, target, kind_words(literal.kind));
        return std::nullopt;
    }
    const auto& options = target.type.options;
    if (target.type.kind == TypeKind::one_of &&
        std::find(options.begin(), options.end(), literal.text) == options.end()) {
        report_no_option(c, value, literal.text, target);
        return std::nullopt;
    }
    return literal;
}

}  // namespace sluice::dsl::check
