#include "dsl/parser/lexer.hpp"

#include "dsl/parser/keywords.hpp"
#include "dsl/parser/letters.hpp"
#include "dsl/value.hpp"

#include <algorithm>
#include <bit>

namespace sluice::dsl::parser {

namespace {

class Lexer {
public:
    explicit Lexer(Problems& problems) : problems_(problems), text_(problems.source()) {
        out_.list.reserve(text_.size() / 5 + 8);
    }

    Tokens run() {
        if (text_.starts_with("\xEF\xBB\xBF")) {
            line_start_ = at_ = 3;  // a byte order mark is not part of the first line
        }
        while (at_ < text_.size()) {
            step();
        }
        Token end = token(TokenKind::end, 0);
        end.bol = true;
        out_.list.push_back(end);
        return std::move(out_);
    }

private:
    [[nodiscard]] unsigned char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? static_cast<unsigned char>(text_[at_ + ahead]) : 0;
    }
    [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }

    [[nodiscard]] Token token(TokenKind kind, std::size_t length) const {
        Token t;
        t.kind = kind;
        t.offset = static_cast<std::uint32_t>(at_);
        t.length = static_cast<std::uint32_t>(length);
        t.line = line_;
        t.column = static_cast<std::uint32_t>(at_ - line_start_ + 1);
        t.bol = bol_;
        return t;
    }

    Token& push(TokenKind kind, std::size_t length) {
        out_.list.push_back(token(kind, length));
        at_ += length;
        bol_ = false;
        return out_.list.back();
    }

    void step() {
        const unsigned char c = peek();
        if (c == ' ' || c == '\t' || c == '\r') {
            at_ = std::min(text_.find_first_not_of(' ', at_ + 1), text_.size());
        } else if (c == '\n') {
            ++at_;
            ++line_;
            line_start_ = at_;
            bol_ = true;
        } else if (small(c)) {
            word();
        } else if (capital(c)) {
            name();
        } else if (digit(c)) {
            number(0);
        } else if (c == '"') {
            text();
        } else if (c == '#') {
            comment();
        } else if (c >= 0x80) {
            beyond_ascii();
        } else {
            punctuation(c);
        }
    }

    // ---- words and names

    /// Length of the letter of two or more bytes at `ahead`; 0 when there is none. Letters are
    /// taken to start at byte C3; what is below or in the blocks of punctuation and pictures is
    /// not part of a word.
    [[nodiscard]] std::size_t foreign_letter(std::size_t ahead) const {
        const unsigned char lead = peek(ahead);
        const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        const bool picture = lead == 0xF0 && peek(ahead + 1) == 0x9F;
        const bool symbol = lead == 0xE2 || lead == 0xEF;
        if (lead < 0xC3 || lead > 0xF4 || picture || symbol) {
            return 0;
        }
        for (std::size_t i = 1; i < length; ++i) {
            if ((peek(ahead + i) & 0xC0U) != 0x80U) {
                return 0;
            }
        }
        return length;
    }

    /// Length of the rest of a word, from `ahead`: letters, digits, `_`, and `-` between them.
    [[nodiscard]] std::size_t word_end(std::size_t ahead) const {
        for (;;) {
            const char* const begin = text_.data() + at_;
            const std::size_t length = text_.size() - at_;
            if (std::endian::native == std::endian::little && ahead + 8 <= length) {
                ahead += small_letters(begin + ahead);
            }
            while (ahead < length && kWordBytes[static_cast<unsigned char>(begin[ahead])]) {
                ++ahead;
            }
            const unsigned char c = peek(ahead);
            if (c == '-' &&
                (small(peek(ahead + 1)) || capital(peek(ahead + 1)) || digit(peek(ahead + 1)))) {
                ++ahead;
            } else if (c >= 0x80 && foreign_letter(ahead) != 0) {
                ahead += foreign_letter(ahead);
            } else {
                return ahead;
            }
        }
    }

