// Messages and their lines.
#include "dsl/language/constructs_tables.hpp"

#include <array>

namespace sluice::dsl::language {
namespace {

using parser::Node;
constexpr Chapter kMessages = Chapter::messages;

// clang-format off
constexpr auto kTable = std::to_array<Construct>({
    {Node::message, kMessages, "message NAME { … }",
     "What is sent: an `email`, an `sms`, or both. Either it has a `topic`, then it is marketing, or it is `transactional`.",
     Part::file, "message Spring News {\n  topic News\n  email {\n    subject \"Spring is here, {customer.first_name | friend}\"\n    preview \"New in the shop\"\n    body \"<p>Have a look.</p>\"\n  }\n}\n"},
    {Node::topic, kMessages, "topic NAME", "What customers subscribe to and can leave. A message with a topic needs consent.",
     Part::message, "topic Offers\nsms \"New offers are in\"\n"},
    {Node::transactional, kMessages, "transactional",
     "The customer needs this message because of something she did: a receipt, a reset of a password. It needs no consent, and may skip what the policy lets it skip.",
     Part::message, "transactional\nsms \"Your order is on its way\"\n"},
    {Node::uses, kMessages, "uses EVENT as WORD · uses WORD TYPE [optional]",
     "What the message must be given by `with` when it is sent: a whole event, or one value.",
     Part::message, "uses Order Placed as order\nuses code text\nsms \"Thanks for {order.total | money}. Next time: {code}\"\n"},
    {Node::email, kMessages, "email { subject TEXT [preview TEXT] body … }", "The email of a message.",
     Part::message, "email {\n  subject \"News\"\n  body \"<p>News.</p>\"\n}\n"},
    {Node::subject, kMessages, "subject TEXT", "The subject. `{customer.first_name | there}` writes a value, see [templates](templates.md).",
     Part::message, "email {\n  subject \"Hello {customer.first_name | there}\"\n  body \"<p>News.</p>\"\n}\n"},
    {Node::preview, kMessages, "preview TEXT", "The line that mail programs show behind the subject.",
     Part::message, "email {\n  subject \"News\"\n  preview \"Three new teas\"\n  body \"<p>News.</p>\"\n}\n"},
    {Node::body, kMessages, "body file TEXT · body TEXT", "The body: an HTML file beside the flows, or a short text in quotes.",
     Part::message, "email {\n  subject \"News\"\n  body \"<p>Hello {customer.first_name | there}.</p>\"\n}\n"},
    {Node::sms, kMessages, "sms TEXT", "The text message. It is sent, and paid for, in parts of 160 characters.",
     Part::message, "sms \"Hi {customer.first_name | there}, news from the shop\"\n"},
});
// clang-format on

}  // namespace

std::span<const Construct> message_constructs() {
    return kTable;
}

}  // namespace sluice::dsl::language
