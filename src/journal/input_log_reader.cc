// SPDX-License-Identifier: Apache-2.0
//
// Segments, blocks, records; see input_log_reader.h.
#include "journal/input_log_reader.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

namespace signalbox::journal {

namespace {

namespace fs = std::filesystem;

Result<std::string> read_file(const std::string& path) {
  errno = 0;
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return Error{fmt::format("{}: {}", path, std::strerror(errno))};
  std::error_code unknown_size;
  const auto size = fs::file_size(path, unknown_size);
  std::string bytes(unknown_size ? 0 : static_cast<std::size_t>(size), '\0');
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return Error{fmt::format("{}: {}", path, std::strerror(errno))};
  }
  return bytes;
}

Result<LogFiles> files_at(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return log_of_segment(path);
  auto logs = find_logs(path);
  if (logs.empty()) return Error{fmt::format("{} holds no input log", path)};
  return std::move(logs.back());
}

}  // namespace

Result<InputLogReader> InputLogReader::open(const std::string& path) {
  auto files = files_at(path);
  if (!files.ok()) return files.error();
  InputLogReader reader(std::move(*files));
  if (!reader.load_segment()) return Error{reader.damage_};
  return reader;
}

// Takes the next segment into memory. A header that is cut short is a tail like any other, but for
// the first segment, without which there is nothing.
bool InputLogReader::load_segment() {
  const SegmentFile& file = files_.segments[next_segment_];
  const bool first = next_segment_ == 0;
  const bool last = next_segment_ + 1 == files_.segments.size();
  if (!first && file.number != header_.number + 1) {
    damage_ = fmt::format("segment {} of {} is missing", header_.number + 1, files_.name);
    return false;
  }
  auto bytes = read_file(file.path);
  if (!bytes.ok()) {
    damage_ = bytes.error().message;
    return false;
  }
  if (!first && last && bytes->size() < kSegmentHeaderBytes) {
    note_ = fmt::format("{} ends inside its header; the log ends before it", file.path);
    return false;
  }
  auto header = decode_segment_header(*bytes);
  if (!header.ok()) {
    damage_ = fmt::format("{} {}", file.path, header.error().message);
    return false;
  }
  if (header->number != file.number || (!first && header->log != header_.log)) {
    damage_ = fmt::format("{} is another segment than its name says", file.path);
    return false;
  }
  header_ = *header;
  path_ = file.path;
  bytes_ = std::move(*bytes);
  place_ = kSegmentHeaderBytes;
  ++next_segment_;
  decoder_.begin_segment();
  return true;
}

bool InputLogReader::load_block() {
  while (place_ == bytes_.size()) {
    if (next_segment_ == files_.segments.size()) {
      note_ = fmt::format("{} has no end mark: the process that wrote it did not close it",
                          files_.name);
      return false;
    }
    if (!load_segment()) return false;
  }
  block_place_ = place_;
  switch (next_block(bytes_, place_, block_)) {
    case BlockFault::kNone:
      block_size_ = block_.size();
      return true;
    case BlockFault::kCutShort: {
      const bool last = next_segment_ == files_.segments.size();
      (last ? note_ : damage_) =
          fmt::format("{} ends inside a block: what follows byte {} of {} is lost", path_,
                      block_place_, bytes_.size());
      return false;
    }
    case BlockFault::kChecksum:
      damage_ = fmt::format("{} is damaged at byte {}: the checksum of the block there is wrong",
                            path_, block_place_);
      return false;
  }
  return false;
}

bool InputLogReader::next(InputRecord& record) {
  if (!damage_.empty() || !note_.empty() || end_.has_value()) return false;
  while (block_.empty()) {
    if (!load_block()) return false;
  }
  ByteReader bytes(block_);
  if (!decoder_.next(bytes, record)) {
    damage_ = fmt::format("{} is damaged at byte {}: {}", path_,
                          block_place_ + kBlockHeaderBytes + block_size_ - block_.size(),
                          decoder_.refusal());
    return false;
  }
  block_.remove_prefix(block_.size() - bytes.left());
  if (const auto* ended = std::get_if<LogEnded>(&record.body)) end_ = ended->why;
  return true;
}

}  // namespace signalbox::journal
