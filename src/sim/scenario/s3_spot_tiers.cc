// SPDX-License-Identifier: Apache-2.0
//
// The numbers of S3; see s3_spot_tiers.h. Availability was measured on V100 instances and stands in
// for inf2 and g5; spot prices are an instant of us-west-2, taken as constant.
#include "sim/scenario/s3_spot_tiers.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/scenario/paper.h"
#include "sim/workload/servegen_shape.h"
#include "sim/workload/spot_synthetic.h"
#include "sim/workload/trace_spot_availability.h"

namespace signalbox::sim {

namespace {

constexpr double kPeakPerS = 60.0;
constexpr double kInf2SpotUsdPerHour = 0.2325;
constexpr double kG5SpotUsdPerHour = 0.366;
constexpr int kInf2Quota = 12;
constexpr int kOwnCards = 4;
constexpr int kPlenty = 80;
constexpr std::size_t kInf2 = 0;
constexpr std::size_t kG5 = 2;
constexpr std::size_t kG6 = 3;

struct SpotPool {
  const char* name;
  std::size_t like;  // of the paper's units
  const char* zone;
  double usd_per_hour;
  int nodes;  // of the trace
  const char* trace_zone;
  int times;  // instances per node of the trace
};

constexpr SpotPool kSpotPools[] = {
    {"inf2-spot-a", kInf2, "a", kInf2SpotUsdPerHour, 16, "us-east-2b", 1},
    {"inf2-spot-b", kInf2, "b", kInf2SpotUsdPerHour, 16, "us-west-2a", 1},
    {"g5-spot-a", kG5, "a", kG5SpotUsdPerHour, 4, "us-east-1f", 4},
    {"g5-spot-b", kG5, "b", kG5SpotUsdPerHour, 4, "us-east-2a", 4},
};

void add_unit(Scenario& scenario, core::UnitSpec unit, PoolSpec pool) {
  unit.tier = pool.tier;
  scenario.fleet.units.push_back(std::move(unit));
  scenario.pools.push_back(std::move(pool));
}

}  // namespace

Result<Scenario> s3_spot_tiers(const TraceDirectory& traces) {
  Scenario scenario;
  scenario.name = "s3";
  scenario.title = "A production week on spot, on demand and own cards";
  scenario.about =
      "The shape of ServeGen's m-large scaled to a peak of 60 requests/s, served as the paper's "
      "images. Spot inf2 and g5 in two zones each, as available as V100 instances were in "
      "SkyPilot's traces; on demand twelve inf2, and g5 and g6 without limit; four A10G already "
      "paid for. 99 % within 2 s.";
  const auto paper = paper_units();
  bool invented = false;
  Duration traced = Duration::max();
  for (const SpotPool& row : kSpotPools) {
    core::UnitSpec unit = paper[row.like];
    unit.name = row.name;
    unit.zone = row.zone;
    unit.price_usd_per_hour = row.usd_per_hour;
    SpotAvailability availability;
    const auto file = traces.locate(traces::spot_availability(row.nodes, row.trace_zone));
    if (file.ok()) {
      auto read = read_spot_availability(*file);
      if (!read.ok()) return read.error();
      availability = times(*read, row.times);
    } else {
      invented = true;
      availability = spot_availability_synthetic(row.nodes * row.times, 7 * Duration{24h},
                                                 static_cast<std::uint64_t>(&row - kSpotPools) + 1);
    }
    traced = std::min(traced, availability.length);
    unit.max_replicas = availability.most;
    PoolSpec pool;
    pool.tier = Tier::kSpot;
    pool.capacity = availability.available;
    add_unit(scenario, std::move(unit), std::move(pool));
  }
  core::UnitSpec inf2 = paper[kInf2];
  inf2.name = "inf2-on-demand";
  inf2.max_replicas = kInf2Quota;
  PoolSpec quota;
  quota.quota = kInf2Quota;
  add_unit(scenario, std::move(inf2), quota);
  for (const std::size_t like : {kG5, kG6}) {
    core::UnitSpec unit = paper[like];
    unit.name = like == kG5 ? "g5-on-demand" : "g6-on-demand";
    unit.max_replicas = kPlenty;
    add_unit(scenario, std::move(unit), {});
  }
  core::UnitSpec own = paper[kG5];
  own.name = "a10g-owned";
  own.hardware = "A10G";
  own.price_usd_per_hour = 0.0;
  own.min_replicas = own.max_replicas = kOwnCards;
  PoolSpec owned;
  owned.tier = Tier::kOwned;
  owned.quota = kOwnCards;
  add_unit(scenario, std::move(own), owned);

  core::ServiceSpec service;
  service.name = "images";
  service.paths = {"/genimage"};
  for (std::uint32_t i = 0; i < scenario.fleet.units.size(); ++i) service.units.emplace_back(i);
  service.objective = {.latency = 2s, .quantile = 0.99};
  scenario.fleet.services = {service};

  std::shared_ptr<const RateSeries> curve;
  if (traces.locate(traces::servegen()).ok()) {
    auto read = load_servegen_curve(traces, kPeakPerS);
    if (!read.ok()) return read.error();
    curve = std::make_shared<const RateSeries>(std::move(*read));
  } else {
    invented = true;
    curve = std::make_shared<const RateSeries>(servegen_curve_synthetic(kPeakPerS));
  }
  if (invented) {
    scenario.about += " Not every trace is here: synthetic stand-ins serve in their place.";
  }
  ServegenShapeOptions options;
  options.to = std::min(curve->length(), traced);
  options.factor_spread = kPaperFactorSpread;
  scenario.length = options.to;
  scenario.report_from = scenario.length / 2;
  scenario.traffic = {{.arrivals = [curve, options](std::uint64_t seed) mutable {
    options.seed = seed;
    return servegen_shape(*curve, options);
  }}};
  return scenario;
}

}  // namespace signalbox::sim
