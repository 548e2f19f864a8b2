#pragma once

#include "dsl/check/context.hpp"

#include <vector>

/// First passes: who is declared where, and the shape of customers and events. Private to
/// dsl/check.
namespace sluice::dsl::check {

/// One declaration with the start of the one after it in the same file (null: last of its file).
struct DeclRef {
    const ast::Decl* decl = nullptr;
    const Span* next = nullptr;
};
using Decls = std::vector<DeclRef>;

/// All declarations by file path, then place.
Decls flatten(const std::vector<ast::File>& files);

/// Fills every table of Names and puts empty messages, segments, webhooks and flows into the
/// program, so that indexes are final. Reports duplicates (E205); a duplicate keeps no index.
void collect_names(Compilation& c, const Decls& decls);

/// Fields of the customer and of events, and webhooks.
void declare_schema(Compilation& c, const Decls& decls);

/// The index of this very declaration, kNone when it is a reported duplicate.
Index index_of(const Compilation& c, Kind kind, const ast::Name& name);

}  // namespace sluice::dsl::check
