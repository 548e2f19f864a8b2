#include "dsl/template/value.hpp"

#include "dsl/template/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace sluice::dsl::tpl {

// ---- Val

Val Val::absent() {
    Val value;
    value.missing = true;
    return value;
}

Val Val::of(bool value) {
    Val result;
    result.kind = Kind::boolean;
    result.as.boolean = value;
    return result;
}

Val Val::of(std::int64_t value) {
    Val result;
    result.kind = Kind::integer;
    result.as.integer = value;
    return result;
}

Val Val::of(double value) {
    Val result;
    result.kind = Kind::decimal;
    result.as.decimal = value;
    return result;
}

Val Val::of(std::string_view value) {
    Val result;
    result.kind = Kind::text;
    result.as.chars = value.data();
    result.extent = static_cast<std::int64_t>(value.size());
    return result;
}

Val Val::list(const Val* items, std::size_t count) {
    Val result;
    result.kind = Kind::list;
    result.as.items = items;
    result.extent = static_cast<std::int64_t>(count);
    return result;
}

Val Val::range(std::int64_t first, std::int64_t last) {
    Val result;
    result.kind = Kind::range;
    result.as.integer = first;
    result.extent = last;
    return result;
}

Val Val::loop(const LoopState* state) {
    Val result;
    result.kind = Kind::loop;
    result.as.loop = state;
    return result;
}

Val Val::keyword(Kind kind) {
    Val result;
    result.kind = kind;
    return result;
}

Val Val::of(const Data& data) {
    Val result;
    switch (data.kind) {
        case Data::Kind::nil:
            return absent();
        case Data::Kind::boolean:
            return of(data.boolean);
        case Data::Kind::integer:
            return of(data.integer);
        case Data::Kind::decimal:
            return of(data.decimal);
        case Data::Kind::text:
            return of(std::string_view(data.text));
        case Data::Kind::range:
            return range(data.integer, data.last);
        case Data::Kind::list:
            result.kind = Kind::data_list;
            result.as.datas = &data.items;
            result.extent = static_cast<std::int64_t>(data.items.size());
            return result;
        case Data::Kind::object:
            result.kind = Kind::object;
            result.as.object = &data;
            return result;
    }
    return result;
}

bool Val::truthy() const {
    return !is(Kind::nil) && (!is(Kind::boolean) || as.boolean);
}

std::string_view Val::text() const {
    return {as.chars, static_cast<std::size_t>(extent)};
}

std::size_t Val::count() const {
    if (is(Kind::range)) {
        // Unsigned subtraction is exact for every pair of ends; the largest range saturates.
        const auto span =
            static_cast<std::uint64_t>(extent) - static_cast<std::uint64_t>(as.integer);
        constexpr std::uint64_t kMost = std::numeric_limits<std::size_t>::max();
        return extent < as.integer ? 0 : static_cast<std::size_t>(std::min(span, kMost - 1) + 1);
    }
    return is_list() ? static_cast<std::size_t>(extent) : 0;
}

Val Val::item(std::size_t index) const {
    switch (kind) {
        case Kind::list:
            return as.items[index];
        case Kind::data_list:
            return of((*as.datas)[index]);
        case Kind::range:
            return of(as.integer + static_cast<std::int64_t>(index));
        default:
            return nil();
    }
}

// ---- Arena

void* Arena::allocate(std::size_t bytes) {
    constexpr std::size_t kAlign = 16;
    constexpr std::size_t kBlockBytes = 32 * 1024;
    const std::size_t wanted = (bytes + kAlign - 1) / kAlign * kAlign;
    if (wanted <= left_) {
        void* result = next_;
        next_ += wanted;
        left_ -= wanted;
        return result;
    }
    const std::size_t block = wanted > kBlockBytes / 4 ? wanted : kBlockBytes;
    exhausted_ = exhausted_ || block > bytes_left_;
    bytes_left_ -= block > bytes_left_ ? bytes_left_ : block;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    char* start = blocks_.back().get();
    if (block == kBlockBytes) {
        next_ = start + wanted;
        left_ = block - wanted;
    }
    return start;
}

std::string_view Arena::copy(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    char* start = static_cast<char*>(allocate(text.size()));
    std::memcpy(start, text.data(), text.size());
    return {start, text.size()};
}

