// SPDX-License-Identifier: Apache-2.0
//
// Arrivals that lie in memory, as a stream: what a trace reader gathered. The list is shared, so
// that twenty seeds and a dozen policies read one trace once.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "sim/workload/arrivals.h"

namespace signalbox::sim {

using ArrivalList = std::shared_ptr<const std::vector<Arrival>>;

class ListedArrivals final : public ArrivalStream {
 public:
  // REQUIRES: `arrivals` is ordered by time.
  explicit ListedArrivals(ArrivalList arrivals) : arrivals_(std::move(arrivals)) {}
  explicit ListedArrivals(std::vector<Arrival> arrivals)
      : arrivals_(std::make_shared<const std::vector<Arrival>>(std::move(arrivals))) {}

  std::optional<Arrival> next() override {
    if (at_ == arrivals_->size()) return std::nullopt;
    return (*arrivals_)[at_++];
  }

 private:
  ArrivalList arrivals_;
  std::size_t at_ = 0;
};

}  // namespace signalbox::sim
