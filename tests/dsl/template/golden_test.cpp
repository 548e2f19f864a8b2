#include "tests/dsl/template/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

/// The Golden Liquid suite (jg-rp/golden-liquid, MIT): every case must give one of its results, and
/// every case marked invalid must be refused when parsed or rendered. Cases that are left out stand
/// in golden_exclusions.txt with the reason; one that passes may not stand there.
namespace sluice::dsl::tpl::test {
namespace {

std::map<std::string, std::string> exclusions() {
    std::map<std::string, std::string> result;
    std::istringstream file(
        read_file(SLUICE_SOURCE_DIR "/tests/dsl/template/golden_exclusions.txt"));
    for (std::string line; std::getline(file, line);) {
        const std::size_t bar = line.find(" | ");
        if (!line.empty() && line[0] != '#' && bar != std::string::npos) {
            result[line.substr(0, bar)] = line.substr(bar + 3);
        }
    }
    return result;
}

struct Attempt {
    bool refused = false;
    std::string text;
};

Attempt attempt(const boost::json::object& test) {
    Snippets snippets;
    if (const auto* given = test.if_contains("templates")) {
        for (const auto& entry : given->as_object()) {
            snippets[std::string(entry.key())] = entry.value().as_string().c_str();
        }
    }
    Options options;
    options.snippets = &snippets;
    std::vector<Fault> faults;
    const auto& text = test.at("template").as_string();
    const Template tmpl = Template::parse({text.data(), text.size()}, options, faults);
    if (!faults.empty()) {
        return {true, "fault " + faults.front().code + ": " + faults.front().message};
    }
    const auto* given = test.if_contains("data");
    const RenderResult result = render(tmpl, given ? data_of(*given) : Data::object(), lax());
    return result.error ? Attempt{true, "error: " + *result.error} : Attempt{false, result.text};
}

bool passes(const boost::json::object& test, const Attempt& run) {
    if (test.contains("invalid")) {
        return run.refused;
    }
    if (run.refused) {
        return false;
    }
    if (const auto* result = test.if_contains("result")) {
        return run.text == std::string_view(result->as_string());
    }
    const auto& results = test.at("results").as_array();
    return std::any_of(results.begin(), results.end(), [&](const boost::json::value& result) {
        return run.text == std::string_view(result.as_string());
    });
}

TEST(GoldenLiquidTest, EveryCaseGivesItsResult) {
    const auto root = boost::json::parse(read_file(SLUICE_TEST_DATA "/golden_liquid.json"));
    const std::map<std::string, std::string> excluded = exclusions();
    std::set<std::string> used;
    std::size_t passed = 0;
    for (const boost::json::value& value : root.at("tests").as_array()) {
        const boost::json::object& test = value.as_object();
        const std::string name = test.at("name").as_string().c_str();
        const Attempt result = attempt(test);
        const bool good = passes(test, result);
        passed += good ? 1 : 0;
        if (excluded.count(name) > 0) {
            used.insert(name);
            EXPECT_FALSE(good) << name << " passes and must leave golden_exclusions.txt";
            continue;
        }
        EXPECT_TRUE(good) << name << "\n  template: " << boost::json::serialize(test.at("template"))
                          << "\n  got: " << boost::json::serialize(boost::json::value(result.text))
                          << "\n  case: " << boost::json::serialize(test);
    }
    EXPECT_EQ(used.size(), excluded.size()) << "an exclusion names no case";
    EXPECT_EQ(passed + excluded.size(), root.at("tests").as_array().size());
    EXPECT_LE(excluded.size(), 40U);
}

}  // namespace
}  // namespace sluice::dsl::tpl::test
