#include "engine/runtime/render.hpp"

#include "tests/support/story.hpp"

#include <gmock/gmock.h>

namespace sluice {
namespace {

using ::testing::HasSubstr;
using testing::kOpenPolicy;
using testing::kShop;
using testing::Story;

constexpr std::string_view kWords = R"(
webhook Warehouse { post "https://warehouse.example/hook" secret "WAREHOUSE_KEY" retry 3 times }
message Thanks {
  topic News
  uses Order Placed as order
  uses code text
  email {
    subject "Order {order.order_id}: {order.total} for {customer.email | you}"
    preview "{{ order.category | default: 'goods' }}"
    body "<p>{{ order.order_id }} {{ code }} {{ 'now' | date: '%H:%M' }}</p>"
  }
  sms "Thanks for {order.order_id}"
}
)";

/// What a program and one order make of a message, up to the intent that policy let through.
Story thanked(std::string_view order, std::string_view flow_step) {
    const std::string flow =
        "flow Thank { starts when Order Placed as order " + std::string(flow_step) + " }";
    Story story({kShop, kOpenPolicy, kWords, flow});
    if (story.ok()) {
        story.subscribe("2026-06-02 08:00");
        story.identify("2026-06-02 08:00", R"({"time_zone":"Asia/Kathmandu"})");
        story.event("2026-06-02 08:00", "Order Placed", order);
    }
    return story;
}

Result<RenderedMessage> rendered(const Story& story) {
    return render_message(*story.releases.ready().program, story.customer.layouts.front(), "c1",
                          story.effects.messages.front());
}

constexpr std::string_view kEmail = "send email Thanks with order, code = \"SAVE\"";

TEST(RenderTest, AnEmailWithItsEventItsWordsAndTheCustomersClock) {
    const Story story = thanked(R"({"order_id":"<7>","total":19.5})", kEmail);
    ASSERT_EQ(story.effects.messages.size(), 1U);
    const auto message = rendered(story);
    ASSERT_TRUE(message.has_value()) << message.error().detail;
    EXPECT_EQ(message.value().subject, "Order <7>: 19.5 for a@example.com");
    EXPECT_EQ(message.value().preview, "goods");
    EXPECT_EQ(message.value().html, "<p>&lt;7&gt; SAVE 13:45</p>");
    EXPECT_EQ(message.value().text, "");
    EXPECT_EQ(message.value().to, "a@example.com");
    EXPECT_EQ(message.value().flow, "Thank");
    EXPECT_EQ(message.value().step, "s1");
    EXPECT_EQ(message.value().message, "Thanks");
    EXPECT_EQ(message.value().customer, "c1");
    EXPECT_EQ(message.value().id, story.effects.messages[0].id);
    EXPECT_FALSE(message.value().transactional);
}

TEST(RenderTest, AnSmsHasItsTextAndNothingElse) {
    const Story story =
        thanked(R"({"order_id":"7","total":1})", "send sms Thanks with order, code = \"SAVE\"");
    ASSERT_EQ(story.effects.messages.size(), 1U);
    const auto message = rendered(story);
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message.value().text, "Thanks for 7");
    EXPECT_EQ(message.value().to, "+4915100000000");
    EXPECT_EQ(message.value().subject + message.value().html, "");
}

/// A declared value that did not come is a fault, and nothing is sent half.
TEST(RenderTest, AMissingValueWithoutAFallbackIsAnError) {
    const Story story = thanked(R"({"total":1})", kEmail);
    ASSERT_EQ(story.effects.messages.size(), 1U);
    const auto message = rendered(story);
    ASSERT_FALSE(message.has_value());
    EXPECT_EQ(message.error().code, Errc::invalid_argument);
    EXPECT_THAT(message.error().detail, HasSubstr("message \"Thanks\", subject: "));
    EXPECT_THAT(message.error().detail, HasSubstr("order_id"));
}

/// Data from a client must not write headers of its own.
TEST(RenderTest, ALineBreakInTheSubjectIsRefused) {
    for (const char* order :
         {R"({"order_id":"7\r\nBcc: x@example.com","total":1})",
          R"({"order_id":"7\nBcc: x@example.com","total":1})", R"({"order_id":"7\r","total":1})"}) {
        const Story story = thanked(order, kEmail);
        ASSERT_EQ(story.effects.messages.size(), 1U);
        const auto message = rendered(story);
        ASSERT_FALSE(message.has_value()) << order;
        EXPECT_EQ(message.error().detail, "message \"Thanks\", subject: contains a line break");
    }
}

TEST(RenderTest, ACallIsOneJsonObject) {
    const Story story =
        thanked(R"({"order_id":"a\"b","total":19.5})",
                "call Warehouse with order_id = order.order_id, total = order.total, "
                "zone = customer.time_zone, points = customer.points, renewal = customer.renewal");
    ASSERT_EQ(story.effects.calls.size(), 1U);
    const CallIntent& intent = story.effects.calls[0];
    const RenderedCall call = render_call(*story.releases.ready().program, "c1", intent);
    EXPECT_EQ(call.url, "https://warehouse.example/hook");
    EXPECT_EQ(call.secret_name, "WAREHOUSE_KEY");
    EXPECT_EQ(call.retry_times, 3);
    EXPECT_EQ(call.webhook, "Warehouse");
    EXPECT_EQ(call.body,
              "{\"id\":\"" + intent.id +
                  R"(","at":"2026-06-02T08:00:00Z","customer":"c1","flow":"Thank","step":"s1",)"
                  R"("data":{"order_id":"a\"b","total":19.5,"zone":"Asia/Kathmandu","points":0,)"
                  R"("renewal":null}})");
}

}  // namespace
}  // namespace sluice
