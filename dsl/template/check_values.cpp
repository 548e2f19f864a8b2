#include "dsl/template/checker.hpp"
#include "dsl/template/number.hpp"
#include "dsl/template/text.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace sluice::dsl::tpl {
namespace {

using Kind = Typed::Kind;

Kind kind_of(const Type& type) {
    switch (type.kind) {
        case TypeKind::number:
        case TypeKind::money:
            return Kind::number;
        case TypeKind::date:
        case TypeKind::time:
            return Kind::date;
        case TypeKind::yes_no:
            return Kind::yes_no;
        case TypeKind::list:
            return Kind::list;
        case TypeKind::text:
        case TypeKind::timezone:
        case TypeKind::one_of:
            return Kind::text;
    }
    return Kind::any;
}

std::string_view word_of(Kind kind) {
    switch (kind) {
        case Kind::text:
            return "text";
        case Kind::number:
            return "a number";
        case Kind::yes_no:
            return "yes or no";
        case Kind::date:
            return "a date";
        case Kind::list:
            return "a list";
        case Kind::record:
            return "a group of fields";
        case Kind::range:
            return "a range";
        case Kind::loop:
            return "the state of a loop";
        case Kind::any:
            break;
    }
    return "a value";
}

std::string_view word_of(Takes takes) {
    switch (takes) {
        case Takes::number:
            return "a number";
        case Takes::text:
            return "text";
        case Takes::list:
            return "a list";
        case Takes::date:
            return "a date";
        case Takes::any:
            break;
    }
    return "a value";
}

bool accepts(Takes takes, Kind kind) {
    if (kind == Kind::any) {
        return true;
    }
    switch (takes) {
        case Takes::any:
            return kind != Kind::record && kind != Kind::loop;
        case Takes::number:
            return kind == Kind::number;
        // Numbers and dates print as text; a list or a group does not.
        case Takes::text:
            return kind == Kind::text || kind == Kind::number || kind == Kind::date ||
                   kind == Kind::yes_no;
        case Takes::list:
            return kind == Kind::list || kind == Kind::range;
        case Takes::date:
            return kind == Kind::date || kind == Kind::text || kind == Kind::number;
    }
    return true;
}

Kind kind_of(const Val& value) {
    switch (value.kind) {
        case Val::Kind::text:
            return Kind::text;
        case Val::Kind::integer:
        case Val::Kind::decimal:
            return Kind::number;
        case Val::Kind::boolean:
            return Kind::yes_no;
        default:
            return Kind::any;
    }
}

std::string nearest(const std::vector<Shape>& shapes, std::string_view name) {
    std::string best;
    std::size_t limit = 1 + name.size() / 3;
    for (const Shape& shape : shapes) {
        const std::size_t d = distance(shape.name, name);
        if (d <= limit) {
            best = shape.name;
            limit = d == 0 ? 0 : d - 1;
        }
    }
    return best;
}

bool is_loop_property(std::string_view key) {
    constexpr std::array<std::string_view, 15> kNames = {
        "length",     "index", "index0", "rindex", "rindex0",   "first",    "last", "name",
        "parentloop", "col",   "col0",   "row",    "col_first", "col_last", "size"};
    return std::find(kNames.begin(), kNames.end(), key) != kNames.end();
}

/// A word that reads well where the value is missing.
std::string_view fallback_for(const Typed& value) {
    const bool name = value.subject.find("name") != std::string::npos;
    switch (value.kind) {
        case Kind::number:
            return "0";
        case Kind::date:
            return "soon";
        default:
            return name ? "there" : "-";
    }
}

}  // namespace

// ---- faults

void Checker::fault(Place place, std::string code, std::string message, std::string help,
                    bool warning) {
    if (faults_ == nullptr) {
        return;
    }
    if (outer_place_) {
        message = "In the snippet `" + active_.back() + "`: " + message;
        place = *outer_place_;
    }
    for (const Fault& known : *faults_) {
        if (known.offset == place.offset && known.length == place.length &&
            known.message == message) {
            return;  // a case subject is looked at once an option
        }
    }
    faults_->push_back({std::move(code), std::move(message), std::move(help), place.offset,
                        place.length, warning});
}

