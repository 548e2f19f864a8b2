// Prints how the compiler reads .flow files, as JSON, for the tests that are not C++:
//   flow_tokens            every .flow file of the source tree and every case of the corpus
//   flow_tokens FILE…      these
// [{"path", "text", "errors", "tokens": [[offset, length, what]]}], offsets in bytes; what is
// keyword, data, name, text, number, label or sign.
#include "tests/editors/compiler_tree.hpp"
#include "tests/editors/corpus.hpp"

#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

using sluice::dsl::parser::CompilerTree;
using sluice::dsl::parser::Token;
using sluice::dsl::parser::TokenKind;

std::string_view what(const Token& token, bool data_word) {
    switch (token.kind) {
        case TokenKind::word:
            return data_word ? "data" : "keyword";
        case TokenKind::name:
            return "name";
        case TokenKind::text:
            return "text";
        case TokenKind::number:
        case TokenKind::percent:
        case TokenKind::time:
        case TokenKind::date:
            return "number";
        case TokenKind::label:
            return "label";
        default:
            return "sign";
    }
}

boost::json::object reading(const std::string& path, const std::string& text) {
    const CompilerTree tree = sluice::dsl::parser::compiler_tree(text);
    boost::json::array tokens;
    for (std::size_t i = 0; i + 1 < tree.tokens.list.size(); ++i) {
        const Token& token = tree.tokens.list[i];
        tokens.push_back(
            boost::json::array{token.offset, token.length, what(token, tree.data_word[i])});
    }
    return {{"path", path}, {"text", text}, {"errors", tree.errors}, {"tokens", tokens}};
}

std::string read(const char* path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

int main(int count, char** arguments) {
    boost::json::array all;
    for (int i = 1; i < count; ++i) {
        all.push_back(reading(arguments[i], read(arguments[i])));
    }
    if (count == 1) {
        for (const std::string& path : sluice::dsl::parser::flow_files()) {
            all.push_back(reading(path, sluice::dsl::parser::read_source(path)));
        }
        for (const sluice::editors::CorpusCase& one : sluice::editors::corpus()) {
            all.push_back(reading("corpus: " + one.title, one.text));
        }
    }
    std::cout << boost::json::serialize(all) << "\n";
}
