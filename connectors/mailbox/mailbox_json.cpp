#include "connectors/mailbox/mailbox_page.hpp"
#include "connectors/sms/sms_segments.hpp"

#include <boost/json.hpp>

namespace sluice {
namespace {

namespace json = boost::json;

json::object summary(const MailboxEntry& entry) {
    json::object object;
    object["seq"] = entry.seq;
    object["id"] = entry.id;
    object["channel"] = entry.channel == Channel::email ? "email" : "sms";
    object["at"] = format_rfc3339(entry.at);
    object["transactional"] = entry.transactional;
    object["to"] = entry.to;
    object["subject"] = entry.subject;
    object["preview"] = entry.preview;
    object["flow"] = entry.flow;
    object["step"] = entry.step;
    object["message"] = entry.message;
    object["customer"] = entry.customer;
    return object;
}

}  // namespace

std::string to_json(const std::vector<MailboxEntry>& entries, const MailboxQuery& query) {
    json::array list;
    for (const MailboxEntry& entry : entries) {
        list.push_back(summary(entry));
    }
    json::object object;
    object["entries"] = std::move(list);
    const bool more = !entries.empty() && entries.size() >= query.limit;
    object["next_before"] = more ? json::value(entries.back().seq) : json::value(nullptr);
    return json::serialize(object);
}

std::string to_json(const MailboxEntry& entry) {
    json::object object = summary(entry);
    object["text"] = entry.text;
    if (entry.channel == Channel::email) {
        object["html"] = entry.html;
        return json::serialize(object);
    }
    const auto segments = connectors::count_segments(entry.text);
    object["segments"] = segments.segments;
    object["encoding"] = segments.encoding == connectors::SmsEncoding::gsm7 ? "GSM-7" : "UCS-2";
    return json::serialize(object);
}

}  // namespace sluice
