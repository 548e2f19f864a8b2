#include "dsl/language/index.hpp"

#include "dsl/language/outline.hpp"
#include "tests/dsl/language/language_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace sluice::dsl::language {
namespace {

using fixtures::input_of;
using fixtures::shop;

std::string texts(const Index& index, const Symbol& symbol) {
    std::string out;
    for (const Occurrence& place : symbol.places) {
        const std::string_view text =
            place.file == kNoFile ? "?" : std::string_view(index.sources().files[place.file].text);
        out += (out.empty() ? "" : " ") + place.path + (place.declaration ? "!" : "") + "=" +
               std::string(place.file == kNoFile ? "?" : text.substr(place.offset, place.length));
    }
    return out;
}

TEST(IndexTest, TheShopCompilesAndEveryKindOfNameIsThere) {
    const Index index(input_of(shop()));
    ASSERT_FALSE(index.has_errors()) << render_text(index.diagnostics().front(), index.sources());
    std::map<SymbolKind, int> declared;
    for (const Symbol& symbol : index.symbols()) {
        declared[symbol.kind] += symbol.declaration() != nullptr ? 1 : 0;
    }
    EXPECT_EQ(declared[SymbolKind::event], 12);
    EXPECT_EQ(declared[SymbolKind::segment], 2);
    EXPECT_EQ(declared[SymbolKind::state], 8);
    EXPECT_EQ(declared[SymbolKind::lifecycle], 2);
    EXPECT_EQ(declared[SymbolKind::webhook], 1);
    EXPECT_EQ(declared[SymbolKind::experiment], 2);
    EXPECT_EQ(declared[SymbolKind::customer_field], 14);
    EXPECT_GE(declared[SymbolKind::topic], 3);
    EXPECT_GE(declared[SymbolKind::flow], 11);
    EXPECT_GE(declared[SymbolKind::message], 25);
    EXPECT_GE(declared[SymbolKind::event_field], 20);
    EXPECT_GE(declared[SymbolKind::parameter], 10);
    EXPECT_GE(declared[SymbolKind::binding], 6);
}

TEST(IndexTest, UsesAreFoundWhereverTheyStand) {
    const Index index(input_of(shop()));
    const Symbol* gold = index.find(SymbolKind::state, "Gold");
    ASSERT_NE(gold, nullptr);
    EXPECT_EQ(texts(index, *gold),
              "02-lifecycle.flow!=Gold 17-vip.flow=Gold 17-vip.flow=Gold 17-vip.flow=Gold");
    const Symbol* warehouse = index.find(SymbolKind::webhook, "Warehouse");
    ASSERT_NE(warehouse, nullptr);
    EXPECT_EQ(warehouse->places.size(), 3U);
    const Symbol* stars = index.find(SymbolKind::event_field, "stars", "Review Posted");
    ASSERT_NE(stars, nullptr);
    EXPECT_EQ(stars->places.size(), 3U);
}

TEST(IndexTest, EveryPlaceHasTheTextOfItsName) {
    const Index index(input_of(shop()));
    for (const Symbol& symbol : index.symbols()) {
        for (const Occurrence& place : symbol.places) {
            if (place.file != kNoFile) {
                const std::string_view text = index.sources().files[place.file].text;
                const auto written = text.substr(place.offset, place.length);
                EXPECT_TRUE(written == symbol.name || written == "\"" + symbol.name + "\"")
                    << written << " for " << symbol.name;
            }
        }
    }
}

TEST(IndexTest, TemplatesUseFieldsAndParameters) {
    dsl::fixtures::Project project;
    project.add("a.flow",
                "customer { first_name text optional }\n"
                "event Bought { total money }\n"
                "message \"7 Days\" { topic News uses Bought as order "
                "sms \"Hi {customer.first_name | you}: {order.total | money}\" }\n");
    const Index index(input_of(project));
    const Symbol* name = index.find(SymbolKind::customer_field, "first_name");
    const Symbol* total = index.find(SymbolKind::event_field, "total", "Bought");
    const Symbol* order = index.find(SymbolKind::parameter, "order", "7 Days");
    ASSERT_TRUE(name != nullptr && total != nullptr && order != nullptr);
    EXPECT_EQ(texts(index, *name), "a.flow!=first_name a.flow=first_name");
    EXPECT_EQ(texts(index, *total), "a.flow!=total a.flow=total");
    EXPECT_EQ(texts(index, *order), "a.flow!=order a.flow=order");
    EXPECT_EQ(texts(index, *index.find(SymbolKind::message, "7 Days")), "a.flow!=\"7 Days\"");
}

TEST(IndexTest, BodiesAreSearchedToo) {
    Input input = fixtures::one_file(
        "customer { first_name text }\n"
        "message M { topic News email { subject \"s\" body file \"m.html\" } }\n");
    input.load_body = [](std::string_view, std::string_view) {
        return std::optional(Body{"mails/m.html",
                                  "<p>{% if customer.first_name %}"
                                  "{{ customer['first_name'] }}{% endif %}"});
    };
    const Index index(std::move(input));
    const Symbol* name = index.find(SymbolKind::customer_field, "first_name");
    ASSERT_NE(name, nullptr);
    ASSERT_EQ(name->places.size(), 3U);
    EXPECT_EQ(name->places[1].path, "mails/m.html");
    EXPECT_EQ(name->places[1].offset, 18U);
    EXPECT_EQ(name->places[2].offset, 44U);
}

TEST(IndexTest, DefinitionAndReferencesMeet) {
    const auto marked =
        fixtures::marked(shop(),
                         "flow Marked { starts when Order Placed as order  wait 1 day  "
                         "if or|der.total > 5 { call Warehouse with order } }\n");
    const auto places = definitions(marked.index, marked.file, marked.offset);
    ASSERT_EQ(places.size(), 1U);
    const std::string_view text = marked.index.sources().files[marked.file].text;
    EXPECT_EQ(text.substr(places[0].offset - 3, 8), "as order");
    EXPECT_EQ(references(marked.index, marked.file, places[0].offset, true).size(), 3U);
    EXPECT_EQ(references(marked.index, marked.file, places[0].offset, false).size(), 2U);
}

TEST(IndexTest, AShorthandNamesTheBindingAndTheParameter) {
    const auto marked = fixtures::marked(shop(),
                                         "flow Marked { starts when Order Placed as order\n"
                                         "send email Order Thanks with or|der }\n");
    const auto symbols = marked.index.at(marked.file, marked.offset);
    ASSERT_EQ(symbols.size(), 2U);
    EXPECT_EQ(symbols[0]->kind, SymbolKind::binding);
    EXPECT_EQ(symbols[1]->kind, SymbolKind::parameter);
    EXPECT_EQ(definitions(marked.index, marked.file, marked.offset).size(), 2U);
}

TEST(IndexTest, BrokenFilesKeepTheirFacts) {
    const auto marked = fixtures::marked(shop(), "flow Broken {\n  starts when\n  wait |\n");
    EXPECT_TRUE(marked.index.has_errors());
    EXPECT_EQ(marked.index.customer_fields().size(), 14U);
    EXPECT_EQ(marked.index.events().at("Order Placed").fields.size(), 5U);
    EXPECT_TRUE(marked.index.events().at("Email Opened").builtin);
    EXPECT_EQ(marked.index.field({}, "churn_risk")->comment, "0 to 1, refreshed nightly");
    EXPECT_NE(marked.index.find(SymbolKind::event, "Order Placed"), nullptr);
}

TEST(IndexTest, NothingIsNothing) {
    const Index index(Input{});
    EXPECT_TRUE(index.symbols().empty());
    EXPECT_FALSE(index.has_errors());
    EXPECT_EQ(index.file_of("a.flow"), kNoFile);
}

}  // namespace
}  // namespace sluice::dsl::language
