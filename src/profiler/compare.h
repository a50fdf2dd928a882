// SPDX-License-Identifier: Apache-2.0
//
// Units side by side, from what was measured of each: what a request costs and how many a replica
// serves. Tables 1 and 2 of Biran and Kissos, "Adaptive Orchestration for Large-Scale Inference on
// Heterogeneous Accelerator Systems" (arXiv 2503.20074) follow from the same figures. What that
// paper calls requests per second is requests per minute and replica, so all of it is said per
// minute here; and its "cost of inference" has dollars per hour for each request per minute as its
// unit, so dollars per 1000 requests, which is that times 1000/60, stand beside it.
#pragma once

#include <string>
#include <vector>

#include "profiler/unit_profile.h"

namespace signalbox::profiler {

struct ComparedUnit {
  std::string name;
  std::string hardware, framework;
  double price_usd_per_hour = 0.0;
  Bounded unloaded_latency_s;
  Bounded plateau_per_min;
  Bounded breaking_per_min;  // 0 = its objective never holds
  std::string breaking_by;
  Bounded usd_per_1000;  // at the breaking point; 0 = no price, or it never holds

  // Tables 1 and 2, at the breaking point.
  double throughput_per_min = 0.0;
  double latency_s = 0.0;          // mean, as fitted; else at the nearest load that held
  double cost_of_inference = 0.0;  // $/hour for each request per minute
  double adjusted_throughput_per_min =
      0.0;  // min(mean of all, own): its target when all share alike
};

struct UnitComparison {
  std::vector<ComparedUnit> units;       // the cheapest request first, those without a cost last
  double mean_throughput_per_min = 0.0;  // of those whose objective holds
  std::vector<std::string> warnings;     // why the figures may not be comparable
};

// Same names are told apart by a number.
UnitComparison compare_profiles(const std::vector<UnitProfile>& profiles);

// For people: what was measured, then the paper's tables; ends with a newline.
std::string render_comparison(const UnitComparison& comparison);

// For programs: one flat object a line, a unit each.
std::string comparison_json(const UnitComparison& comparison);

}  // namespace signalbox::profiler
