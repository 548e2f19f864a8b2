#include "dsl/language/complete.hpp"

namespace sluice::dsl::language {

/// Whole statements with LSP tab stops. A test fills the stops with their own texts and checks that
/// every one parses where it is offered.
const std::vector<Snippet>& snippets() {
    static const std::vector<Snippet> all{
        {"flow", "flow …",
         "flow ${1:Flow Name} {\n  starts when ${2:Order Placed}\n  goal ${3:Order Placed} within "
         "${4:14 days}\n\n  send email ${5:Message Name}\n  $0\n}"},
        {"message", "message … email",
         "message ${1:Message Name} {\n  topic ${2:Newsletter}\n  email {\n    subject "
         "\"${3:Subject}\"\n    body file \"emails/${4:message-name}.html\"\n  }\n}$0"},
        {"message", "message … sms",
         "message ${1:Message Name} {\n  topic ${2:Newsletter}\n  sms \"${3:Text}\"\n}$0"},
        {"event", "event … { }", "event ${1:Event Name} { ${2:item_id} text key }$0"},
        {"segment", "segment … when",
         "segment ${1:Segment Name} when ${2:any Order Placed in the last 30 days}$0"},
        {"lifecycle", "lifecycle …",
         "lifecycle ${1:Lifecycle Name} {\n  state ${2:Active} when ${3:any Order Placed in the "
         "last "
         "60 days}\n  state ${4:Lapsed} otherwise\n}$0"},
        {"customer", "customer { }",
         "customer {\n  email text optional personal\n  email_status one of \"subscribed\", "
         "\"unsubscribed\" default \"unsubscribed\"\n  time_zone timezone optional\n  $0\n}"},
        {"policy", "policy …",
         "policy ${1:Default} {\n  time zone customer.time_zone, otherwise "
         "\"${2:Europe/Berlin}\"\n  consent email when customer.email_status is "
         "\"${3:subscribed}\"\n  quiet hours from ${4:22:00} to ${5:08:00}\n  cap ${6:4} emails "
         "per "
         "${7:7 days}\n}$0"},
        {"webhook", "webhook …",
         "webhook ${1:Webhook Name} {\n  post \"${2:https://example.com/hook}\"\n  retry ${3:3} "
         "times\n}$0"},
        {"test", "test …",
         "test \"${1:what should happen}\" for ${2:Flow Name} {\n  clock ${3:2026-03-02} "
         "${4:09:00}\n  given customer { email \"ana@example.com\" }\n  at 0 minutes ${5:Order "
         "Placed}\n  advance ${6:10 days}\n  expect ${7:nothing sent}\n}$0"},
        {"starts", "starts when …", "starts when ${1:Order Placed} as ${2:order}$0"},
        {"goal", "goal … within", "goal ${1:Order Placed} within ${2:14 days}$0"},
        {"re-entry", "re-entry after …", "re-entry after ${1:30 days}$0"},
        {"send", "send email …", "send email ${1:Message Name}$0"},
        {"wait", "wait …, then until", "wait ${1:2 days}, then until ${2:10:00}$0"},
        {"wait", "wait up to … { on … }",
         "wait up to ${1:3 days} {\n  on ${2:Email Clicked} {\n    $0\n  }\n  on timeout {\n    "
         "stop\n  }\n}"},
        {"wait", "wait for … up to", "wait for ${1:Order Placed} up to ${2:7 days}$0"},
        {"if", "if … { } otherwise { }", "if ${1:customer can get sms} {\n  $0\n} otherwise {\n}"},
        {"split", "split { % % }", "split {\n  ${1:50}% {\n    $0\n  }\n  ${2:50}% {\n  }\n}"},
        {"experiment", "experiment …",
         "experiment ${1:Experiment Name} {\n  measure ${2:Order Placed} within ${3:14 days}\n  "
         "variant ${4:First} 50% {\n    $0\n  }\n  variant ${5:Second} 50% {\n  }\n}"},
        {"repeat", "repeat up to … times",
         "repeat up to ${1:3} times {\n  wait ${2:30 days}\n  $0\n}"},
        {"on", "on timeout { }", "on timeout {\n  $0\n}"},
        {"email", "email { subject body }",
         "email {\n  subject \"${1:Subject}\"\n  body file \"emails/${2:message-name}.html\"\n}$0"},
        {"state", "state … when", "state ${1:Active} when ${2:any Order Placed}$0"},
        {"given", "given customer { }", "given customer { email \"${1:ana@example.com}\" }$0"},
        {"expect", "expect at … email", "expect at ${1:1 hour} email ${2:Message Name}$0"},
    };
    return all;
}

}  // namespace sluice::dsl::language
