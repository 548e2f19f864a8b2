#include "connectors/email/email_address.hpp"

#include "connectors/url.hpp"

#include <algorithm>

namespace sluice::connectors {
namespace {

constexpr std::size_t kAddressBytesMax = 254;
constexpr std::size_t kLocalBytesMax = 64;

/// atext of RFC 5322 and RFC 6531, and the dot between atoms.
bool is_local_character(char c) {
    constexpr std::string_view kMore = "!#$%&'*+-/=?^_`{|}~.";
    return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMore.find(c) != std::string_view::npos;
}

bool is_local_part(std::string_view local) {
    return !local.empty() && local.size() <= kLocalBytesMax &&
           std::all_of(local.begin(), local.end(), is_local_character) && local.front() != '.' &&
           local.back() != '.' && local.find("..") == std::string_view::npos;
}

/// Labels of letters, digits and inner hyphens.
bool is_host_name(std::string_view domain) {
    while (!domain.empty()) {
        const std::size_t end = std::min(domain.find('.'), domain.size());
        const std::string_view label = domain.substr(0, end);
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-' ||
            label.find('_') != std::string_view::npos) {
            return false;
        }
        if (end + 1 == domain.size()) {
            return false;
        }
        domain.remove_prefix(std::min(end + 1, domain.size()));
    }
    return true;
}

}  // namespace

Result<EmailAddress> parse_email_address(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || text.size() > kAddressBytesMax) {
        return fail(Errc::invalid_argument, "not an email address");
    }
    EmailAddress address;
    address.local = text.substr(0, at);
    address.domain = ascii_domain(text.substr(at + 1));
    if (!is_local_part(address.local) || address.domain.empty() || !is_host_name(address.domain)) {
        return fail(Errc::invalid_argument, "not an email address");
    }
    address.ascii_local = std::all_of(address.local.begin(), address.local.end(),
                                      [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return address;
}

}  // namespace sluice::connectors
