// SPDX-License-Identifier: Apache-2.0
#include "sim/report/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "observe/canvas.h"
#include "observe/unicode.h"

namespace signalbox::sim {

namespace {

double fraction(const Progress& progress) {
  return progress.total > 0.0 ? std::clamp(progress.done / progress.total, 0.0, 1.0) : 0.0;
}

// Coarser the longer it is: nobody waits for the seconds of an hour.
std::string left_text(Duration left) {
  const auto s = static_cast<std::int64_t>(std::ceil(to_seconds(left)));
  if (s < 60) return fmt::format("{} s left", s);
  if (s < 600) {
    const auto rounded = (s + 9) / 10 * 10;
    return rounded % 60 == 0 ? fmt::format("{} min left", rounded / 60)
                             : fmt::format("{} min {} s left", rounded / 60, rounded % 60);
  }
  const auto minutes = (s + 59) / 60;
  if (minutes < 60) return fmt::format("{} min left", minutes);
  return fmt::format("{} h {} min left", minutes / 60, minutes % 60);
}

std::string bar(double done, int columns) {
  const auto full = static_cast<int>(done * columns);
  return '[' + std::string(static_cast<std::size_t>(full), '#') +
         std::string(static_cast<std::size_t>(columns - full), '-') + ']';
}

}  // namespace

std::optional<Duration> time_left(const Progress& progress) {
  const double done = fraction(progress);
  if (progress.elapsed < 500ms || done < 0.001) return std::nullopt;
  return from_seconds(to_seconds(progress.elapsed) * (1.0 - done) / done);
}

std::string render_progress(const Progress& progress, int width) {
  const double done = fraction(progress);
  std::string end = fmt::format("{:3d} %", static_cast<int>(done * 100.0));
  if (done >= 1.0) {
    end += "  done";
  } else if (const auto left = time_left(progress)) {
    end += "  " + left_text(*left);
  }
  constexpr int kBar = 20;
  const int words = observe::display_width(progress.label) + 2 + static_cast<int>(end.size());
  const bool with_bar = words + kBar + 4 <= width;
  observe::Canvas canvas({width, 1});
  const int label_columns = std::max(1, width - 2 - static_cast<int>(end.size()));
  const int at = canvas.text(0, 0, progress.label, {}, label_columns);
  canvas.text(0, at + 2, with_bar ? bar(done, kBar) + "  " + end : end);
  return canvas.render(false);
}

}  // namespace signalbox::sim
