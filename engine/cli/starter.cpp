#include "engine/cli/starter.hpp"

#include "dsl/format/format.hpp"
#include "dsl/parser/lexer.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace sluice::cli {
namespace {

using dsl::parser::Token;
using dsl::parser::TokenKind;

constexpr std::string_view kFlowFolder = "flows/";
constexpr std::string_view kEnding = ".flow";

/// One declaration of the library with the comment above it.
struct Chunk {
    std::string_view path;
    std::string_view text;
    std::string_view kind;  // `flow`, `message`, `customer` …
    std::string_view name;
    std::vector<std::string_view> offers;  // its name, and the states of a lifecycle
    std::vector<std::string_view> wants;   // names it mentions
    std::vector<std::string_view> bodies;  // files it mentions
    std::string_view description;          // of a flow
};

/// A file cut into its declarations; `header` is the comment at its top that a blank line ends.
struct CutFile {
    std::string_view path;
    std::string_view header;
    std::vector<Chunk> chunks;
};

std::string_view unquoted(std::string_view text) {
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return quoted ? text.substr(1, text.size() - 2) : text;
}

/// Lines with their line ends.
std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
        lines.push_back(text.substr(0, length));
        text.remove_prefix(length);
    }
    return lines;
}

bool begins_declaration(std::string_view line) {
    return !line.empty() && line.front() >= 'a' && line.front() <= 'z';
}
bool is_comment(std::string_view line) {
    return line.starts_with('#');
}

/// Reads what a chunk is, offers and wants from its tokens.
class ChunkReader {
public:
    explicit ChunkReader(std::string_view text) {
        sources_.files.push_back({"", std::string(text)});
        dsl::parser::Problems problems(sources_, 0);
        tokens_ = dsl::parser::lex(problems).list;
    }

    void read(Chunk& chunk) const {
        chunk.kind = words(chunk, 0) == "catalog" ? "event" : words(chunk, 0);
        const std::size_t named = words(chunk, 0) == "catalog" ? 2 : 1;
        chunk.name = unquoted(words(chunk, named));
        chunk.description =
            kind(named + 1) == TokenKind::text ? unquoted(words(chunk, named + 1)) : "";
        chunk.offers.push_back(chunk.name);
        for (std::size_t at = named + 1; at < tokens_.size(); ++at) {
            read_token(chunk, at);
        }
    }

private:
    void read_token(Chunk& chunk, std::size_t at) const {
        if (kind(at) == TokenKind::name) {
            const bool state = chunk.kind == "lifecycle" && words(chunk, at - 1) == "state";
            (state ? chunk.offers : chunk.wants).push_back(words(chunk, at));
        } else if (kind(at) == TokenKind::text && words(chunk, at - 1) == "file") {
            chunk.bodies.push_back(unquoted(words(chunk, at)));
        }
    }
    [[nodiscard]] TokenKind kind(std::size_t at) const {
        return at < tokens_.size() ? tokens_[at].kind : TokenKind::end;
    }
    /// The words of a token, in the library's own text.
    [[nodiscard]] std::string_view words(const Chunk& chunk, std::size_t at) const {
        return at < tokens_.size() ? chunk.text.substr(tokens_[at].offset, tokens_[at].length)
                                   : std::string_view{};
    }

    dsl::SourceSet sources_;
    std::vector<Token> tokens_;
};

/// The lines from `first` to before `last` as one piece of the file.
std::string_view piece(const std::vector<std::string_view>& lines, std::size_t first,
                       std::size_t last) {
    if (first >= last) {
        return {};
    }
    const char* const begin = lines[first].data();
    const char* const end = lines[last - 1].data() + lines[last - 1].size();
    return {begin, static_cast<std::size_t>(end - begin)};
}

CutFile cut(const LibraryFile& file) {
    const auto lines = lines_of(file.text);
    std::vector<std::size_t> begins;  // first line of each chunk, its comment included
    for (std::size_t at = 0; at < lines.size(); ++at) {
        if (begins_declaration(lines[at])) {
            std::size_t first = at;
            while (first > 0 && is_comment(lines[first - 1])) {
                --first;
            }
            begins.push_back(first);
        }
    }
    CutFile out{file.path, piece(lines, 0, begins.empty() ? lines.size() : begins.front()), {}};
    begins.push_back(lines.size());
    for (std::size_t at = 0; at + 1 < begins.size(); ++at) {
        Chunk& chunk = out.chunks.emplace_back();
        chunk.path = file.path;
        chunk.text = piece(lines, begins[at], begins[at + 1]);
        ChunkReader(chunk.text).read(chunk);
    }
    return out;
}

bool is_flow_file(std::string_view path) {
    return path.starts_with(kFlowFolder) && path.ends_with(kEnding);
}

std::string starter_name(std::string_view path) {
    path.remove_prefix(kFlowFolder.size());
    path.remove_suffix(kEnding.size());
    return std::string(path);
}

