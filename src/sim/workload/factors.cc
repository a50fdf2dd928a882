// SPDX-License-Identifier: Apache-2.0
//
// Three laws and a stream that draws from one; see factors.h.
#include "sim/workload/factors.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/assert.h"
#include "base/distributions.h"

namespace signalbox::sim {

FactorDistribution FactorDistribution::uniform(double spread) {
  SIGNALBOX_ASSERT(spread >= 0.0 && spread < 1.0);
  return FactorDistribution(Law(Uniform{spread}));
}

FactorDistribution FactorDistribution::lognormal(double mean, double sigma) {
  SIGNALBOX_ASSERT(mean > 0.0 && sigma >= 0.0);
  return FactorDistribution(Law(Lognormal{mean, std::log(mean) - sigma * sigma / 2.0, sigma}));
}

FactorDistribution FactorDistribution::empirical(std::vector<double> seen) {
  SIGNALBOX_ASSERT(!seen.empty());
  SIGNALBOX_ASSERT(std::all_of(seen.begin(), seen.end(), [](double x) { return x > 0.0; }));
  return FactorDistribution(
      Law(Empirical{std::make_shared<const std::vector<double>>(std::move(seen))}));
}

double FactorDistribution::draw(Prng& prng) const {
  if (const auto* law = std::get_if<Uniform>(&law_)) {
    return draw_uniform(prng, 1.0 - law->spread, 1.0 + law->spread);
  }
  if (const auto* law = std::get_if<Lognormal>(&law_)) {
    return draw_lognormal(prng, law->mu, law->sigma);
  }
  const auto& seen = *std::get<Empirical>(law_).seen;
  return seen[prng.below(seen.size())];
}

double FactorDistribution::mean() const {
  if (std::holds_alternative<Uniform>(law_)) return 1.0;
  if (const auto* law = std::get_if<Lognormal>(&law_)) return law->mean;
  const auto& seen = *std::get<Empirical>(law_).seen;
  return std::accumulate(seen.begin(), seen.end(), 0.0) / static_cast<double>(seen.size());
}

FactoredStream::FactoredStream(std::unique_ptr<ArrivalStream> times, Options options)
    : times_(std::move(times)),
      factors_(std::move(options.factors)),
      declared_(options.declared),
      draws_(Prng(options.seed).fork(3)) {}

std::optional<Arrival> FactoredStream::next() {
  auto arrival = times_->next();
  if (!arrival) return std::nullopt;
  arrival->factor = factors_.draw(draws_);
  arrival->declared = declared_ ? arrival->factor : 1.0;
  return arrival;
}

}  // namespace signalbox::sim
