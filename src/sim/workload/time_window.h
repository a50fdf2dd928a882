// SPDX-License-Identifier: Apache-2.0
//
// A part of a workload, moved: arrivals in [from, to), the window's begin put at `start`. Days of a
// trace become the begin of a run.
#pragma once

#include <memory>

#include "sim/workload/arrivals.h"

namespace signalbox::sim {

class TimeWindow final : public ArrivalStream {
 public:
  struct Options {
    TimePoint from;
    TimePoint to;
    TimePoint start{};  // where `from` is put
  };

  TimeWindow(std::unique_ptr<ArrivalStream> stream, Options options);

  std::optional<Arrival> next() override;

 private:
  std::unique_ptr<ArrivalStream> stream_;  // none once the window is over
  Options options_;
};

}  // namespace signalbox::sim
