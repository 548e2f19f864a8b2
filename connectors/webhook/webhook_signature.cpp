#include "connectors/webhook/webhook_signature.hpp"

#include "connectors/encoding.hpp"

namespace sluice::connectors {

Result<std::string> webhook_key(std::string_view secret) {
    constexpr std::string_view kPrefix = "whsec_";
    if (!secret.starts_with(kPrefix)) {
        if (secret.empty()) {
            return fail(Errc::config, "the signing secret is empty");
        }
        return std::string(secret);
    }
    auto key = base64_decode(secret.substr(kPrefix.size()));
    if (!key || key->empty()) {
        return fail(Errc::config, "what follows whsec_ in the signing secret is not base64");
    }
    return *std::move(key);
}

std::string webhook_signature(std::string_view key, std::string_view id, std::int64_t timestamp,
                              std::string_view body) {
    std::string content(id);
    content.append(".").append(std::to_string(timestamp)).append(".").append(body);
    return "v1," + base64_encode(hmac_sha256(key, content));
}

}  // namespace sluice::connectors
