// SPDX-License-Identifier: Apache-2.0
//
// The textbook way to do better than reacting: forecast the demand over the time a launch takes,
// turn it into capacity with a queueing formula, and buy the cheapest whole replicas that cover it,
// exactly. Forecast after Holt and Winters; capacity by square-root staffing
// (core/scale/staffing.h, the formulas Signalbox plans with); covering by integer programming
// (solve/covering.h).
//
//   demand    the highest forecast from now until the longest boot plus a period from now, or what
//             comes in now if that is more, x (1 + headroom)
//   capacity  so that the objective's quantile makes it in time, on the cheapest unit's replicas;
//             the most that was needed within the last mean boot, since forecasts flutter and what
//             is idle for less than a boot is cheaper kept
//   replicas  min sum price_i x_i  with  sum plateau_i x_i >= capacity,  x_i <= what can be had;
//             one that would have to be launched counts a tenth more, or the mix would change with
//             every flutter of the demand
//
// No single publication: AIBrix, Dynamo's planner and MArk (USENIX ATC 2019) each have most of it.
// Where the scenario's operator knows a cycle of his traffic, it may be used as season.
// What moves from one unit to another is made before it is broken.
#pragma once

#include "core/estimate/sliding_max.h"
#include "sim/policy/holt_winters.h"
#include "sim/policy/scaler.h"
#include "sim/policy/supply.h"

namespace signalbox::sim {

class ForecastIlp final : public Scaler {
 public:
  // `season` zero = none is known or used. REQUIRES: headroom > -1.
  ForecastIlp(double headroom, Duration season);

  Duration period() const override { return 60s; }
  void decide(const Observation& seen, Wish& wish) override;

 private:
  double headroom_;
  HoltWinters demand_;
  core::SlidingMax needed_;
  Availability available_;
};

}  // namespace signalbox::sim
