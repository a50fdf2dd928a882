// SPDX-License-Identifier: Apache-2.0
//
// How long one joint plan takes and how near it is to the best: 100 services over 50 pools that
// they share, already running what was planned for a tenth less. Beside it the same problem as an
// integer program (CBC with a limit of nodes; `proven` says whether it finished, `bound` is then
// its own), and Melange's formulation, which plans one service at a time: slices of its demand
// given to accelerators, each service taking of what those before it left.
//
// Times are CPU times; costs in USD/hour.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "bench/plan_fleets.h"
#include "core/scale/fleet_plan.h"
#include "solve/covering.h"
#include "solve/fleet_optimum.h"

namespace {

using namespace signalbox;

struct Shape {
  std::size_t services, pools;
  double demanding;
  int nodes;  // that CBC may look at
};

bench::FleetSize size_of(const benchmark::State& state, const Shape& shape) {
  bench::FleetSize size;
  size.services = shape.services;
  size.pools = shape.pools;
  size.replicas_per_service = static_cast<double>(state.range(0));
  size.demanding = shape.demanding;
  return size;
}

void plan(benchmark::State& state, const Shape& shape) {
  const bench::DrawnFleet fleet = bench::draw_running_fleet(size_of(state, shape));
  core::FleetPlan plan;
  for (auto _ : state) plan = core::plan_fleet(fleet.problem);
  int replicas = 0;
  for (const int count : plan.replicas) replicas += count;
  state.counters["cost"] = plan.cost.total();
  state.counters["price"] = plan.cost.replicas_usd_per_hour;
  state.counters["bound"] = plan.lower_bound_usd_per_hour;
  state.counters["gap_percent"] = 100.0 * plan.gap();
  state.counters["replicas_per_service"] =
      static_cast<double>(replicas) / static_cast<double>(fleet.problem.services.size());
  if (plan.end != core::FleetPlanEnd::kPlanned) state.SkipWithError(plan.binding.c_str());
}

void optimum(benchmark::State& state, const Shape& shape) {
  const bench::DrawnFleet fleet = bench::draw_running_fleet(size_of(state, shape));
  solve::FleetOptimum best;
  for (auto _ : state) best = solve::fleet_optimum(fleet.problem, shape.nodes);
  state.counters["cost"] = best.replicas.empty() ? 0.0 : best.cost.total();
  state.counters["bound"] = best.bound_usd_per_hour;
  state.counters["proven"] = best.proven ? 1.0 : 0.0;
  state.counters["nodes"] = best.nodes;
}

constexpr Shape kLarge{100, 50, 0.0, 500};
constexpr Shape kDemanding{100, 50, 0.1, 0};
constexpr Shape kAllDemanding{100, 50, 1.0, 0};
constexpr Shape kSmall{4, 8, 0.0, 200'000};

void loads(benchmark::internal::Benchmark* bench) {
  bench->Arg(5)->Arg(30)->Arg(100)->Unit(benchmark::kMillisecond);
}
void loads_once(benchmark::internal::Benchmark* bench) {
  loads(bench);
  bench->Iterations(1);
}
BENCHMARK_CAPTURE(plan, 100_services_50_pools, kLarge)->Apply(loads);
BENCHMARK_CAPTURE(plan, a_tenth_zone_resilient_with_classes, kDemanding)->Apply(loads);
BENCHMARK_CAPTURE(plan, all_zone_resilient_with_classes, kAllDemanding)->Apply(loads);
BENCHMARK_CAPTURE(plan, 4_services_8_pools, kSmall)->Apply(loads);
BENCHMARK_CAPTURE(optimum, 4_services_8_pools, kSmall)->Apply(loads_once);
BENCHMARK_CAPTURE(optimum, 100_services_50_pools, kLarge)->Apply(loads_once);

void melange(benchmark::State& state) {
  constexpr int kSlices = 240;
  const bench::DrawnFleet fleet = bench::draw_running_fleet(size_of(state, kLarge));
  const std::size_t pools = fleet.problem.pools.size();
  double price = 0.0;
  double unplanned = 0.0;
  for (auto _ : state) {
    price = unplanned = 0.0;
    std::vector<int> left;
    for (const auto& pool : fleet.problem.pools) left.push_back(pool.most);
    for (const auto& service : fleet.problem.services) {
      std::vector<solve::MelangeUnit> units;
      for (std::size_t p = 0; p < pools; ++p) {
        units.push_back({fleet.problem.pools[p].price_usd_per_hour, left[p]});
      }
      const auto found = solve::melange_plan(
          units, {{service.classes[0].required_per_s, kSlices, service.capacity_per_s}});
      if (!found.ok()) {
        unplanned += 1.0;
        continue;
      }
      price += found->price;
      for (std::size_t p = 0; p < pools; ++p) left[p] -= found->replicas[p];
    }
  }
  state.counters["price"] = price;
  state.counters["unplanned_services"] = unplanned;
}
BENCHMARK(melange)->Apply(loads_once);

}  // namespace
