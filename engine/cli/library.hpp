#pragma once

#include <span>
#include <string_view>

/// The library of flows (flows/library) as it was when the binary was built.
namespace sluice::cli {

struct LibraryFile {
    std::string_view path;  // below flows/library, with `/`
    std::string_view text;
};

/// Every .flow and .html file, by path. Lives as long as the program.
std::span<const LibraryFile> library_files();

}  // namespace sluice::cli
