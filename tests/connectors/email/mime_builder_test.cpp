#include "connectors/email/mime_builder.hpp"

#include <gmime/gmime.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace sluice::connectors {
namespace {

constexpr const char* kId = "0123456789abcdef0123456789abcdef";
const Instant kNow = from_ms(1'795'167'065'000);  // 2026-11-20T09:31:05Z

struct Unref {
    void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Held = std::unique_ptr<T, Unref>;

MimeSettings settings() {
    return MimeSettings{"Shop <hello@shop.example>", "", "shop.example", ""};
}

Outbound letter() {
    Outbound outbound;
    outbound.id = kId;
    outbound.to = "ann@example.org";
    outbound.subject = "Your cart";
    outbound.html = "<p>Hello</p>";
    outbound.text = "Hello";
    return outbound;
}

std::string build(const Outbound& outbound, const MimeSettings& with = settings()) {
    const auto made = build_mime(outbound, with, kNow);
    EXPECT_TRUE(made.has_value()) << made.error().detail;
    return made.has_value() ? made.value().bytes : "";
}

/// A message as GMime's own parser reads it.
class Parsed {
public:
    explicit Parsed(const std::string& bytes) {
        Held<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
        Held<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
        message_.reset(g_mime_parser_construct_message(parser.get(), nullptr));
    }
    [[nodiscard]] std::string subject() const { return g_mime_message_get_subject(message_.get()); }
    [[nodiscard]] std::string header(const char* name) const {
        const char* value = g_mime_object_get_header(GMIME_OBJECT(message_.get()), name);
        return value == nullptr ? "" : value;
    }
    [[nodiscard]] std::string from_name() const {
        return internet_address_get_name(only(g_mime_message_get_from(message_.get())));
    }
    [[nodiscard]] std::string from_address() const {
        return address(g_mime_message_get_from(message_.get()));
    }
    [[nodiscard]] std::string to_address() const {
        return address(g_mime_message_get_to(message_.get()));
    }
    /// Of part 0 (text) or 1 (HTML), decoded, with bare line feeds.
    [[nodiscard]] std::string part(int index) const {
        GMimeObject* body = g_mime_message_get_mime_part(message_.get());
        if (GMIME_IS_MULTIPART(body)) {
            body = g_mime_multipart_get_part(GMIME_MULTIPART(body), index);
        }
        char* text = g_mime_text_part_get_text(GMIME_TEXT_PART(body));
        std::string out;
        for (const char* c = text; *c != '\0'; ++c) {
            out += *c == '\r' ? "" : std::string(1, *c);
        }
        g_free(text);
        return out;
    }
    [[nodiscard]] std::string type() const {
        GMimeContentType* type =
            g_mime_object_get_content_type(g_mime_message_get_mime_part(message_.get()));
        char* text = g_mime_content_type_get_mime_type(type);
        std::string out = text;
        g_free(text);
        return out;
    }

private:
    static InternetAddress* only(InternetAddressList* list) {
        return internet_address_list_get_address(list, 0);
    }
    static std::string address(InternetAddressList* list) {
        return internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(only(list)));
    }
    Held<GMimeMessage> message_;
};

std::vector<std::string> header_names(const std::string& bytes) {
    std::vector<std::string> names;
    std::istringstream lines(bytes.substr(0, bytes.find("\r\n\r\n")));
    for (std::string line; std::getline(lines, line);) {
        if (line[0] != ' ' && line[0] != '\t') {
            names.push_back(line.substr(0, line.find(':')));
        }
    }
    return names;
}

TEST(MimeBuilderTest, HeadersStandInTheirOrder) {
    MimeSettings all = settings();
    all.reply_to = "Help <help@shop.example>";
    all.list_unsubscribe = "https://shop.example/u/{id}";
    const std::string bytes = build(letter(), all);
    EXPECT_EQ(header_names(bytes),
              (std::vector<std::string>{"From", "To", "Subject", "Date", "Message-ID", "Reply-To",
                                        "List-Unsubscribe", "List-Unsubscribe-Post",
                                        "X-Sluice-Message", "MIME-Version", "Content-Type"}));
    const Parsed parsed(bytes);
    EXPECT_EQ(parsed.header("Message-ID"), std::string("<") + kId + "@shop.example>");
    EXPECT_EQ(parsed.header("Date"), "Fri, 20 Nov 2026 09:31:05 +0000");
    EXPECT_EQ(parsed.header("List-Unsubscribe"),
              std::string("<https://shop.example/u/") + kId + ">");
    EXPECT_EQ(parsed.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    EXPECT_EQ(parsed.header("X-Sluice-Message"), kId);
    EXPECT_EQ(parsed.type(), "multipart/alternative");
}

TEST(MimeBuilderTest, TransactionalMailHasNoUnsubscribeHeader) {
    MimeSettings with = settings();
    with.list_unsubscribe = "mailto:off@shop.example?subject={id}";
    EXPECT_NE(build(letter(), with).find("List-Unsubscribe: <mailto:"), std::string::npos);
    EXPECT_EQ(build(letter(), with).find("List-Unsubscribe-Post"), std::string::npos);
    Outbound receipt = letter();
    receipt.transactional = true;
    EXPECT_EQ(build(receipt, with).find("List-Unsubscribe"), std::string::npos);
}

TEST(MimeBuilderTest, TheBytesAreTheSameOnEveryAttempt) {
    Outbound again = letter();
    again.attempt = 7;
    EXPECT_EQ(build(letter()), build(again));
}

TEST(MimeBuilderTest, UnicodeNamesAndLongSubjectsComeBackWhole) {
    MimeSettings with = settings();
    with.from = "\"Müller, Söhne & \\\"Co\\\"\" <hello@shop.example>";
    Outbound outbound = letter();
    outbound.subject =
        "Grüße aus Köln – Ihr Warenkorb wartet 🎉 und wartet und wartet, "
        "日本語の件名もとても長くなることがありますので折り返しが必要です, noch mehr Wörter";
    const std::string bytes = build(outbound, with);
    const Parsed parsed(bytes);
    EXPECT_EQ(parsed.subject(), outbound.subject);
    EXPECT_EQ(parsed.from_name(), "Müller, Söhne & \"Co\"");
    EXPECT_EQ(parsed.from_address(), "hello@shop.example");
    for (const char c : bytes) {
        ASSERT_LT(static_cast<unsigned char>(c), 0x80);
    }
}

TEST(MimeBuilderTest, BodiesComeBackByteForByte) {
    Outbound outbound = letter();
    outbound.text =
        "Zoë – 10 € 🎉\n.\n..two\n.dot at start\nFrom here on\n>From there\ntrailing space \n"
        "tab\t\n= equals =3D\n\n--=_sluice_x\n" +
        std::string(1000, 'x') + "\n";
    outbound.html = "<p>.x</p>\n.\nFrom Zoë\n" + std::string(300, '=') + "\n";
    const std::string bytes = build(outbound);
    const Parsed parsed(bytes);
    EXPECT_EQ(parsed.part(0), outbound.text);
    EXPECT_EQ(parsed.part(1), outbound.html);
}

TEST(MimeBuilderTest, LinesAreShortAndEndWithCrLf) {
    Outbound outbound = letter();
    outbound.text =
        "From a\r\n.b\r\rc " + std::string(500, 'y') + "\n" + std::string(76, '.') + "\n";
    const std::string bytes = build(outbound);
    std::size_t begin = 0;
    for (std::size_t end = bytes.find('\n'); end != std::string::npos;
         end = bytes.find('\n', begin)) {
        ASSERT_GT(end, begin);
        EXPECT_EQ(bytes[end - 1], '\r');
        const std::string line = bytes.substr(begin, end - 1 - begin);
        EXPECT_LE(line.size(), 78U) << line;
        EXPECT_FALSE(line.starts_with("From "));
        begin = end + 1;
    }
    EXPECT_EQ(begin, bytes.size());
}

TEST(MimeBuilderTest, TextIsMadeFromHtmlWhenThereIsNone) {
    Outbound outbound = letter();
    outbound.text.clear();
    outbound.html = "<h1>Hi Zoë</h1><p>See <a href='https://shop.example/c'>your cart</a></p>";
    const Parsed parsed(build(outbound));
    EXPECT_EQ(parsed.part(0), "Hi Zoë\n\nSee your cart (https://shop.example/c)\n");
    EXPECT_EQ(parsed.part(1), outbound.html + "\n");
}

TEST(MimeBuilderTest, TextAloneIsPlain) {
    Outbound outbound = letter();
    outbound.html.clear();
    const Parsed parsed(build(outbound));
    EXPECT_EQ(parsed.type(), "text/plain");
    EXPECT_EQ(parsed.part(0), "Hello\n");
}

TEST(MimeBuilderTest, ThePreviewIsTheFirstHiddenText) {
    Outbound outbound = letter();
    outbound.html = "<html><BODY class='x'><p>Hello</p></BODY></html>";
    outbound.preview = "2 < 3 & more";
    const std::string html = Parsed(build(outbound)).part(1);
    EXPECT_NE(html.find("<BODY class='x'><div style=\"display:none"), std::string::npos);
    EXPECT_NE(html.find("2 &lt; 3 &amp; more</div><p>Hello"), std::string::npos);
}

TEST(MimeBuilderTest, InternationalAddresses) {
    Outbound outbound = letter();
    outbound.to = "ann@Bücher.example";
    const auto idn = build_mime(outbound, settings(), kNow);
    ASSERT_TRUE(idn.has_value());
    EXPECT_FALSE(idn.value().needs_smtputf8);
    EXPECT_NE(idn.value().bytes.find("To: ann@xn--bcher-kva.example\r\n"), std::string::npos);
    EXPECT_EQ(Parsed(idn.value().bytes).to_address(), "ann@bücher.example");
    outbound.to = "zoë@example.org";
    const auto local = build_mime(outbound, settings(), kNow);
    ASSERT_TRUE(local.has_value());
    EXPECT_TRUE(local.value().needs_smtputf8);
    EXPECT_NE(local.value().bytes.find("To: zoë@example.org\r\n"), std::string::npos);
}

TEST(MimeBuilderTest, WhatIsNoMailIsRefused) {
    const auto refused = [](auto change) {
        Outbound outbound = letter();
        change(outbound);
        return !build_mime(outbound, settings(), kNow).has_value();
    };
    EXPECT_TRUE(refused([](Outbound& o) { o.subject = "a\r\nBcc: x@y.example"; }));
    EXPECT_TRUE(refused([](Outbound& o) { o.subject = "a\nb"; }));
    EXPECT_TRUE(refused([](Outbound& o) { o.subject = std::string("a\0b", 3); }));
    EXPECT_TRUE(refused([](Outbound& o) { o.to = "a@b.example\r\nBcc: c@d.example"; }));
    EXPECT_TRUE(refused([](Outbound& o) { o.to = "Ann <ann@example.org>"; }));
    EXPECT_TRUE(refused([](Outbound& o) { o.to = "ann"; }));
    EXPECT_TRUE(refused([](Outbound& o) { o.id = "a b"; }));
    EXPECT_TRUE(refused([](Outbound& o) { o.id = ""; }));
    EXPECT_TRUE(refused([](Outbound& o) { o.html = o.text = ""; }));
}

TEST(MimeBuilderTest, BrokenUtf8BecomesReplacementCharacters) {
    Outbound outbound = letter();
    outbound.text =
        "a\xff"
        "b\xc3";
    EXPECT_EQ(Parsed(build(outbound)).part(0), "a\uFFFDb\uFFFD\n");
}

}  // namespace
}  // namespace sluice::connectors
