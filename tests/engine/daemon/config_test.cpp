#include "engine/daemon/config.hpp"

#include "connectors/builtin.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sluice {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Result<Config> parsed(const std::string& text) {
    return parse_config(text, "sluice.yaml", builtin_connectors());
}

std::string fault_of(const std::string& text) {
    const auto config = parsed(text);
    if (config.has_value()) {
        return "it was taken";
    }
    EXPECT_EQ(config.error().code, Errc::config);
    return config.error().detail;
}

TEST(ConfigTest, AWholeFile) {
    const auto config = parsed(R"(
flows: shop/flows
data: /var/lib/sluice
shards: 4
log_level: warn
listen: {address: 0.0.0.0, port: 80, hosts: [events.example, localhost]}
admin:
  port: 0
write_keys: [a, b]
connectors:
  mail:
    type: smtp
    host: smtp.example
    from: "Shop <shop@example.com>"
  hooks: {type: webhook, allow_private: true}
routes:
  email: mail
  calls: hooks
)");
    ASSERT_TRUE(config.has_value()) << config.error().detail;
    const Config& c = config.value();
    EXPECT_EQ(c.flows, "shop/flows");
    EXPECT_EQ(c.data, "/var/lib/sluice");
    EXPECT_EQ(c.shards, 4U);
    EXPECT_EQ(c.log_level, "warn");
    EXPECT_EQ(c.listen.address, "0.0.0.0");
    EXPECT_EQ(c.listen.port, 80U);
    EXPECT_THAT(c.listen.hosts, ElementsAre("events.example", "localhost"));
    EXPECT_TRUE(c.admin_separate);
    EXPECT_EQ(c.admin.port, 0U);
    EXPECT_EQ(c.admin.address, "127.0.0.1");
    EXPECT_THAT(c.write_keys, ElementsAre("a", "b"));
    EXPECT_EQ(c.connectors.at("mail").type, "smtp");
    EXPECT_EQ(c.connectors.at("mail").settings.at("host"), "smtp.example");
    EXPECT_FALSE(c.connectors.at("mail").settings.contains("type"));
    EXPECT_EQ(c.connectors.at("hooks").settings.at("allow_private"), "true");
    EXPECT_EQ(c.routes.at("email"), "mail");
    EXPECT_EQ(c.routes.at("calls"), "hooks");
}

TEST(ConfigTest, WhatIsLeftOutHasItsDefault) {
    const auto config = parsed("flows: here\n");
    ASSERT_TRUE(config.has_value());
    EXPECT_EQ(config.value().data, "data");
    EXPECT_EQ(config.value().shards, 0U);
    EXPECT_EQ(config.value().listen.address, "127.0.0.1");
    EXPECT_EQ(config.value().listen.port, 8025U);
    EXPECT_FALSE(config.value().admin_separate);
    EXPECT_TRUE(config.value().write_keys.empty());
}

/// A mistake, and what is said about it: place, word, way out.
struct Mistake {
    const char* name;
    const char* text;
    const char* want;
};

class ConfigMistakeTest : public ::testing::TestWithParam<Mistake> {};

