// SPDX-License-Identifier: Apache-2.0
//
// Files of our own, as a crash, a full disk or a stranger may have left them.
#include <string>

#include "fuzz/target.h"
#include "journal/record_decoder.h"
#include "journal/segment.h"

namespace signalbox::fuzz {

void journal_segment(std::string_view bytes) {
  if (const auto header = journal::decode_segment_header(bytes); header.ok()) {
    require(bytes.starts_with(journal::encode(*header).substr(0, 10)), "another header");
  }
  std::size_t place = 0;
  while (place < bytes.size()) {
    const std::size_t before = place;
    std::string_view payload;
    if (journal::next_block(bytes, place, payload) != journal::BlockFault::kNone) break;
    require(place > before && place <= bytes.size(), "a block that ends nowhere");
  }
  // No checksum is guessed, so a whole block is given as well.
  const std::string block = journal::block_header(bytes) + std::string(bytes);
  std::string_view payload;
  place = 0;
  require(journal::next_block(block, place, payload) == journal::BlockFault::kNone &&
              payload == bytes && place == block.size(),
          "a block that does not come back");
}

void journal_records(std::string_view bytes) {
  journal::RecordDecoder decoder;
  decoder.begin_segment();
  journal::ByteReader reader(bytes);
  journal::InputRecord record;
  while (!reader.at_end()) {
    const std::size_t before = reader.left();
    if (!decoder.next(reader, record)) {
      require(!decoder.refusal().empty(), "no reason given");
      return;
    }
    require(reader.left() < before, "a record of no bytes");
  }
}

}  // namespace signalbox::fuzz
