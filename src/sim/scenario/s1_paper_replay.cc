// SPDX-License-Identifier: Apache-2.0
//
// The numbers of S1; see s1_paper_replay.h.
#include "sim/scenario/s1_paper_replay.h"

#include <cstdint>
#include <memory>

#include "sim/scenario/paper.h"
#include "sim/workload/poisson.h"

namespace signalbox::sim {

namespace {

constexpr Duration kPeriod = 900min;
constexpr int kWaves = 3;
constexpr double kPeakPerS = 51.0;
constexpr UnitId kInf2(0);
constexpr UnitId kG6(3);

}  // namespace

Scenario s1_paper_replay(PaperFaults faults) {
  Scenario scenario;
  scenario.name = faults == PaperFaults::kNone       ? "s1-calm"
                  : faults == PaperFaults::kShortage ? "s1"
                                                     : "s1b";
  scenario.title = faults == PaperFaults::kNone ? "The paper's waves without a fault"
                   : faults == PaperFaults::kShortage
                       ? "The paper's waves, an inf2 shortage and an L4 cap"
                       : "S1, and half of the running inf2 lost at the second peak";
  scenario.about =
      "Three cosine waves of 15 h with a peak of 51 requests/s over the paper's five units at the "
      "plateaus of its Figure 4. One image a request, sizes within 5 %. A launch takes 5 to 15 "
      "minutes and is billed.";
  scenario.fleet.units = paper_units();
  core::ServiceSpec service;
  service.name = "sd21";
  service.paths = {"/genimage"};
  for (std::uint32_t i = 0; i < scenario.fleet.units.size(); ++i) service.units.emplace_back(i);
  service.objective = {.latency = 2s, .quantile = 0.99};
  scenario.fleet.services = {service};
  scenario.season = kPeriod;
  scenario.length = kPeriod * kWaves;
  scenario.report_from = scenario.length / 2;
  scenario.traffic = {{.arrivals = [length = scenario.length](std::uint64_t seed) {
    return std::make_unique<CosineWorkload>(
        CosineRate{.peak_per_s = kPeakPerS, .period = kPeriod},
        CosineWorkload::Options{TimePoint{}, length, kPaperFactorSpread, seed});
  }}};
  if (faults == PaperFaults::kNone) return scenario;

  Fault shortage;
  shortage.refuse_launches = true;
  Fault capped;
  capped.cap = 0;
  capped.lose = 1.0;
  capped.lose_booting = true;
  Fault heal;
  heal.heal = true;
  Fault loss;
  loss.lose = 0.5;
  const Duration last_peak = kPeriod * 2 + kPeriod / 2;
  scenario.faults.push_back({kPeriod + kPeriod / 4, kInf2, shortage});
  if (faults == PaperFaults::kShortageAndLoss) {
    scenario.faults.push_back({kPeriod + kPeriod / 2, kInf2, loss});
  }
  scenario.faults.push_back({kPeriod * 2, kInf2, heal});
  scenario.faults.push_back({last_peak - 1h, kG6, capped});
  scenario.faults.push_back({last_peak + 1h, kG6, heal});
  return scenario;
}

}  // namespace signalbox::sim
