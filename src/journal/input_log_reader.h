// SPDX-License-Identifier: Apache-2.0
//
// Reads an input log, record by record. A tail that was cut off (the process died while writing) is
// left out and said so; anything else that is wrong ends the reading with the place of the damage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "journal/bytes.h"
#include "journal/input_record.h"
#include "journal/record_decoder.h"
#include "journal/segment.h"

namespace signalbox::journal {

class InputLogReader {
 public:
  // `path` is any segment of the log, or a directory, of which the newest log is taken. Errors are
  // whole sentences.
  static Result<InputLogReader> open(const std::string& path);

  // The next record, or false at the end, in which case note() and damage() say more. Texts in the
  // record live until the next call.
  bool next(InputRecord& record);

  // How the log ended: what its end mark says, nullopt when it has none.
  std::optional<LogEnd> end() const { return end_; }
  // What a reader of the results should know: the tail that was cut off. Empty when nothing.
  const std::string& note() const { return note_; }
  // Where the log is damaged; empty when it is not.
  const std::string& damage() const { return damage_; }

  // False when its beginning was dropped, so that it cannot be replayed.
  bool from_start() const { return files_.segments.front().number == 1; }
  std::int64_t started_unix_nanos() const { return header_.started_unix_nanos; }
  const LogFiles& files() const { return files_; }

 private:
  explicit InputLogReader(LogFiles files) : files_(std::move(files)) {}

  bool load_segment();
  bool load_block();

  LogFiles files_;
  std::size_t next_segment_ = 0;
  SegmentHeader header_;  // of the present segment
  std::string path_;
  std::string bytes_;      // of the present segment
  std::size_t place_ = 0;  // of the next block
  std::size_t block_place_ = 0;
  std::string_view block_;      // what is left of the present block
  std::size_t block_size_ = 0;  // of the whole of it
  RecordDecoder decoder_;
  std::optional<LogEnd> end_;
  std::string note_;
  std::string damage_;
};

}  // namespace signalbox::journal
