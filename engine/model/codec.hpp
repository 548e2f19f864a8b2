#pragma once

#include "dsl/value.hpp"
#include "engine/base/clock.hpp"
#include "engine/base/result.hpp"
#include "engine/model/customer.hpp"
#include "engine/model/event.hpp"
#include "engine/model/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// The compact encoding of stored records: little-endian base-128 varints, zig-zag for signed,
/// length-prefixed texts. See README.md in this folder for the grammar of each record. Every record
/// begins with a version byte; an unknown version or a truncated record is Errc::corrupt.
namespace sluice {

/// Appends to a byte string.
class ByteWriter {
public:
    void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
    void number(std::uint64_t value);
    void signed_number(std::int64_t value);
    void text(std::string_view value);
    void instant(Instant value) { signed_number(to_ms(value)); }
    void value(const dsl::Value& value);
    [[nodiscard]] std::string take() { return std::move(out_); }
    void reserve(std::size_t bytes) { out_.reserve(bytes); }

private:
    std::string out_;
};

/// Reads what ByteWriter wrote. After the first fault every read gives zero or empty and failed()
/// is true: check once at the end. Never reads past the bytes.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
    std::uint8_t byte();
    std::uint64_t number();
    std::int64_t signed_number();
    std::string_view text();
    Instant instant() { return from_ms(signed_number()); }
    dsl::Value value();
    /// A count of items that each take at least one byte: bounds what a damaged record can
    /// allocate.
    std::size_t count();
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
    bool failed_ = false;
};

std::string encode(const Customer& customer);
Result<Customer> decode_customer(std::string_view bytes);

std::string encode(const InboundEvent& event);
Result<InboundEvent> decode_event(std::string_view bytes);

std::string encode(const RenderedMessage& message);
Result<RenderedMessage> decode_message(std::string_view bytes);

std::string encode(const RenderedCall& call);
Result<RenderedCall> decode_call(std::string_view bytes);

}  // namespace sluice