std::string Checker::text_at(Place place) const {
    return std::string(base_.substr(place.offset, place.length));
}

void Checker::missing_fallback(const Typed& value, const Chain* chain) {
    const std::string name = value.subject.empty() ? text_at(value.place) : value.subject;
    std::string message = "`" + name + "` may be empty";
    message += value.declared_at.empty() ? "." : ": it is optional in " + value.declared_at + ".";
    std::string help;
    if (chain != nullptr) {
        const std::string source = text_at(chain->place);
        const std::string word(fallback_for(value));
        help = "Say what to use instead:  " +
               (chain->is_sugar ? "{" + source + " | " + word + "}"
                                : "{{ " + source + " | default: \"" + word + "\" }}");
    }
    fault(value.place, "E310", message, help);
}

void Checker::unknown_root(const Expr& expr, std::string_view name) {
    if (faults_ == nullptr) {
        return;
    }
    const std::string near = sees_roots_ ? nearest(*roots_, name) : "";
    std::string help = near.empty() ? "" : "Did you mean `" + near + "`?";
    if (help.empty() && sees_roots_) {
        for (const Shape& root : *roots_) {
            const auto has = [name](const Shape& field) { return field.name == name; };
            if (std::any_of(root.fields.begin(), root.fields.end(), has)) {
                help = "Did you mean `" + root.name + "." + std::string(name) + "`?";
            }
        }
    }
    if (help.empty() && !sees_roots_) {
        help = "A rendered snippet sees only what it is given:  {% render \"name\", " +
               std::string(name) + ": ... %}";
    }
    fault(expr.place, "E314", "Nothing here is called `" + std::string(name) + "`.", help);
}

// ---- paths

Typed Checker::of_shape(const Shape& shape) {
    Typed value;
    value.kind = shape.record ? Kind::record : kind_of(shape.type);
    value.item = Kind::text;
    value.shape = &shape;
    return value;
}

void Checker::read_root(const Expr& expr, const std::string& name) const {
    if (reads_ != nullptr && !outer_place_ &&
        base_.substr(expr.place.offset, name.size()) == name) {
        reads_->push_back(
            {name, name, false, expr.place.offset, static_cast<std::uint32_t>(name.size())});
    }
}

/// Keys point into the text, which tells where they stand.
void Checker::read_field(const Typed& of, std::string_view key) const {
    const std::less_equal<const char*> before;
    if (reads_ != nullptr && !outer_place_ && before(base_.data(), key.data()) &&
        before(key.data() + key.size(), base_.data() + base_.size())) {
        reads_->push_back({of.shape->name, std::string(key), true,
                           static_cast<std::uint32_t>(key.data() - base_.data()),
                           static_cast<std::uint32_t>(key.size())});
    }
}

std::optional<Typed> Checker::root(Index symbol, const Expr& expr) {
    const std::string name(impl_.symbols[symbol]);
    const auto scoped = std::find_if(scoped_.rbegin(), scoped_.rend(),
                                     [symbol](const auto& entry) { return entry.first == symbol; });
    const auto local = state_.locals.find(symbol);
    if (scoped != scoped_.rend() || local != state_.locals.end()) {
        Typed value = scoped != scoped_.rend() ? scoped->second : local->second;
        value.subject = name;
        value.place = expr.place;
        value.optional = value.optional && state_.present.count(name) == 0;
        return value;
    }
    if (roots_ == nullptr) {
        Typed value;
        value.subject = name;
        return sees_roots_ ? std::optional(value) : std::nullopt;
    }
    const auto found = std::find_if(roots_->begin(), roots_->end(),
                                    [&](const Shape& shape) { return shape.name == name; });
    if (!sees_roots_ || found == roots_->end()) {
        unknown_root(expr, name);
        return std::nullopt;
    }
    read_root(expr, name);
    Typed value = of_shape(*found);
    value.subject = name;
    value.place = expr.place;
    value.optional = found->optional && state_.present.count(name) == 0;
    value.declared_at = found->declared_at;
    return value;
}

