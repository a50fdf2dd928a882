// SPDX-License-Identifier: Apache-2.0
//
// The plots of one run: who served, with how many replicas, how fast, at what price, and what was
// refused. Each is drawn from the run's thinned history and described in words from it.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "sim/report/chart.h"
#include "sim/report/thinned_history.h"
#include "sim/report/time_axis.h"
#include "sim/run/run_result.h"

namespace signalbox::sim {

struct RunPlots {
  const RunResult& result;
  const ThinnedHistory& history;  // of `result`, not empty
  const TimeAxis& axis;
};

// When the run's one service was in capacity mode; what has not ended goes on to the history's end.
std::vector<TimeWindow> capacity_mode_windows(const RunResult& result);

Chart share_chart(const RunPlots& run);
Chart replicas_chart(const RunPlots& run);
Chart cost_chart(const RunPlots& run);  // against the clairvoyant's, where it is known
Chart latency_chart(const RunPlots& run, Duration objective);  // from arrival
Chart rate_chart(const RunPlots& run);
Chart unit_rate_chart(const RunPlots& run);     // forwarded a second, unit by unit
Chart unit_latency_chart(const RunPlots& run);  // in the replica: the paper's latency
Chart answers_chart(const RunPlots& run);       // answered, refused, failed

}  // namespace signalbox::sim
