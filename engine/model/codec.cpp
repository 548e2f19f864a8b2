#include "engine/model/codec.hpp"

#include <algorithm>

namespace sluice {

void ByteWriter::number(std::uint64_t value) {
    while (value >= 0x80) {
        out_.push_back(static_cast<char>(value | 0x80U));
        value >>= 7U;
    }
    out_.push_back(static_cast<char>(value));
}

void ByteWriter::signed_number(std::int64_t value) {
    auto bits = static_cast<std::uint64_t>(value);
    number((bits << 1U) ^ (value < 0 ? ~0ULL : 0ULL));
}

void ByteWriter::text(std::string_view value) {
    number(value.size());
    out_.append(value);
}

void ByteWriter::value(const dsl::Value& value) {
    byte(static_cast<std::uint8_t>(value.kind));
    switch (value.kind) {
        case dsl::Value::Kind::unknown:
            break;
        case dsl::Value::Kind::text:
            text(value.text);
            break;
        case dsl::Value::Kind::list:
            number(value.items.size());
            for (const std::string& item : value.items) {
                text(item);
            }
            break;
        case dsl::Value::Kind::number:
        case dsl::Value::Kind::yes_no:
        case dsl::Value::Kind::date:
        case dsl::Value::Kind::time:
        case dsl::Value::Kind::moment:
            signed_number(value.number);
            break;
    }
}

std::uint8_t ByteReader::byte() {
    if (rest_.empty()) {
        failed_ = true;
        return 0;
    }
    auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
}

std::uint64_t ByteReader::number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        std::uint8_t part = byte();
        value |= static_cast<std::uint64_t>(part & 0x7fU) << shift;
        if ((part & 0x80U) == 0) {
            return value;
        }
    }
    failed_ = true;
    return 0;
}

std::int64_t ByteReader::signed_number() {
    std::uint64_t bits = number();
    return static_cast<std::int64_t>((bits >> 1U) ^ (~(bits & 1U) + 1U));
}

std::string_view ByteReader::text() {
    std::uint64_t size = number();
    if (size > rest_.size()) {
        failed_ = true;
        rest_ = {};
        return {};
    }
    std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
}

std::size_t ByteReader::count() {
    std::uint64_t value = number();
    if (value > rest_.size()) {
        failed_ = true;
        rest_ = {};
        return 0;
    }
    return value;
}

dsl::Value ByteReader::value() {
    using Kind = dsl::Value::Kind;
    std::uint8_t kind = byte();
    if (kind > static_cast<std::uint8_t>(Kind::list)) {
        failed_ = true;
        return {};
    }
    dsl::Value out;
    out.kind = static_cast<Kind>(kind);
    if (out.kind == Kind::text) {
        out.text = text();
    } else if (out.kind == Kind::list) {
        std::size_t items = count();
        out.items.reserve(items);
        for (std::size_t i = 0; i < items && !failed_; ++i) {
            out.items.emplace_back(text());
        }
    } else if (out.kind != Kind::unknown) {
        out.number = signed_number();
    }
    return out;
}

namespace {

constexpr std::uint8_t kEventVersion = 1;
constexpr std::uint8_t kMessageVersion = 1;
constexpr std::uint8_t kCallVersion = 1;

Error damaged(std::string_view what) {
    return Error{Errc::corrupt, "stored " + std::string(what) + " cannot be read"};
}

}  // namespace

std::string encode(const InboundEvent& event) {
    ByteWriter out;
    out.reserve(event.data.size() + event.name.size() + event.message_id.size() + 64);
    out.byte(kEventVersion);
    out.byte(static_cast<std::uint8_t>(event.kind));
    out.text(event.name);
    out.text(event.data);
    out.text(event.message_id);
    out.text(event.anonymous_id);
    out.instant(event.occurred_at);
    out.signed_number((event.received_at - event.occurred_at).count());
    return out.take();
}

Result<InboundEvent> decode_event(std::string_view bytes) {
    ByteReader in(bytes);
    InboundEvent event;
    if (in.byte() != kEventVersion) {
        return damaged("event");
    }
    std::uint8_t kind = in.byte();
    event.kind = static_cast<CallKind>(std::min<std::uint8_t>(kind, 5));
    event.name = in.text();
    event.data = in.text();
    event.message_id = in.text();
    event.anonymous_id = in.text();
    event.occurred_at = in.instant();
    event.received_at = event.occurred_at + Millis{in.signed_number()};
    if (in.failed() || kind > 5) {
        return damaged("event");
    }
    return event;
}

std::string encode(const RenderedMessage& message) {
    ByteWriter out;
    out.reserve(message.html.size() + message.text.size() + 256);
    out.byte(kMessageVersion);
    for (const std::string* field :
         {&message.id, &message.customer, &message.flow, &message.step, &message.message,
          &message.to, &message.subject, &message.preview, &message.html, &message.text}) {
        out.text(*field);
    }
    out.byte(static_cast<std::uint8_t>(message.channel));
    out.byte(message.transactional ? 1 : 0);
    return out.take();
}

Result<RenderedMessage> decode_message(std::string_view bytes) {
    ByteReader in(bytes);
    RenderedMessage message;
    if (in.byte() != kMessageVersion) {
        return damaged("message");
    }
    for (std::string* field :
         {&message.id, &message.customer, &message.flow, &message.step, &message.message,
          &message.to, &message.subject, &message.preview, &message.html, &message.text}) {
        *field = in.text();
    }
    std::uint8_t channel = in.byte();
    message.transactional = in.byte() != 0;
    if (in.failed() || channel >= dsl::kChannels) {
        return damaged("message");
    }
    message.channel = static_cast<Channel>(channel);
    return message;
}

std::string encode(const RenderedCall& call) {
    ByteWriter out;
    out.byte(kCallVersion);
    for (const std::string* field : {&call.id, &call.customer, &call.flow, &call.step,
                                     &call.webhook, &call.url, &call.secret_name, &call.body}) {
        out.text(*field);
    }
    out.signed_number(call.retry_times);
    return out.take();
}

Result<RenderedCall> decode_call(std::string_view bytes) {
    ByteReader in(bytes);
    RenderedCall call;
    if (in.byte() != kCallVersion) {
        return damaged("webhook call");
    }
    for (std::string* field : {&call.id, &call.customer, &call.flow, &call.step, &call.webhook,
                               &call.url, &call.secret_name, &call.body}) {
        *field = in.text();
    }
    call.retry_times = in.signed_number();
    if (in.failed()) {
        return damaged("webhook call");
    }
    return call;
}

}  // namespace sluice
