#include "tests/docs/blocks.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace sluice::docs {
namespace {

constexpr std::string_view kFence = "```";

void read_info(std::string_view info, Block& block) {
    std::string words(info);
    std::replace(words.begin(), words.end(), ',', ' ');
    std::istringstream in(words);
    in >> block.kind;
    for (std::string word; in >> word;) {
        const std::size_t equals = word.find('=');
        const bool flag = equals == std::string::npos;
        block.says[word.substr(0, equals)] = flag ? std::string() : word.substr(equals + 1);
    }
}

/// `[text](target)`; a code span holds none.
void read_links(std::string_view line, std::size_t number, std::vector<Link>& links) {
    bool code = false;
    for (std::size_t at = 0; at < line.size(); ++at) {
        code = line[at] == '`' ? !code : code;
        if (code || line.substr(at, 2) != "](") {
            continue;
        }
        const std::size_t end = line.find(')', at);
        if (end != std::string_view::npos) {
            links.push_back({std::string(line.substr(at + 2, end - at - 2)), number});
        }
    }
}

class Reader {
public:
    explicit Reader(Page& page) : page_(page) {}

    void line(std::string_view text, std::size_t offset) {
        ++number_;
        if (text.starts_with(kFence)) {
            return fence(text, offset, offset + text.size() + 1);
        }
        if (open_) {
            return;
        }
        if (text.starts_with('#')) {
            page_.anchors.push_back(unique(anchor_of(text.substr(text.find_first_not_of("# ")))));
        }
        read_links(text, number_, page_.links);
    }

    void finish() {
        if (open_) {
            page_.open_block = "line " + std::to_string(open_->line) + ": never closed";
        }
    }

private:
    void fence(std::string_view text, std::size_t offset, std::size_t next) {
        if (!open_) {
            open_.emplace();
            read_info(text.substr(kFence.size()), *open_);
            open_->line = number_;
            open_->begin = next;
            return;
        }
        if (text != kFence) {
            page_.open_block = "line " + std::to_string(number_) + ": a block inside a block";
        }
        open_->end = offset;
        open_->text = page_.text.substr(open_->begin, open_->end - open_->begin);
        page_.blocks.push_back(std::move(*open_));
        open_.reset();
    }

    /// The second heading of a name gets `-1` behind it.
    std::string unique(const std::string& anchor) {
        const std::size_t before = seen_[anchor]++;
        return before == 0 ? anchor : anchor + "-" + std::to_string(before);
    }

    Page& page_;
    std::optional<Block> open_;
    std::map<std::string, std::size_t> seen_;
    std::size_t number_ = 0;
};

}  // namespace

std::string Block::at(const std::string& key) const {
    const auto found = says.find(key);
    return found == says.end() ? std::string() : found->second;
}

Page read_page(const std::filesystem::path& path, std::string text) {
    Page page{path, std::move(text), {}, {}, {}, {}};
    Reader reader(page);
    for (std::size_t at = 0; at < page.text.size();) {
        const std::size_t end = std::min(page.text.find('\n', at), page.text.size());
        reader.line(std::string_view(page.text).substr(at, end - at), at);
        at = end + 1;
    }
    reader.finish();
    return page;
}

std::string anchor_of(std::string_view heading) {
    std::string out;
    for (const char c : heading) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
            out += static_cast<char>(std::tolower(byte));
        } else if (c == ' ') {
            out += '-';
        }
    }
    return out;
}

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::filesystem::path language_folder() {
    return std::filesystem::path(SLUICE_SOURCE_DIR) / "docs/language";
}

std::vector<Page> all_pages() {
    std::vector<Page> out;
    const std::filesystem::path folder = language_folder();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() == ".md") {
            out.push_back(read_page(std::filesystem::relative(entry.path(), folder),
                                    read_text(entry.path())));
        }
    }
    std::sort(out.begin(), out.end(), [](const Page& a, const Page& b) { return a.path < b.path; });
    return out;
}

}  // namespace sluice::docs
