// SPDX-License-Identifier: Apache-2.0
//
// More or fewer requests of the same kind. Fewer: each is kept with a probability. More: each comes
// several times, every copy moved at random, so that a hundred copies of a small trace are not a
// hundred requests at once but a crowd with the trace's shape, smoothed over the jitter.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/prng.h"
#include "base/time.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

class ScaledStream final : public ArrivalStream {
 public:
  struct Options {
    // Mean copies of each arrival; 2.3 is two, and a third with probability 0.3.
    double copies = 1.0;
    // Each copy is moved uniformly within [-jitter, +jitter], near the begin also ahead of it: cut
    // with a TimeWindow, and let the source begin a jitter earlier, or the edges are thin.
    Duration jitter{};
    std::uint64_t seed = 1;
  };

  // REQUIRES: copies >= 0, jitter >= 0.
  ScaledStream(std::unique_ptr<ArrivalStream> stream, Options options);

  std::optional<Arrival> next() override;

 private:
  struct Copy {
    Arrival arrival;
    std::uint64_t sequence;
  };
  static bool later(const Copy& a, const Copy& b) {
    return a.arrival.at != b.arrival.at ? a.arrival.at > b.arrival.at : a.sequence > b.sequence;
  }
  void copy(const Arrival& arrival);

  std::unique_ptr<ArrivalStream> stream_;
  Options options_;
  Prng draws_;
  std::optional<Arrival> upcoming_;  // of the source, not copied yet
  std::vector<Copy> waiting_;        // a heap, the earliest first
  std::uint64_t sequence_ = 0;
};

}  // namespace signalbox::sim
