// The whole border between the module and JavaScript: three functions, named again in
// cmake/wasm.cmake. README.md says how they are called.
#include "dsl/wasm/answer.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" {
void* sluice_allocate(std::size_t bytes);
void sluice_free(void* memory);
char* sluice_call(const char* request, std::size_t bytes);
}

void* sluice_allocate(std::size_t bytes) {
    return std::malloc(bytes);
}

void sluice_free(void* memory) {
    std::free(memory);
}

/// Four bytes of length in the machine's order (WebAssembly's is little-endian), then the answer.
/// The caller frees it. Null when there is no memory.
char* sluice_call(const char* request, std::size_t bytes) {
    const std::string text = sluice::dsl::wasm::answer({request, bytes});
    const auto length = static_cast<std::uint32_t>(text.size());
    auto* out = static_cast<char*>(std::malloc(sizeof length + text.size()));
    if (out != nullptr) {
        std::memcpy(out, &length, sizeof length);
        std::memcpy(out + sizeof length, text.data(), text.size());
    }
    return out;
}
