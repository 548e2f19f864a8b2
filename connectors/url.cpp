#include "connectors/url.hpp"

#include "connectors/encoding.hpp"

#include <idn2.h>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>

namespace sluice::connectors {
namespace {

auto bad_url(const char* why) {
    return fail(Errc::invalid_argument, std::string("url: ") + why);
}

bool has_refused_character(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte <= 0x20 || byte == 0x7f || c == '\\' || c == '"' || c == '<' || c == '>';
    });
}

struct HostPort {
    std::string_view host;
    std::string_view port;
    bool literal = false;  // was in brackets
};

Result<HostPort> split_authority(std::string_view authority) {
    HostPort out;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) {
            return bad_url("bracket is not closed");
        }
        out.literal = true;
        out.host = authority.substr(1, end - 1);
        authority.remove_prefix(end + 1);
    } else {
        out.host = authority.substr(0, authority.find(':'));
        authority.remove_prefix(out.host.size());
    }
    if (authority.empty()) {
        return out;
    }
    if (authority.front() != ':' || authority.size() == 1) {
        return bad_url("port is not a number");
    }
    out.port = authority.substr(1);
    return out;
}

Result<std::string> clean_host(const HostPort& parts) {
    boost::system::error_code not_literal;
    const auto address = boost::asio::ip::make_address(std::string(parts.host), not_literal);
    if (parts.literal && (not_literal || !address.is_v6())) {
        return bad_url("address in brackets is not IPv6");
    }
    if (!not_literal) {
        return std::string(parts.host);
    }
    std::string host = ascii_domain(parts.host);
    if (host.empty()) {
        return bad_url("host is not a domain name");
    }
    return host;
}

}  // namespace

std::string Url::authority() const {
    std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
    if (port != (tls ? 443 : 80)) {
        out += ":" + std::to_string(port);
    }
    return out;
}

std::string ascii_domain(std::string_view domain) {
    const auto allowed = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    };
    if (domain.empty() || domain.size() > 253 ||
        !std::all_of(domain.begin(), domain.end(), allowed)) {
        return {};
    }
    if (std::all_of(domain.begin(), domain.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
        return to_lower(domain);
    }
    char* made = nullptr;
    const std::string text(domain);
    const int code = idn2_to_ascii_8z(text.c_str(), &made, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    std::string out = code == IDN2_OK ? made : "";
    idn2_free(made);
    return out;
}

Result<Url> parse_url(std::string_view text) {
    if (has_refused_character(text)) {
        return bad_url("holds a space or control character");
    }
    const std::size_t colon = text.find("://");
    if (colon == std::string_view::npos) {
        return bad_url("must begin with https:// or http://");
    }
    const std::string scheme = to_lower(text.substr(0, colon));
    if (scheme != "https" && scheme != "http") {
        return bad_url("must begin with https:// or http://");
    }
    Url url;
    url.tls = scheme == "https";
    text.remove_prefix(colon + 3);
    text = text.substr(0, text.find('#'));
    const std::string_view authority = text.substr(0, text.find_first_of("/?"));
    const std::string_view rest = text.substr(authority.size());
    if (authority.find('@') != std::string_view::npos) {
        return bad_url("user information is not allowed");
    }
    SLUICE_TRY(const HostPort parts, split_authority(authority));
    SLUICE_TRY(url.host, clean_host(parts));
    url.port = url.tls ? 443 : 80;
    if (!parts.port.empty()) {
        const char* end = parts.port.data() + parts.port.size();
        const auto [stop, code] = std::from_chars(parts.port.data(), end, url.port);
        if (code != std::errc() || stop != end || url.port == 0) {
            return bad_url("port is not a number");
        }
    }
    url.target = rest.starts_with('/') ? std::string(rest) : "/" + std::string(rest);
    return url;
}

}  // namespace sluice::connectors
