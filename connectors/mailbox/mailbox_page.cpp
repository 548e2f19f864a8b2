#include "connectors/mailbox/mailbox_page.hpp"

#include "connectors/email/html_to_text.hpp"
#include "connectors/encoding.hpp"
#include "connectors/mailbox/mailbox_style.hpp"
#include "connectors/sms/sms_segments.hpp"
#include "engine/base/markup.hpp"

namespace sluice {
namespace {

using connectors::percent_encode;

std::string time_tag(Instant at) {
    const std::string exact = format_rfc3339(at);
    // "2026-11-20T09:31:05Z" reads well enough as "2026-11-20 09:31:05".
    std::string shown = exact.substr(0, 19);
    shown[10] = ' ';
    return "<time datetime=\"" + exact + "\">" + shown + " UTC</time>";
}

std::string head(std::string_view title) {
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
           "<meta name=\"color-scheme\" content=\"light dark\"><title>" +
           escaped_markup(title) + "</title><style>" + std::string(connectors::kMailboxStyle) +
           "</style></head><body>";
}

std::string link_to(const MailboxEntry& entry, const MailboxPageOptions& options) {
    return escaped_markup(options.base_path) + "/" + percent_encode(entry.id);
}

std::string badge(Channel channel) {
    return channel == Channel::email ? "<span class=\"badge email\">Email</span>"
                                     : "<span class=\"badge sms\">SMS</span>";
}

/// What stands for a message in the list: its subject, or the beginning of its text.
std::string title_of(const MailboxEntry& entry) {
    if (!entry.subject.empty()) {
        return entry.subject;
    }
    const std::string start = connectors::cut_utf8(entry.text, 120);
    if (start.empty()) {
        return "(no subject)";
    }
    return start.size() < entry.text.size() ? start + "…" : start;
}

std::string origin_of(const MailboxEntry& entry) {
    return entry.step.empty() ? escaped_markup(entry.flow)
                              : escaped_markup(entry.flow) + " <span class=\"sep\">›</span> " +
                                    escaped_markup(entry.step);
}

std::string row(const MailboxEntry& entry, const MailboxPageOptions& options) {
    std::string out = "<li><a class=\"row\" href=\"" + link_to(entry, options) + "\">";
    out += badge(entry.channel) + "<span class=\"what\"><strong>" +
           escaped_markup(title_of(entry)) + "</strong>";
    if (!entry.preview.empty()) {
        out += " <span class=\"dim\">" + escaped_markup(entry.preview) + "</span>";
    }
    out += "<span class=\"meta\">to " + escaped_markup(entry.to);
    if (!entry.flow.empty()) {
        out += " <span class=\"sep\">·</span> " + origin_of(entry);
    }
    return out + "</span></span><span class=\"when\">" + time_tag(entry.at) + "</span></a></li>";
}

std::string option(std::string_view value, std::string_view label, bool chosen) {
    return "<option value=\"" + std::string(value) + "\"" + (chosen ? " selected" : "") + ">" +
           std::string(label) + "</option>";
}

std::string search_form(const MailboxQuery& query, const MailboxPageOptions& options) {
    return "<form class=\"search\" role=\"search\" method=\"get\" action=\"" +
           escaped_markup(options.base_path) +
           "\"><label class=\"hidden\" for=\"q\">Search</label>"
           "<input id=\"q\" name=\"q\" type=\"search\" title=\"Address, subject, text, flow or "
           "customer\" "
           "value=\"" +
           escaped_markup(query.text) +
           "\"><label class=\"hidden\" for=\"channel\">Channel</label>"
           "<select id=\"channel\" name=\"channel\">" +
           option("", "All", !query.channel) +
           option("email", "Email", query.channel == Channel::email) +
           option("sms", "SMS", query.channel == Channel::sms) +
           "</select><button type=\"submit\">Search</button></form>";
}

std::string older_link(const std::vector<MailboxEntry>& entries, const MailboxQuery& query,
                       const MailboxPageOptions& options) {
    if (entries.empty() || entries.size() < query.limit) {
        return {};
    }
    std::string href = options.base_path + "?before=" + std::to_string(entries.back().seq);
    if (!query.text.empty()) {
        href += "&q=" + percent_encode(query.text);
    }
    if (query.channel) {
        href += query.channel == Channel::email ? "&channel=email" : "&channel=sms";
    }
    return "<nav class=\"pages\"><a rel=\"next\" href=\"" + escaped_markup(href) +
           "\">Older →</a></nav>";
}

std::string fact(std::string_view name, const std::string& value) {
    return value.empty() ? ""
                         : "<div><dt>" + std::string(name) + "</dt><dd>" + value + "</dd></div>";
}

std::string section(std::string_view title, const std::string& inside, bool open) {
    return std::string("<details") + (open ? " open" : "") + "><summary>" + std::string(title) +
           "</summary>" + inside + "</details>";
}

std::string email_body(const MailboxEntry& entry) {
    const bool has_html = !entry.html.empty();
    std::string out;
    if (has_html) {
        out +=
            "<iframe class=\"mail\" title=\"The email as its reader sees it\" sandbox=\"\" "
            "referrerpolicy=\"no-referrer\" srcdoc=\"" +
            escaped_markup(entry.html) + "\"></iframe>";
    }
    const bool made = entry.text.empty();
    const std::string text = made ? connectors::html_to_text(entry.html) : entry.text;
    out += section(made ? "Plain text (made from the HTML)" : "Plain text",
                   "<pre>" + escaped_markup(text) + "</pre>", !has_html);
    return has_html ? out + section("HTML source", "<pre>" + escaped_markup(entry.html) + "</pre>",
                                    false)
                    : out;
}

std::string counted(std::size_t count, std::string_view noun) {
    return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string sms_body(const MailboxEntry& entry) {
    const auto segments = connectors::count_segments(entry.text);
    const bool gsm = segments.encoding == connectors::SmsEncoding::gsm7;
    return "<div class=\"phone\"><p class=\"bubble\">" + escaped_markup(entry.text) + "</p></div>" +
           "<p class=\"count\">" + counted(segments.segments, "segment") + ", " +
           counted(segments.units, gsm ? "septet" : "unit") + ", " + (gsm ? "GSM-7" : "UCS-2") +
           "</p>";
}

}  // namespace

std::string_view mailbox_content_security_policy() {
    // A srcdoc frame inherits this policy, so it must let an email's inline styles and images be.
    return "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; "
           "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
}

std::string render_list_page(const std::vector<MailboxEntry>& entries, const MailboxQuery& query,
                             const MailboxPageOptions& options) {
    std::string out = head("Mailbox");
    out += "<header class=\"top\"><h1>Mailbox</h1>" + search_form(query, options);
    if (!options.clear_action.empty() && !entries.empty()) {
        out += "<form method=\"post\" action=\"" + escaped_markup(options.clear_action) +
               "\"><button class=\"quiet\" type=\"submit\">Clear</button></form>";
    }
    out += "</header><main>";
    const bool filtered = !query.text.empty() || query.channel || query.before > 0;
    if (entries.empty()) {
        out += filtered ? "<p class=\"empty\">Nothing matches. <a href=\"" +
                              escaped_markup(options.base_path) + "\">Show everything</a></p>"
                        : "<p class=\"empty\">Nothing here yet. Messages your flows send will "
                          "appear on this page.</p>";
    } else {
        out += "<ul class=\"list\">";
        for (const MailboxEntry& entry : entries) {
            out += row(entry, options);
        }
        out += "</ul>" + older_link(entries, query, options);
    }
    return out + "</main></body></html>\n";
}

std::string render_message_page(const MailboxEntry& entry, const MailboxPageOptions& options) {
    const bool email = entry.channel == Channel::email;
    const std::string title = email ? title_of(entry) : "Text message to " + entry.to;
    std::string out = head(title);
    out += "<header class=\"top\"><a class=\"back\" href=\"" + escaped_markup(options.base_path) +
           "\">← Mailbox</a></header><main><article><h1>" + escaped_markup(title) + "</h1>";
    if (!entry.preview.empty()) {
        out += "<p class=\"dim\">" + escaped_markup(entry.preview) + "</p>";
    }
    out += "<dl class=\"facts\">" + fact("Channel", badge(entry.channel)) +
           fact("To", escaped_markup(entry.to)) + fact("Caught", time_tag(entry.at)) +
           fact("Flow", origin_of(entry)) + fact("Message", escaped_markup(entry.message)) +
           fact("Customer", escaped_markup(entry.customer)) +
           fact("Kind", entry.transactional ? "transactional" : "marketing") +
           fact("Id", "<code>" + escaped_markup(entry.id) + "</code>") + "</dl>";
    out += email ? email_body(entry) : sms_body(entry);
    return out + "</article></main></body></html>\n";
}

}  // namespace sluice
