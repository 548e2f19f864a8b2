// The answers of dsl/wasm from the native compiler, for comparing them with the module's: requests
// on standard input and answers on standard output, each behind four bytes of length, the lowest
// first.
//
//   playground_native          answers every request
//   playground_native zones    prints the zones the module knows and the engine does not
#include "dsl/wasm/answer.hpp"
#include "dsl/wasm/zones.hpp"
#include "engine/base/civil_time.hpp"

#include <array>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kLengthBytes = 4;

bool read_frame(std::string& out) {
    std::array<unsigned char, kLengthBytes> head{};
    if (!std::cin.read(reinterpret_cast<char*>(head.data()), kLengthBytes)) {
        return false;
    }
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        length |= static_cast<std::uint32_t>(head[i]) << (8 * i);
    }
    out.resize(length);
    return static_cast<bool>(std::cin.read(out.data(), static_cast<std::streamsize>(length)));
}

void write_frame(const std::string& text) {
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        std::cout.put(static_cast<char>((text.size() >> (8 * i)) & 0xFFU));
    }
    std::cout.write(text.data(), static_cast<std::streamsize>(text.size()));
}

int compare_zones() {
    int differences = 0;
    for (const std::string_view id : sluice::dsl::wasm::zone_ids()) {
        if (!sluice::find_zone(id)) {
            std::cout << id << " is unknown to the engine\n";
            ++differences;
        }
    }
    return differences == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
    std::ios::sync_with_stdio(false);
    if (count == 2 && std::string_view(arguments[1]) == "zones") {
        return compare_zones();
    }
    std::string request;
    while (read_frame(request)) {
        write_frame(sluice::dsl::wasm::answer(request));
    }
    return std::cin.eof() && std::cin.gcount() == 0 ? 0 : 1;
}
