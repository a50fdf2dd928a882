// SPDX-License-Identifier: Apache-2.0
//
// When something is to be done again: the clock and the timers of everything in this room. They are
// a port because what this room does is mostly waiting - for a minute, for a lease to run out, for
// a watch that says nothing - and tests of that shall take no time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/time.h"
#include "net/asio.h"

namespace signalbox::kube {

// A call that is due; not made once this is gone.
class Alarm {
 public:
  virtual ~Alarm() = default;
};

class Schedule {
 public:
  virtual ~Schedule() = default;

  virtual TimePoint now() const = 0;
  virtual std::int64_t unix_nanos() const = 0;

  // Calls `due` once, from the loop, after `wait`. It may destroy or replace its own alarm.
  virtual std::unique_ptr<Alarm> after(Duration wait, std::function<void()> due) = 0;
};

// The machine's own clocks, on one event loop.
class LoopSchedule final : public Schedule {
 public:
  explicit LoopSchedule(asio::io_context& io) : io_(io) {}

  TimePoint now() const override;
  std::int64_t unix_nanos() const override;
  std::unique_ptr<Alarm> after(Duration wait, std::function<void()> due) override;

 private:
  asio::io_context& io_;
};

}  // namespace signalbox::kube
