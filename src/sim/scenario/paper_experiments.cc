// SPDX-License-Identifier: Apache-2.0
//
// The experiments' numbers; see paper_experiments.h.
#include "sim/scenario/paper_experiments.h"

#include <memory>
#include <utility>

#include "sim/scenario/paper.h"
#include "sim/workload/poisson.h"

namespace signalbox::sim {

namespace {

constexpr Duration kWave = 900min;
constexpr double kPeakPerS = 50.0;  // about 3000 requests a minute
constexpr int kPlenty = 60;
constexpr int kLeast = 5;
constexpr UnitId kInf2(0);
constexpr UnitId kL4(3);

Scenario waves(int count) {
  Scenario scenario;
  scenario.fleet.units = paper_units();
  // The weights want more of some units than the demo's quotas have; and with a single replica a
  // draw by weight finds it busy so often that shares follow the free slots instead.
  for (auto& unit : scenario.fleet.units) {
    unit.min_replicas = kLeast;
    unit.max_replicas = kPlenty;
  }
  core::ServiceSpec service;
  service.name = "sd21";
  service.paths = {"/genimage"};
  for (std::uint32_t i = 0; i < scenario.fleet.units.size(); ++i) service.units.emplace_back(i);
  service.objective = {.latency = 2s, .quantile = 0.99};
  service.patience = 120s;  // the paper's balancer queues; nobody is turned away
  scenario.fleet.services = {service};
  scenario.season = kWave;
  scenario.length = kWave * count;
  scenario.traffic = {{.arrivals = [length = scenario.length](std::uint64_t seed) {
    return std::make_unique<CosineWorkload>(
        CosineRate{.peak_per_s = kPeakPerS, .period = kWave},
        CosineWorkload::Options{TimePoint{}, length, kPaperFactorSpread, seed});
  }}};
  return scenario;
}

}  // namespace

Scenario figures_6_7() {
  Scenario scenario = waves(1);
  scenario.name = "figures-6-7";
  scenario.title = "The paper's cost mode: shares follow the weights";
  scenario.about = "One cosine wave of 15 h with a peak of 50 requests/s. Nothing happens.";
  return scenario;
}

Scenario figures_8_9() {
  Scenario scenario = waves(2);
  scenario.name = "figures-8-9";
  scenario.title = "The paper's capacity mode: the L4 pool is capped for two hours";
  scenario.about = "Two cosine waves of 15 h. From 21:20 to 23:20, about a peak, there is no L4.";
  Fault capped;
  capped.cap = 0;
  capped.lose = 1.0;
  capped.lose_booting = true;
  Fault heal;
  heal.heal = true;
  scenario.faults = {{21h + 20min, kL4, capped}, {23h + 20min, kL4, heal}};
  return scenario;
}

Scenario figures_10_11() {
  Scenario scenario = waves(3);
  scenario.name = "figures-10-11";
  scenario.title = "The paper's failover and return: inf2 runs short at the second-to-last peak";
  scenario.about =
      "Three cosine waves of 15 h. From 18.75 h, where the second one passes half of its peak, no "
      "inf2 can be launched; at 30 h, its end, they can again.";
  Fault shortage;
  shortage.refuse_launches = true;
  Fault heal;
  heal.heal = true;
  scenario.faults = {{kWave + kWave / 4, kInf2, shortage}, {kWave * 2, kInf2, heal}};
  return scenario;
}

}  // namespace signalbox::sim
