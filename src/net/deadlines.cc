// SPDX-License-Identifier: Apache-2.0
//
// A tree and a timer that is set as seldom as can be; see deadlines.h.
#include "net/deadlines.h"

#include <algorithm>
#include <chrono>

#include "net/clock.h"

namespace signalbox::net {

void Deadline::set(TimePoint at) {
  clear();
  at_ = at;
  deadlines_.set_.insert(*this);
  deadlines_.arm();
}

void Deadline::clear() {
  if (place_.is_linked()) deadlines_.set_.erase(deadlines_.set_.iterator_to(*this));
}

void Deadlines::stop() {
  stopped_ = true;
  timer_.cancel();
}

void Deadlines::arm() {
  if (stopped_ || set_.empty() || set_.begin()->at_ >= armed_for_) return;
  armed_for_ = set_.begin()->at_;
  timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(
      std::max(armed_for_ - now(), Duration::zero())));
  timer_.async_wait([this](const error_code& error) {
    if (!error) on_timer();
  });
}

// Only what is due when it begins: a deadline that sets itself again to now waits its turn.
void Deadlines::on_timer() {
  armed_for_ = TimePoint::max();
  const TimePoint reached = now();
  while (!stopped_ && !set_.empty() && set_.begin()->at_ <= reached) {
    Deadline& due = *set_.begin();
    due.clear();
    // The callee may destroy the deadline, and with it the function that is running.
    const auto call = due.due_;
    call();
  }
  arm();
}

}  // namespace signalbox::net
