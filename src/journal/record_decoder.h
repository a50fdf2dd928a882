// SPDX-License-Identifier: Apache-2.0
//
// Records into calls: the reading half of record_format.h. Whatever bytes it is given, it ends in a
// record or in a refusal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "journal/bytes.h"
#include "journal/input_record.h"
#include "journal/record_format.h"

namespace signalbox::journal {

class RecordDecoder {
 public:
  // Forgets what a segment remembers.
  void begin_segment();

  // Takes the next whole record from `bytes` into `record`; texts in it live until the next call.
  // Returns false, with a reason in refusal(), when these bytes are no record. REQUIRES: bytes are
  // left.
  bool next(ByteReader& bytes, InputRecord& record);
  const std::string& refusal() const { return refusal_; }

 private:
  struct Name {
    std::string path, model;
  };

  bool refuse(std::string why);
  bool decode(RecordKind kind, ByteReader payload, InputRecord& record);
  RequestId get_id(ByteReader& bytes);
  void get_names(ByteReader& bytes, RequestMade& request);
  void get_decided(ByteReader& bytes, RequestId own, InputRecord& record);
  bool get_spec(ByteReader& bytes, core::FleetSpec& spec);

  std::string whole_;  // a payload of several pieces
  TimePoint last_{};
  LatestIds latest_;
  std::vector<Name> names_;
  std::string refusal_;
};

}  // namespace signalbox::journal
