// SPDX-License-Identifier: Apache-2.0
//
// Widths of letters, after the widest of the common plain fonts (DejaVu Sans), in three classes.
#include "profiler/drawing.h"

#include <cstddef>
#include <string_view>

#include "observe/unicode.h"

namespace signalbox::profiler {

double width_of(const Words& words) {
  constexpr std::string_view kNarrow = " .,:;'|!iljftI()[]/-";
  constexpr std::string_view kWide = "mwMW%@";
  double ems = 0.0;
  for (std::size_t at = 0; at < words.text.size();) {
    const char32_t letter = observe::next_code_point(words.text, at);
    const char c = letter < 0x80 ? static_cast<char>(letter) : 'x';
    if (observe::display_width(letter) == 2) {
      ems += 1.0;
    } else if (kNarrow.find(c) != std::string_view::npos) {
      ems += 0.39;
    } else {
      ems += kWide.find(c) != std::string_view::npos ? 0.97 : 0.65;
    }
  }
  return ems * words.size * (words.bold ? 1.1 : 1.0);
}

std::vector<Spot> rectangle(double left, double top, double right, double bottom) {
  return {{left, top}, {right, top}, {right, bottom}, {left, bottom}};
}

}  // namespace signalbox::profiler