/// Every word that could be the name of a field.
void collect_words(std::string_view text, std::set<std::string, std::less<>>& words) {
    const auto part = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && part(text[end])) {
            ++end;
        }
        if (end > at) {
            words.emplace(text.substr(at, end - at));
        }
        at = end + 1;
    }
}

class Cutter {
public:
    explicit Cutter(std::span<const LibraryFile> library) : library_(library) {
        for (const LibraryFile& file : library) {
            if (file.path.ends_with(kEnding)) {
                files_.push_back(cut(file));
            }
        }
    }

    std::vector<dsl::SourceFile> project(std::string_view flow_file) {
        for (const CutFile& file : files_) {
            for (const Chunk& chunk : file.chunks) {
                if (file.path == flow_file || chunk.kind == "policy" || chunk.kind == "customer") {
                    take(chunk);
                }
            }
        }
        std::vector<dsl::SourceFile> out = bodies();
        for (const CutFile& file : files_) {
            write(file, out);
        }
        std::sort(out.begin(), out.end(),
                  [](const auto& a, const auto& b) { return a.path < b.path; });
        lay_out(out);
        return out;
    }

private:
    void take(const Chunk& chunk) {
        if (!taken_.insert(&chunk).second) {
            return;
        }
        for (const std::string_view wanted : chunk.wants) {
            for (const CutFile& file : files_) {
                take_named(file, wanted);
            }
        }
    }
    /// A flow is only needed for itself: another one of the same name as a message is not meant.
    void take_named(const CutFile& file, std::string_view wanted) {
        for (const Chunk& chunk : file.chunks) {
            const bool offered = chunk.kind != "flow" && chunk.kind != "test" &&
                                 std::count(chunk.offers.begin(), chunk.offers.end(), wanted) > 0;
            if (offered) {
                take(chunk);
            }
        }
    }

    std::vector<dsl::SourceFile> bodies() {
        std::set<std::string_view> paths;
        for (const Chunk* chunk : taken_) {
            paths.insert(chunk->bodies.begin(), chunk->bodies.end());
            if (chunk->kind != "customer") {
                collect_words(chunk->text, words_);
            }
        }
        std::vector<dsl::SourceFile> out;
        for (const LibraryFile& file : library_) {
            if (paths.contains(file.path)) {
                collect_words(file.text, words_);
                out.push_back({std::string(file.path), std::string(file.text)});
            }
        }
        return out;
    }

    void write(const CutFile& file, std::vector<dsl::SourceFile>& out) const {
        std::string text;
        for (const Chunk& chunk : file.chunks) {
            if (taken_.contains(&chunk)) {
                text += chunk.kind == "customer" ? used_fields(chunk.text) : chunk.text;
            }
        }
        if (!text.empty()) {
            out.push_back({std::string(file.path), std::string(file.header) + text});
        }
    }

    /// The customer without the lines of fields nobody mentions.
    [[nodiscard]] std::string used_fields(std::string_view text) const {
        std::string out;
        for (const std::string_view line : lines_of(text)) {
            const std::size_t begin = line.find_first_not_of(' ');
            const bool field = begin != 0 && begin != std::string_view::npos &&
                               line[begin] >= 'a' && line[begin] <= 'z';
            const std::string_view word =
                field ? line.substr(begin, line.find(' ', begin) - begin) : std::string_view{};
            if (!field || words_.contains(word)) {
                out += line;
            }
        }
        return out;
    }

    static void lay_out(std::vector<dsl::SourceFile>& files) {
        for (dsl::SourceFile& file : files) {
            if (file.path.ends_with(kEnding)) {
                dsl::SourceSet sources;
                sources.files.push_back(file);
                file.text = dsl::format(sources, 0).text;
            }
        }
    }

    std::span<const LibraryFile> library_;
    std::vector<CutFile> files_;
    std::set<const Chunk*> taken_;
    std::set<std::string, std::less<>> words_ = {"email", "phone"};  // where messages go
};

}  // namespace

std::vector<StarterInfo> list_starters(std::span<const LibraryFile> library) {
    std::vector<StarterInfo> out;
    for (const LibraryFile& file : library) {
        if (!is_flow_file(file.path)) {
            continue;
        }
        for (const Chunk& chunk : cut(file).chunks) {
            if (chunk.kind == "flow") {
                out.push_back({starter_name(file.path), std::string(chunk.name),
                               std::string(chunk.description)});
                break;
            }
        }
    }
    return out;
}

std::optional<std::vector<dsl::SourceFile>> make_starter(std::span<const LibraryFile> library,
                                                         const std::string& name) {
    for (const LibraryFile& file : library) {
        if (is_flow_file(file.path) && starter_name(file.path) == name) {
            return Cutter(library).project(file.path);
        }
    }
    return std::nullopt;
}

}  // namespace sluice::cli
