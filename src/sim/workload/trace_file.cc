// SPDX-License-Identifier: Apache-2.0
//
// zlib reads plain files as they are and unpacks gzip; see trace_file.h.
#include "sim/workload/trace_file.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace signalbox::sim {

namespace {

constexpr std::size_t kChunk = 1 << 16;
constexpr std::size_t kLongestLine = 1 << 20;

}  // namespace

void TraceFile::Close::operator()(gzFile_s* file) const { gzclose(file); }

Result<TraceFile> TraceFile::open(const std::string& path) {
  errno = 0;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) {
    return Error{fmt::format("{}: cannot be opened: {}", path,
                             errno == 0 ? "out of memory" : std::strerror(errno))};
  }
  gzbuffer(file, kChunk);
  return TraceFile(path, file);
}

Error TraceFile::error(std::string_view what) const {
  return Error{fmt::format("{}:{}: {}", path_, line_number_, what)};
}

Result<bool> TraceFile::fill() {
  if (at_end_) return false;
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t held = buffer_.size();
  buffer_.resize(held + kChunk);
  errno = 0;
  const int got = gzread(file_.get(), buffer_.data() + held, kChunk);
  buffer_.resize(held + static_cast<std::size_t>(got > 0 ? got : 0));
  if (got > 0) return true;
  at_end_ = true;
  int code = Z_OK;
  const char* said = gzerror(file_.get(), &code);
  if (code == Z_OK) return false;
  const char* reason = code == Z_ERRNO ? std::strerror(errno) : said;
  return Error{fmt::format(
      "{}: cannot be read after line {}: {}; expected a whole file, plain or gzip: get it again",
      path_, line_number_, reason)};
}

Result<std::optional<std::string_view>> TraceFile::next_line() {
  std::size_t searched = begin_;
  std::size_t end;
  while ((end = buffer_.find('\n', searched)) == std::string::npos) {
    const std::size_t held = buffer_.size() - begin_;
    if (held > kLongestLine) {
      ++line_number_;
      return error("longer than 1 MiB; expected text, one record a line");
    }
    const auto more = fill();
    if (!more) return more.error();
    if (!*more) {
      end = buffer_.size();
      if (end == begin_) return std::optional<std::string_view>();
      break;
    }
    searched = begin_ + held;
  }
  std::string_view line(buffer_.data() + begin_, end - begin_);
  begin_ = std::min(end + 1, buffer_.size());
  ++line_number_;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return std::optional(line);
}

Result<std::string> TraceFile::read_all(const std::string& path, std::size_t most_bytes) {
  auto file = open(path);
  if (!file) return file.error();
  while (true) {
    const auto more = file->fill();
    if (!more) return more.error();
    if (!*more) return std::move(file->buffer_);
    if (file->buffer_.size() > most_bytes) {
      return Error{fmt::format("{}: larger than {} MiB; expected a small JSON document", path,
                               most_bytes >> 20)};
    }
  }
}

}  // namespace signalbox::sim
