// SPDX-License-Identifier: Apache-2.0
//
// A tree and a timer that is set as seldom as can be; see deadlines.h.
#include "net/deadlines.h"

#include <algorithm>
#include <chrono>

#include "net/clock.h"

namespace signalbox::net {

Deadline::~Deadline() { deadlines_.remove(*this); }

void Deadline::set(TimePoint at) {
  at_ = at;
  if (place_.is_linked() && filed_at_ <= at) return;
  deadlines_.file(*this);
  deadlines_.arm();
}

void Deadlines::file(Deadline& deadline) {
  remove(deadline);
  deadline.filed_at_ = deadline.at_;
  set_.insert(deadline);
}

void Deadlines::remove(Deadline& deadline) {
  if (deadline.place_.is_linked()) set_.erase(set_.iterator_to(deadline));
}

void Deadlines::stop() {
  stopped_ = true;
  timer_.cancel();
}

void Deadlines::arm() {
  if (stopped_ || set_.empty() || set_.begin()->filed_at_ >= armed_for_) return;
  armed_for_ = set_.begin()->filed_at_;
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
  while (!stopped_ && !set_.empty() && set_.begin()->filed_at_ <= reached) {
    Deadline& due = *set_.begin();
    if (due.at_ != due.filed_at_) {
      due.is_set() ? file(due) : remove(due);
      continue;
    }
    remove(due);
    due.clear();
    // The callee may destroy the deadline, and with it the function that is running.
    const auto call = due.due_;
    call();
  }
  arm();
}

}  // namespace signalbox::net
