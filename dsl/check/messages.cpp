#include "dsl/check/messages.hpp"

#include "dsl/check/types.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

constexpr std::size_t kPlaceholderLength = 10;
constexpr std::size_t kShownLineMax = 120;

tpl::Shape field_shape(const Compilation& c, const Field& field, const Span& span) {
    tpl::Shape shape;
    shape.name = field.name;
    shape.type = field.type;
    shape.optional = maybe_unknown(field);
    shape.declared_at = c.place(span);
    return shape;
}

tpl::Shape record(const Compilation& c, std::string name, const std::vector<Field>& fields,
                  const std::vector<Span>& spans) {
    tpl::Shape shape;
    shape.name = std::move(name);
    shape.record = true;
    for (std::size_t at = 0; at < fields.size(); ++at) {
        shape.fields.push_back(field_shape(c, fields[at], spans[at]));
    }
    return shape;
}

std::vector<tpl::Shape> roots_of(const Compilation& c, const Message& message) {
    std::vector<tpl::Shape> roots;
    roots.push_back(record(c, "customer", c.program.customer_fields, c.names.customer_field_spans));
    for (const MessageParam& param : message.params) {
        if (param.event != kNone) {
            roots.push_back(record(c, param.name, c.program.events[param.event].fields,
                                   c.names.event_field_spans[param.event]));
            continue;
        }
        tpl::Shape shape;
        shape.name = param.name;
        shape.type = param.type;
        shape.optional = param.optional;
        roots.push_back(std::move(shape));
    }
    return roots;
}

/// Where a template comes from: inline text, or a file named by the text.
struct Origin {
    const ast::Text& text;
    std::string file;  // path of the body file as written; empty: inline
};

Span inside(const Span& whole, const tpl::Fault& fault) {
    Span span = whole;
    if (fault.offset <= whole.length) {
        const auto offset = static_cast<std::uint32_t>(fault.offset);
        const auto length = static_cast<std::uint32_t>(fault.length);
        span.offset += offset;
        span.column += offset;
        span.length = std::min(length, whole.length - offset);
    }
    return span;
}

std::string position_in(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t start = before.rfind('\n');
    const std::size_t column =
        before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
    return std::to_string(line) + ":" + std::to_string(column);
}

/// The line of the offset without the white space around it.
std::string_view line_of(std::string_view text, std::size_t offset) {
    offset = std::min(offset, text.size());
    const std::size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    std::string_view line = text.substr(begin, text.find('\n', offset) - begin);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
        line.remove_prefix(1);
    }
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) {
        line.remove_suffix(1);
    }
    return line;
}

/// The checker's number of a template fault; a broken template is E317 here because E311 is about
/// what sends pass.
std::string_view code_of(const tpl::Fault& fault) {
    return fault.code == "E311" ? std::string_view("E317") : std::string_view(fault.code);
}

void report_fault(Compilation& c, const Origin& origin, std::string_view source,
                  const tpl::Fault& fault) {
    const bool same_text = c.sources.text(origin.text.span) == source;
    const bool in_file = !origin.file.empty();
    const Span span = in_file      ? with_quotes(origin.text.span)
                      : !same_text ? origin.text.span
                                   : inside(origin.text.span, fault);
    std::string message = fault.message;
    if (in_file) {
        message = origin.file + ":" + position_in(source, fault.offset) + ": " + message;
    }
    Diagnostic& diagnostic = fault.is_warning ? c.warning(code_of(fault), span, std::move(message))
                                              : c.error(code_of(fault), span, std::move(message));
    diagnostic.help = fault.help;
    if (in_file) {
        const std::string_view line = line_of(source, fault.offset);
        diagnostic.help += (fault.help.empty() ? "" : "\n") + std::string("The line reads:  ") +
                           std::string(line.substr(0, kShownLineMax));
    }
}

struct Place {
    const Origin& origin;
    std::string_view source;
};

/// A word of a template: a parameter of the message, or a field of it or of the customer.
void note_read(const Compilation& c, const Message& message, const Place& place,
               const tpl::Read& read) {
    const bool in_file = !place.origin.file.empty();
    const Span& text = place.origin.text.span;
    if (!in_file && c.sources.text(text) != place.source) {
        return;
    }
    NameUse use;
    use.name = read.name;
    use.body = place.origin.file;
    use.span = {text.file, (in_file ? 0 : text.offset) + read.offset, read.length, text.line,
                text.column + (in_file ? 0 : read.offset)};
    const auto param = std::find_if(message.params.begin(), message.params.end(),
                                    [&](const auto& known) { return known.name == read.root; });
    if (!read.is_field && param != message.params.end()) {
        use.kind = NameUse::Kind::parameter;
        use.owner = message.name;
    } else if (read.is_field && read.root == "customer") {
        use.kind = NameUse::Kind::customer_field;
    } else if (read.is_field && param != message.params.end() && param->event != kNone) {
        use.kind = NameUse::Kind::event_field;
        use.owner = c.program.events[param->event].name;
    } else {
        return;
    }
    c.note(std::move(use));
}

