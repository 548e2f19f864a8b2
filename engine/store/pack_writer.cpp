#include "engine/store/pack_writer.hpp"

namespace sluice {

void PackWriter::start(std::int64_t first_id) {
    used_ = 0;
    first_id_ = first_id;
}

PackWriter::Pack& PackWriter::room_for(std::size_t bytes) {
    if (used_ > 0 && packs_[used_ - 1].body.size() + bytes <= kPackBytes) {
        return packs_[used_ - 1];
    }
    if (used_ == packs_.size()) {
        packs_.emplace_back();
    }
    Pack& pack = packs_[used_];
    pack.id = next_id();
    pack.body.clear();
    ++used_;
    return pack;
}

Locator PackWriter::append_encoded(std::string_view frame) {
    Pack& pack = room_for(frame.size());
    Locator at = Locator::of(pack.id, pack.body.size());
    pack.body.append(frame);
    return at;
}

}  // namespace sluice
