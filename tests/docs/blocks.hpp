#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The fenced blocks of a page of Markdown. What stands behind the three marks says what becomes of
/// a block; words are parted by spaces or commas: `flow fails=E206`, `flow,test,coverage`.
namespace sluice::docs {

struct Block {
    std::string kind;                         // the first word; empty: not labelled
    std::map<std::string, std::string> says;  // the others; `test` alone has an empty value
    std::string text;                         // with its last line end
    std::size_t line = 0;                     // of the opening marks, counted from 1
    std::size_t begin = 0, end = 0;           // of the text, in bytes of the page

    [[nodiscard]] bool has(const std::string& key) const { return says.contains(key); }
    /// Empty when it is not said.
    [[nodiscard]] std::string at(const std::string& key) const;
};

struct Link {
    std::string target;  // as written
    std::size_t line = 0;
};

struct Page {
    std::filesystem::path path;  // below docs/language, with `/`
    std::string text;
    std::vector<Block> blocks;
    std::vector<Link> links;           // outside of blocks
    std::vector<std::string> anchors;  // of its headings, as GitHub makes them
    std::string open_block;            // what is wrong with the fences; empty: nothing
};

Page read_page(const std::filesystem::path& path, std::string text);

/// `## A name, that may be empty` is found at `#a-name-that-may-be-empty`.
std::string anchor_of(std::string_view heading);

std::string read_text(const std::filesystem::path& path);

/// docs/language of the source tree.
std::filesystem::path language_folder();

/// Every page below it, by path.
std::vector<Page> all_pages();

}  // namespace sluice::docs
