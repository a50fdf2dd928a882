// SPDX-License-Identifier: Apache-2.0
#include "sim/report/time_axis.h"

#include <fmt/format.h>

#include "sim/report/wording.h"

namespace signalbox::sim {

std::string TimeAxis::text(Duration since_start) const {
  if (!clock_at_start) return hours_text(since_start);
  const auto minutes = (*clock_at_start + since_start + 30s) / 60s;
  const auto day = minutes / (24 * 60);
  const std::string clock = fmt::format("{:02}:{:02}", minutes / 60 % 24, minutes % 60);
  return day == 0 ? clock : fmt::format("day {}, {}", day + 1, clock);
}

}  // namespace signalbox::sim