/// The parameter's name in `uses X as cart` or `uses code text`.
void note_uses(const Compilation& c, const std::string& message, const ast::UsesDecl& uses) {
    NameUse use;
    use.kind = NameUse::Kind::parameter;
    use.name = uses.word;
    use.owner = message;
    use.declaration = true;
    const std::size_t at = c.sources.text(uses.span).rfind(uses.word);
    if (uses.field) {
        use.span = uses.field->name_span;
    } else if (at != std::string_view::npos) {
        const auto offset = static_cast<std::uint32_t>(at);
        use.span = {uses.span.file, uses.span.offset + offset,
                    static_cast<std::uint32_t>(uses.word.size()), uses.span.line,
                    uses.span.column + offset};
    }
    c.note(std::move(use));
}

struct MessageLowering {
    Compilation& c;
    Index index;
    bool damaged;

    Message& message() const { return c.program.messages[index]; }

    tpl::Template compiled(const Origin& origin, std::string_view source,
                           tpl::Options options) const {
        std::vector<tpl::Fault> faults;
        tpl::Template out = tpl::Template::parse(source, options, faults);
        if (faults.empty()) {
            std::vector<tpl::Read> reads;
            out.check(roots_of(c, message()), faults, c.options.on_use ? &reads : nullptr);
            for (const tpl::Read& read : reads) {
                note_read(c, message(), {origin, source}, read);
            }
        }
        for (const tpl::Fault& fault : faults) {
            const bool follow_up = fault.code == "E314" && (damaged || c.names.customer_damaged ||
                                                            !c.names.events_damaged.empty());
            if (!follow_up) {
                report_fault(c, origin, source, fault);
            }
        }
        return out;
    }

    tpl::Template line(const std::optional<ast::Text>& text) const {
        if (!text) {
            return {};
        }
        return compiled({*text, {}}, text->text, {tpl::Syntax::placeholder, tpl::Escape::none});
    }

    tpl::Template body(const ast::EmailContent& email) const {
        if (!email.body) {
            return {};
        }
        const ast::Text& text = *email.body;
        if (!email.body_is_file) {
            warn_file_name(text);
            return compiled({text, {}}, text.text, {tpl::Syntax::placeholder, tpl::Escape::html});
        }
        const std::string& flow_path = c.sources.files[text.span.file].path;
        const auto content =
            c.options.load_body ? c.options.load_body(flow_path, text.text) : std::nullopt;
        if (!content) {
            c.error("E312", with_quotes(text.span), "There is no file `" + text.text + "`:").help =
                "I looked beside " + flow_path + " and in the project directory.";
            return {};
        }
        if (content->find("<mjml") != std::string::npos) {
            c.error("E316", with_quotes(text.span),
                    "`" + text.text + "` is MJML, which mail programs cannot show:")
                .help =
                "Compile it to HTML first and name the HTML file here; Liquid in it survives.";
            return {};
        }
        return compiled({text, text.text}, *content, {tpl::Syntax::liquid, tpl::Escape::html});
    }

    /// `body "x.html"` without `file` would send the name of the file.
    void warn_file_name(const ast::Text& text) const {
        const std::string_view name = text.text;
        const bool named = name.ends_with(".html") || name.ends_with(".htm") ||
                           name.ends_with(".liquid") || name.ends_with(".mjml");
        if (!named || name.find_first_of(" <{") != std::string_view::npos) {
            return;
        }
        const Span span = with_quotes(text.span);
        Diagnostic& diagnostic = c.warning("W318", span, "Customers would read exactly this text:");
        diagnostic.help = "If it is the name of a file, write:  body file " + quoted(text.text);
        diagnostic.fix = Fix{span, "file " + quoted(text.text)};
    }

    void add_param(const ast::UsesDecl& uses) const {
        MessageParam param;
        param.name = uses.word;
        const auto& params = message().params;
        const bool twice =
            std::any_of(params.begin(), params.end(),
                        [&](const MessageParam& known) { return known.name == uses.word; });
        if (twice || uses.word == "customer") {
            c.error("E205", uses.span,
                    twice ? "This message uses `" + uses.word + "` twice:"
                          : std::string("`customer` is always the customer:"))
                .help = "Choose another name.";
            return;
        }
        note_uses(c, message().name, uses);
        if (uses.event) {
            param.event = c.find(Kind::event, "E201", *uses.event);
        } else if (uses.field) {
            param.type = uses.field->type;
            param.optional = uses.field->optional;
            refuse_flags(*uses.field);
        }
        if (!uses.event || param.event != kNone) {
            message().params.push_back(std::move(param));
        } else {
            c.names.messages_damaged.insert(index);
        }
    }

