#pragma once

#include "dsl/template/template.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Runtime values of a render. Private to dsl/template.
namespace sluice::dsl::tpl {

struct Val;

/// State behind `forloop` and `tablerowloop`. Lives in the arena of one render.
struct LoopState {
    std::string_view name;
    std::int64_t length = 0;
    std::int64_t index = 0;
    const LoopState* parent = nullptr;
    bool is_row = false;  // tablerowloop
    std::int64_t columns = 0;
    std::int64_t row = 1;
    std::int64_t column = 1;
};

/// A value while rendering: small, trivially copied, borrowing from the template, the data or the
/// arena of the render. `missing` marks a path that had no value (an error in strict output);
/// `safe` marks text that is already HTML.
struct Val {
    enum class Kind : std::uint8_t {
        nil,
        boolean,
        integer,
        decimal,
        text,
        list,
        data_list,
        object,
        range,
        blank,
        empty,
        loop
    };
    union Payload {
        bool boolean;
        std::int64_t integer;  // range: first
        double decimal;
        const char* chars;
        const Val* items;
        const std::vector<Data>* datas;
        const Data* object;
        const LoopState* loop;
    };
    Kind kind = Kind::nil;
    bool missing = false;
    bool safe = false;
    Payload as{.integer = 0};
    std::int64_t extent = 0;  // bytes of text, items of list, last of range

    static Val nil() { return {}; }
    static Val absent();
    static Val of(bool value);
    static Val of(std::int64_t value);
    static Val of(double value);
    static Val of(std::string_view value);
    static Val list(const Val* items, std::size_t count);
    static Val range(std::int64_t first, std::int64_t last);
    static Val loop(const LoopState* state);
    static Val keyword(Kind kind);
    /// Borrows from `data`. Nil data counts as missing: the customer does not have it.
    static Val of(const Data& data);

    [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
    [[nodiscard]] bool is_list() const { return is(Kind::list) || is(Kind::data_list); }
    [[nodiscard]] bool is_number() const { return is(Kind::integer) || is(Kind::decimal); }
    [[nodiscard]] bool truthy() const;
    [[nodiscard]] std::string_view text() const;  // text only
    [[nodiscard]] std::size_t count() const;      // items of a list or a range
    [[nodiscard]] Val item(std::size_t index) const;
};

/// Memory of one render, freed at once when it ends. Refuses to grow past its limit, so that a
/// hostile template (`append` in a loop) ends in an error and not in swapping.
class Arena {
public:
    explicit Arena(std::size_t bytes_max) : bytes_left_(bytes_max) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// Never null: past the limit it returns valid memory once more and reports `exhausted`.
    void* allocate(std::size_t bytes);
    std::string_view copy(std::string_view text);
    Val* copy(const std::vector<Val>& items);
    template <typename T>
    T* create(std::size_t count = 1) {
        T* first = static_cast<T*>(allocate(sizeof(T) * count));
        for (std::size_t i = 0; i < count; ++i) {
            ::new (static_cast<void*>(first + i)) T{};
        }
        return first;
    }
    [[nodiscard]] bool exhausted() const { return exhausted_; }

private:
    static constexpr std::size_t kFirstBytes = 6 * 1024;
    alignas(16) char first_[kFirstBytes];
    char* next_ = first_;
    std::size_t left_ = kFirstBytes;
    std::size_t bytes_left_;
    bool exhausted_ = false;
    std::vector<std::unique_ptr<char[]>> blocks_;
};

/// What filters need of a render: memory, the clock, the escape rule and a place for an error.
struct Env {
    explicit Env(const RenderOptions& render_options, Escape escape_rule);

    Arena arena;
    const RenderOptions& options;
    Escape escape;
    std::string error;  // first error wins
    std::string scratch;

    /// Notes the error and returns nil, so that a filter can `return env.fail("…")`.
    Val fail(std::string_view message);
    [[nodiscard]] bool failed() const { return !error.empty(); }
    Val keep(std::string_view text) { return Val::of(arena.copy(text)); }
    Val keep(const std::vector<Val>& items) { return Val::list(arena.copy(items), items.size()); }
};

/// Ruby's to_s: lists and objects print like literals (`["a", 1]`, `{"a"=>1}`).
std::string_view text_of(Env& env, const Val& value);
/// What an output tag prints: lists are joined without a separator, nil prints nothing.
void append_output(std::string& out, const Val& value);
/// Ruby's to_s appended to `out`.
void append_text(std::string& out, const Val& value);
/// Ruby's Float#to_s: shortest digits that read back equal, `1.0`, `1.0e+20`.
void append_decimal(std::string& out, double value);

/// Liquid `==`: int and decimal compare by value, `blank` and `empty` by property.
bool equal(const Val& left, const Val& right);

/// Liquid `contains`: a part of a text, an item of a list, a key of an object.
bool contains(Env& env, const Val& left, const Val& right);

enum class Order : std::uint8_t { less, same, more, none };
/// Ruby's <=>; `none` when the kinds do not compare.
Order compare(const Val& left, const Val& right);

/// A member by name: object key, else `size`, `first`, `last`. Missing when there is none.
Val member(Env& env, const Val& object, std::string_view key);
/// `object[key]` with a computed key.
Val element(Env& env, const Val& object, const Val& key);
/// Pairs `[key, value]` of an object, as a loop over it sees them.
Val pair_at(Env& env, const Data& object, std::size_t index);

}  // namespace sluice::dsl::tpl
