// How long `sluice fmt` works on a large project: the flow files of some folders, repeated to 200
// files of 60 to 200 lines, laid out in memory; as they are and once they are in their layout.
//   format_bench FOLDER…
#include "dsl/format/format.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

constexpr std::size_t kFiles = 200;
constexpr std::ptrdiff_t kLines = 60;
constexpr int kRounds = 10;

std::vector<std::string> texts_below(const std::vector<std::string>& folders) {
    std::vector<std::string> texts;
    for (const std::string& folder : folders) {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
            if (entry.path().extension() == ".flow") {
                std::ifstream in(entry.path(), std::ios::binary);
                texts.emplace_back(std::istreambuf_iterator<char>(in),
                                   std::istreambuf_iterator<char>());
            }
        }
    }
    std::ranges::sort(texts);
    return texts;
}

sluice::dsl::SourceSet project(const std::vector<std::string>& texts) {
    sluice::dsl::SourceSet sources;
    std::size_t next = 0;
    for (std::size_t i = 0; i < kFiles; ++i) {
        std::string text;
        while (std::ranges::count(text, '\n') < kLines) {
            text += texts[next++ % texts.size()];
        }
        sources.files.push_back({std::to_string(i) + ".flow", std::move(text)});
    }
    return sources;
}

void report(const char* what, const sluice::dsl::SourceSet& sources) {
    double best = 0;
    std::size_t changed = 0;
    for (int round = 0; round < kRounds; ++round) {
        changed = 0;
        const auto begin = std::chrono::steady_clock::now();
        for (std::uint32_t i = 0; i < sources.files.size(); ++i) {
            changed += sluice::dsl::format(sources, i).changed ? 1 : 0;
        }
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - begin;
        best = round == 0 ? took.count() : std::min(best, took.count());
    }
    std::printf("%s: %.1f ms, %zu changed\n", what, best, changed);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> texts = texts_below({argv + 1, argv + argc});
    if (texts.empty()) {
        std::fprintf(stderr, "usage: format_bench FOLDER…\n");
        return 2;
    }
    sluice::dsl::SourceSet sources = project(texts);
    std::ptrdiff_t lines = 0;
    for (const auto& file : sources.files) {
        lines += std::ranges::count(file.text, '\n');
    }
    std::printf("%zu files, %td lines\n", sources.files.size(), lines);
    report("as they are", sources);
    for (std::uint32_t i = 0; i < sources.files.size(); ++i) {
        sources.files[i].text = sluice::dsl::format(sources, i).text;
    }
    report("in layout", sources);
    return 0;
}
