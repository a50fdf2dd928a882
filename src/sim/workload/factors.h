// SPDX-License-Identifier: Apache-2.0
//
// How large requests are against the profile's reference request, as a distribution; and a stream
// whose sizes are drawn from it. Sizes have their own random numbers: another distribution leaves
// the times of a workload as they were.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "base/prng.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

class FactorDistribution {
 public:
  // Uniform in [1 - spread, 1 + spread). REQUIRES: 0 <= spread < 1.
  static FactorDistribution uniform(double spread);

  // Lognormal with this mean; `sigma` is the deviation of its logarithm. About 1 is as heavy a tail
  // as served images show. REQUIRES: mean > 0, sigma >= 0.
  static FactorDistribution lognormal(double mean, double sigma);

  // One of the values seen, each as likely. REQUIRES: some, all above zero.
  static FactorDistribution empirical(std::vector<double> seen);

  double draw(Prng& prng) const;
  double mean() const;

 private:
  struct Uniform {
    double spread;
  };
  struct Lognormal {
    double mean, mu, sigma;
  };
  struct Empirical {
    std::shared_ptr<const std::vector<double>> seen;
  };
  using Law = std::variant<Uniform, Lognormal, Empirical>;

  explicit FactorDistribution(Law law) : law_(std::move(law)) {}

  Law law_;
};

// `times` with other factors. The factor is declared when it can be told from the request itself
// (images x steps), and 1 when nobody can know it.
class FactoredStream final : public ArrivalStream {
 public:
  struct Options {
    FactorDistribution factors;
    bool declared = false;
    std::uint64_t seed = 1;
  };

  FactoredStream(std::unique_ptr<ArrivalStream> times, Options options);

  std::optional<Arrival> next() override;

 private:
  std::unique_ptr<ArrivalStream> times_;
  FactorDistribution factors_;
  bool declared_;
  Prng draws_;
};

}  // namespace signalbox::sim
