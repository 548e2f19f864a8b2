#include "connectors/email/smtp_classify.hpp"

#include "connectors/encoding.hpp"
#include "connectors/provider_text.hpp"

#include <algorithm>
#include <array>

namespace sluice::connectors {
namespace {

using Status = Outcome::Status;
using Scope = Outcome::Scope;
using Class = Outcome::Class;
using Kind = SmtpFact::Kind;

// RFC 6647 §5: greylisting servers ask for one to fifteen minutes; five satisfies most at once.
constexpr std::chrono::seconds kGreylistWait{300};
constexpr std::chrono::seconds kThrottleWait{60};

struct Verdict {
    Status status;
    Scope scope;
    Class why;
};

constexpr Verdict kThrottle{Status::deferred, Scope::provider, Class::throttle};
constexpr Verdict kConfig{Status::deferred, Scope::provider, Class::config};
constexpr Verdict kConnection{Status::deferred, Scope::connection, Class::none};
constexpr Verdict kGreylist{Status::deferred, Scope::message, Class::greylist};
constexpr Verdict kLater{Status::deferred, Scope::message, Class::none};
constexpr Verdict kMailboxFull{Status::deferred, Scope::recipient, Class::bounce_soft};
constexpr Verdict kHard{Status::rejected, Scope::recipient, Class::bounce_hard};
constexpr Verdict kSoft{Status::rejected, Scope::recipient, Class::bounce_soft};
constexpr Verdict kPolicy{Status::rejected, Scope::message, Class::policy};
constexpr Verdict kContent{Status::rejected, Scope::message, Class::content};
constexpr Verdict kUnknown{Status::unknown, Scope::connection, Class::none};

template <std::size_t N>
bool any_of_words(const std::string& lower_text, const std::array<std::string_view, N>& words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return lower_text.find(word) != std::string::npos;
    });
}

template <std::size_t N>
bool listed(std::string_view value, const std::array<std::string_view, N>& list) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

constexpr std::array<std::string_view, 5> kRateWords{"rate", "too many", "throttl", "limit",
                                                     "slow down"};
constexpr std::array<std::string_view, 4> kGreylistWords{"greylist", "grey list", "graylist",
                                                         "gray list"};
constexpr std::array<std::string_view, 3> kFullWords{"full", "quota", "over limit"};
constexpr std::array<std::string_view, 6> kNoSuchUserWords{"user",    "mailbox", "recipient",
                                                           "no such", "unknown", "invalid"};
constexpr std::array<std::string_view, 7> kPolicyWords{
    "policy", "spam", "block list", "blocklist", "blacklist", "blocked", "reputation"};
constexpr std::array<std::string_view, 7> kHardCodes{"5.1.1",  "5.1.2", "5.1.3", "5.1.6",
                                                     "5.1.10", "5.2.1", "5.4.4"};

bool is_connection_stage(SmtpStage stage) {
    return stage <= SmtpStage::rset;
}

bool is_throttle(const SmtpReply& reply, const std::string& words) {
    return reply.code == 421 || reply.enhanced == "4.7.28" ||
           (reply.enhanced == "4.7.0" && any_of_words(words, kRateWords));
}

bool is_config(const SmtpReply& reply) {
    const bool credentials =
        reply.code == 530 || reply.code == 534 || reply.code == 535 || reply.code == 538;
    return credentials || reply.enhanced == "5.7.8" || reply.enhanced == "5.7.60";
}

bool is_mailbox_full(const SmtpReply& reply, const std::string& words) {
    if (reply.enhanced.ends_with(".2.2")) {
        return true;
    }
    return reply.enhanced.empty() && (reply.code == 452 || reply.code == 552) &&
           any_of_words(words, kFullWords);
}

bool is_hard(SmtpStage stage, const SmtpReply& reply, const std::string& words) {
    if (!reply.enhanced.empty()) {
        return listed(reply.enhanced, kHardCodes);
    }
    const bool address_code = reply.code == 550 || reply.code == 551 || reply.code == 553;
    return stage == SmtpStage::rcpt && address_code && any_of_words(words, kNoSuchUserWords) &&
           !any_of_words(words, kPolicyWords) && !any_of_words(words, kFullWords);
}

Verdict judge_transient(const SmtpReply& reply, const std::string& words) {
    const bool may_greylist = reply.code == 450 || reply.code == 451;
    if (may_greylist && (reply.enhanced == "4.7.1" || any_of_words(words, kGreylistWords))) {
        return kGreylist;
    }
    return is_mailbox_full(reply, words) ? kMailboxFull : kLater;
}

Verdict judge_permanent(SmtpStage stage, const SmtpReply& reply, const std::string& words) {
    if (is_mailbox_full(reply, words)) {
        return kMailboxFull;
    }
    if (is_hard(stage, reply, words)) {
        return kHard;
    }
    const bool policy_words =
        (reply.code == 554 || reply.enhanced.empty()) && any_of_words(words, kPolicyWords);
    if (reply.enhanced.starts_with("5.7.") || policy_words) {
        return kPolicy;
    }
    if (reply.enhanced == "5.3.4" || reply.enhanced.starts_with("5.6.")) {
        return kContent;
    }
    return kSoft;
}

