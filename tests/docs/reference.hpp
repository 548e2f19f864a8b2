#pragma once

#include <string>
#include <vector>

/// The pages of docs/language/reference, written from the tables that the checker, the editor and
/// the engine use. reference_test.cpp compares them with the committed files.
namespace sluice::docs {

struct WrittenPage {
    std::string file;  // `steps.md`
    std::string text;
};

std::vector<WrittenPage> reference_pages();

// One a file below.
std::string constructs_page(const std::string& file);  // empty: not a page of constructs
std::string types_section();
std::string events_page();
std::string templates_page();
std::string outcomes_page();
std::string limits_page();
std::string codes_page();
std::string keywords_page();

/// Keywords that no construct writes, and why.
std::string_view unused_keyword(std::string_view word);

/// What the pages that are written by a program begin with.
std::string page_head(const std::string& title, const std::string& about);

}  // namespace sluice::docs
