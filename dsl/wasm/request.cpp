#include "dsl/wasm/request.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sluice::dsl::wasm {
namespace {

constexpr std::size_t kLengthBytes = 4;

/// Takes one text off the front: four bytes of length, the lowest first, and as many bytes.
std::optional<std::string> take_text(std::string_view& bytes) {
    if (bytes.size() < kLengthBytes) {
        return std::nullopt;
    }
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        length |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    bytes.remove_prefix(kLengthBytes);
    if (length > bytes.size()) {
        return std::nullopt;
    }
    std::string text(bytes.substr(0, length));
    bytes.remove_prefix(length);
    return text;
}

bool take_day(const std::string& text, std::optional<std::int64_t>& day) {
    if (text.empty()) {
        return true;
    }
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    day = value;
    return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

bool take_files(std::string_view& bytes, Request& request) {
    while (!bytes.empty()) {
        auto path = take_text(bytes);
        auto text = take_text(bytes);
        if (!path || !text) {
            return false;
        }
        if (path->ends_with(".flow")) {
            request.sources.files.push_back({std::move(*path), std::move(*text)});
        } else {
            request.bodies.insert_or_assign(std::move(*path), std::move(*text));
        }
    }
    return true;
}

}  // namespace

std::optional<Request> read_request(std::string_view bytes) {
    if (bytes.size() > kRequestBytesMax) {
        return std::nullopt;
    }
    auto verb = take_text(bytes);
    auto path = take_text(bytes);
    auto argument = take_text(bytes);
    const auto today = take_text(bytes);
    Request request;
    if (!verb || !path || !argument || !today || !take_day(*today, request.today) ||
        !take_files(bytes, request)) {
        return std::nullopt;
    }
    request.verb = std::move(*verb);
    request.path = std::move(*path);
    request.argument = std::move(*argument);
    auto& files = request.sources.files;
    std::ranges::sort(files, {}, &SourceFile::path);
    const bool twice = std::ranges::adjacent_find(files, {}, &SourceFile::path) != files.end();
    return twice ? std::nullopt : std::optional(std::move(request));
}

}  // namespace sluice::dsl::wasm