TEST_P(ConfigMistakeTest, IsReportedAtItsPlace) {
    EXPECT_EQ(fault_of(GetParam().text), std::string("sluice.yaml:") + GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ConfigMistakeTest,
    ::testing::Values(
        Mistake{"UnknownKey", "flows: a\nflow: b\n",
                "2:1: `flow` is not known here. Did you mean `flows`?"},
        Mistake{"UnknownNestedKey", "listen:\n  adress: x\n",
                "2:3: `adress` is not known here. Did you mean `address`?"},
        Mistake{"NothingNear", "listen:\n  verbosity: x\n",
                "2:3: `verbosity` is not known here. Known: address port hosts"},
        Mistake{"PortTooLarge", "listen: {port: 65536}\n",
                "1:16: expected a whole number from 0 to 65535, found `65536`"},
        Mistake{"PortNotANumber", "listen: {port: 80x}\n",
                "1:16: expected a whole number from 0 to 65535, found `80x`"},
        Mistake{"NoShards", "shards: 0\n", "1:9: expected a whole number from 1 to 8, found `0`"},
        Mistake{"AListForOneValue", "flows: [a, b]\n", "1:8: expected a single value here"},
        Mistake{"OneValueForAList", "write_keys: a\n", "1:13: expected a list, such as `[a, b]`"},
        Mistake{"OneValueForAMap", "listen: 8025\n", "1:9: expected `key: value` lines here"},
        Mistake{"LogLevel", "log_level: warning\n",
                "1:12: `warning` is not known here. Known: debug info warn error"},
        Mistake{"NoType", "connectors:\n  mail:\n    host: a\n",
                "3:5: connector `mail` needs a `type`"},
        Mistake{"UnknownType", "connectors:\n  mail:\n    type: stmp\n",
                "3:11: `stmp` is not known here. Did you mean `smtp`?"},
        Mistake{"UnknownSetting",
                "connectors:\n  mail:\n    type: smtp\n    from: a\n    hots: b\n",
                "5:5: `hots` is not known here. Did you mean `host`?"},
        Mistake{"MissingSetting", "connectors:\n  mail:\n    type: smtp\n    host: a\n",
                "3:5: connector `mail` of type smtp needs `from`"},
        Mistake{"RouteToNowhere", "connectors:\n  hooks: {type: webhook}\nroutes:\n  calls: hook\n",
                "4:10: `hook` is not known here. Did you mean `hooks`?"},
        Mistake{"UnknownRoute", "routes:\n  mail: x\n",
                "2:3: `mail` is not known here. Did you mean `email`?"},
        Mistake{"UnsetVariable", "flows: ${env:SLUICE_TEST_NEVER_SET}\n",
                "1:8: the environment variable SLUICE_TEST_NEVER_SET is not set"},
        Mistake{"UnknownReference", "flows: ${vault:x}\n",
                "1:8: `${vault:x}` is not known; write ${env:NAME} or ${file:/path}"},
        Mistake{"OpenReference", "flows: \"${env:HOME\"\n", "1:8: `${` is never closed with `}`"},
        Mistake{"MissingFile", "flows: ${file:/nowhere/at/all}\n",
                "1:8: cannot read the file /nowhere/at/all"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ConfigTest, WhatIsNotYamlOrNotAMapIsSaid) {
    EXPECT_THAT(fault_of("flows: [a\n"), StartsWith("sluice.yaml:2:1: "));
    EXPECT_EQ(fault_of("- a\n"), "sluice.yaml: expected `key: value` lines");
    EXPECT_EQ(fault_of(""), "sluice.yaml: expected `key: value` lines");
}

class ConfigFileTest : public ::testing::Test {
protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() /
                  ("sluice-config-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::string write(const std::string& name, const std::string& text) {
        const std::string path = (folder_ / name).string();
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    std::filesystem::path folder_;
};

TEST_F(ConfigFileTest, SecretsComeFromTheEnvironmentAndFromFiles) {
    ASSERT_EQ(::setenv("SLUICE_TEST_HOST", "smtp.example", 1), 0);
    const std::string key = write("key", "s3 cr$et\r\n");
    const auto config = parsed(
        "connectors:\n  mail:\n    type: smtp\n"
        "    host: ${env:SLUICE_TEST_HOST}\n"
        "    from: a@${env:SLUICE_TEST_HOST}, ${env:SLUICE_TEST_HOST}!\n"
        "write_keys: [\"${file:" +
        key + "}\"]\n");
    ::unsetenv("SLUICE_TEST_HOST");
    ASSERT_TRUE(config.has_value()) << config.error().detail;
    const auto& settings = config.value().connectors.at("mail").settings;
    EXPECT_EQ(settings.at("host"), "smtp.example");
    EXPECT_EQ(settings.at("from"), "a@smtp.example, smtp.example!");
    EXPECT_THAT(config.value().write_keys, ElementsAre("s3 cr$et"));
}

TEST_F(ConfigFileTest, ASecretThatLooksLikeAReferenceIsLeftAlone) {
    const std::string key = write("key", "${env:HOME}");
    const auto config = parsed("write_keys: [\"${file:" + key + "}\"]\n");
    ASSERT_TRUE(config.has_value());
    EXPECT_THAT(config.value().write_keys, ElementsAre("${env:HOME}"));
}

TEST_F(ConfigFileTest, PathsAreRelativeToTheFile) {
    const std::string path = write("sluice.yaml", "flows: flows\ndata: /var/lib/sluice\n");
    const auto config = load_config(path, builtin_connectors());
    ASSERT_TRUE(config.has_value());
    EXPECT_EQ(config.value().flows, (folder_ / "flows").string());
    EXPECT_EQ(config.value().data, "/var/lib/sluice");
    const auto missing = load_config((folder_ / "other.yaml").string(), builtin_connectors());
    ASSERT_FALSE(missing.has_value());
    EXPECT_THAT(missing.error().detail, HasSubstr("cannot read the configuration file"));
}

/// The file that people copy must be taken as it is, whatever their secrets are.
TEST(ConfigTest, TheExampleFileIsValid) {
    std::ifstream in(std::string(SLUICE_SOURCE_DIR) + "/sluice.yaml", std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    text.erase(0, text.find("flows:"));  // the comment above names the two forms
    for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at)) {
        text.replace(at, text.find('}', at) - at + 1, "secret");
    }
    const auto config = parsed(text);
    ASSERT_TRUE(config.has_value()) << config.error().detail;
    EXPECT_EQ(config.value().connectors.size(), 3U);
    EXPECT_EQ(config.value().connectors.at("mail").settings.at("auth.pass"), "secret");
    EXPECT_EQ(config.value().routes.size(), 3U);
}

}  // namespace
}  // namespace sluice
