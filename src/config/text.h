// SPDX-License-Identifier: Apache-2.0
//
// The configuration's text and the places in it. A message is only as good as the line it points
// at, so every value keeps its Mark from the parser to the last check. Columns count characters,
// not bytes, because people count characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace signalbox::config {

// A place in the text, both from 1. Line 0 means the file as a whole.
struct Mark {
  int line = 0;
  int column = 0;
  auto operator<=>(const Mark&) const = default;
};

class Text {
 public:
  // `text` must outlive this; a UTF-8 byte order mark is skipped. `file_name` is for messages.
  Text(std::string_view text, std::string_view file_name);

  const std::string& file_name() const { return file_name_; }
  std::string_view all() const { return text_; }
  int line_count() const { return static_cast<int>(line_starts_.size()); }

  // A line without its end, or "" when there is no such line.
  std::string_view line(int number) const;

  // What stands from the mark to the end of its line.
  std::string_view rest_of_line(Mark mark) const;

  // The mark of a byte. REQUIRES: offset <= all().size().
  Mark mark_at(std::size_t offset) const;

  // Behind the last character of the last line.
  Mark end() const;

  // From a line (1..) and a count of bytes into it to a mark.
  Mark mark_of_byte(int line, int bytes) const;

 private:
  std::string_view text_;
  std::string file_name_;
  std::vector<std::size_t> line_starts_;
};

// The offset of the first byte that is not part of well-formed UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);

// How many characters begin in well-formed UTF-8.
std::size_t count_characters(std::string_view text);

// The number of bytes of the character that starts with `first` (1 for a stray byte).
std::size_t utf8_length(char first);

// A value as a message shows it: 'like this', unprintable characters escaped, long ones cut.
std::string in_quotes(std::string_view value);

// Makes unprintable characters visible, so that a file cannot drive the reader's terminal.
std::string printable(std::string_view text);

}  // namespace signalbox::config
