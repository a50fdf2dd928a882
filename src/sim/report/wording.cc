// SPDX-License-Identifier: Apache-2.0
#include "sim/report/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "observe/figures.h"

namespace signalbox::sim {

std::string attainment_text(double share) {
  if (!std::isfinite(share)) return "-";
  if (share >= 1.0) return "100 %";
  // The nudge keeps 0.9997, stored a hair below, at 99.97.
  return fmt::format("{:.2f} %", std::floor(share * 1e4 + 1e-9) / 100.0);
}

std::string miss_share_text(double share) {
  const double percent = 100.0 * std::max(0.0, share);
  return fmt::format("{:.{}f} %", percent,
                     percent == 0.0   ? 0
                     : percent < 0.1  ? 3
                     : percent < 10.0 ? 2
                                      : 1);
}

std::string gap_text(std::optional<double> gap) { return gap ? fmt::format("{:.3f}", *gap) : "-"; }

std::string mean_count_text(double count) {
  if (!std::isfinite(count)) return "-";
  if (count >= 100.0 || count == std::floor(count)) {
    return observe::count_text(static_cast<std::uint64_t>(std::llround(std::max(0.0, count))));
  }
  return count < 0.05 ? "<0.1" : fmt::format("{:.1f}", count);
}

std::string ms_text(double milliseconds) {
  return observe::duration_text(from_seconds(milliseconds / 1000.0));
}

std::string length_text(Duration length) {
  constexpr Duration kDay = 24h;
  if (length >= 4 * kDay && length % kDay == Duration::zero()) {
    return fmt::format("{} days", length / kDay);
  }
  return observe::duration_text(length);
}

std::string hours_text(Duration since_start) {
  const auto minutes = (since_start + 30s) / 60s;
  return minutes % 60 == 0 ? fmt::format("{} h", minutes / 60)
                           : fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

}  // namespace signalbox::sim
