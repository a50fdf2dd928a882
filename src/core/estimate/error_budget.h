// SPDX-License-Identifier: Apache-2.0
//
// What the plans got wrong, as a factor on the price of a miss. A model of demand and queues never
// says it all: launches fail, bursts come, machines are slow. The objective is a share of all
// requests, so misses beyond it are a debt: each raises the price of the next ones, and each that
// was allowed and not made lowers it (integral control on the logarithm). In the long run the share
// that misses is then the one the objective allows, unless no capacity could have saved them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace signalbox::core {

class ErrorBudget {
 public:
  // Requests and misses are cumulative; `allowed` is the share that may miss, > 0. The factor moves
  // by e while the usual requests of `memory_requests` come in without a miss, and the faster the
  // more of them miss. A count below the last one is a reset.
  void observe(std::uint64_t requests, std::uint64_t missed, double allowed,
               double memory_requests) {
    if (requests < requests_ || missed < missed_) {
      requests_ = requests;
      missed_ = missed;
      return;
    }
    const double came = static_cast<double>(requests - requests_);
    const double lost = static_cast<double>(missed - missed_);
    requests_ = requests;
    missed_ = missed;
    if (came <= 0.0 && lost <= 0.0) return;
    const double debt = lost / allowed - came;
    logarithm_ = std::clamp(logarithm_ + debt / std::max(1.0, memory_requests), kLeast, kMost);
  }

  // On the price of a miss: 1 = the model was right, above = it promised too much.
  double factor() const { return std::exp(logarithm_); }

 private:
  // A good run is not spent on misses; a bad one may cost nearly anything.
  static constexpr double kLeast = 0.0;
  static constexpr double kMost = 8.0;

  std::uint64_t requests_ = 0;
  std::uint64_t missed_ = 0;
  double logarithm_ = 0.0;
};

}  // namespace signalbox::core
