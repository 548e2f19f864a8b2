#include "engine/store/frame.hpp"

#include "engine/base/assert.hpp"
#include "engine/store/crc32c.hpp"

#include <bit>
#include <cstring>

namespace sluice {
namespace {

static_assert(std::endian::native == std::endian::little, "frames are stored little-endian");

constexpr std::size_t kChecksumBytes = 4;

template <class T>
void put(std::string& out, T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out.append(raw, sizeof(T));
}

template <class T>
T take(std::string_view bytes, std::size_t at) {
    T value{};
    std::memcpy(&value, bytes.data() + at, sizeof(T));
    return value;
}

void seal(std::string& out, std::size_t start) {
    std::uint32_t sum = crc32c(std::string_view(out).substr(start + kChecksumBytes));
    std::memcpy(out.data() + start, &sum, sizeof sum);
}

Result<void> check(std::string_view frame, std::size_t header) {
    SLUICE_TRY(std::size_t length, frame_length(frame, header));
    if (length != frame.size()) {
        return fail(Errc::corrupt, "frame of the wrong length");
    }
    if (take<std::uint32_t>(frame, 0) != crc32c(frame.substr(kChecksumBytes))) {
        return fail(Errc::corrupt, "frame with a wrong checksum");
    }
    return success();
}

}  // namespace

Locator Locator::of(std::int64_t pack, std::size_t offset) {
    ASSERT(pack > 0 && pack < std::int64_t{1} << (64 - kOffsetBits));
    ASSERT(offset < std::size_t{1} << kOffsetBits);
    return Locator{static_cast<std::uint64_t>(pack) << kOffsetBits | offset};
}

std::size_t StateFrame::bytes() const {
    return kStateHeaderBytes + customer.size() + state.size();
}

std::size_t JournalFrame::bytes() const {
    return kJournalHeaderBytes + payload.size();
}

void append_frame(std::string& out, const StateFrame& frame) {
    ASSERT(frame.bytes() <= kFrameBytesMax && frame.customer.size() <= UINT16_MAX);
    const std::size_t start = out.size();
    put(out, std::uint32_t{0});
    put(out, static_cast<std::uint32_t>(frame.bytes()));
    put(out, frame.no);
    put(out, static_cast<std::uint16_t>(frame.customer.size()));
    put(out, to_ms(frame.due));
    put(out, frame.journal_tail.value);
    out.append(frame.customer);
    out.append(frame.state);
    seal(out, start);
}

void append_frame(std::string& out, const JournalFrame& frame) {
    ASSERT(frame.bytes() <= kFrameBytesMax);
    const std::size_t start = out.size();
    put(out, std::uint32_t{0});
    put(out, static_cast<std::uint32_t>(frame.bytes()));
    put(out, frame.no);
    put(out, frame.previous.value);
    put(out, static_cast<std::uint8_t>(frame.kind));
    put(out, to_ms(frame.at));
    out.append(frame.payload);
    seal(out, start);
}

Result<std::size_t> frame_length(std::string_view bytes, std::size_t header) {
    if (bytes.size() < header) {
        return fail(Errc::corrupt, "frame shorter than its header");
    }
    std::size_t length = take<std::uint32_t>(bytes, 4);
    if (length < header || length > kFrameBytesMax) {
        return fail(Errc::corrupt, "frame of an impossible length");
    }
    return length;
}

Result<StateFrame> decode_state(std::string_view frame) {
    SLUICE_TRY(check(frame, kStateHeaderBytes));
    StateFrame out;
    out.no = take<std::uint32_t>(frame, 8);
    const std::size_t id_bytes = take<std::uint16_t>(frame, 12);
    out.due = from_ms(take<std::int64_t>(frame, 14));
    out.journal_tail = Locator{take<std::uint64_t>(frame, 22)};
    if (id_bytes > frame.size() - kStateHeaderBytes) {
        return fail(Errc::corrupt, "frame with an id longer than itself");
    }
    out.customer = frame.substr(kStateHeaderBytes, id_bytes);
    out.state = frame.substr(kStateHeaderBytes + id_bytes);
    return out;
}

Result<JournalFrame> decode_journal(std::string_view frame) {
    SLUICE_TRY(check(frame, kJournalHeaderBytes));
    JournalFrame out;
    out.no = take<std::uint32_t>(frame, 8);
    out.previous = Locator{take<std::uint64_t>(frame, 12)};
    out.kind = static_cast<JournalKind>(take<std::uint8_t>(frame, 20));
    out.at = from_ms(take<std::int64_t>(frame, 21));
    out.payload = frame.substr(kJournalHeaderBytes);
    return out;
}

}  // namespace sluice
