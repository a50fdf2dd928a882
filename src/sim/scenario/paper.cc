// SPDX-License-Identifier: Apache-2.0
//
// The paper's numbers; see paper.h for which of them are used where.
#include "sim/scenario/paper.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <string>

#include "base/assert.h"
#include "sim/scenario/fluid_cost.h"
#include "sim/workload/poisson.h"

namespace signalbox::sim {

namespace {

struct PaperUnit {
  const char* name;
  const char* hardware;
  const char* framework;
  double price_usd_per_hour;
  double plateau_per_minute;  // Figure 4, read by eye
  int quota;                  // ours: inf2 alone could carry the peak, the others together too
};

constexpr PaperUnit kUnits[] = {
    {"sd21-inf2-neuron", "inf2.xlarge", "neuron", 0.7582, 123, 40},
    {"sd21-trn1-neuron", "trn1.2xlarge", "neuron", 1.3438, 138, 12},
    {"sd21-g5-triton", "g5.xlarge", "triton", 1.0060, 100, 16},
    {"sd21-g6-triton", "g6.xlarge", "triton", 0.8048, 65, 16},
    {"sd21-g5-cuda", "g5.xlarge", "cuda", 1.0060, 71, 16},
};
static_assert(std::size(kUnits) == kPaperHandSetWeights.size());

constexpr PaperTableRow kTable[] = {
    {"sd21-inf2-neuron", 0.7582, 105, 0.67, 0.00733, 89.2},
    {"sd21-trn1-neuron", 1.3438, 130, 0.51, 0.01023, 89.2},
    {"sd21-g5-triton", 1.0060, 90, 0.68, 0.01118, 89.2},
    {"sd21-g6-triton", 0.8048, 61, 0.96, 0.01320, 61.0},
    {"sd21-g5-cuda", 1.0060, 60, 0.92, 0.01677, 60.0},
};

constexpr UnitId kInf2{0};
constexpr Duration kPaperPeriod = 900min;
constexpr double kPaperPeakPerS = 51.0;
constexpr Duration kShortestTick = 100ms;
constexpr double kSecondsPerMinute = 60.0;

// The paper's control times in the scenario's scale; none that is counted in ticks gets below one.
core::ControlSpec scaled_control(double time_scale) {
  core::ControlSpec control;
  control.tick = std::max(scale(control.tick, time_scale), kShortestTick);
  for (Duration* counted : {&control.replan, &control.dwell, &control.ramp, &control.bench_time,
                            &control.max_bench_time}) {
    *counted = std::max(scale(*counted, time_scale), control.tick);
  }
  control.billing_minimum = scale(control.billing_minimum, time_scale);
  return control;
}

core::ServiceSpec paper_service(std::size_t units) {
  core::ServiceSpec service;
  service.name = "sd21";
  service.paths = {"/genimage", "/v1/images/generations"};
  for (std::uint32_t i = 0; i < units; ++i) service.units.emplace_back(i);
  service.objective = {.latency = 2s, .quantile = 0.99};
  return service;
}

}  // namespace

std::vector<core::UnitSpec> paper_units() {
  std::vector<core::UnitSpec> units;
  for (const PaperUnit& row : kUnits) {
    core::UnitSpec unit;
    unit.name = row.name;
    unit.model = "sd21";
    unit.hardware = row.hardware;
    unit.framework = row.framework;
    unit.price_usd_per_hour = row.price_usd_per_hour;
    // The standard deviation of a uniform factor in [1 - spread, 1 + spread).
    unit.profile = core::Profile::single_server(row.plateau_per_minute / kSecondsPerMinute,
                                                kPaperFactorSpread / std::sqrt(3.0));
    unit.managed = true;
    unit.max_replicas = row.quota;
    units.push_back(unit);
  }
  return units;
}

std::span<const PaperTableRow> paper_table() { return kTable; }

double cost_of_inference(const PaperTableRow& row) {
  return row.price_usd_per_hour / row.max_throughput_per_minute;
}

double usd_per_1000_images(const PaperTableRow& row) {
  return cost_of_inference(row) * 1000.0 / kSecondsPerMinute;
}

double adjusted_throughput_per_minute(std::span<const PaperTableRow> rows,
                                      const PaperTableRow& row) {
  SIGNALBOX_ASSERT(!rows.empty());
  double sum = 0.0;
  for (const PaperTableRow& each : rows) sum += each.max_throughput_per_minute;
  return std::min(sum / static_cast<double>(rows.size()), row.max_throughput_per_minute);
}

double PaperWaves::paper_weighted_cost_usd() const {
  return fluid_cost_usd(expected_requests(), fleet.units, kPaperHandSetWeights);
}

Scenario scenario_of(const PaperWaves& waves) {
  Scenario scenario;
  scenario.name = "demo";
  scenario.title = "The demo: two of the paper's waves and a shortage at the second";
  scenario.fleet = waves.fleet;
  scenario.length = waves.total();
  scenario.faults = waves.faults;
  scenario.traffic = {
      {.arrivals = [demand = waves.demand, length = waves.total()](std::uint64_t seed) {
        return std::make_unique<CosineWorkload>(
            demand, CosineWorkload::Options{TimePoint{}, length, kPaperFactorSpread, seed});
      }}};
  return scenario;
}

PaperWaves paper_waves(Duration total) {
  SIGNALBOX_ASSERT(total > Duration::zero());
  PaperWaves scenario;
  scenario.period = total / scenario.waves;
  scenario.time_scale = to_seconds(scenario.period) / to_seconds(kPaperPeriod);
  scenario.demand = {.peak_per_s = kPaperPeakPerS, .period = scenario.period};

  scenario.fleet.units = paper_units();
  for (core::UnitSpec& unit : scenario.fleet.units) {
    unit.boot_time_min = scale(unit.boot_time_min, scenario.time_scale);
    unit.boot_time_max = scale(unit.boot_time_max, scenario.time_scale);
  }
  scenario.fleet.services = {paper_service(scenario.fleet.units.size())};
  scenario.fleet.control = scaled_control(scenario.time_scale);

  // A cosine wave from its trough passes half of its peak at a quarter of its period and its peak
  // at a half.
  const Duration half_peak_rising = scenario.period + scenario.period / 4;
  const Duration past_the_peak = scenario.period + scenario.period * 5 / 8;
  Fault shortage;
  shortage.refuse_launches = true;
  shortage.lose = 0.5;
  Fault recovery;
  recovery.heal = true;
  scenario.faults = {{half_peak_rising, kInf2, shortage}, {past_the_peak, kInf2, recovery}};
  return scenario;
}

}  // namespace signalbox::sim
