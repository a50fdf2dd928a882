// SPDX-License-Identifier: Apache-2.0
//
// The numbers of S2; see s2_image_production.h.
#include "sim/scenario/s2_image_production.h"

#include <memory>
#include <utility>

#include "sim/scenario/paper.h"
#include "sim/workload/image_production.h"

namespace signalbox::sim {

namespace {

constexpr int kInf2Quota = 40;
constexpr int kOwnCards = 4;
constexpr int kPlenty = 60;

core::UnitSpec own_a10g(const core::UnitSpec& like) {
  core::UnitSpec unit = like;
  unit.name = "a10g-owned";
  unit.hardware = "A10G";
  unit.tier = Tier::kOwned;
  unit.price_usd_per_hour = 0.0;
  unit.min_replicas = kOwnCards;
  unit.max_replicas = kOwnCards;
  return unit;
}

}  // namespace

Result<Scenario> s2_image_production(const TraceDirectory& traces) {
  Scenario scenario;
  scenario.name = "s2";
  scenario.title = "Production images of every size, own cards first";
  scenario.about =
      "Eleven days of the GenTD26 trace, each request a hundred times within five minutes, work = "
      "images x steps. The paper's units, inf2 with a quota of 40, and four A10G already paid for "
      "(their price counts for nobody). 99 % within 2 s per ten image-steps.";
  scenario.fleet.units = paper_units();
  for (auto& unit : scenario.fleet.units) unit.max_replicas = kPlenty;
  scenario.fleet.units[0].max_replicas = kInf2Quota;
  scenario.fleet.units.push_back(own_a10g(scenario.fleet.units[2]));
  scenario.pools.resize(scenario.fleet.units.size());
  scenario.pools[0].quota = kInf2Quota;
  scenario.pools.back().tier = Tier::kOwned;
  scenario.pools.back().quota = kOwnCards;

  core::ServiceSpec service;
  service.name = "images";
  service.paths = {"/genimage"};
  for (std::uint32_t i = 0; i < scenario.fleet.units.size(); ++i) service.units.emplace_back(i);
  service.objective = {.latency = 2s, .quantile = 0.99, .per_work = true};
  service.patience = 300s;  // the largest may take 160 s
  service.timeout = 600s;
  scenario.fleet.services = {service};

  ImageProductionOptions options;
  scenario.length = options.to - options.from;
  scenario.report_from = scenario.length / 2;
  if (!traces.locate(traces::gentd26()).ok()) {
    scenario.about += " The trace is not here: a synthetic stand-in serves.";
    scenario.traffic = {{.arrivals = [options](std::uint64_t seed) mutable {
      options.seed = seed;
      return image_production_synthetic(options);
    }}};
    return scenario;
  }
  auto requests = load_image_production(traces);
  if (!requests.ok()) return requests.error();
  const auto shared = std::make_shared<const ArrivalList>(std::move(*requests));
  scenario.traffic = {{.arrivals = [options, shared](std::uint64_t seed) mutable {
    options.seed = seed;
    return image_production(*shared, options);
  }}};
  return scenario;
}

}  // namespace signalbox::sim
