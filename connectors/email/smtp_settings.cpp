#include "connectors/email/smtp_settings.hpp"

#include "connectors/email/email_address.hpp"
#include "connectors/encoding.hpp"
#include "connectors/settings_reader.hpp"
#include "connectors/url.hpp"

#include <boost/asio/ip/address.hpp>

namespace sluice::connectors {
namespace {

bool is_loopback(const std::string& host) {
    boost::system::error_code not_literal;
    const auto address = boost::asio::ip::make_address(host, not_literal);
    return host == "localhost" || (!not_literal && address.is_loopback());
}

SmtpSession::Tls tls_mode(const std::string& word) {
    if (word == "implicit") {
        return SmtpSession::Tls::implicit;
    }
    return word == "none" ? SmtpSession::Tls::none : SmtpSession::Tls::required;
}

std::int64_t usual_port(SmtpSession::Tls mode) {
    switch (mode) {
        case SmtpSession::Tls::implicit:
            return 465;
        case SmtpSession::Tls::none:
            return 25;
        case SmtpSession::Tls::required:
            break;
    }
    return 587;
}

void read_auth(SettingsReader& reader, SmtpSettings& out) {
    SmtpSession::Options& session = out.session;
    session.user = reader.text("auth.user");
    session.password = reader.text("auth.pass");
    session.auth_without_tls = reader.flag("allow_plain_auth", false);
    if (session.auth_without_tls && !is_loopback(out.host)) {
        reader.wrong("allow_plain_auth", "is for a loopback host only");
    }
    if (session.user.empty() != session.password.empty()) {
        reader.wrong(session.user.empty() ? "auth.user" : "auth.pass",
                     "is required with the other");
    }
    const bool plain = session.tls == SmtpSession::Tls::none && !session.auth_without_tls;
    if (plain && !session.user.empty()) {
        reader.wrong("tls", "a password needs TLS: use required or implicit");
    }
}

void read_mime(SettingsReader& reader, SmtpSettings& out) {
    MimeSettings& mime = out.mime;
    mime.from = reader.required("from");
    mime.reply_to = reader.text("reply_to");
    mime.list_unsubscribe = reader.text("list_unsubscribe");
    if (!check_mailbox(mime.from).has_value()) {
        reader.wrong("from", "must be one mailbox such as Shop <hello@shop.example>");
    }
    if (!mime.reply_to.empty() && !check_mailbox(mime.reply_to).has_value()) {
        reader.wrong("reply_to", "must be one mailbox");
    }
    const std::string& link = mime.list_unsubscribe;
    const bool link_fits = link.starts_with("https://") || link.starts_with("mailto:");
    if (!link.empty() && (!link_fits || link.find_first_of("<> \r\n\t") != std::string::npos)) {
        reader.wrong("list_unsubscribe", "must begin with https:// or mailto:");
    }
    const std::string address = mailbox_address(mime.from);
    out.envelope_from = reader.text("envelope_from", address);
    const auto envelope = parse_email_address(out.envelope_from);
    if (!envelope.has_value() || !envelope.value().ascii_local) {
        reader.wrong("envelope_from", "must be a bare ASCII address such as bounce@shop.example");
    } else {
        out.envelope_from = envelope.value().text();
    }
    const std::size_t at = address.rfind('@');
    mime.domain =
        ascii_domain(reader.text("domain", at == std::string::npos ? "" : address.substr(at + 1)));
    if (mime.domain.empty()) {
        reader.wrong("domain", "must be a domain name");
    }
}

}  // namespace

Result<SmtpSettings> read_smtp_settings(const ConnectorSettings& settings) {
    SettingsReader reader(settings);
    SmtpSettings out;
    out.host = reader.required("host");
    out.session.tls = tls_mode(reader.choice("tls", {"required", "implicit", "none"}));
    out.port =
        static_cast<std::uint16_t>(reader.number("port", usual_port(out.session.tls), 1, 65'535));
    out.verify_name = reader.text("verify_name", out.host);
    out.connections_max = static_cast<std::size_t>(reader.number("pool.max_connections", 4, 1, 64));
    out.messages_max = static_cast<std::size_t>(reader.number("pool.max_messages", 100, 1, 10'000));
    read_auth(reader, out);
    read_mime(reader, out);
    out.session.helo = out.mime.domain;
    SLUICE_TRY(reader.check());
    if (out.session.tls != SmtpSession::Tls::none) {
        SLUICE_TRY(out.trust, TlsTrust::make(reader.text("ca_file")));
    }
    return out;
}

}  // namespace sluice::connectors
