// SPDX-License-Identifier: Apache-2.0
//
// Copies wait until nothing earlier can come; see scaling.h.
#include "sim/workload/scaling.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"
#include "base/distributions.h"

namespace signalbox::sim {

ScaledStream::ScaledStream(std::unique_ptr<ArrivalStream> stream, Options options)
    : stream_(std::move(stream)), options_(options), draws_(Prng(options.seed).fork(5)) {
  SIGNALBOX_ASSERT(options.copies >= 0.0 && options.jitter >= Duration::zero());
  upcoming_ = stream_->next();
}

void ScaledStream::copy(const Arrival& arrival) {
  const double whole = std::floor(options_.copies);
  const bool one_more = draws_.uniform() < options_.copies - whole;
  const auto copies = static_cast<std::uint64_t>(whole) + (one_more ? 1 : 0);
  for (std::uint64_t i = 0; i < copies; ++i) {
    Copy made{arrival, sequence_++};
    if (options_.jitter > Duration::zero()) {
      made.arrival.at += draw_duration(draws_, -options_.jitter, options_.jitter);
    }
    waiting_.push_back(made);
    std::push_heap(waiting_.begin(), waiting_.end(), later);
  }
}

std::optional<Arrival> ScaledStream::next() {
  // A copy may go once no arrival to come can be moved ahead of it.
  while (upcoming_ &&
         (waiting_.empty() || waiting_.front().arrival.at > upcoming_->at - options_.jitter)) {
    copy(*upcoming_);
    upcoming_ = stream_->next();
  }
  if (waiting_.empty()) return std::nullopt;
  std::pop_heap(waiting_.begin(), waiting_.end(), later);
  const Arrival first = waiting_.back().arrival;
  waiting_.pop_back();
  return first;
}

}  // namespace signalbox::sim
