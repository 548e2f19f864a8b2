#include "dsl/wasm/json.hpp"

namespace sluice::dsl::wasm {

std::string json_object(std::initializer_list<std::pair<std::string_view, std::string>> members) {
    std::string out = "{";
    for (const auto& [name, value] : members) {
        out += out.size() == 1 ? "\"" : ",\"";
        out += name;
        out += "\":" + value;
    }
    return out + "}";
}

std::string json_array(const std::vector<std::string>& items) {
    std::string out = "[";
    for (const std::string& item : items) {
        out += (out.size() == 1 ? "" : ",") + item;
    }
    return out + "]";
}

}  // namespace sluice::dsl::wasm
