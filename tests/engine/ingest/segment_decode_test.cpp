#include "engine/ingest/segment_decode.hpp"

#include "engine/base/limits.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace sluice {
namespace {

const Instant kReceived = *parse_rfc3339("2026-11-20T08:00:00Z");

DecodeContext context(std::string key = "") {
    return DecodeContext{kReceived, std::move(key), 7};
}

DecodedCalls decoded(std::string_view kind, std::string_view body) {
    DecodeResult result = decode_segment(kind, body, context());
    if (const auto* fault = std::get_if<RequestFault>(&result)) {
        ADD_FAILURE() << "refused: " << fault->code << ": " << fault->message;
        return {};
    }
    return std::move(std::get<DecodedCalls>(result));
}

InboundEvent one(std::string_view kind, std::string_view body) {
    DecodedCalls calls = decoded(kind, body);
    for (const ItemFault& fault : calls.item_faults) {
        ADD_FAILURE() << fault.code << ": " << fault.message;
    }
    if (calls.events.size() != 1) {
        ADD_FAILURE() << "expected one event from " << body;
        return {};
    }
    return std::move(calls.events.front());
}

ItemFault item_fault(std::string_view kind, std::string_view body) {
    DecodedCalls calls = decoded(kind, body);
    EXPECT_TRUE(calls.events.empty()) << body;
    if (calls.item_faults.size() != 1) {
        ADD_FAILURE() << "expected one fault from " << body;
        return {};
    }
    return calls.item_faults.front();
}

RequestFault refused(std::string_view kind, std::string_view body) {
    DecodeResult result = decode_segment(kind, body, context());
    if (!std::holds_alternative<RequestFault>(result)) {
        ADD_FAILURE() << "taken: " << body.substr(0, 80);
        return {};
    }
    return std::get<RequestFault>(result);
}

const auto kName = [](const auto& test) { return std::string(test.param.name); };

// ---- one call: what it becomes -----------------------------------------------------------------

struct Good {
    const char* name;
    const char* kind;
    const char* body;
    CallKind call;
    const char* customer;
    const char* anonymous;
    const char* event;
    const char* data;
};

class GoodCall : public testing::TestWithParam<Good> {};

TEST_P(GoodCall, BecomesItsEvent) {
    const Good& c = GetParam();
    const InboundEvent event = one(c.kind, c.body);
    EXPECT_EQ(event.kind, c.call);
    EXPECT_EQ(event.customer, c.customer);
    EXPECT_EQ(event.anonymous_id, c.anonymous);
    EXPECT_EQ(event.name, c.event);
    EXPECT_EQ(event.data, c.data);
    EXPECT_FALSE(event.message_id.empty());
    EXPECT_EQ(event.received_at, kReceived);
}

const Good kGood[] = {
    {"Track", "track", R"({"userId":"u","event":"Order","properties":{"total":12.50}})",
     CallKind::track, "u", "", "Order", R"({"total":12.50})"},
    {"TrackByLetter", "t", R"({"userId":"u","event":"Order"})", CallKind::track, "u", "", "Order",
     "{}"},
    {"EventNameIsTrimmed", "track", R"({"userId":"u","event":"  Order \t"})", CallKind::track, "u",
     "", "Order", "{}"},
    {"AnonymousOnly", "track", R"({"anonymousId":"a","event":"E"})", CallKind::track, "", "a", "E",
     "{}"},
    {"BothIds", "track", R"({"anonymousId":"a","userId":"u","event":"E"})", CallKind::track, "u",
     "a", "E", "{}"},
    {"NumbersAsIdsKeepTheirText", "track", R"({"userId": 4200000000000000001 ,"event":"E"})",
     CallKind::track, "4200000000000000001", "", "E", "{}"},
    {"DecimalIdKeepsItsText", "track", R"({"userId":1.50,"event":"E"})", CallKind::track, "1.50",
     "", "E", "{}"},
    {"NullIdIsAbsent", "track", R"({"userId":null,"anonymousId":"a","event":"E"})", CallKind::track,
     "", "a", "E", "{}"},
    {"EmptyIdIsAbsent", "track", R"({"userId":"","anonymousId":"a","event":"E"})", CallKind::track,
     "", "a", "E", "{}"},
    {"NullPropertiesAreEmpty", "track", R"({"userId":"u","event":"E","properties":null})",
     CallKind::track, "u", "", "E", "{}"},
    {"DataIsKeptByteForByte", "track",
     "{\"userId\":\"u\",\"event\":\"E\",\"properties\":{ \"a\" : [1e2, 0.10, \"\\u00e9\"] }  }",
     CallKind::track, "u", "", "E", "{ \"a\" : [1e2, 0.10, \"\\u00e9\"] }"},
    {"Identify", "identify", R"({"userId":"u","traits":{"email":"Zoe@Example.com"}})",
     CallKind::identify, "u", "", "", R"({"email":"Zoe@Example.com"})"},
    {"IdentifyIgnoresContextTraits", "i", R"({"userId":"u","context":{"traits":{"plan":"pro"}}})",
     CallKind::identify, "u", "", "", "{}"},
    {"PageMergesNameAndCategory", "page",
     R"({"userId":"u","name":"Home","category":"Docs","properties":{"url":"/"}})", CallKind::page,
     "u", "", "Page Viewed", R"({"name":"Home","category":"Docs","url":"/"})"},
    {"PagePropertiesWin", "p", R"({"userId":"u","name":"Home","properties":{"name":"Inner"}})",
     CallKind::page, "u", "", "Page Viewed", R"({"name":"Inner"})"},
    {"PageWithoutProperties", "page", R"({"userId":"u","name":"A \"b\""})", CallKind::page, "u", "",
     "Page Viewed", R"({"name":"A \"b\""})"},
    {"PageWithNothing", "page", R"({"userId":"u"})", CallKind::page, "u", "", "Page Viewed", "{}"},
    {"Screen", "s", R"({"anonymousId":"a","name":"Main","properties":{ }})", CallKind::screen, "",
     "a", "Screen Viewed", R"({"name":"Main" })"},
    {"Group", "group", R"({"userId":"u","groupId":12,"traits":{"name":"Acme"}})", CallKind::group,
     "u", "", "", R"({"groupId":12,"name":"Acme"})"},
    {"Alias", "alias", R"({"userId":"u","previousId":"anon-1"})", CallKind::alias, "u", "anon-1",
     "", "{}"},
    {"PathBeatsType", "track", R"({"type":"identify","userId":"u","event":"E"})", CallKind::track,
     "u", "", "E", "{}"},
};