Typed Checker::path(const Expr& expr) {
    if (expr.symbol == kNone) {
        expression(expr.other);
        return {};
    }
    const bool local = std::any_of(scoped_.begin(), scoped_.end(),
                                   [&](const auto& entry) { return entry.first == expr.symbol; }) ||
                       state_.locals.count(expr.symbol) > 0;
    std::optional<Typed> start = root(expr.symbol, expr);
    Typed value = start.value_or(Typed{});
    std::string dotted(impl_.symbols[expr.symbol]);
    bool fixed = true;
    for (Index i = 0; i < expr.count; ++i) {
        const Step& next = impl_.steps[expr.first + i];
        fixed = fixed && next.expr == kNone;
        dotted += fixed ? "." + std::string(next.key) : "";
        step(value, next, expr);
    }
    if (!local && sees_roots_) {
        paths_.insert(dotted);
    }
    if (!value.subject.empty() && state_.present.count(value.subject) > 0) {
        value.optional = false;  // testing a path shows the groups above it to be there as well
    }
    return value;
}

void Checker::step(Typed& value, const Step& step, const Expr& expr) {
    if (step.expr == kNone) {
        field(value, step.key, expr);
        return;
    }
    expression(step.expr);
    const bool optional = value.optional || value.kind == Kind::list;
    Typed item;
    item.kind = value.kind == Kind::list ? value.item : Kind::any;
    // A position past the end has no value.
    item.optional = optional;
    item.place = expr.place;
    value = item;
}

void Checker::field(Typed& value, std::string_view key, const Expr& expr) {
    const std::string subject = value.subject + "." + std::string(key);
    Typed next;
    next.subject = value.subject.empty() ? "" : subject;
    next.place = expr.place;
    next.optional = value.optional;
    next.declared_at = value.declared_at;
    const bool end = key == "first" || key == "last";
    if (value.kind == Kind::record && value.shape != nullptr) {
        const auto& fields = value.shape->fields;
        const auto found = std::find_if(fields.begin(), fields.end(),
                                        [&](const Shape& shape) { return shape.name == key; });
        if (found != fields.end()) {
            read_field(value, key);
            Typed typed = of_shape(*found);
            typed.subject = next.subject;
            typed.place = next.place;
            const bool own = found->optional && state_.present.count(subject) == 0;
            typed.optional = value.optional || own;
            typed.declared_at = own ? found->declared_at : value.declared_at;
            value = typed;
            return;
        }
        const std::string near = nearest(fields, key);
        fault(expr.place, "E314",
              "`" + value.subject + "` has no field `" + std::string(key) + "`.",
              near.empty() ? "" : "Did you mean `" + value.subject + "." + near + "`?");
    } else if (value.kind == Kind::list || value.kind == Kind::range) {
        if (key == "size" || end) {
            next.kind =
                end ? (value.kind == Kind::range ? Kind::number : value.item) : Kind::number;
            next.optional = next.optional || (end && value.kind == Kind::list);
        } else {
            fault(expr.place, "E314", "A list has no field `" + std::string(key) + "`.",
                  "It has size, first and last; use a loop for the items.");
        }
    } else if (value.kind == Kind::loop) {
        if (!is_loop_property(key)) {
            fault(expr.place, "E314", "A loop has no `" + std::string(key) + "`.",
                  "It has index, index0, rindex, rindex0, first, last, length and parentloop.");
        }
        next.kind = key == "parentloop" ? Kind::loop : Kind::any;
    } else if (value.kind != Kind::any && !(value.kind == Kind::text && key == "size")) {
        const std::string name = value.subject.empty() ? "This value" : "`" + value.subject + "`";
        fault(expr.place, "E314",
              name + " is " + std::string(word_of(value.kind)) + " and has no field `" +
                  std::string(key) + "`.");
    }
    value = next;
}

