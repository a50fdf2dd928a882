// SPDX-License-Identifier: Apache-2.0
//
// Whether a run has the shape of a published figure, judged from its history and not by eye. Each
// check says what should be, what was found, and whether the two agree; a run without a history
// fails them, because nothing was shown.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/model/service.h"
#include "sim/report/time_axis.h"
#include "sim/run/run_result.h"

namespace signalbox::sim {

struct Check {
  std::string text;   // what should be
  std::string value;  // what was found
  bool ok = false;
};

Check loses_no_request(const RunResult& run);
Check refuses_no_request(const RunResult& run);

// The share of each unit stays within `tolerance` (0.05 = five points) of its weight in every block
// of about 2000 requests, which keeps the noise of counting below three points. Weights are
// normalised. REQUIRES: one weight per unit, sum > 0.
Check shares_follow(const RunResult& run, std::span<const double> weights, double tolerance,
                    const TimeAxis& axis);

// A unit gets nothing from `grace` after the window's begin to its end.
Check serves_nothing_during(const RunResult& run, std::size_t unit, TimeWindow window,
                            Duration grace, const TimeAxis& axis);

// `units` together serve a larger share within `during` than within `before`.
Check take_over(const RunResult& run, std::span<const std::size_t> units, TimeWindow before,
                TimeWindow during, const TimeAxis& axis);

// A unit serves again at most `limit` after `at`.
Check serves_again(const RunResult& run, std::size_t unit, Duration at, Duration limit,
                   const TimeAxis& axis);

// There is a change to `mode` within the window; its first one is named.
Check switches_to(const RunResult& run, core::Mode mode, TimeWindow window, const TimeAxis& axis);
Check stays_in(const RunResult& run, core::Mode mode, const TimeAxis& axis);

// The unit's mean time in service stays within `tolerance` (0.05 = 5 %) of `flat` in every block of
// at least 100 of its answers.
Check latency_stays_flat(const RunResult& run, std::size_t unit, Duration flat, double tolerance,
                         const TimeAxis& axis);

// No minute of the window has its p99, from arrival, above `objective`.
Check keeps_p99_during(const RunResult& run, TimeWindow window, Duration objective,
                       const TimeAxis& axis);

// What the paper's figures show, check by check.
struct Figures6And7 {
  std::vector<double> weights;         // by unit
  std::vector<Duration> flat_latency;  // by unit: unloaded, in the replica
  double share_tolerance = 0.05;
  double latency_tolerance = 0.05;
};
std::vector<Check> check_figures_6_and_7(const RunResult& run, const Figures6And7& expected,
                                         const TimeAxis& axis);

struct Figures8And9 {
  std::size_t capped = 0;                // the L4 unit
  TimeWindow cap;                        // 21:20 to 23:20
  std::vector<std::size_t> taking_over;  // inf2 and trn1
  std::vector<Duration> flat_latency;
  Duration grace = 5min;         // for what was running when the cap came
  Duration back_within = 20min;  // a launch takes up to 15 minutes
  double latency_tolerance = 0.05;
};
std::vector<Check> check_figures_8_and_9(const RunResult& run, const Figures8And9& expected,
                                         const TimeAxis& axis);

struct Figures10And11 {
  std::size_t short_unit = 0;  // inf2
  TimeWindow shortage;
  TimeWindow next_wave;  // in which cost mode is due again
  std::vector<Duration> flat_latency;
  Duration objective = 2s;
  double latency_tolerance = 0.05;
};
std::vector<Check> check_figures_10_and_11(const RunResult& run, const Figures10And11& expected,
                                           const TimeAxis& axis);

}  // namespace signalbox::sim