INSTANTIATE_TEST_SUITE_P(SegmentDecode, GoodCall, testing::ValuesIn(kGood), kName);

TEST(SegmentDecode, ReadsEscapedKeysAndTexts) {
    const InboundEvent event = one("track", R"({"user\u0049d":"\u00fc\"1","event":"E\u0021"})");
    EXPECT_EQ(event.customer, "\u00fc\"1");
    EXPECT_EQ(event.name, "E!");
}

// ---- one call: why it is refused ---------------------------------------------------------------

struct Bad {
    const char* name;
    const char* kind;
    const char* body;
    const char* code;
};

class BadCall : public testing::TestWithParam<Bad> {};

TEST_P(BadCall, IsAnItemFault) {
    const ItemFault fault = item_fault(GetParam().kind, GetParam().body);
    EXPECT_EQ(fault.code, GetParam().code);
    EXPECT_EQ(fault.index, 0u);
    EXPECT_FALSE(fault.message.empty());
}

const Bad kBad[] = {
    {"NoId", "track", R"({"event":"E"})", "missing_id"},
    {"BooleanId", "track", R"({"userId":true,"event":"E"})", "bad_field"},
    {"ObjectId", "track", R"({"userId":{"a":1},"event":"E"})", "bad_field"},
    {"ControlCharacterInId", "track", R"({"userId":"a\u0000b","event":"E"})", "bad_field"},
    {"NoEvent", "track", R"({"userId":"u"})", "missing_event"},
    {"BlankEvent", "track", R"({"userId":"u","event":"  "})", "missing_event"},
    {"NumericEvent", "track", R"({"userId":"u","event":5})", "bad_field"},
    {"PropertiesAreAnArray", "track", R"({"userId":"u","event":"E","properties":[1]})",
     "bad_field"},
    {"PropertiesAreText", "track", R"({"userId":"u","event":"E","properties":"x"})", "bad_field"},
    {"TraitsAreText", "identify", R"({"userId":"u","traits":"x"})", "bad_field"},
    {"GroupWithoutGroupId", "group", R"({"userId":"u"})", "missing_group_id"},
    {"AliasWithoutPreviousId", "alias", R"({"userId":"u"})", "missing_previous_id"},
    {"AliasWithoutUserId", "alias", R"({"anonymousId":"a","previousId":"b"})", "missing_id"},
    {"TimestampIsNonsense", "track", R"({"userId":"u","event":"E","timestamp":"yesterday"})",
     "bad_timestamp"},
    {"TimestampIsANumber", "track", R"({"userId":"u","event":"E","timestamp":1700000000})",
     "bad_timestamp"},
    {"TooOld", "track", R"({"userId":"u","event":"E","timestamp":"1970-01-01T00:00:10Z"})",
     "implausible_time"},
    {"TooFarAhead", "track", R"({"userId":"u","event":"E","timestamp":"2026-11-21T08:00:01Z"})",
     "implausible_time"},
    {"FieldTwice", "track", R"({"userId":"u","userId":"v","event":"E"})", "duplicate_field"},
    {"NumberBeyondEverything", "track", R"({"userId":"u","event":"E","properties":{"n":1e999}})",
     "number_out_of_range"},
    {"HalfASurrogatePair", "track", R"({"userId":"u","event":"E","properties":{"t":"\ud800"}})",
     "bad_text"},
};

