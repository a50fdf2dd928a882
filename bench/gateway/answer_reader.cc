// SPDX-License-Identifier: Apache-2.0
//
// See answer_reader.h.
#include "bench/gateway/answer_reader.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace signalbox::bench {
namespace {

bool same_name(std::string_view found, std::string_view lower_case) {
  return std::equal(
      found.begin(), found.end(), lower_case.begin(), lower_case.end(),
      [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

template <typename Number>
bool whole_number(std::string_view text, Number& value, int base) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() && value >= 0;
}

}  // namespace

void AnswerReader::take_line(std::string_view& bytes) {
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) {
    line_ += bytes;
    bytes = {};
    return;
  }
  const auto rest = bytes.substr(0, end);
  bytes.remove_prefix(end + 1);
  std::string kept;
  std::string_view line = rest;
  if (!line_.empty()) {
    kept = std::move(line_);
    line_.clear();
    line = kept += rest;
  }
  if (!line.ends_with('\r')) {
    state_ = State::kBroken;
    return;
  }
  line.remove_suffix(1);
  on_line(line);
}

void AnswerReader::on_line(std::string_view line) {
  switch (line_kind_) {
    case Line::kField:
      if (status_ == 0) {
        if (!line.starts_with("HTTP/1.1 ") || !whole_number(line.substr(9, 3), status_, 10)) {
          state_ = State::kBroken;
        }
      } else if (line.empty()) {
        end_of_head();
      } else {
        on_field(line);
      }
      return;
    case Line::kChunkSize: {
      std::int64_t size = 0;
      if (!whole_number(line.substr(0, line.find(';')), size, 16)) {
        state_ = State::kBroken;
      } else if (size == 0) {
        line_kind_ = Line::kTrailer;
      } else {
        left_ = size;
      }
      return;
    }
    case Line::kChunkEnd:
      if (!line.empty()) state_ = State::kBroken;
      line_kind_ = Line::kChunkSize;
      return;
    case Line::kTrailer:
      if (line.empty()) state_ = State::kDone;
      return;
  }
}

void AnswerReader::on_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    state_ = State::kBroken;
    return;
  }
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (same_name(name, "content-length")) {
    if (!whole_number(value, left_, 10)) state_ = State::kBroken;
  } else if (same_name(name, "transfer-encoding")) {
    chunked_ = same_name(value, "chunked");
  } else if (same_name(name, "connection")) {
    closes_ = same_name(value, "close");
  }
}

void AnswerReader::end_of_head() {
  if (chunked_ == (left_ >= 0)) {  // both, or neither
    state_ = State::kBroken;
  } else if (chunked_) {
    state_ = State::kBody;
    left_ = 0;
    line_kind_ = Line::kChunkSize;
  } else {
    state_ = left_ == 0 ? State::kDone : State::kBody;
  }
}

void AnswerReader::end_of_piece() {
  if (chunked_) {
    line_kind_ = Line::kChunkEnd;
  } else {
    state_ = State::kDone;
  }
}

}  // namespace signalbox::bench
