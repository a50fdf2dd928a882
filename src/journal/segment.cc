// SPDX-License-Identifier: Apache-2.0
//
// Headers, checksums and file names; see segment.h.
#include "journal/segment.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <map>

#include "journal/bytes.h"

namespace signalbox::journal {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "SBINLOG\n";
constexpr std::string_view kNamePrefix = "signalbox-";
constexpr std::size_t kNumberDigits = 4;

std::uint32_t checksum(std::string_view first, std::string_view second = {}) {
  uLong sum = crc32_z(0, nullptr, 0);
  for (const auto part : {first, second}) {
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(part.data()), part.size());
  }
  return static_cast<std::uint32_t>(sum);
}

// "signalbox-...Z.0001.sblog" into name and number; number 0 when it is named otherwise.
SegmentFile parse_file_name(const std::string& file, std::string& name) {
  SegmentFile segment;
  if (!file.starts_with(kNamePrefix) || !file.ends_with(kSegmentSuffix)) return segment;
  const std::string stem = file.substr(0, file.size() - kSegmentSuffix.size());
  const auto dot = stem.rfind('.');
  if (dot == std::string::npos || stem.size() - dot - 1 < kNumberDigits) return segment;
  const char* begin = stem.data() + dot + 1;
  const char* end = stem.data() + stem.size();
  std::uint32_t number = 0;
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error != std::errc{} || stop != end) return segment;
  name = stem.substr(0, dot);
  segment.number = number;
  return segment;
}

}  // namespace

std::string encode(const SegmentHeader& header) {
  std::string out(kMagic);
  ByteWriter bytes(out);
  bytes.u8(static_cast<std::uint8_t>(header.version));
  bytes.u8(static_cast<std::uint8_t>(header.version >> 8U));
  bytes.u8(0);
  bytes.u8(0);
  bytes.u32(header.number);
  bytes.u64(header.log);
  bytes.u64(static_cast<std::uint64_t>(header.started_unix_nanos));
  bytes.u32(checksum(out));
  return out;
}

Result<SegmentHeader> decode_segment_header(std::string_view bytes) {
  if (bytes.size() < kMagic.size() || !bytes.starts_with(kMagic)) {
    return Error{"is not an input log of Signalbox (it begins otherwise)"};
  }
  if (bytes.size() < kSegmentHeaderBytes) return Error{"ends inside its header"};
  ByteReader reader(bytes.substr(0, kSegmentHeaderBytes));
  reader.raw(kMagic.size());
  SegmentHeader header;
  header.version = reader.u8();
  header.version = static_cast<std::uint16_t>(header.version | reader.u8() << 8);
  reader.raw(2);
  header.number = reader.u32();
  header.log = reader.u64();
  header.started_unix_nanos = static_cast<std::int64_t>(reader.u64());
  const bool intact = reader.u32() == checksum(bytes.substr(0, kSegmentHeaderBytes - 4));
  if (!intact) return Error{"is damaged in its header (bytes 0 to 35)"};
  if (header.version != kFormatVersion) {
    return Error{fmt::format(
        "is an input log of format {}, and this binary reads format {}; replay it with the {} of "
        "Signalbox that wrote it",
        header.version, kFormatVersion,
        header.version > kFormatVersion ? "newer version" : "older version")};
  }
  return header;
}

std::string block_header(std::string_view payload) {
  std::string out;
  ByteWriter bytes(out);
  bytes.u32(static_cast<std::uint32_t>(payload.size()));
  bytes.u32(checksum(out, payload));
  return out;
}

BlockFault next_block(std::string_view segment, std::size_t& place, std::string_view& payload) {
  ByteReader reader(segment.substr(place));
  const std::string_view length = segment.substr(place, 4);
  const std::uint32_t size = reader.u32();
  const std::uint32_t sum = reader.u32();
  payload = reader.raw(size);
  if (!reader.ok()) return BlockFault::kCutShort;
  if (sum != checksum(length, payload)) return BlockFault::kChecksum;
  place += kBlockHeaderBytes + size;
  return BlockFault::kNone;
}

std::string log_name(std::int64_t started_unix_nanos) {
  using namespace std::chrono;
  const sys_time<nanoseconds> at{nanoseconds{started_unix_nanos}};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{floor<microseconds>(at - day)};
  return fmt::format("{}{:04}{:02}{:02}T{:02}{:02}{:02}.{:06}Z", kNamePrefix,
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

std::string segment_path(const std::string& directory, const std::string& name,
                         std::uint32_t number) {
  return (fs::path(directory) / fmt::format("{}.{:04}{}", name, number, kSegmentSuffix)).string();
}

std::vector<LogFiles> find_logs(const std::string& directory) {
  std::map<std::string, LogFiles> logs;  // names sort by time
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name;
    SegmentFile segment = parse_file_name(entry->path().filename().string(), name);
    if (segment.number == 0) continue;
    segment.path = entry->path().string();
    std::error_code no_size;
    const auto bytes = fs::file_size(entry->path(), no_size);
    segment.bytes = no_size ? 0 : bytes;
    logs[name].segments.push_back(std::move(segment));
  }
  std::vector<LogFiles> out;
  for (auto& [name, log] : logs) {
    log.name = name;
    std::sort(log.segments.begin(), log.segments.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    out.push_back(std::move(log));
  }
  return out;
}

Result<LogFiles> log_of_segment(const std::string& path) {
  std::string name;
  const fs::path file(path);
  if (parse_file_name(file.filename().string(), name).number == 0) {
    return Error{fmt::format("{} is not named like a segment of an input log ({}...{})", path,
                             kNamePrefix, kSegmentSuffix)};
  }
  const std::string directory = file.has_parent_path() ? file.parent_path().string() : ".";
  for (auto& log : find_logs(directory)) {
    if (log.name == name) return std::move(log);
  }
  return Error{fmt::format("{}: there is no such file", path)};
}

}  // namespace signalbox::journal