Val* Arena::copy(const std::vector<Val>& items) {
    Val* first = create<Val>(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        first[i] = items[i];
    }
    return first;
}

// ---- Env

namespace {
// A template may build values several times larger than what it prints (split, sort, capture).
constexpr std::size_t kArenaPerOutputByte = 16;
}  // namespace

Env::Env(const RenderOptions& render_options, Escape escape_rule)
    : arena(render_options.output_bytes_max < SIZE_MAX / kArenaPerOutputByte
                ? render_options.output_bytes_max * kArenaPerOutputByte
                : SIZE_MAX),
      options(render_options),
      escape(escape_rule) {}

Val Env::fail(std::string_view message) {
    if (error.empty()) {
        error = message;
    }
    return Val::nil();
}

// ---- text forms

void append_decimal(std::string& out, double value) {
    if (value != value) {
        out += "NaN";
        return;
    }
    if (value > std::numeric_limits<double>::max() ||
        value < std::numeric_limits<double>::lowest()) {
        out += value > 0 ? "Infinity" : "-Infinity";
        return;
    }
    char digits[40];
    const auto end =
        std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific);
    std::string_view text(digits, static_cast<std::size_t>(end.ptr - digits));
    if (text.front() == '-') {
        out += '-';
        text.remove_prefix(1);
    }
    const std::size_t e = text.find('e');
    int exponent = std::atoi(std::string(text.substr(e + 1)).c_str());
    std::string mantissa(1, text[0]);
    mantissa += e > 2 ? text.substr(2, e - 2) : std::string_view();
    if (exponent < -4 || exponent >= 16) {
        out.append(mantissa, 0, 1).append(".");
        out += mantissa.size() > 1 ? mantissa.substr(1) : "0";
        const int size = exponent < 0 ? -exponent : exponent;
        out.append(exponent < 0 ? "e-" : "e+")
            .append(size < 10 ? "0" : "")
            .append(std::to_string(size));
        return;
    }
    if (exponent < 0) {
        out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(mantissa);
        return;
    }
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (mantissa.size() < whole) {
        mantissa.append(whole - mantissa.size(), '0');
    }
    out.append(mantissa, 0, whole).append(".");
    out += mantissa.size() > whole ? mantissa.substr(whole) : "0";
}

namespace {

void append_integer(std::string& out, std::int64_t value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, end.ptr);
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += c;
        }
    }
    out += '"';
}

void append_literal(std::string& out, const Val& value);

void append_object(std::string& out, const Data& object) {
    out += '{';
    for (std::size_t i = 0; i < object.keys.size(); ++i) {
        out += i == 0 ? "" : ", ";
        append_quoted(out, object.keys[i]);
        out += "=>";
        append_literal(out, Val::of(object.items[i]));
    }
    out += '}';
}

void append_list(std::string& out, const Val& value) {
    out += '[';
    for (std::size_t i = 0; i < value.count(); ++i) {
        out += i == 0 ? "" : ", ";
        append_literal(out, value.item(i));
    }
    out += ']';
}

/// Ruby's inspect.
void append_literal(std::string& out, const Val& value) {
    if (value.is(Val::Kind::nil)) {
        out += "nil";
    } else if (value.is(Val::Kind::text)) {
        append_quoted(out, value.text());
    } else {
        append_text(out, value);
    }
}

}  // namespace

void append_text(std::string& out, const Val& value) {
    switch (value.kind) {
        case Val::Kind::nil:
        case Val::Kind::blank:
        case Val::Kind::empty:
            return;
        case Val::Kind::boolean:
            out += value.as.boolean ? "true" : "false";
            return;
        case Val::Kind::integer:
            append_integer(out, value.as.integer);
            return;
        case Val::Kind::decimal:
            append_decimal(out, value.as.decimal);
            return;
        case Val::Kind::text:
            out += value.text();
            return;
        case Val::Kind::list:
        case Val::Kind::data_list:
            append_list(out, value);
            return;
        case Val::Kind::object:
            append_object(out, *value.as.object);
            return;
        case Val::Kind::range:
            append_integer(out, value.as.integer);
            out += "..";
            append_integer(out, value.extent);
            return;
        case Val::Kind::loop:
            out += value.as.loop->is_row ? "tablerowloop" : "forloop";
            return;
    }
}

