// Any bytes as the body of a request: decoding must refuse or accept, never read outside.

#include "engine/ingest/segment_decode.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    sluice::DecodeContext context;
    context.received_at = sluice::from_ms(1'772'000'000'000);
    for (const char* kind : {"batch", "track", "identify"}) {
        sluice::decode_segment(kind, text, context);
    }
    static_cast<void>(sluice::decode_line(text, 1));
    return 0;
}