INSTANTIATE_TEST_SUITE_P(SegmentDecode, BadCall, testing::ValuesIn(kBad), kName);

TEST(SegmentDecode, RefusesOverlongIds) {
    const std::string id(limits::kCustomerIdBytesMax + 1, 'x');
    EXPECT_EQ(item_fault("track", R"({"event":"E","userId":")" + id + "\"}").code, "id_too_long");
    const std::string message(limits::kMessageIdBytesMax + 1, 'x');
    EXPECT_EQ(
        item_fault("track", R"({"event":"E","userId":"u","messageId":")" + message + "\"}").code,
        "id_too_long");
    const std::string name(limits::kTextBytesMax + 1, 'x');
    EXPECT_EQ(item_fault("track", R"({"userId":"u","event":")" + name + "\"}").code,
              "event_name_too_long");
}

TEST(SegmentDecode, CountsLevelsOfNestingTheSameInsideABatch) {
    const auto wrapped = [](std::size_t levels) {
        std::string body = R"({"userId":"u","event":"E","type":"track","properties":)";
        for (std::size_t i = 1; i < levels; ++i) {
            body += R"({"a":)";
        }
        return body + "1" + std::string(levels, '}');
    };
    const std::size_t most = limits::kJsonDepthMax;
    EXPECT_EQ(one("track", wrapped(most)).customer, "u");
    EXPECT_EQ(item_fault("track", wrapped(most + 1)).code, "too_deep");
    EXPECT_EQ(one("batch", R"({"batch":[)" + wrapped(most) + "]}").customer, "u");
    EXPECT_EQ(item_fault("batch", R"({"batch":[)" + wrapped(most + 1) + "]}").code, "too_deep");
    EXPECT_EQ(item_fault("track", wrapped(3'000)).code, "too_deep");
}

// ---- requests that are refused whole -----------------------------------------------------------

class Refused : public testing::TestWithParam<Bad> {};

TEST_P(Refused, NamesTheFault) {
    const RequestFault fault = refused(GetParam().kind, GetParam().body);
    EXPECT_EQ(fault.status, 400);
    EXPECT_EQ(fault.code, GetParam().code);
    EXPECT_FALSE(fault.message.empty());
}

const Bad kRefused[] = {
    {"Empty", "track", "", "malformed_json"},
    {"Blank", "track", "  \n", "malformed_json"},
    {"NotJson", "track", "userId=u&event=E", "malformed_json"},
    {"CutShort", "batch", R"({"batch":[{"userId":"u")", "malformed_json"},
    {"TrailingComma", "batch", R"({"batch":[],})", "malformed_json"},
    {"TextAfterTheEnd", "track", R"({"userId":"u","event":"E"}x)", "malformed_json"},
    {"BrokenItemIsBrokenJson", "batch", R"({"batch":[{"userId" "u"}]})", "malformed_json"},
    {"InvalidUtf8", "track", "{\"userId\":\"\xff\",\"event\":\"E\"}", "malformed_json"},
    {"OverlongUtf8", "track", "{\"userId\":\"\xc0\xaf\",\"event\":\"E\"}", "malformed_json"},
    {"Array", "track", "[1]", "not_an_object"},
    {"Text", "batch", "\"x\"", "not_an_object"},
    {"NoBatch", "batch", R"({"events":[]})", "missing_batch"},
    {"BatchIsAnObject", "batch", R"({"batch":{"a":1}})", "missing_batch"},
    {"BatchIsNull", "b", R"({"batch":null})", "missing_batch"},
    {"BatchTwice", "b", R"({"batch":[],"batch":[]})", "duplicate_field"},
};

INSTANTIATE_TEST_SUITE_P(SegmentDecode, Refused, testing::ValuesIn(kRefused), kName);

TEST(SegmentDecode, SaysWhereTheJsonBreaks) {
    EXPECT_EQ(refused("track", R"({"userId" "u"})").message,
              "the body is not JSON: expected ':' after a key at byte 10");
    EXPECT_EQ(refused("track", "{\"userId\":\"a\xff\"}").message,
              "the body is not JSON: invalid UTF-8 at byte 12");
}

TEST(SegmentDecode, RefusesWhatIsTooLargeOrTooMany) {
    const std::string pad(limits::kEventBytesMax, ' ');
    EXPECT_EQ(refused("track", R"({"userId":"u","event":"E"})" + pad).code, "event_too_large");
    const std::string more(limits::kBatchBytesMax, ' ');
    EXPECT_EQ(refused("batch", R"({"batch":[]})" + more).code, "batch_too_large");
    std::string many = R"({"batch":[{})";
    for (std::size_t i = 0; i < limits::kBatchEventsMax; ++i) {
        many += ",{}";
    }
    EXPECT_EQ(refused("batch", many + "]}").code, "too_many_events");
    const DecodeResult unknown = decode_segment("metrics", "{}", context());
    EXPECT_EQ(std::get<RequestFault>(unknown).status, 404);
}

// ---- batches -----------------------------------------------------------------------------------

TEST(SegmentDecode, OneBadEventLosesNothingElse) {
    const std::string big = R"({"type":"track","userId":"u","event":"E","properties":{"t":")" +
                            std::string(limits::kEventBytesMax, 'x') + "\"}}";
    const DecodedCalls calls = decoded("batch", R"({"batch":[
        {"type":"track","userId":"u1","event":"A"},
        {"type":"track","event":"no id"},
        7, "text", null, [1],
        {"type":"teleport","userId":"u"},
        {"userId":"u","event":"no type"},
        {"type":"track","userId":"u","event":"E","properties":{"n":123456789012345678901234567890}},
        {"type":"track","userId":"u","event":"E","properties":{"n":"\ud800"}},
        )" + big + R"(,
        {"type":"identify","userId":"u2","traits":{"a":1}}
    ]})");
    ASSERT_EQ(calls.events.size(), 2u);
    EXPECT_EQ(calls.events[0].customer, "u1");
    EXPECT_EQ(calls.events[1].customer, "u2");
    EXPECT_EQ(calls.events[1].data, R"({"a":1})");
    std::vector<std::pair<std::size_t, std::string>> faults;
    for (const ItemFault& fault : calls.item_faults) {
        faults.emplace_back(fault.index, fault.code);
    }
    using testing::Pair;
    EXPECT_THAT(faults,
                testing::ElementsAre(Pair(1u, "missing_id"), Pair(2u, "not_an_object"),
                                     Pair(3u, "not_an_object"), Pair(4u, "not_an_object"),
                                     Pair(5u, "not_an_object"), Pair(6u, "unknown_type"),
                                     Pair(7u, "missing_type"), Pair(8u, "number_out_of_range"),
                                     Pair(9u, "bad_text"), Pair(10u, "event_too_large")));
}

