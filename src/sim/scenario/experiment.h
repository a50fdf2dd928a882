// SPDX-License-Identifier: Apache-2.0
//
// One scenario, one policy, one seed: the run that every table and every plot is made of, and what
// a clairvoyant would have paid for it. Policies that are compared share seeds, so that they are
// asked the same requests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/policy/registry.h"
#include "sim/run/fleet_run.h"
#include "sim/run/run_result.h"
#include "sim/run/scenario.h"
#include "sim/scenario/bound.h"
#include "solve/bound_family.h"

namespace signalbox::sim {

// Which router a policy's fleet is run with.
enum class RouterChoice {
  kNative,     // the one it was published with
  kSignalbox,  // ours, so that only the scaling differs
};

// What really arrives, for a scenario and seed: the oracles' knowledge and the bounds.
class Hindsight {
 public:
  // Draws the whole workload once.
  Hindsight(const Scenario& scenario, std::uint64_t seed);

  const DemandSeries& truth() const { return truth_; }
  // The least anybody could have paid in the reporting window while missing `missed_share` of its
  // requests; an error when the limits cannot carry the demand. The bounds of a seed are computed
  // once, when first asked for.
  Result<double> bound_usd(double missed_share);
  // The clairvoyant's cost rate by minute of the reporting window; empty when there is no bound.
  std::vector<double> bound_rate_usd_per_hour();

 private:
  const Result<solve::BoundFamily>& family();

  const Scenario& scenario_;
  std::uint64_t seed_;
  DemandSeries truth_;
  std::optional<RealisedDemand> demand_;
  std::optional<Result<solve::BoundFamily>> family_;
};

struct Experiment {
  const Scenario* scenario = nullptr;
  const PolicySpec* policy = nullptr;
  Parameters parameters = {};
  RouterChoice router = RouterChoice::kNative;
  RunOptions options = {};
};

RunResult run(const Experiment& experiment, const Hindsight& hindsight);

}  // namespace signalbox::sim