    void refuse_flags(const ast::FieldDecl& field) const {
        if (field.default_value || field.key || field.predicted) {
            c.error("E325", field.span,
                    "A message is given its values when it is sent, so `default`, `key` and "
                    "`predicted` mean nothing here:")
                .help = "Mark it `optional` and say in the text what to use instead, as in {" +
                        field.name + " | there}.";
        }
    }

    void warn_length(const ast::Text& sms) const {
        const SmsLength length = sms_length(sms.text);
        if (length.parts > 1) {
            c.warning("W314", with_quotes(sms.span),
                      "This text message has about " + std::to_string(length.characters) +
                          " characters:")
                .help =
                "It will be sent, and paid for, as " + std::to_string(length.parts) + " parts.";
        }
    }

    void lower(const ast::MessageDecl& decl) const {
        if (decl.topic && decl.transactional) {
            Diagnostic& diagnostic =
                c.error("E321", decl.transactional_span,
                        "A message with a topic is marketing and cannot be transactional:");
            diagnostic.labels.push_back({decl.topic->span, "its topic"});
            diagnostic.help = "Remove one of the two lines.";
        }
        message().topic = decl.topic ? decl.topic->text : std::string();
        message().transactional = decl.transactional;
        for (const ast::UsesDecl& uses : decl.uses) {
            add_param(uses);
        }
        const bool incomplete = c.names.messages_damaged.contains(index);
        const MessageLowering content{c, index, damaged || incomplete};
        if (decl.email) {
            EmailContent email;
            email.subject = content.line(decl.email->subject);
            email.preview = content.line(decl.email->preview);
            email.body = content.body(*decl.email);
            message().email = std::move(email);
        }
        if (decl.sms) {
            message().sms = content.line(decl.sms);
            warn_length(*decl.sms);
        }
    }
};

/// The plain fallback of `{path | there}`, or nothing when the part after the bar is a filter.
std::size_t placeholder_length(std::string_view inside_braces) {
    const std::size_t bar = inside_braces.rfind('|');
    if (bar == std::string_view::npos) {
        return kPlaceholderLength;
    }
    std::size_t length = 0;
    for (const char c : inside_braces.substr(bar + 1)) {
        length += c == ' ' ? 0 : 1;
    }
    return std::max(length, kPlaceholderLength);
}

/// Characters of one code point on the wire: those of the GSM extension table take two.
std::size_t gsm_units(char c) {
    constexpr std::string_view kExtension = "^{}\\[~]|";
    return kExtension.find(c) == std::string_view::npos ? 1 : 2;
}

}  // namespace

SmsLength sms_length(std::string_view text) {
    SmsLength out;
    bool unicode = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (text[at] == '{') {
            const bool liquid =
                at + 1 < text.size() && (text[at + 1] == '{' || text[at + 1] == '%');
            const std::size_t close =
                text.find(liquid ? (text[at + 1] == '{' ? "}}" : "%}") : "}", at + 1);
            if (close == std::string_view::npos) {
                break;
            }
            const bool tag = liquid && text[at + 1] == '%';
            out.characters += tag ? 0 : placeholder_length(text.substr(at + 1, close - at - 1));
            at = close + (liquid ? 1 : 0);
            continue;
        }
        const bool continuation = (byte & 0xc0U) == 0x80U;
        // The Latin letters of the GSM alphabet are the two-byte ones up to U+00FF.
        unicode = unicode || byte >= 0xc4U;
        out.characters += continuation ? 0 : gsm_units(text[at]);
    }
    const std::size_t single = unicode ? 70 : 160;
    const std::size_t joined = unicode ? 67 : 153;
    out.parts = out.characters <= single ? 1 : (out.characters + joined - 1) / joined;
    return out;
}

void declare_messages(Compilation& c, const Decls& decls) {
    for (const DeclRef& ref : decls) {
        const auto* message = std::get_if<ast::MessageDecl>(&ref.decl->node);
        if (message == nullptr) {
            continue;
        }
        const Index index = index_of(c, Kind::message, message->name);
        if (index != kNone) {
            const bool damaged = c.names.messages_damaged.contains(index);
            MessageLowering{c, index, damaged}.lower(*message);
        }
    }
}

}  // namespace sluice::dsl::check