TEST(SegmentDecode, TakesAnEmptyBatch) {
    const DecodedCalls calls = decoded("batch", R"({"batch":[ ]})");
    EXPECT_TRUE(calls.events.empty());
    EXPECT_TRUE(calls.item_faults.empty());
}

TEST(SegmentDecode, TakesTheLargestBatch) {
    std::string body = R"({"batch":[)";
    for (std::size_t i = 0; i < limits::kBatchEventsMax; ++i) {
        body +=
            fmt::format(R"({}{{"type":"track","userId":"{}","event":"E"}})", i == 0 ? "" : ",", i);
    }
    const DecodedCalls calls = decoded("b", body + "]}");
    ASSERT_EQ(calls.events.size(), limits::kBatchEventsMax);
    EXPECT_EQ(calls.events.back().customer, std::to_string(limits::kBatchEventsMax - 1));
}

TEST(SegmentDecode, HeaderKeyBeatsBodyKey) {
    EXPECT_EQ(decoded("batch", R"({"batch":[],"writeKey":"body"})").write_key, "body");
    EXPECT_EQ(decoded("track", R"({"writeKey":"body"})").write_key, "body");
    const auto result =
        decode_segment("batch", R"({"batch":[],"writeKey":"body"})", context("auth"));
    EXPECT_EQ(std::get<DecodedCalls>(result).write_key, "auth");
}