Typed Checker::expression(Index index) {
    const Expr& expr = impl_.exprs[index];
    Typed value;
    switch (expr.kind) {
        case Expr::Kind::literal:
            value.kind = kind_of(expr.value);
            value.place = expr.place;
            return value;
        case Expr::Kind::path:
            return path(expr);
        case Expr::Kind::range: {
            const Typed first = expression(expr.first);
            const Typed last = expression(expr.other);
            value.kind = Kind::range;
            value.optional = first.optional || last.optional;
            value.place = expr.place;
            return value;
        }
    }
    return value;
}

// ---- filters

Typed Checker::chain(Index index) {
    const Chain& chain = impl_.chains[index];
    Typed value = expression(chain.expr);
    for (Index i = 0; i < chain.filters; ++i) {
        const FilterCall& call = impl_.filters[chain.first_filter + i];
        if (chain.is_sugar && i == 0 && is_default(*call.spec)) {
            unused_fallback(chain, value, call);
        }
        filter(value, call);
    }
    return value;
}

/// `{cart.total | mony}` reads as a fallback that is never used: most likely a filter misspelt.
void Checker::unused_fallback(const Chain& chain, const Typed& value, const FilterCall& call) {
    if (call.args == 0) {
        return;  // `default` alone falls back to nothing
    }
    const std::string_view text = impl_.exprs[impl_.args[call.first_arg]].value.is(Val::Kind::text)
                                      ? impl_.exprs[impl_.args[call.first_arg]].value.text()
                                      : std::string_view();
    const std::string_view near = nearest_filter(text);
    const bool written_bare = text_at(call.place) == text;
    if (!value.optional && value.kind != Kind::any && written_bare && !near.empty()) {
        fault(call.place, "E315",
              "`" + text_at(impl_.exprs[chain.expr].place) +
                  "` always has a value, so the fallback `" + std::string(text) +
                  "` is never used.",
              "Did you mean the filter `" + std::string(near) + "`?", true);
    }
}

void Checker::default_filter(Typed& value, const FilterCall& call, const Typed& fallback) {
    const bool was_optional = value.optional;
    const Kind given = call.args == 0 ? Kind::text : fallback.kind;
    value.optional = was_optional && fallback.optional;
    if (value.optional) {
        value.place = fallback.place;
        value.subject = fallback.subject;
    }
    if (was_optional && given != value.kind && value.kind != Kind::record) {
        value.kind = Kind::any;
    }
}

void Checker::filter(Typed& value, const FilterCall& call) {
    const FilterSpec& spec = *call.spec;
    const std::string name(spec.name);
    std::vector<Typed> args;
    for (Index i = 0; i < call.args; ++i) {
        args.push_back(expression(impl_.args[call.first_arg + i]));
    }
    if (is_default(spec)) {
        default_filter(value, call, args.empty() ? Typed{} : args.front());
        return;
    }
    if (!accepts(spec.takes, value.kind)) {
        fault(call.place, "E315",
              "The filter `" + name + "` needs " + std::string(word_of(spec.takes)) +
                  ", but here it gets " + std::string(word_of(value.kind)) + ".");
        value.kind = Kind::any;
    }
    for (std::size_t i = 0; i < args.size() && i < spec.arg_types.size(); ++i) {
        const Expr& source = impl_.exprs[impl_.args[call.first_arg + static_cast<Index>(i)]];
        const bool digits = source.kind == Expr::Kind::literal &&
                            source.value.is(Val::Kind::text) && strict_integer(source.value);
        const Takes takes = spec.arg_types[i] == 'n'   ? Takes::number
                            : spec.arg_types[i] == 'l' ? Takes::list
                            : spec.arg_types[i] == 't' ? Takes::text
                                                       : Takes::any;
        if (!digits && !accepts(takes, args[i].kind)) {
            fault(args[i].place, "E315",
                  "The filter `" + name + "` needs " + std::string(word_of(takes)) +
                      " here, but gets " + std::string(word_of(args[i].kind)) + ".");
        }
        if (args[i].optional && !value.optional) {
            value.optional = true;
            value.subject = args[i].subject;
            value.place = args[i].place;
            value.declared_at = args[i].declared_at;
        }
    }
    const bool end = spec.name == "first" || spec.name == "last";
    switch (spec.gives) {
        case Gives::same:
            break;
        case Gives::number:
            value.kind = Kind::number;
            break;
        case Gives::text:
            value.kind = Kind::text;
            break;
        case Gives::yes_no:
            value.kind = Kind::yes_no;
            break;
        case Gives::list:
            value.item = spec.name == "split" ? Kind::text
                         : spec.name == "map" ? Kind::any
                                              : value.item;
            value.kind = Kind::list;
            break;
        case Gives::any:
            value.kind = end && value.kind == Kind::list ? value.item : Kind::any;
            break;
    }
    value.shape = value.kind == Kind::record ? value.shape : nullptr;
    value.subject = value.optional ? value.subject : "";
}

