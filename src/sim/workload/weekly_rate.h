// SPDX-License-Identifier: Apache-2.0
//
// Days and weeks: a rate that is highest at one hour of the day, lowest twelve hours away, and
// different at the weekend. The day's curve is a raised cosine to a power,
//
//   day(h) = trough + (1 - trough) * ((1 + cos(2 pi (h - peak_hour) / 24)) / 2) ^ sharpness,
//
// which for sharpness 1 is the first harmonic that the diurnal pattern of most public traces shows,
// and for larger ones the narrow evening peak of leisure services.
#pragma once

#include "sim/workload/rate_series.h"

namespace signalbox::sim {

struct WeeklyShape {
  double mean_per_s = 1.0;  // over the week
  double peak_hour = 14.0;  // 0..24
  double trough = 0.3;      // lowest rate of a day as a fraction of its highest, 0..1
  double sharpness = 1.0;   // > 0
  double weekend = 1.0;     // rate on the last two days of the week against the others, >= 0
};

// One week from midnight before its first working day, then again: lines through a point each
// quarter of an hour.
RateSeries weekly_rate(const WeeklyShape& shape);

}  // namespace signalbox::sim