// ---- made-up ids -------------------------------------------------------------------------------

TEST(SegmentDecode, KeepsTheClientsMessageId) {
    EXPECT_EQ(one("track", R"({"userId":"u","event":"E","messageId":"m-1"})").message_id, "m-1");
}

TEST(SegmentDecode, MakesUpDistinctIdsForEqualEvents) {
    const std::string_view body =
        R"({"batch":[{"type":"track","userId":"u","event":"E"},{"type":"track","userId":"u","event":"E"}]})";
    std::set<std::string> ids;
    for (const std::uint64_t sequence : {1u, 2u}) {
        const DecodeContext around{kReceived, "", sequence};
        const auto result = decode_segment("batch", body, around);
        for (const InboundEvent& event : std::get<DecodedCalls>(result).events) {
            EXPECT_LE(event.message_id.size(), limits::kMessageIdBytesMax);
            ids.insert(event.message_id);
        }
    }
    EXPECT_EQ(ids.size(), 4u);
    EXPECT_EQ(one("track", R"({"userId":"u","event":"E"})").message_id,
              one("track", R"({"userId":"u","event":"E"})").message_id);
}

// ---- time --------------------------------------------------------------------------------------

struct Clocked {
    const char* name;
    const char* fields;
    const char* occurred_at;
};

class ClockRule : public testing::TestWithParam<Clocked> {};

TEST_P(ClockRule, GivesTheTrueTime) {
    const std::string body = fmt::format(R"({{"userId":"u","event":"E"{}}})", GetParam().fields);
    EXPECT_EQ(format_rfc3339(one("track", body).occurred_at), GetParam().occurred_at);
}

