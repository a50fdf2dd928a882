// SPDX-License-Identifier: Apache-2.0
//
// Skips, shifts, ends; see time_window.h.
#include "sim/workload/time_window.h"

#include <utility>

namespace signalbox::sim {

TimeWindow::TimeWindow(std::unique_ptr<ArrivalStream> stream, Options options)
    : stream_(std::move(stream)), options_(options) {}

std::optional<Arrival> TimeWindow::next() {
  if (!stream_) return std::nullopt;
  auto arrival = stream_->next();
  while (arrival && arrival->at < options_.from) arrival = stream_->next();
  if (!arrival || arrival->at >= options_.to) {
    stream_.reset();
    return std::nullopt;
  }
  arrival->at = options_.start + (arrival->at - options_.from);
  return arrival;
}

}  // namespace signalbox::sim
