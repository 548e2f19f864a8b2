#include "connectors/email/mime_builder.hpp"

#include "connectors/email/email_address.hpp"
#include "connectors/email/html_to_text.hpp"
#include "connectors/encoding.hpp"
#include "engine/base/markup.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

namespace sluice::connectors {
namespace {

// A quoted-printable line may grow by the two characters that hide a leading dot or From.
constexpr std::size_t kQuotedLineMax = 76;

struct Unref {
    template <class T>
    void operator()(T* object) const {
        g_object_unref(object);
    }
};
template <class T>
using Held = std::unique_ptr<T, Unref>;

struct FreeOptions {
    void operator()(GMimeFormatOptions* options) const { g_mime_format_options_free(options); }
};

void init_gmime() {
    static std::once_flag once;
    std::call_once(once, [] { g_mime_init(); });
}

auto refuse(const char* why) {
    return fail(Errc::invalid_argument, why);
}

/// Valid UTF-8 with bare LF line ends and one at the end.
std::string clean_text(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 1);
    for (const char32_t point : decode_utf8(text)) {
        if (point == U'\n' && out.ends_with('\r')) {
            out.back() = '\n';
        } else if (point != 0) {
            append_utf8(out, point);
        }
    }
    std::replace(out.begin(), out.end(), '\r', '\n');
    if (!out.ends_with('\n')) {
        out.push_back('\n');
    }
    return out;
}

/// Quoted-printable by GMime; then a dot or "From " at the start of a line is escaped too, because
/// careless relays change such lines and a signature over them would break.
std::string quoted_printable(std::string_view text) {
    GMimeEncoding encoder;
    g_mime_encoding_init_encode(&encoder, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    std::string raw(g_mime_encoding_outlen(&encoder, text.size()) + 16, '\0');
    raw.resize(g_mime_encoding_flush(&encoder, text.data(), text.size(), raw.data()));
    std::string out;
    out.reserve(raw.size() + 16);
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t end = std::min(raw.find('\n', at), raw.size() - 1) + 1;
        std::string_view line = std::string_view(raw).substr(at, end - at);
        at = end;
        const bool fits = line.size() + 2 <= kQuotedLineMax + 1;
        const bool escape = fits && (line.starts_with('.') || line.starts_with("From "));
        if (escape) {
            out += line.front() == '.' ? "=2E" : "=46";
            line.remove_prefix(1);
        }
        out.append(line);
    }
    return out;
}

Held<GMimePart> text_part(const char* subtype, std::string_view text) {
    Held<GMimePart> part(g_mime_part_new_with_type("text", subtype));
    auto* object = GMIME_OBJECT(part.get());
    g_mime_object_set_content_type_parameter(object, "charset", "utf-8");
    const std::string bytes = quoted_printable(clean_text(text));
    Held<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
    Held<GMimeDataWrapper> content(
        g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE));
    g_mime_part_set_content(part.get(), content.get());
    g_mime_part_set_content_encoding(part.get(), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    return part;
}

/// Mail clients show the first words of the body beside the subject; the preview becomes them.
std::string with_preview(std::string_view html, std::string_view preview) {
    if (preview.empty()) {
        return std::string(html);
    }
    const std::string lower = to_lower(html);
    std::size_t at = lower.find("<body");
    at = at == std::string::npos ? at : lower.find('>', at);
    at = at == std::string::npos ? 0 : at + 1;
    std::string out(html.substr(0, at));
    out += "<div style=\"display:none;max-height:0;overflow:hidden\">" + escaped_markup(preview) +
           "</div>";
    return out.append(html.substr(at));
}

/// A multipart boundary made of the message id: the same bytes on every attempt. Quoted-printable
/// can never write "=_", so it occurs in no part.
Held<GMimeObject> make_body(const Outbound& outbound) {
    if (outbound.html.empty()) {
        return Held<GMimeObject>(GMIME_OBJECT(text_part("plain", outbound.text).release()));
    }
    const std::string text = outbound.text.empty() ? html_to_text(outbound.html) : outbound.text;
    auto plain = text_part("plain", text);
    auto html = text_part("html", with_preview(outbound.html, outbound.preview));
    Held<GMimeMultipart> both(g_mime_multipart_new_with_subtype("alternative"));
    g_mime_multipart_set_boundary(both.get(), ("=_sluice_" + outbound.id).c_str());
    g_mime_multipart_add(both.get(), GMIME_OBJECT(plain.get()));
    g_mime_multipart_add(both.get(), GMIME_OBJECT(html.get()));
    return Held<GMimeObject>(GMIME_OBJECT(both.release()));
}

struct ParsedMailbox {
    std::string name;
    EmailAddress address;
};

Result<ParsedMailbox> parse_mailbox(std::string_view text) {
    init_gmime();
    if (!is_one_line(text)) {
        return refuse("a header value holds a line break");
    }
    ParsedMailbox mailbox;
    const std::string copy(text);
    const Held<InternetAddressList> list(internet_address_list_parse(nullptr, copy.c_str()));
    if (!list || internet_address_list_length(list.get()) != 1) {
        return refuse("not one mailbox");
    }
    InternetAddress* only = internet_address_list_get_address(list.get(), 0);
    if (!INTERNET_ADDRESS_IS_MAILBOX(only)) {
        return refuse("not one mailbox");
    }
    const char* name = internet_address_get_name(only);
    mailbox.name = name == nullptr ? "" : name;
    const char* bare = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(only));
    SLUICE_TRY(mailbox.address, parse_email_address(bare == nullptr ? "" : bare));
    return mailbox;
}