void append_output(std::string& out, const Val& value) {
    if (!value.is_list()) {
        append_text(out, value);
        return;
    }
    for (std::size_t i = 0; i < value.count(); ++i) {
        append_output(out, value.item(i));
    }
}

std::string_view text_of(Env& env, const Val& value) {
    if (value.is(Val::Kind::text)) {
        return value.text();
    }
    std::string text;
    append_text(text, value);
    return env.arena.copy(text);
}

// ---- comparison

namespace {

bool is_blank(const Val& value) {
    switch (value.kind) {
        case Val::Kind::nil:
            return true;
        case Val::Kind::boolean:
            return !value.as.boolean;
        case Val::Kind::text:
            return trim(value.text()).empty();
        case Val::Kind::list:
        case Val::Kind::data_list:
            return value.extent == 0;
        case Val::Kind::object:
            return value.as.object->keys.empty();
        default:
            return false;
    }
}

bool is_empty(const Val& value) {
    switch (value.kind) {
        case Val::Kind::text:
        case Val::Kind::list:
        case Val::Kind::data_list:
            return value.extent == 0;
        case Val::Kind::object:
            return value.as.object->keys.empty();
        default:
            return false;
    }
}

bool equal_objects(const Data& left, const Data& right) {
    if (left.keys.size() != right.keys.size()) {
        return false;
    }
    for (std::size_t i = 0; i < left.keys.size(); ++i) {
        const Data* other = right.find(left.keys[i]);
        if (other == nullptr || !equal(Val::of(left.items[i]), Val::of(*other))) {
            return false;
        }
    }
    return true;
}

bool equal_lists(const Val& left, const Val& right) {
    if (left.count() != right.count()) {
        return false;
    }
    for (std::size_t i = 0; i < left.count(); ++i) {
        if (!equal(left.item(i), right.item(i))) {
            return false;
        }
    }
    return true;
}

/// Wide enough to hold both an int64 and a double exactly on the platforms we build for.
long double wide(const Val& value) {
    return value.is(Val::Kind::integer) ? static_cast<long double>(value.as.integer)
                                        : static_cast<long double>(value.as.decimal);
}

template <typename T>
Order order_of(const T& left, const T& right) {
    return left < right ? Order::less : (right < left ? Order::more : Order::same);
}

}  // namespace

bool equal(const Val& left, const Val& right) {
    if (left.is(Val::Kind::blank) || left.is(Val::Kind::empty)) {
        return left.is(Val::Kind::blank) ? is_blank(right) : is_empty(right);
    }
    if (right.is(Val::Kind::blank) || right.is(Val::Kind::empty)) {
        return right.is(Val::Kind::blank) ? is_blank(left) : is_empty(left);
    }
    if (left.is_number() && right.is_number()) {
        return wide(left) == wide(right);
    }
    if (left.is_list() && right.is_list()) {
        return equal_lists(left, right);
    }
    if (left.kind != right.kind) {
        return false;
    }
    switch (left.kind) {
        case Val::Kind::nil:
            return true;
        case Val::Kind::boolean:
            return left.as.boolean == right.as.boolean;
        case Val::Kind::text:
            return left.text() == right.text();
        case Val::Kind::object:
            return equal_objects(*left.as.object, *right.as.object);
        case Val::Kind::range:
            return left.as.integer == right.as.integer && left.extent == right.extent;
        case Val::Kind::loop:
            return left.as.loop == right.as.loop;
        default:
            return false;
    }
}

Order compare(const Val& left, const Val& right) {
    if (left.is_number() && right.is_number()) {
        const long double a = wide(left);
        const long double b = wide(right);
        return a != a || b != b ? Order::none : order_of(a, b);
    }
    if (left.is(Val::Kind::text) && right.is(Val::Kind::text)) {
        return order_of(left.text(), right.text());
    }
    if (left.is_list() && right.is_list()) {
        for (std::size_t i = 0; i < left.count() && i < right.count(); ++i) {
            const Order order = compare(left.item(i), right.item(i));
            if (order != Order::same) {
                return order;
            }
        }
        return order_of(left.count(), right.count());
    }
    return equal(left, right) ? Order::same : Order::none;
}

}  // namespace sluice::dsl::tpl