Verdict judge_reply(SmtpStage stage, const SmtpReply& reply) {
    const std::string words = to_lower(reply.text);
    if (is_throttle(reply, words)) {
        return kThrottle;
    }
    if (is_connection_stage(stage)) {
        return reply.transient() || stage == SmtpStage::rset ? kConnection : kConfig;
    }
    if (is_config(reply)) {
        return kConfig;
    }
    if (reply.transient()) {
        return judge_transient(reply, words);
    }
    if (reply.code >= 500) {
        return judge_permanent(stage, reply, words);
    }
    // A 2xx or 3xx where none belongs: nobody can say what the server made of the message.
    return stage == SmtpStage::verdict ? kUnknown : kConnection;
}

Verdict judge_without_reply(const SmtpFact& fact) {
    switch (fact.kind) {
        case Kind::tls_failed:
            return kConfig;
        case Kind::too_large:
            return kContent;
        case Kind::unsupported:
            return fact.stage == SmtpStage::mail
                       ? Verdict{Status::rejected, Scope::recipient, Class::content}
                       : kConfig;
        case Kind::reply:
        case Kind::lost:
        case Kind::timed_out:
        case Kind::violation:
            break;
    }
    return fact.stage == SmtpStage::verdict ? kUnknown : kConnection;
}

/// What Gmail's sender checks are called, so that an operator need not look the number up.
std::string_view cause_of(std::string_view enhanced) {
    struct Row {
        std::string_view code, cause;
    };
    static constexpr std::array kRows{
        Row{"7.23", "reverse DNS (PTR): "},
        Row{"7.26", "unauthenticated: "},
        Row{"7.27", "SPF: "},
        Row{"7.28", "rate: "},
        Row{"7.30", "DKIM: "},
        Row{"7.31", "DMARC: "},
        Row{"7.32", "DMARC alignment: "},
        Row{"7.40", "DMARC: "},
    };
    for (const Row& row : kRows) {
        if (enhanced.size() == row.code.size() + 2 && enhanced.ends_with(row.code)) {
            return row.cause;
        }
    }
    return {};
}

/// "Ok: queued as 4XyZ", "OK id=1abc-2": what the receiving server calls the message.
std::string queue_id(std::string_view text) {
    for (const std::string_view marker : {"queued as ", "id="}) {
        const std::size_t at = text.find(marker);
        if (at != std::string_view::npos) {
            const std::string_view rest = text.substr(at + marker.size());
            return std::string(
                rest.substr(0, std::min(rest.find_first_of(" \r\n;,>"), std::size_t{100})));
        }
    }
    return {};
}

Outcome accepted(const SmtpReply& reply) {
    Outcome outcome;
    outcome.status = Status::accepted;
    outcome.code = reply.code_text();
    outcome.text = provider_text(reply.text);
    outcome.provider_id = queue_id(reply.text);
    return outcome;
}

}  // namespace

std::string_view to_text(SmtpStage stage) {
    switch (stage) {
        case SmtpStage::connect:
            return "connect";
        case SmtpStage::greeting:
            return "greeting";
        case SmtpStage::ehlo:
            return "ehlo";
        case SmtpStage::starttls:
            return "starttls";
        case SmtpStage::auth:
            return "auth";
        case SmtpStage::rset:
            return "rset";
        case SmtpStage::mail:
            return "mail";
        case SmtpStage::rcpt:
            return "rcpt";
        case SmtpStage::data:
            return "data";
        case SmtpStage::content:
            return "content";
        case SmtpStage::verdict:
            return "verdict";
    }
    return "connect";
}

Outcome classify_smtp(const SmtpFact& fact) {
    const bool replied = fact.kind == Kind::reply;
    if (replied && fact.stage == SmtpStage::verdict && fact.reply.positive()) {
        return accepted(fact.reply);
    }
    const Verdict verdict =
        replied ? judge_reply(fact.stage, fact.reply) : judge_without_reply(fact);
    Outcome outcome;
    outcome.status = verdict.status;
    outcome.scope = verdict.scope;
    outcome.why = verdict.why;
    if (verdict.why == Class::greylist) {
        outcome.retry_after = kGreylistWait;
    } else if (verdict.why == Class::throttle) {
        outcome.retry_after = kThrottleWait;
    }
    if (replied) {
        outcome.code = fact.reply.code_text();
        outcome.text = std::string(cause_of(fact.reply.enhanced)) + provider_text(fact.reply.text);
        outcome.text = cut_utf8(outcome.text, 500);
    } else {
        outcome.code = std::string(to_text(fact.stage));
        outcome.text = provider_text(fact.detail);
    }
    return outcome;
}

}  // namespace sluice::connectors