    [[nodiscard]] bool starts_name(std::size_t ahead) const {
        const unsigned char c = peek(ahead);
        // The lowercase letters of Latin-1 begin no name; every other foreign letter may.
        const bool latin_small = c == 0xC3 && peek(ahead + 1) >= 0x9F;
        return capital(c) || (c >= 0x80 && !latin_small && foreign_letter(ahead) != 0);
    }

    void word() {
        const std::size_t length = word_end(0);
        const std::uint16_t number = keyword(rest().substr(0, length));
        push(TokenKind::word, length).word = number;
    }

    void name() {
        const std::size_t first = word_end(0);
        if (shouted(0, first)) {
            const std::string_view lower = rest().starts_with('A')   ? "and"
                                           : rest().starts_with('O') ? "or"
                                                                     : "not";
            habit(first, lower, "Joining words are written in small letters here");
            push(TokenKind::word, first).word = keyword(lower);
            return;
        }
        std::size_t length = first;
        while (peek(length) == ' ' && starts_name(length + 1)) {
            const std::size_t next = word_end(length + 1);
            if (shouted(length + 1, next)) {
                break;
            }
            length = next;
        }
        push(TokenKind::name, length);
    }

    /// `AND`, `OR`, `NOT` as a word of their own.
    [[nodiscard]] bool shouted(std::size_t begin, std::size_t end) const {
        if (end - begin > 3) {
            return false;
        }
        const std::string_view part = rest().substr(begin, end - begin);
        return part == "AND" || part == "OR" || part == "NOT";
    }

    // ---- numbers, times, dates

    [[nodiscard]] std::size_t digits_end(std::size_t ahead) const {
        while (digit(peek(ahead))) {
            ++ahead;
        }
        return ahead;
    }

    /// The first digits from `ahead`, at most `most` of them and four at all.
    [[nodiscard]] int small_number(std::size_t ahead, std::size_t most) const {
        int number = 0;
        for (std::size_t i = 0; i < std::min<std::size_t>(most, 4); ++i) {
            if (!digit(peek(ahead + i))) {
                break;
            }
            number = number * 10 + (peek(ahead + i) - '0');
        }
        return number;
    }

    void number(std::size_t sign) {
        const std::size_t whole = digits_end(sign);
        if (sign == 0 && whole == 4 && peek(4) == '-' && digit(peek(5))) {
            date();
            return;
        }
        if (sign == 0 && whole <= 2 && peek(whole) == ':' && digit(peek(whole + 1))) {
            time(whole);
            return;
        }
        std::size_t length = whole;
        if (peek(length) == '.' && digit(peek(length + 1))) {
            length = digits_end(length + 1);
        }
        if (const std::size_t half = half_day(length); sign == 0 && half != 0) {
            twelve_hours(whole, whole, half);
            return;
        }
        const bool percent = peek(length) == '%';
        const auto value = parse_decimal(rest().substr(0, length));
        const std::size_t all = percent ? length + 1 : length;
        const std::string_view glued = rest().substr(length, word_end(length) - length);
        if (!percent && !glued.empty() && keyword(glued) != 0) {
            habit(length + glued.size(),
                  std::string(rest().substr(0, length)) + " " + std::string(glued),
                  "A space stands between a number and its unit");
        } else if (!percent && !glued.empty()) {
            bad(length + glued.size(), "This is neither a number nor a word:",
                "A word starts with a letter. Put it in quotes if it is a name.");
            push(TokenKind::number, length + glued.size()).value = value.value_or(0);
            return;
        }
        if (!value) {
            bad(all, "This number is too large for me:", "");
        }
        push(percent ? TokenKind::percent : TokenKind::number, all).value = value.value_or(0);
    }

    void date() {
        std::size_t length = 4;
        while (digit(peek(length)) || (peek(length) == '-' && digit(peek(length + 1)))) {
            ++length;
        }
        const auto days = length == 10 ? parse_date(rest().substr(0, 10)) : std::nullopt;
        if (!days) {
            bad(length, "There is no such day:", "Dates are written year-month-day: `2026-11-27`.");
        }
        push(TokenKind::date, length).value = days.value_or(0);
    }