// ---- conditions

void Checker::comparable(const Condition& condition, const Typed& left, const Typed& right) {
    const bool orders =
        condition.comparison == Comparison::less || condition.comparison == Comparison::more ||
        condition.comparison == Comparison::at_most || condition.comparison == Comparison::at_least;
    const auto textual = [](Kind kind) { return kind == Kind::text || kind == Kind::date; };
    const bool mixed = (textual(left.kind) && right.kind == Kind::number) ||
                       (left.kind == Kind::number && textual(right.kind));
    if (orders && mixed) {
        fault(impl_.exprs[condition.right].place, "E315",
              "This compares " + std::string(word_of(left.kind)) + " with " +
                  std::string(word_of(right.kind)) + ".",
              "Numbers are written without quotes.");
    }
}

Checker::Guards Checker::comparison(const Condition& condition) {
    Guards guards;
    const Typed left = expression(condition.left);
    if (condition.comparison == Comparison::truth) {
        if (!left.subject.empty()) {
            guards.when_true.insert(left.subject);
        }
        return guards;
    }
    const Typed right = expression(condition.right);
    comparable(condition, left, right);
    const Expr& value = impl_.exprs[condition.right];
    const bool literal = value.kind == Expr::Kind::literal;
    // Nothing equals nil and blank, but is neither equal to "" nor to any other value.
    const bool absent =
        literal && (value.value.is(Val::Kind::nil) || value.value.is(Val::Kind::blank));
    Paths& equal_side = absent ? guards.when_false : guards.when_true;
    Paths& differs_side = absent ? guards.when_true : guards.when_false;
    if (left.subject.empty()) {
        return guards;
    }
    switch (condition.comparison) {
        case Comparison::same:
            if (literal) {
                equal_side.insert(left.subject);
            }
            break;
        case Comparison::differs:
            if (literal) {
                differs_side.insert(left.subject);
            }
            break;
        default:
            guards.when_true.insert(left.subject);
    }
    return guards;
}

Checker::Guards Checker::conditions(Index first) {
    const Condition& condition = impl_.conditions[first];
    Guards own = comparison(condition);
    if (condition.relation == Relation::end) {
        return own;
    }
    Guards rest = conditions(first + 1);
    const auto both = [](const Paths& a, const Paths& b) {
        Paths result;
        std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                              std::inserter(result, result.end()));
        return result;
    };
    if (condition.relation == Relation::all) {
        own.when_true.merge(rest.when_true);
        own.when_false = both(own.when_false, rest.when_false);
    } else {
        own.when_true = both(own.when_true, rest.when_true);
        own.when_false.merge(rest.when_false);
    }
    return own;
}

}  // namespace sluice::dsl::tpl
