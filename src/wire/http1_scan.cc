// SPDX-License-Identifier: Apache-2.0
//
// Every verdict here depends on a prefix of the byte stream alone and is reached at the same byte
// however the stream is cut; that is the property the split tests check.
#include "wire/http1_scan.h"

namespace signalbox::wire {

namespace {

constexpr std::size_t kMaxChunkLine = 1024;
constexpr std::size_t kMaxTrailers = 8UL * 1024;

// True for "0", "000", "0;ext": a size of zero. The grammar checks the rest of the line.
bool announces_last_chunk(std::string_view line) {
  const std::size_t digits = line.find_first_not_of('0');
  if (digits == 0 || digits == std::string_view::npos) return digits != 0;
  return line.find_first_of("0123456789abcdefABCDEF", digits) != digits;
}

}  // namespace

HeadScanner::Step HeadScanner::scan(std::string_view head) {
  Step step;
  for (;;) {
    const std::size_t feed_line = head.find('\n', searched_);
    if (feed_line == std::string_view::npos) {
      searched_ = head.size();
      return step;
    }
    searched_ = feed_line;
    if (feed_line == line_ || head[feed_line - 1] != '\r') {
      step.fault = "a line of the head ends in a bare line feed";
      return step;
    }
    const std::size_t next = feed_line + 1;
    if (feed_line - 1 == line_) {
      step.feed = step.take = next;
      step.complete = true;
      return step;
    }
    if (next == head.size()) return step;  // whether the next line continues this one is not known
    if (head[next] == ' ' || head[next] == '\t') {
      step.fault = "a field is folded over several lines";
      return step;
    }
    step.take = line_ = searched_ = next;
    step.feed = next + 1;
  }
}

void HeadScanner::taken(std::size_t count) {
  line_ = 0;
  searched_ -= count;
}

ChunkScan scan_chunk_line(std::string_view bytes, bool after_data) {
  const std::size_t line = after_data ? 2 : 0;
  if (!std::string_view("\r\n").substr(0, line).starts_with(bytes.substr(0, line))) {
    return {.fault = "the data of a chunk is longer than its size says"};
  }
  if (bytes.size() <= line) return {};

  const std::size_t line_feed = bytes.find('\n', line);
  const std::size_t line_end = line_feed == std::string_view::npos ? bytes.size() : line_feed;
  if (line_end - line > kMaxChunkLine) return {.fault = "the line of a chunk is too long"};
  if (line_feed == std::string_view::npos) return {};
  if (line_feed == line || bytes[line_feed - 1] != '\r') {
    return {.fault = "the line of a chunk ends in a bare line feed"};
  }
  if (!announces_last_chunk(bytes.substr(line, line_feed - 1 - line))) {
    return {.feed = line_feed + 1};
  }

  constexpr std::string_view kEmptyLine = "\r\n\r\n";
  const std::size_t empty_line = bytes.find(kEmptyLine, line_feed - 1);
  const bool complete = empty_line != std::string_view::npos;
  const std::size_t end = complete ? empty_line + kEmptyLine.size() : bytes.size();
  if (end - line_feed > kMaxTrailers) {
    return {.fault = "the trailers are too long", .trailers_too_long = true};
  }
  return {.feed = complete ? end : 0};
}

}  // namespace signalbox::wire
