// SPDX-License-Identifier: Apache-2.0
//
// A heap with the head of each stream; see superposition.h.
#include "sim/workload/superposition.h"

#include <algorithm>
#include <utility>

namespace signalbox::sim {

Superposition::Superposition(std::vector<std::unique_ptr<ArrivalStream>> streams)
    : streams_(std::move(streams)) {
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (auto head = streams_[i]->next()) heads_.push_back({*head, i});
  }
  std::make_heap(heads_.begin(), heads_.end(), later);
}

std::optional<Arrival> Superposition::next() {
  if (heads_.empty()) return std::nullopt;
  std::pop_heap(heads_.begin(), heads_.end(), later);
  const Head first = heads_.back();
  heads_.pop_back();
  if (auto head = streams_[first.stream]->next()) {
    heads_.push_back({*head, first.stream});
    std::push_heap(heads_.begin(), heads_.end(), later);
  }
  return first.arrival;
}

}  // namespace signalbox::sim
