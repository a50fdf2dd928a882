// SPDX-License-Identifier: Apache-2.0
//
// An input log as files: a row of bounded segments, each a header and a row of blocks, each block
// its length, a checksum and whole records. A process that dies in the middle of a write spoils the
// last block only.
//
//   segment = magic (8), version (2), reserved (2), number (4), log (8), started (8), CRC-32 (4)
//   block   = length of the payload (4), CRC-32 of length and payload (4), payload
//
// The files of one log differ in their number only: signalbox-20260102T030405.000000Z.0001.sblog
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signalbox::journal {

// To be raised whenever what is written changes, the core's own values included (describe.h).
inline constexpr std::uint16_t kFormatVersion = 6;
inline constexpr std::size_t kSegmentHeaderBytes = 36;
inline constexpr std::size_t kBlockHeaderBytes = 8;
inline constexpr std::string_view kSegmentSuffix = ".sblog";

struct SegmentHeader {
  std::uint16_t version = kFormatVersion;
  std::uint32_t number = 1;  // counts from 1
  std::uint64_t log = 0;     // the same in all segments of a log
  std::int64_t started_unix_nanos = 0;
};
std::string encode(const SegmentHeader& header);
// Refuses, in words for people, what is no input log, is damaged, or is of another version.
Result<SegmentHeader> decode_segment_header(std::string_view bytes);

// A block around `payload`.
std::string block_header(std::string_view payload);
// The payload of the block that begins at `place`, and moves `place` behind it.
enum class BlockFault { kNone, kCutShort, kChecksum };
BlockFault next_block(std::string_view segment, std::size_t& place, std::string_view& payload);

struct SegmentFile {
  std::string path;
  std::uint32_t number = 0;
  std::uint64_t bytes = 0;
};
struct LogFiles {
  std::string name;                   // of its files, without number and suffix
  std::vector<SegmentFile> segments;  // by number
};
std::string log_name(std::int64_t started_unix_nanos);
std::string segment_path(const std::string& directory, const std::string& name,
                         std::uint32_t number);
// The logs in a directory, oldest first; none when there is no such directory.
std::vector<LogFiles> find_logs(const std::string& directory);
// The log that this segment file is part of, or an error when it is not named like one.
Result<LogFiles> log_of_segment(const std::string& path);

}  // namespace signalbox::journal
