#include "engine/base/limits.hpp"
#include "engine/ingest/gzip.hpp"
#include "engine/ingest/segment_decode.hpp"

#include <gtest/gtest.h>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <fstream>
#include <iterator>
#include <string>

/// Replays what the official SDKs put on the wire and compares every event with an independent
/// reading of the same JSON.
namespace sluice {
namespace {

namespace json = boost::json;

json::array requests_of(const std::string& name) {
    std::ifstream file(std::string(SLUICE_TEST_DATA) + "/captures/" + name);
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    EXPECT_FALSE(text.empty()) << name;
    return json::parse(text).at("requests").as_array();
}

std::string from_base64(const json::string& text) {
    std::string out(boost::beast::detail::base64::decoded_size(text.size()), '\0');
    const auto used = boost::beast::detail::base64::decode(out.data(), text.data(), text.size());
    out.resize(used.first);
    return out;
}

/// The body as the server sees it: off the wire, and inflated when it was packed.
std::string body_of(const json::object& request) {
    const json::value* wire = request.if_contains("body_wire_base64");
    if (wire == nullptr) {
        return std::string(request.at("body_utf8").as_string());
    }
    Inflated plain =
        inflate(from_base64(wire->as_string()), ContentCoding::gzip, limits::kInflatedBytesMax);
    EXPECT_EQ(plain.status, InflateStatus::ok);
    EXPECT_EQ(plain.body, request.at("body_utf8").as_string());
    return plain.body;
}

std::string text_or_empty(const json::object& item, const char* key) {
    const json::value* found = item.if_contains(key);
    return found == nullptr || found->is_null() ? "" : std::string(found->as_string());
}

json::object data_expected(const json::object& item, const std::string& type) {
    const bool traits = type == "identify" || type == "group";
    const json::value* found = item.if_contains(traits ? "traits" : "properties");
    json::object data = found == nullptr ? json::object() : found->as_object();
    for (const char* key : {"name", "category", "groupId"}) {
        const bool merged =
            key == std::string("groupId") ? type == "group" : type == "page" || type == "screen";
        if (merged && item.contains(key) && !data.contains(key)) {
            data[key] = item.at(key);
        }
    }
    return data;
}

void compare(const InboundEvent& event, const json::object& item, const json::object& batch,
             Instant received) {
    const std::string type = text_or_empty(item, "type");
    EXPECT_EQ(event.message_id, item.at("messageId").as_string());
    EXPECT_EQ(event.customer, text_or_empty(item, "userId"));
    EXPECT_EQ(event.anonymous_id,
              text_or_empty(item, type == "alias" ? "previousId" : "anonymousId"));
    EXPECT_EQ(event.name, type == "track"    ? text_or_empty(item, "event")
                          : type == "page"   ? "Page Viewed"
                          : type == "screen" ? "Screen Viewed"
                                             : "");
    EXPECT_EQ(json::parse(event.data).as_object(), data_expected(item, type));
    const json::object& sender = item.contains("sentAt") ? item : batch;
    const char* stamp = item.contains("timestamp") ? "timestamp" : "originalTimestamp";
    const auto sent = parse_rfc3339(text_or_empty(sender, "sentAt"));
    const auto stamped = parse_rfc3339(text_or_empty(item, stamp));
    ASSERT_TRUE(sent.has_value() && stamped.has_value());
    EXPECT_EQ(event.occurred_at, received - (*sent - *stamped));
}

int replay(const std::string& name) {
    int events = 0;
    const Instant received = *parse_rfc3339("2026-11-20T07:30:00Z");
    for (const json::value& value : requests_of(name)) {
        const json::object& request = value.as_object();
        const DecodeContext context{received, "", 0};
        const auto result = decode_segment("batch", body_of(request), context);
        const auto* calls = std::get_if<DecodedCalls>(&result);
        if (calls == nullptr) {
            ADD_FAILURE() << std::get<RequestFault>(result).message;
            continue;
        }
        const json::object& batch = request.at("body_json").as_object();
        const json::array& items = batch.at("batch").as_array();
        EXPECT_TRUE(calls->item_faults.empty());
        EXPECT_EQ(calls->write_key, text_or_empty(batch, "writeKey"));
        if (calls->events.size() != items.size()) {
            ADD_FAILURE() << "events are missing";
            continue;
        }
        for (std::size_t i = 0; i < items.size(); ++i) {
            compare(calls->events[i], items[i].as_object(), batch, received);
            ++events;
        }
    }
    return events;
}

TEST(CaptureTest, SegmentsNodeSdkDecodesWhole) {
    EXPECT_EQ(replay("segment_analytics_node.json"), 12);
}

TEST(CaptureTest, RudderStacksNodeSdkDecodesWhole) {
    EXPECT_EQ(replay("rudderstack_node.json"), 14);
}

}  // namespace
}  // namespace sluice