    void time(std::size_t hour_digits) {
        const std::size_t length = digits_end(hour_digits + 1);
        if (const std::size_t half = half_day(length); half != 0) {
            twelve_hours(hour_digits, length, half);
            return;
        }
        const int hours = small_number(0, hour_digits);
        const int minutes = small_number(hour_digits + 1, 2);
        const bool shape = length == hour_digits + 3;
        if (!shape || hours > 23 || minutes > 59) {
            Diagnostic d = problem(shape ? "E305" : "E104", length);
            d.message = shape ? "There is no such time of day:" : "I cannot read this time:";
            d.help = "Times run from `00:00` to `23:59`.";
            d.help +=
                hours == 24 && minutes == 0 ? " The end of a day is `00:00` of the next." : "";
            report(std::move(d));
        } else if (hour_digits == 1) {
            habit(length, "0" + std::string(rest().substr(0, length)),
                  "Hours have two digits here");
        }
        const bool fine = shape && hours < 24 && minutes < 60;
        push(TokenKind::time, length).value = fine ? hours * 60 + minutes : 0;
    }

    /// Length up to the end of `am` or `pm` behind `ahead`; 0 when there is none.
    [[nodiscard]] std::size_t half_day(std::size_t ahead) const {
        if (peek(ahead) == ' ') {
            ++ahead;
        }
        const unsigned char half = peek(ahead) | 0x20U;
        const bool am_pm = (half == 'a' || half == 'p') && (peek(ahead + 1) | 0x20U) == 'm';
        return am_pm && word_end(ahead) == ahead + 2 ? ahead + 2 : 0;
    }

    void twelve_hours(std::size_t hour_digits, std::size_t digits, std::size_t length) {
        const int hour = small_number(0, hour_digits);
        const int minute = digits > hour_digits ? small_number(hour_digits + 1, 2) : 0;
        const bool afternoon = (peek(length - 2) | 0x20U) == 'p';
        const int hours = hour % 12 + (afternoon ? 12 : 0);
        if (hour < 1 || hour > 12 || minute > 59) {
            bad(length, "There is no such time of day:", "Times are written 24-hour: `09:30`.");
            push(TokenKind::time, length);
            return;
        }
        std::string clock = std::to_string(100 + hours).substr(1) + ":";
        clock += std::to_string(100 + minute).substr(1);
        habit(length, clock, "Times are written 24-hour");
        push(TokenKind::time, length).value = hours * 60 + minute;
    }

    // ---- texts

    [[nodiscard]] std::size_t line_length() const {
        const std::size_t end = std::min(text_.find('\n', at_), text_.size());
        return end > at_ && text_[end - 1] == '\r' ? end - at_ - 1 : end - at_;
    }

    void text() {
        const std::string_view line = rest().substr(0, line_length());
        std::size_t quote = line.find('"', 1);
        // A quote behind an odd number of backslashes is one of the text's own.
        while (quote != std::string_view::npos && line[quote - 1] == '\\') {
            const std::size_t before = line.find_last_not_of('\\', quote - 1);
            const std::size_t slashes = quote - 1 - before;
            if (slashes % 2 == 0) {
                break;
            }
            quote = line.find('"', quote + 1);
        }
        if (quote == std::string_view::npos) {
            unfinished_text(line.size());
        } else {
            finished_text(quote + 1);
        }
    }

    void finished_text(std::size_t length) {
        if (!valid_utf8(rest().substr(0, length))) {
            bad(length, "This text is not valid UTF-8:",
                "Save the file as UTF-8; editors offer that when saving.");
        }
        push(TokenKind::text, length);
    }

