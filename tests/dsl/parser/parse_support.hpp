#pragma once

#include "dsl/parser/parse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl {

/// One source text, parsed.
struct Parsed {
    SourceSet sources;
    std::vector<Diagnostic> diagnostics;
    ast::File file;

    [[nodiscard]] std::string errors() const {
        std::string text;
        for (const Diagnostic& diagnostic : diagnostics) {
            text += render_text(diagnostic, sources);
        }
        return text;
    }
    template <class T>
    [[nodiscard]] const T& decl(std::size_t i = 0) const {
        return std::get<T>(file.decls.at(i).node);
    }
};

inline Parsed parsed(std::string_view text) {
    Parsed out;
    out.sources.files.push_back({"test.flow", std::string(text)});
    out.file = parse(out.sources, 0, out.diagnostics);
    return out;
}

/// As parsed(), and there must be nothing to complain about.
inline Parsed clean(std::string_view text) {
    Parsed out = parsed(text);
    EXPECT_EQ(out.errors(), "") << text;
    return out;
}

/// The condition of a segment.
inline Parsed condition(const std::string& text) {
    return clean("segment S when " + text + "\n");
}

inline const ast::Cond& condition_of(const Parsed& parsed) {
    return parsed.decl<ast::SegmentDecl>().when;
}

/// A flow of these lines.
inline Parsed flow(const std::string& lines) {
    return clean("flow F {\n" + lines + "\n}\n");
}

inline const ast::FlowDecl& flow_of(const Parsed& parsed) {
    return parsed.decl<ast::FlowDecl>();
}

template <class T>
const T& step(const Parsed& parsed, std::size_t i = 0) {
    return std::get<T>(flow_of(parsed).steps.at(i).node);
}

template <class T>
const T& header(const Parsed& parsed, std::size_t i = 0) {
    return std::get<T>(flow_of(parsed).headers.at(i).node);
}

}  // namespace sluice::dsl