/// One mailbox as a header value: the name as RFC 2047 words, the address ASCII where it can be.
std::string header_value(const ParsedMailbox& mailbox, const GMimeFormatOptions* options) {
    const char* name = mailbox.name.empty() ? nullptr : mailbox.name.c_str();
    Held<InternetAddress> one(internet_address_mailbox_new(name, mailbox.address.text().c_str()));
    internet_address_set_charset(one.get(), "utf-8");
    char* made =
        internet_address_to_string(one.get(), const_cast<GMimeFormatOptions*>(options), TRUE);
    std::string value = made;
    g_free(made);
    return value;
}

/// RFC 5322 date in UTC, written here because the C library's names of days follow the locale.
std::string date_value(Instant now) {
    constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
    const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return std::string(kDays[std::chrono::weekday(day).c_encoding()]) + ", " +
           two(static_cast<unsigned>(date.day())) + " " +
           kMonths[static_cast<unsigned>(date.month()) - 1] + " " +
           std::to_string(static_cast<int>(date.year())) + " " + two(time.hours().count()) + ":" +
           two(time.minutes().count()) + ":" + two(time.seconds().count()) + " +0000";
}

bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= 60 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

Result<void> check_message(const Outbound& outbound) {
    if (!is_id(outbound.id)) {
        return refuse("the message id does not fit a Message-ID");
    }
    if (!is_one_line(outbound.subject) || !is_one_line(outbound.to)) {
        return refuse("a header value holds a line break");
    }
    if (outbound.html.empty() && outbound.text.empty()) {
        return refuse("the email has no body");
    }
    return success();
}

class HeaderWriter {
public:
    HeaderWriter(GMimeMessage* message, const GMimeFormatOptions* options)
        : headers_(g_mime_object_get_header_list(GMIME_OBJECT(message))), options_(options) {}

    /// Encodes where the value is beyond ASCII, and folds.
    void words(const char* name, std::string_view value) {
        g_mime_header_list_append(headers_, name, std::string(value).c_str(), "utf-8");
    }
    /// A value that is ready: written as it is, folded only at its own spaces.
    void ready(const char* name, std::string_view value) {
        words(name, value);
        GMimeHeader* header = g_mime_header_list_get_header(headers_, name);
        g_mime_header_set_raw_value(header, (" " + std::string(value) + "\n").c_str());
    }
    void mailbox(const char* name, const ParsedMailbox& mailbox) {
        ready(name, header_value(mailbox, options_));
    }

private:
    GMimeHeaderList* headers_;
    const GMimeFormatOptions* options_;
};

void write_list_headers(HeaderWriter& headers, const Outbound& outbound,
                        const MimeSettings& settings) {
    if (settings.list_unsubscribe.empty() || outbound.transactional) {
        return;
    }
    const std::string link = fill_id(settings.list_unsubscribe, outbound.id);
    headers.ready("List-Unsubscribe", "<" + link + ">");
    if (link.starts_with("https://")) {
        headers.ready("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    }
}

std::string to_bytes(GMimeMessage* message, const GMimeFormatOptions* options) {
    Held<GMimeStream> stream(g_mime_stream_mem_new());
    g_mime_object_write_to_stream(GMIME_OBJECT(message), const_cast<GMimeFormatOptions*>(options),
                                  stream.get());
    const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
    return {reinterpret_cast<const char*>(bytes->data), bytes->len};
}

}  // namespace

Result<void> check_mailbox(std::string_view text) {
    SLUICE_TRY(const ParsedMailbox mailbox, parse_mailbox(text));
    static_cast<void>(mailbox);
    return success();
}

std::string mailbox_address(std::string_view text) {
    const auto mailbox = parse_mailbox(text);
    return mailbox.has_value() ? mailbox.value().address.text() : std::string();
}

Result<MimeMessage> build_mime(const Outbound& outbound, const MimeSettings& settings,
                               Instant now) {
    init_gmime();
    SLUICE_TRY(check_message(outbound));
    SLUICE_TRY(const ParsedMailbox from, parse_mailbox(settings.from));
    ParsedMailbox to;
    SLUICE_TRY(to.address, parse_email_address(outbound.to));

    const std::unique_ptr<GMimeFormatOptions, FreeOptions> options(g_mime_format_options_new());
    g_mime_format_options_set_newline_format(options.get(), GMIME_NEWLINE_FORMAT_DOS);
    const Held<GMimeMessage> message(g_mime_message_new(FALSE));
    HeaderWriter headers(message.get(), options.get());
    headers.mailbox("From", from);
    headers.mailbox("To", to);
    headers.words("Subject", cut_utf8(clean_text(outbound.subject), outbound.subject.size()));
    headers.ready("Date", date_value(now));
    headers.ready("Message-ID", "<" + outbound.id + "@" + settings.domain + ">");
    MimeMessage out;
    out.needs_smtputf8 = !from.address.ascii_local || !to.address.ascii_local;
    if (!settings.reply_to.empty()) {
        SLUICE_TRY(const ParsedMailbox reply_to, parse_mailbox(settings.reply_to));
        headers.mailbox("Reply-To", reply_to);
        out.needs_smtputf8 = out.needs_smtputf8 || !reply_to.address.ascii_local;
    }
    write_list_headers(headers, outbound, settings);
    headers.ready("X-Sluice-Message", outbound.id);
    headers.ready("MIME-Version", "1.0");
    const Held<GMimeObject> body = make_body(outbound);
    g_mime_message_set_mime_part(message.get(), body.get());
    out.bytes = to_bytes(message.get(), options.get());
    return out;
}

}  // namespace sluice::connectors
