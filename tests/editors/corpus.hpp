#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace sluice::editors {

/// One case of editors/tree-sitter-flow/test/corpus: a text and the tree it must have.
struct CorpusCase {
    std::string title;
    std::string test_name;  // file and title, letters and digits only
    std::string text;
    std::string tree;
};

/// The title, where a test's name is shown.
inline void PrintTo(const CorpusCase& one, std::ostream* out) {
    *out << one.title;
}

/// Every case of every corpus file, in order.
const std::vector<CorpusCase>& corpus();

}  // namespace sluice::editors
