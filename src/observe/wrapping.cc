// SPDX-License-Identifier: Apache-2.0
//
// Greedy filling; see wrapping.h.
#include "observe/wrapping.h"

#include <algorithm>

#include "observe/unicode.h"

namespace signalbox::observe {

std::vector<std::string> wrap(std::string_view text, int columns) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (!lines.back().empty() && display_width(lines.back()) + 1 + display_width(word) > columns) {
      lines.emplace_back();
    }
    if (!lines.back().empty()) lines.back() += ' ';
    lines.back() += word;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace signalbox::observe
