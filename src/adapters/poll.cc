// SPDX-License-Identifier: Apache-2.0
//
// One timer; see poll.h.
#include "adapters/poll.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "net/clock.h"

namespace signalbox::adapters {

Duration pause_before_next(Duration interval, int failures, Prng& prng) {
  if (failures == 0) return scale(interval, 0.9 + 0.2 * prng.uniform());
  const Duration longest = std::max<Duration>(interval, 60s);
  Duration pause = interval;
  for (int i = 0; i < failures && pause < longest; ++i) pause = std::min(longest, 2 * pause);
  return scale(pause, 0.5 + 0.5 * prng.uniform());
}

Poll::Poll(asio::io_context& io, Duration interval, std::uint64_t seed, std::function<void()> ask)
    : interval_(interval),
      prng_(seed),
      ask_(std::move(ask)),
      timer_(io),
      self_(std::make_shared<Poll*>(this)) {
  SIGNALBOX_ASSERT(interval > Duration::zero());
}

Poll::~Poll() { stop(); }

void Poll::start() {
  running_ = true;
  await(scale(std::min<Duration>(interval_, 1s), prng_.uniform()));
}

void Poll::stop() {
  running_ = false;
  timer_.cancel();
}

void Poll::await(Duration pause) {
  timer_.expires_after(std::max(pause, Duration::zero()));
  timer_.async_wait([weak = std::weak_ptr(self_)](const error_code& cancelled) {
    const auto self = weak.lock();
    if (cancelled || !self || !(*self)->running_) return;
    (*self)->asked_at_ = net::now();
    (*self)->asking_ = true;
    (*self)->ask_();
  });
}

void Poll::done(bool well) {
  SIGNALBOX_ASSERT(asking_);
  asking_ = false;
  failures_ = well ? 0 : failures_ + 1;
  if (running_) {
    await(pause_before_next(interval_, failures_, prng_) - (net::now() - asked_at_));
  }
}

}  // namespace signalbox::adapters