    void unfinished_text(std::size_t length) {
        while (length > 1 && (text_[at_ + length - 1] == ' ' || text_[at_ + length - 1] == '\t')) {
            --length;
        }
        Diagnostic d = problem("E104", length);
        d.message = "This text has no closing quote on its line:";
        d.help = "A text starts and ends on one line. Long messages live in a file of their own.";
        report(std::move(d));
        const std::string braces = unpaired_braces(rest().substr(0, length));
        push(TokenKind::text, length).unclosed = true;
        // Braces behind the forgotten quote still hold the file together.
        for (const char c : braces) {
            push(c == '{' ? TokenKind::left_brace : TokenKind::right_brace, 0).inserted = true;
        }
    }

    /// Pairs such as `{customer.first_name}` inside a text are placeholders, not blocks.
    static std::string unpaired_braces(std::string_view swallowed) {
        std::string open;
        for (const char c : swallowed) {
            if (c == '}' && open.ends_with('{')) {
                open.pop_back();
            } else if (c == '{' || c == '}') {
                open += c;
            }
        }
        return open;
    }

    static bool valid_utf8(std::string_view text) {
        unsigned char all = 0;
        for (const char c : text) {
            all |= static_cast<unsigned char>(c);
        }
        if (all < 0x80) {
            return true;
        }
        for (std::size_t i = 0; i < text.size();) {
            const auto lead = static_cast<unsigned char>(text[i]);
            const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
            if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || i + length > text.size()) {
                return false;
            }
            for (std::size_t k = 1; k < length; ++k) {
                if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80U) {
                    return false;
                }
            }
            i += length;
        }
        return true;
    }

    // ---- the rest

    void comment() {
        const std::size_t length = line_length();
        out_.comments.push_back(
            {static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(length), line_, bol_});
        at_ += length;
    }

    void beyond_ascii() {
        static constexpr std::string_view kSpaces[] = {"\xC2\xA0", "\xE2\x80\x8B", "\xEF\xBB\xBF",
                                                       "\xE2\x80\xAF"};
        for (const std::string_view space : kSpaces) {
            if (rest().starts_with(space)) {
                at_ += space.size();  // pasted from a web page; it looks like a space and is one
                return;
            }
        }
        if (rest().starts_with("\xE2\x80\x9C") || rest().starts_with("\xE2\x80\x9D") ||
            rest().starts_with("\xE2\x80\x9E")) {
            curly_text();
            return;
        }
        if (starts_name(0)) {
            name();
            return;
        }
        if (foreign_letter(0) != 0) {
            word();
            return;
        }
        strange();
    }

    void curly_text() {
        const std::string_view line = rest().substr(0, line_length());
        for (const std::string_view close : {"\xE2\x80\x9D", "\xE2\x80\x9C", "\""}) {
            const std::size_t end = line.find(close, 3);
            if (end != std::string_view::npos) {
                habit(end + close.size(), "\"" + std::string(line.substr(3, end - 3)) + "\"",
                      "Texts stand in straight quotes");
                push(TokenKind::text, end + close.size());
                return;
            }
        }
        unfinished_text(line.size());
    }

    void strange() {
        std::size_t length = 1;
        while (peek(length) >= 0x80 && foreign_letter(length) == 0) {
            ++length;
        }
        const bool readable = valid_utf8(rest().substr(0, length));
        bad(length, readable ? "I do not know this character:" : "These bytes are not UTF-8 text:",
            readable ? "It may stand inside a text in quotes only."
                     : "Save the file as UTF-8; editors offer that when saving.");
        at_ += length;
        bol_ = false;
    }

    void punctuation(unsigned char c) {
        switch (c) {
            case '{':
                push(TokenKind::left_brace, 1);
                return;
            case '}':
                push(TokenKind::right_brace, 1);
                return;
            case '(':
                push(TokenKind::left_paren, 1);
                return;
            case ')':
                push(TokenKind::right_paren, 1);
                return;
            case '[':
                push(TokenKind::left_bracket, 1);
                return;
            case ']':
                push(TokenKind::right_bracket, 1);
                return;
            case ',':
                push(TokenKind::comma, 1);
                return;
            case '.':
                push(TokenKind::dot, 1);
                return;
            default:
                operators(c);
        }
    }

    void operators(unsigned char c) {
        const bool equal = peek(1) == '=';
        if (c == '=') {
            push(equal ? TokenKind::equals : TokenKind::assign, equal ? 2 : 1);
        } else if (c == '>') {
            push(equal ? TokenKind::greater_equal : TokenKind::greater, equal ? 2 : 1);
        } else if (c == '<' && peek(1) == '>') {
            push(TokenKind::not_equals, 2);
        } else if (c == '<') {
            push(equal ? TokenKind::less_equal : TokenKind::less, equal ? 2 : 1);
        } else if (c == '!' && equal) {
            push(TokenKind::not_equals, 2);
        } else if (c == '@' && word_end(1) > 1) {
            push(TokenKind::label, word_end(1));
        } else if (c == '-' && digit(peek(1))) {
            number(1);
        } else {
            habits(c);
        }
    }

    void habits(unsigned char c) {
        if ((c == '&' || c == '|') && peek(1) == c) {
            const std::string_view word = c == '&' ? "and" : "or";
            habit(2, word, "Conditions are joined by words");
            push(TokenKind::word, 2).word = keyword(word);
        } else if (c == '!') {
            const bool glued = word_end(1) != 1;
            habit(1, glued ? "not " : "not", "Conditions are turned round by a word");
            push(TokenKind::word, 1).word = kw("not");
        } else if (c == '/' && peek(1) == '/') {
            habit(2, "#", "Comments start with a number sign");
            comment();
        } else if (c == ';') {
            habit(1, "", "Nothing is needed at the end of a line");
            ++at_;
        } else if (c == '\'') {
            quoted_once();
        } else {
            one_strange(c);
        }
    }

    void quoted_once() {
        const std::string_view line = rest().substr(0, line_length());
        const std::size_t end = line.find('\'', 1);
        if (end == std::string_view::npos) {
            unfinished_text(line.size());
            return;
        }
        habit(end + 1, "\"" + std::string(line.substr(1, end - 1)) + "\"",
              "Texts stand in double quotes");
        push(TokenKind::text, end + 1);
    }

    void one_strange(unsigned char c) {
        const bool control = c < 0x20 || c == 0x7F;
        bad(1,
            control ? "There is a character here that cannot be seen:"
                    : "I do not know this character:",
            control ? "Delete it." : "It may stand inside a text in quotes only.");
        ++at_;
        bol_ = false;
    }

    // ---- reports

    [[nodiscard]] Diagnostic problem(std::string_view code, std::size_t length) const {
        Diagnostic d;
        d.code = code;
        d.span = span_of(token(TokenKind::end, length), problems_.file());
        return d;
    }

    void report(Diagnostic d) {
        // The first problem of a line is the cause of the others.
        if (!problems_.muted(line_, line_)) {
            problems_.add(std::move(d));
        }
        problems_.mute(line_);
    }

    void bad(std::size_t length, std::string_view message, std::string_view help) {
        Diagnostic d = problem("E104", length);
        d.message = message;
        d.help = help;
        report(std::move(d));
    }

    /// The line stays readable: the token stands for what was meant.
    void habit(std::size_t length, std::string_view instead, std::string_view rule) {
        Diagnostic d = problem("E120", length);
        const std::string shown(instead.ends_with(' ') ? instead.substr(0, instead.size() - 1)
                                                       : instead);
        d.message = std::string(rule) + (shown.empty() ? ":" : ": `" + for_message(shown) + "`.");
        d.fix = Fix{d.span, std::string(instead)};
        problems_.add(std::move(d));
    }

    Problems& problems_;
    std::string_view text_;
    Tokens out_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    std::uint32_t line_ = 1;
    bool bol_ = true;
};

}  // namespace

Tokens lex(Problems& problems) {
    return Lexer(problems).run();
}

}  // namespace sluice::dsl::parser
