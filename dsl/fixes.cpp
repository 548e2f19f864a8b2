#include "dsl/fixes.hpp"

#include <algorithm>

namespace sluice::dsl {
namespace {

struct Edit {
    const Fix* fix = nullptr;
    std::string_view code;
};

std::vector<Edit> edits_of(std::span<const Diagnostic> diagnostics) {
    std::vector<Edit> out;
    for (const Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.fix && diagnostic.fix->span.line != 0) {
            out.push_back({&*diagnostic.fix, diagnostic.code});
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const Edit& a, const Edit& b) {
        return std::pair(a.fix->span.file, a.fix->span.offset) <
               std::pair(b.fix->span.file, b.fix->span.offset);
    });
    return out;
}

/// Leaves out what touches the edit before.
void drop_overlaps(std::vector<Edit>& edits) {
    const Span* last = nullptr;
    std::erase_if(edits, [&](const Edit& edit) {
        const Span& span = edit.fix->span;
        const bool touches =
            last != nullptr && last->file == span.file &&
            (span.offset < last->offset + last->length || span.offset == last->offset);
        last = touches ? last : &span;
        return touches;
    });
}

}  // namespace

std::vector<AppliedFix> apply_fixes(SourceSet& sources, std::span<const Diagnostic> diagnostics) {
    std::vector<Edit> edits = edits_of(diagnostics);
    drop_overlaps(edits);
    std::vector<AppliedFix> out;
    for (const Edit& edit : edits) {
        const Span& span = edit.fix->span;
        out.push_back({std::string(edit.code), sources.files[span.file].path, span.line,
                       span.column, std::string(sources.text(span)), edit.fix->replacement});
    }
    // From the end, so that the places before stay where they are.
    for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
        const Span& span = edit->fix->span;
        sources.files[span.file].text.replace(span.offset, span.length, edit->fix->replacement);
    }
    return out;
}

}  // namespace sluice::dsl
