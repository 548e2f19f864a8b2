// What an editor asks at a place of a file.
#include "dsl/wasm/answer.hpp"

#include "dsl/language/complete.hpp"
#include "dsl/language/hover.hpp"
#include "dsl/language/outline.hpp"
#include "dsl/wasm/json.hpp"
#include "dsl/wasm/units.hpp"

#include <array>
#include <charconv>
#include <functional>

namespace sluice::dsl::wasm {
namespace {

/// By ColouredToken::Kind.
constexpr std::array<std::string_view, 8> kColours = {"keyword", "name",   "data",    "time",
                                                      "text",    "number", "comment", "label"};
/// By CompletionItem::Kind.
constexpr std::array<std::string_view, 6> kItems = {"keyword", "snippet", "name",
                                                    "field",   "binding", "value"};

struct Place {
    const language::Index& index;
    std::uint32_t file = 0;
    std::size_t offset = 0;
    Units& units;
};

/// Runs a question about the place that `path` and `argument` (UTF-16 units) name.
std::string at_place(const Request& request,
                     const std::function<std::string(const Place&)>& question) {
    const language::Index index = index_request(request);
    const std::uint32_t file = index.file_of(request.path);
    std::uint32_t units = 0;
    const std::string& written = request.argument;
    const auto read = std::from_chars(written.data(), written.data() + written.size(), units);
    if (file == language::kNoFile || read.ec != std::errc()) {
        return refusal("this needs a flow file and a place in it");
    }
    Units places(index.sources().files[file].text);
    return question({index, file, places.offset_of(units), places});
}

std::pair<std::string, std::string> range(Units& units, std::uint32_t offset,
                                          std::uint32_t length) {
    const std::uint32_t from = units.at(offset);
    return {json_number(from), json_number(units.at(offset + length))};
}

std::string item_json(const language::CompletionItem& item, Units& units) {
    const auto [from, to] = range(units, item.offset, item.length);
    return json_object({{"kind", json_text(kItems[static_cast<std::size_t>(item.kind)])},
                        {"label", json_text(item.label)},
                        {"detail", json_text(item.detail)},
                        {"documentation", json_text(item.documentation)},
                        {"insert", json_text(item.insert)},
                        {"snippet", json_bool(item.is_snippet)},
                        {"from", from},
                        {"to", to}});
}

}  // namespace

std::string colours_json(const language::Index& index, std::uint32_t file) {
    Units units(index.sources().files[file].text);
    std::vector<std::string> out;
    for (const language::ColouredToken& token : language::coloured(index, file)) {
        const auto [from, to] = range(units, token.range.offset, token.range.length);
        std::vector<std::string> parts = {
            from, to, json_text(kColours[static_cast<std::size_t>(token.kind)])};
        if (token.declaration) {
            parts.push_back("1");
        }
        out.push_back(json_array(parts));
    }
    return json_array(out);
}

std::string answer_colours(const Request& request) {
    const language::Index index = index_request(request);
    const std::uint32_t file = index.file_of(request.path);
    return file == language::kNoFile ? refusal("there is no flow file \"" + request.path + "\"")
                                     : json_object({{"colours", colours_json(index, file)}});
}

std::string answer_complete(const Request& request) {
    return at_place(request, [](const Place& place) {
        std::vector<std::string> items;
        for (const auto& item : language::complete(place.index, place.file, place.offset)) {
            items.push_back(item_json(item, place.units));
        }
        return json_object({{"items", json_array(items)}});
    });
}

std::string answer_hover(const Request& request) {
    return at_place(request, [](const Place& place) {
        const auto found = language::hover(place.index, place.file, place.offset);
        if (!found) {
            return json_object({{"markdown", "null"}});
        }
        const auto [from, to] = range(place.units, found->offset, found->length);
        return json_object({{"markdown", json_text(found->markdown)}, {"from", from}, {"to", to}});
    });
}

std::string answer_definition(const Request& request) {
    return at_place(request, [](const Place& place) {
        std::vector<std::string> places;
        for (const auto& found : language::definitions(place.index, place.file, place.offset)) {
            if (found.file != language::kNoFile) {
                Units units(place.index.sources().files[found.file].text);
                const auto [from, to] = range(units, found.offset, found.length);
                places.push_back(
                    json_object({{"path", json_text(found.path)}, {"from", from}, {"to", to}}));
            }
        }
        return json_object({{"places", json_array(places)}});
    });
}

}  // namespace sluice::dsl::wasm
