// SPDX-License-Identifier: Apache-2.0
//
// Lines, columns and UTF-8; see text.h.
#include "config/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/assert.h"

namespace signalbox::config {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kLongestQuote = 60;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

Text::Text(std::string_view text, std::string_view file_name) : text_(text), file_name_(file_name) {
  if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n' && i + 1 < text_.size()) line_starts_.push_back(i + 1);
  }
}

std::string_view Text::line(int number) const {
  if (number < 1 || number > line_count()) return {};
  const auto index = static_cast<std::size_t>(number - 1);
  const std::size_t start = line_starts_[index];
  const bool is_last = index + 1 == line_starts_.size();
  std::string_view line =
      text_.substr(start, is_last ? text_.npos : line_starts_[index + 1] - start);
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view Text::rest_of_line(Mark mark) const {
  std::string_view rest = line(mark.line);
  for (int column = 1; column < mark.column && !rest.empty(); ++column) {
    rest.remove_prefix(std::min(utf8_length(rest.front()), rest.size()));
  }
  return rest;
}

Mark Text::mark_at(std::size_t offset) const {
  SIGNALBOX_ASSERT(offset <= text_.size());
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<int>(after - line_starts_.begin());
  const std::size_t start = *(after - 1);
  return mark_of_byte(line, static_cast<int>(offset - start));
}

Mark Text::end() const {
  return mark_of_byte(line_count(), static_cast<int>(line(line_count()).size()));
}

Mark Text::mark_of_byte(int line_number, int bytes) const {
  const std::string_view before = line(line_number).substr(0, static_cast<std::size_t>(bytes));
  return {line_number, static_cast<int>(count_characters(before)) + 1};
}

std::size_t count_characters(std::string_view text) {
  const auto continued = std::count_if(text.begin(), text.end(), continues_character);
  return text.size() - static_cast<std::size_t>(continued);
}

std::size_t utf8_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte >= 0xF0) return 4;
  if (byte >= 0xE0) return 3;
  if (byte >= 0xC0) return 2;
  return 1;
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = utf8_length(text[i]);
    if (length == 1 || first > 0xF4 || i + length > text.size()) return i;
    std::uint32_t code = first & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      if (!continues_character(text[i + k])) return i;
      code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    constexpr std::uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};  // shorter is overlong
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < kSmallest[length] || surrogate || code > 0x10FFFF) return i;
    i += length;
  }
  return std::string_view::npos;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, utf8_length(text.front()));
    const auto first = static_cast<unsigned char>(text.front());
    // U+0080..U+009F are a second set of control characters.
    const bool is_control =
        first < 0x20 || first == 0x7F || (character >= "\xC2\x80" && character < "\xC2\xA0");
    if (text.front() == '\n' || text.front() == '\t') {
      shown += text.front() == '\n' ? "\\n" : "\\t";
      text.remove_prefix(1);
    } else if (is_control || find_invalid_utf8(character) != std::string_view::npos) {
      shown += fmt::format("\\x{:02X}", first);
      text.remove_prefix(1);
    } else {
      shown += character;
      text.remove_prefix(character.size());
    }
  }
  return shown;
}

std::string in_quotes(std::string_view value) {
  std::size_t end = 0;
  while (end < value.size() && end < kLongestQuote) {
    end = std::min(end + utf8_length(value[end]), value.size());
  }
  return "'" + printable(value.substr(0, end)) + (end < value.size() ? "...'" : "'");
}

}  // namespace signalbox::config
