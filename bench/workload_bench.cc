// SPDX-License-Identifier: Apache-2.0
//
// How fast arrivals are made, per generator: the ceiling that a workload sets to a simulation. The
// first is the paper's waves over 45 h, 4 million arrivals and more.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "sim/workload/factors.h"
#include "sim/workload/flash_crowd.h"
#include "sim/workload/mmpp.h"
#include "sim/workload/poisson.h"
#include "sim/workload/renewal.h"
#include "sim/workload/scaling.h"
#include "sim/workload/token_marks.h"
#include "sim/workload/weekly_rate.h"

namespace {

using namespace signalbox;
using namespace signalbox::sim;

constexpr CosineRate kWaves{.peak_per_s = 51.0, .period = 900min};
constexpr Duration kLength = 45h;

void drain(benchmark::State& state, ArrivalStream& stream) {
  std::int64_t arrivals = 0;
  while (const auto arrival = stream.next()) {
    benchmark::DoNotOptimize(arrival->at);
    benchmark::DoNotOptimize(arrival->factor);
    ++arrivals;
  }
  state.SetItemsProcessed(state.items_processed() + arrivals);
}

std::unique_ptr<ArrivalStream> waves() {
  return std::make_unique<CosineWorkload>(kWaves, CosineWorkload::Options{TimePoint{}, kLength});
}

void cosine_poisson(benchmark::State& state) {
  for (auto _ : state) drain(state, *waves());
}
BENCHMARK(cosine_poisson)->Unit(benchmark::kMillisecond);

void flash_crowd_on_a_week(benchmark::State& state) {
  const FlashCrowdRate rate(weekly_rate({.mean_per_s = 25.5}), {20h, 60s, 10min, 60s, 5.0});
  for (auto _ : state) {
    PoissonWorkload<AnyRate> workload{AnyRate(rate), {TimePoint{}, kLength}};
    drain(state, workload);
  }
}
BENCHMARK(flash_crowd_on_a_week)->Unit(benchmark::kMillisecond);

void mmpp_of_two_states(benchmark::State& state) {
  const Mmpp model{{{10.0, 60s, {}}, {60.0, 20s, {}}}};
  for (auto _ : state) {
    MmppWorkload workload(model, {TimePoint{}, kLength});
    drain(state, workload);
  }
}
BENCHMARK(mmpp_of_two_states)->Unit(benchmark::kMillisecond);

void renewal_of_200_bursty_clients(benchmark::State& state) {
  const auto clients = skewed_clients(200, 1.0, GapLaw::of_cv(GapLaw::Family::kGamma, 2.0));
  for (auto _ : state) {
    RenewalWorkload workload(RateSeries::constant(25.5, kLength), clients, {});
    drain(state, workload);
  }
}
BENCHMARK(renewal_of_200_bursty_clients)->Unit(benchmark::kMillisecond);

void hundred_jittered_copies(benchmark::State& state) {
  for (auto _ : state) {
    ScaledStream copies(std::make_unique<ConstantWorkload>(
                            ConstantRate{0.255}, ConstantWorkload::Options{TimePoint{}, kLength}),
                        {.copies = 100.0, .jitter = 300s, .seed = 1});
    drain(state, copies);
  }
}
BENCHMARK(hundred_jittered_copies)->Unit(benchmark::kMillisecond);

void lognormal_factors_on_waves(benchmark::State& state) {
  for (auto _ : state) {
    FactoredStream stream(waves(), {FactorDistribution::lognormal(8.47, 0.8), true, 1});
    drain(state, stream);
  }
}
BENCHMARK(lognormal_factors_on_waves)->Unit(benchmark::kMillisecond);

void token_marks_on_waves(benchmark::State& state) {
  const auto marks = std::make_shared<const TokenMarks>(
      draw_token_pairs({{1155, 0.985, 14'050}, {211, 0.859, 1000}}, 20'000, 1), TokenCost{});
  for (auto _ : state) {
    TokenStream stream(waves(), marks, 1);
    drain(state, stream);
  }
}
BENCHMARK(token_marks_on_waves)->Unit(benchmark::kMillisecond);

}  // namespace
