// SPDX-License-Identifier: Apache-2.0
//
// The paper this project implements, as data: its five deployment units with prices and the
// plateaus of its Figure 4, its Tables 1 and 2 with the arithmetic behind them, and its waves with
// an Inferentia shortage at the second rise (arXiv 2503.20074). The tables' throughputs are lower
// than the plateaus (inf2 105 against 123 a minute): the tables pin the paper's arithmetic, the
// plateaus run everything else, and the two are never mixed.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "base/time.h"
#include "core/model/fleet_spec.h"
#include "sim/engine/fault.h"
#include "sim/run/scenario.h"
#include "sim/workload/rates.h"

namespace signalbox::sim {

// sd21-inf2-neuron, sd21-trn1-neuron, sd21-g5-triton, sd21-g6-triton, sd21-g5-cuda, in this order
// everywhere below: Stable Diffusion 2.1 at 512 pixels and 10 steps, one request at a time.
std::vector<core::UnitSpec> paper_units();

// The weights the paper's repository ships, in percent.
inline constexpr std::array<double, 5> kPaperHandSetWeights = {40, 20, 15, 10, 15};

// A request's size lies uniformly within this fraction of the mean.
inline constexpr double kPaperFactorSpread = 0.05;

// One row of Tables 1 and 2. The paper calls its throughput "RPS"; it is per minute and replica.
struct PaperTableRow {
  const char* unit;
  double price_usd_per_hour;
  double max_throughput_per_minute;
  double latency_s;
  double published_cost_of_inference;
  double published_adjusted_throughput;
};

std::span<const PaperTableRow> paper_table();

// "Cost of inference": dollars an hour per request a minute.
double cost_of_inference(const PaperTableRow& row);
double usd_per_1000_images(const PaperTableRow& row);

// The capacity mode's target: no unit is asked for more than the mean of all.
double adjusted_throughput_per_minute(std::span<const PaperTableRow> rows,
                                      const PaperTableRow& row);

// Some of the paper's waves squeezed into a given time. Whatever takes the fleet's time is scaled
// (boots, dwell, ramp, benching, billing minimum, tick); what takes a request's is not (service
// times, rate, objective).
struct PaperWaves {
  double time_scale = 1.0;  // scenario time / the paper's time
  Duration period{};        // of one wave
  int waves = 2;
  CosineRate demand;
  core::FleetSpec fleet;
  std::vector<ScheduledFault> faults;  // by time

  Duration total() const { return period * waves; }
  double expected_requests() const { return demand.expected_count(Duration::zero(), total()); }
  // The fluid cost of this demand at the paper's hand-set weights.
  double paper_weighted_cost_usd() const;
};

// The demo's waves as a scenario for the simulator.
Scenario scenario_of(const PaperWaves& waves);

// Two waves in `total`: when the second passes half of its peak, launches of inf2 are refused and
// half of its running replicas are lost; an eighth of a period past its peak the pool heals.
// REQUIRES: total > 0.
PaperWaves paper_waves(Duration total);

}  // namespace signalbox::sim
