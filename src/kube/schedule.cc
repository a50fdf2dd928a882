// SPDX-License-Identifier: Apache-2.0
//
// See schedule.h.
#include "kube/schedule.h"

#include <utility>

#include "net/clock.h"

namespace signalbox::kube {

namespace {

class LoopAlarm final : public Alarm {
 public:
  LoopAlarm(asio::io_context& io, Duration wait, std::function<void()> due) : timer_(io) {
    timer_.expires_after(wait);
    timer_.async_wait([due = std::move(due), alive = std::weak_ptr(alive_)](error_code error) {
      if (!error && !alive.expired()) due();
    });
  }

 private:
  asio::steady_timer timer_;
  // A timer that has run out is not cancelled any more.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>();
};

}  // namespace

TimePoint LoopSchedule::now() const { return net::now(); }

std::int64_t LoopSchedule::unix_nanos() const { return net::unix_nanos(); }

std::unique_ptr<Alarm> LoopSchedule::after(Duration wait, std::function<void()> due) {
  return std::make_unique<LoopAlarm>(io_, wait, std::move(due));
}

}  // namespace signalbox::kube