const Clocked kClocked[] = {
    {"NoTimestamp", "", "2026-11-20T08:00:00Z"},
    {"NoTimestampButSentAt", R"(,"sentAt":"2026-11-20T07:00:00Z")", "2026-11-20T08:00:00Z"},
    {"TimestampAlone", R"(,"timestamp":"2026-11-20T07:59:00.250Z")", "2026-11-20T07:59:00.250Z"},
    {"Offset", R"(,"timestamp":"2026-11-20T08:59:00+01:00")", "2026-11-20T07:59:00Z"},
    {"ClockOneHourSlow", R"(,"timestamp":"2026-11-20T06:59:00Z","sentAt":"2026-11-20T07:00:00Z")",
     "2026-11-20T07:59:00Z"},
    {"ClockOneDayFast", R"(,"timestamp":"2026-11-21T07:59:00Z","sentAt":"2026-11-21T08:00:00Z")",
     "2026-11-20T07:59:00Z"},
    {"DeadClock", R"(,"timestamp":"1970-01-01T00:00:10Z","sentAt":"1970-01-01T00:00:40Z")",
     "2026-11-20T07:59:30Z"},
    {"OriginalTimestamp",
     R"(,"originalTimestamp":"2026-11-20T07:58:00Z","sentAt":"2026-11-20T07:59:00Z")",
     "2026-11-20T07:59:00Z"},
    {"ChosenTimestampBeatsOriginal",
     R"(,"timestamp":"2026-01-02T03:04:06Z","originalTimestamp":"2026-11-20T07:59:59Z","sentAt":"2026-11-20T08:00:00Z")",
     "2026-01-02T03:04:06Z"},
    {"UnreadableSentAtCorrectsNothing", R"(,"timestamp":"2026-11-20T07:59:00Z","sentAt":"soon")",
     "2026-11-20T07:59:00Z"},
    {"JustADayAhead", R"(,"timestamp":"2026-11-21T08:00:00Z")", "2026-11-21T08:00:00Z"},
    {"TheYear2000", R"(,"timestamp":"2000-01-01T00:00:00Z")", "2000-01-01T00:00:00Z"},
};

INSTANTIATE_TEST_SUITE_P(SegmentDecode, ClockRule, testing::ValuesIn(kClocked), kName);

TEST(SegmentDecode, TheBatchsSentAtCountsForItsItems) {
    const InboundEvent event = one(
        "batch",
        R"({"batch":[{"type":"track","userId":"u","event":"E","timestamp":"2026-11-20T06:00:00Z"}],
            "sentAt":"2026-11-20T07:00:00Z"})");
    EXPECT_EQ(format_rfc3339(event.occurred_at), "2026-11-20T07:00:00Z");
}

// ---- lines of a file ---------------------------------------------------------------------------

TEST(DecodeLine, TakesHistoryAtItsWord) {
    const auto event = decode_line(
        R"({"type":"track","userId":"u","event":"Order Completed","properties":{"total":11.77},)"
        R"("timestamp":"1997-01-12T09:00:00Z","sentAt":"2026-01-01T00:00:00Z"})",
        1);
    ASSERT_TRUE(event.has_value()) << event.error().detail;
    EXPECT_EQ(event.value().customer, "u");
    EXPECT_EQ(event.value().data, R"({"total":11.77})");
    EXPECT_EQ(format_rfc3339(event.value().occurred_at), "1997-01-12T09:00:00Z");
    EXPECT_EQ(event.value().received_at, event.value().occurred_at);
}

TEST(DecodeLine, EqualLinesAreTwoEvents) {
    const std::string_view line =
        R"({"type":"track","userId":"u","event":"E","timestamp":"2026-01-01T00:00:00Z"})";
    EXPECT_NE(decode_line(line, 1).value().message_id, decode_line(line, 2).value().message_id);
    EXPECT_EQ(decode_line(line, 1).value().message_id, decode_line(line, 1).value().message_id);
}

TEST(DecodeLine, SaysWhatIsMissing) {
    const auto detail = [](std::string_view line) {
        const auto event = decode_line(line, 1);
        EXPECT_FALSE(event.has_value()) << line;
        return event.has_value() ? std::string() : event.error().detail;
    };
    EXPECT_EQ(detail(R"({"type":"track","userId":"u","event":"E"})"), "the event has no timestamp");
    EXPECT_EQ(detail(R"({"userId":"u","event":"E"})"), "the event has no type");
    EXPECT_EQ(detail("{"), "the body is not JSON: it ends inside an object at byte 1");
    EXPECT_EQ(detail(""), "the body is not JSON: there is nothing to read at byte 0");
    EXPECT_EQ(detail(std::string(limits::kEventBytesMax + 1, ' ')),
              "the line is longer than 32768 bytes");
}

}  // namespace
}  // namespace sluice
