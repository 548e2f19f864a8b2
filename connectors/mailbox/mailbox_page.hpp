#pragma once

#include "connectors/mailbox/mailbox.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The mailbox as HTML and JSON. Pure functions: entries in, text out. The pages need no script and
/// no outside resource; everything taken from a message is escaped, and an email's own HTML is
/// shown in a sandboxed frame that runs nothing.
namespace sluice {

/// Where the pages live and what they may offer.
struct MailboxPageOptions {
    std::string base_path = "/mailbox";  // list; a message is base_path/{id}
    std::string clear_action;            // a form posts here to clear; "" offers no such button
};

/// `entries` as list() returned them for `query`; when there are query.limit of them, a link to
/// older ones is offered. The form's parameters: q, channel (email | sms), before.
std::string render_list_page(const std::vector<MailboxEntry>& entries, const MailboxQuery& query,
                             const MailboxPageOptions& options = {});
std::string render_message_page(const MailboxEntry& entry, const MailboxPageOptions& options = {});

/// The Content-Security-Policy to send with both pages. Images of emails are allowed from https so
/// that a newsletter looks like itself; scripts never are.
std::string_view mailbox_content_security_policy();

/// {"entries": [...], "next_before": seq or null}; the bodies of the messages are left out.
std::string to_json(const std::vector<MailboxEntry>& entries, const MailboxQuery& query);
/// One message with its bodies, and `segments` when it is a text message.
std::string to_json(const MailboxEntry& entry);

}  // namespace sluice
