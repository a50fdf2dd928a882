// SPDX-License-Identifier: Apache-2.0
//
// When to ask again. One question at a time, at about the interval, spread by chance so that many
// do not ask together; after a failure less and less often, so that whoever is in trouble is not
// kept there by us.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/prng.h"
#include "base/time.h"
#include "net/asio.h"

namespace signalbox::adapters {

// How long to wait after a question began, and after `failures` in a row: the interval give or
// take a tenth; after a failure between half and all of it, doubled with each, up to a minute or
// the interval, whichever is longer.
Duration pause_before_next(Duration interval, int failures, Prng& prng);

class Poll {
 public:
  // `ask` begins a question, whose end done() is told of. REQUIRES: interval > 0.
  Poll(asio::io_context& io, Duration interval, std::uint64_t seed, std::function<void()> ask);
  ~Poll();
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;

  // The first question follows within a second, or the interval if that is shorter.
  void start();
  // No question begins after this.
  void stop();

  // The question has ended, well or not; the next is awaited. REQUIRES: one was begun.
  void done(bool well);

  int failures() const { return failures_; }

 private:
  void await(Duration pause);

  const Duration interval_;
  Prng prng_;
  std::function<void()> ask_;
  asio::steady_timer timer_;
  TimePoint asked_at_{};
  bool asking_ = false;
  bool running_ = false;
  int failures_ = 0;             // in a row
  std::shared_ptr<Poll*> self_;  // timers hold it weakly
};

}  // namespace signalbox::adapters
