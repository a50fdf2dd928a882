// SPDX-License-Identifier: Apache-2.0
//
// For tests: runs made up of formulas, with the shape of real ones. Five units under cosine waves,
// replicas that follow with a delay, and one of the paper's three stories; a run of any length is
// made in a blink, and equal arguments give equal runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "sim/report/page.h"
#include "sim/report/reproduction_page.h"
#include "sim/report/time_axis.h"
#include "sim/run/run_result.h"

namespace signalbox::sim {

struct SampleRun {
  enum class Story {
    kWeights,   // cost mode, shares by weight
    kCap,       // capacity mode, g6 capped from 21:20 to 23:20
    kShortage,  // cost mode but for a shortage of inf2
  };
  Story story = Story::kShortage;
  std::string scenario = "s1", policy = "signalbox";
  std::uint64_t seed = 1;
  Duration period = 15h;
  int waves = 3;
  double peak_per_s = 51.0;
  double extra_capacity = 0.08;  // above what is needed
  bool bound = true;
};

RunResult sample_run(const SampleRun& sample);

// For the stories above.
TimeWindow sample_cap();
TimeWindow sample_shortage();
std::vector<double> sample_weights();
std::vector<Duration> sample_flat_latencies();

// A page with two scenarios and eleven policies, and one with the paper's three experiments.
PageInput sample_page();
ReproductionInput sample_reproductions();

}  // namespace signalbox::sim
