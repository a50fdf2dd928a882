// SPDX-License-Identifier: Apache-2.0
//
// Several workloads as one, by time: tenants, regions, a flash crowd of another kind of request.
// Arrivals at the same instant come in the order in which the streams were given.
#pragma once

#include <memory>
#include <vector>

#include "sim/workload/arrivals.h"

namespace signalbox::sim {

class Superposition final : public ArrivalStream {
 public:
  explicit Superposition(std::vector<std::unique_ptr<ArrivalStream>> streams);

  std::optional<Arrival> next() override;

 private:
  struct Head {
    Arrival arrival;
    std::size_t stream;
  };
  static bool later(const Head& a, const Head& b) {
    return a.arrival.at != b.arrival.at ? a.arrival.at > b.arrival.at : a.stream > b.stream;
  }

  std::vector<std::unique_ptr<ArrivalStream>> streams_;
  std::vector<Head> heads_;  // a heap, the earliest first
};

}  // namespace signalbox::sim
