# Writes OUT, a source file that holds every file below ROOT as text: cmake -DROOT= -DOUT= -P embed.cmake
file(GLOB_RECURSE paths RELATIVE ${ROOT} ${ROOT}/*.flow ${ROOT}/*.html)
list(SORT paths)
set(rows "")
foreach(path IN LISTS paths)
    file(READ ${ROOT}/${path} text)
    string(APPEND rows "    {\"${path}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE ${OUT} "// Made from flows/library by cmake/embed.cmake.
#include \"engine/cli/library.hpp\"

namespace sluice::cli {
namespace {

constexpr LibraryFile kFiles[] = {
${rows}};

}  // namespace

std::span<const LibraryFile> library_files() {
    return kFiles;
}

}  // namespace sluice::cli
")
