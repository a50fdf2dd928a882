// SPDX-License-Identifier: Apache-2.0
//
// Who asks, and when: the port behind which every generator and every trace stands. One request at
// a time, so that a week of traffic never lies in memory.
#pragma once

#include <optional>

#include "base/time.h"

namespace signalbox::sim {

struct Arrival {
  TimePoint at;
  double factor = 1.0;    // true size against the profile's reference request: what a replica takes
  double declared = 1.0;  // the size it shows before it is served: all that a router may know
  int prompt_tokens = 0;  // language models only
  int output_tokens = 0;  // language models only; nobody knows it before the answer ends
};

class ArrivalStream {
 public:
  virtual ~ArrivalStream() = default;

  // The next arrival, times never decreasing; nullopt when the workload is over, and from then on.
  virtual std::optional<Arrival> next() = 0;
};

}  // namespace signalbox::sim
