#include "engine/ingest/segment_json.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/limits.hpp"
#include "engine/ingest/json_fault.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstring>
#include <utility>

namespace sluice::segment {
namespace {

namespace od = simdjson::ondemand;

constexpr std::array<std::string_view, kSlots> kNames = {
    "type",       "userId", "anonymousId", "messageId", "timestamp", "originalTimestamp",
    "sentAt",     "event",  "name",        "category",  "groupId",   "previousId",
    "properties", "traits", "writeKey",    "batch"};

/// The parsers and the padded copy of the body, kept a thread: they allocate for the largest body
/// once, and simdjson wants bytes it may read past the end.
struct Scratch {
    Scratch()
        : bytes(std::make_unique<char[]>(limits::kInflatedBytesMax + simdjson::SIMDJSON_PADDING)) {
        // simdjson refuses the level that equals its bound.
        ASSERT(strict.allocate(limits::kInflatedBytesMax, limits::kJsonDepthMax + 1) ==
               simdjson::SUCCESS);
    }
    std::unique_ptr<char[]> bytes;
    simdjson::dom::parser strict;
    od::parser outer;  // walks the body
    od::parser inner;  // walks one call of it
};

Scratch& scratch() {
    thread_local Scratch instance;
    return instance;
}

simdjson::padded_string_view padded(std::string_view part) {
    const char* end =
        scratch().bytes.get() + limits::kInflatedBytesMax + simdjson::SIMDJSON_PADDING;
    return simdjson::padded_string_view(part.data(), part.size(),
                                        static_cast<std::size_t>(end - part.data()));
}

std::string_view trim_end(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::optional<Slot> slot_of(std::string_view key) {
    for (std::size_t i = 0; i < kSlots; ++i) {
        if (kNames[i] == key) {
            return static_cast<Slot>(i);
        }
    }
    return std::nullopt;
}

/// Text of an array or object; simdjson gives up to the next token, which may include white space.
template <class Container>
bool take_raw(simdjson::simdjson_result<Container> found, std::string& into) {
    Container container;
    std::string_view raw;
    if (std::move(found).get(container) != simdjson::SUCCESS ||
        container.raw_json().get(raw) != simdjson::SUCCESS) {
        return false;
    }
    into = trim_end(raw);
    return true;
}

bool take(od::value value, Field& field) {
    od::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) {
        return false;
    }
    switch (type) {
        case od::json_type::null:
            return true;
        case od::json_type::boolean:
            field.kind = FieldKind::boolean;
            return true;
        case od::json_type::number:
            field.kind = FieldKind::number;
            field.text = trim_end(value.raw_json_token());
            return true;
        case od::json_type::string: {
            std::string_view text;
            if (value.get_string().get(text) != simdjson::SUCCESS) {
                return false;
            }
            field.kind = FieldKind::text;
            field.text = text;
            return true;
        }
        case od::json_type::array:
            field.kind = FieldKind::array;
            return take_raw<od::array>(value.get_array(), field.text);
        case od::json_type::object:
            field.kind = FieldKind::object;
            return take_raw<od::object>(value.get_object(), field.text);
    }
    return false;
}

Fault unreadable() {
    return Fault{"malformed_event", "the event cannot be read as JSON"};
}

Fault refusal(simdjson::error_code error) {
    switch (error) {
        case simdjson::DEPTH_ERROR:
            return Fault{"too_deep", fmt::format("the event is nested deeper than {} levels",
                                                 limits::kJsonDepthMax)};
        case simdjson::NUMBER_ERROR:
            return Fault{
                "number_out_of_range",
                "the event holds a number that fits neither 64 bits nor a double; send it as text"};
        case simdjson::STRING_ERROR:
            return Fault{"bad_text",
                         "the event holds a \\u escape that is half of a surrogate pair"};
        default:
            return unreadable();
    }
}

}  // namespace

std::string_view wire_name(Slot slot) {
    return kNames[static_cast<std::size_t>(slot)];
}

std::optional<Fault> Body::open(std::string_view text, Body& body) {
    ASSERT(text.size() <= limits::kInflatedBytesMax);
    Scratch& s = scratch();
    std::memcpy(s.bytes.get(), text.data(), text.size());
    std::memset(s.bytes.get() + text.size(), 0, simdjson::SIMDJSON_PADDING);
    body.text_ = std::string_view(s.bytes.get(), text.size());
    const auto parsed = s.strict.parse(s.bytes.get(), text.size(), false);
    body.verified_ = parsed.error() == simdjson::SUCCESS;
    if (!body.verified_) {
        if (const auto fault = find_json_fault(body.text_)) {
            return Fault{"malformed_json", fmt::format("the body is not JSON: {} at byte {}",
                                                       fault->what, fault->offset)};
        }
    }
    const std::size_t first = body.text_.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || body.text_[first] != '{') {
        return Fault{"not_an_object", "the body must be a JSON object"};
    }
    body.text_ = trim_end(body.text_.substr(first));
    return std::nullopt;
}

std::optional<Fault> Body::verify(std::string_view object) const {
    if (verified_) {
        return std::nullopt;
    }
    const auto parsed = scratch().strict.parse(object.data(), object.size(), false);
    if (parsed.error() == simdjson::SUCCESS) {
        return std::nullopt;
    }
    return refusal(parsed.error());
}

std::optional<Fault> Body::read(std::string_view object, Call& call) const {
    od::document document;
    od::object fields;
    if (scratch().inner.iterate(padded(object)).get(document) != simdjson::SUCCESS ||
        document.get_object().get(fields) != simdjson::SUCCESS) {
        return unreadable();
    }
    for (auto field : fields) {
        std::string_view key;
        if (field.unescaped_key().get(key) != simdjson::SUCCESS) {
            return unreadable();
        }
        const auto slot = slot_of(key);
        if (!slot) {
            continue;
        }
        Field& target = call.fields[static_cast<std::size_t>(*slot)];
        if (target.has()) {
            return Fault{"duplicate_field",
                         fmt::format("there are two fields '{}'", wire_name(*slot))};
        }
        od::value value;
        if (field.value().get(value) != simdjson::SUCCESS) {
            return unreadable();
        }
        if (*slot == Slot::batch) {
            target.kind = FieldKind::array;  // marked only; batch() reads it without a copy
        } else if (!take(value, target)) {
            return unreadable();
        }
    }
    return std::nullopt;
}

std::optional<std::vector<std::string_view>> Body::batch() const {
    od::document document;
    od::array array;
    if (scratch().outer.iterate(padded(text_)).get(document) != simdjson::SUCCESS ||
        document["batch"].get_array().get(array) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    std::vector<std::string_view> items;
    for (auto element : array) {
        od::object object;
        std::string_view raw;
        const bool taken = element.get_object().get(object) == simdjson::SUCCESS &&
                           object.raw_json().get(raw) == simdjson::SUCCESS;
        items.push_back(taken ? trim_end(raw) : std::string_view());
    }
    return items;
}

bool has_key(std::string_view object, std::string_view key) {
    // The object lies in a string of its own, without padding; it is small and this is a page call.
    thread_local od::parser parser;
    const simdjson::padded_string copy(object);
    od::document document;
    od::value value;
    return parser.iterate(copy).get(document) == simdjson::SUCCESS &&
           document.find_field_unordered(key).get(value) == simdjson::SUCCESS;
}

}  // namespace sluice::segment
