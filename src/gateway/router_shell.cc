// SPDX-License-Identifier: Apache-2.0
//
// Lock, call, unlock, deliver; see router_shell.h.
#include "gateway/router_shell.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "net/clock.h"

namespace signalbox::gateway {

RouterShell::RouterShell(std::uint64_t seed, asio::io_context& timer_io, ExplainRing& ring,
                         Observer observer, journal::Recorders recorders)
    : router_(seed),
      ring_(ring),
      observer_(std::move(observer)),
      recorders_(recorders),
      timer_(timer_io) {
  if (recorders_.inputs != nullptr) recorders_.inputs->router_started(seed);
}

std::uint64_t RouterShell::add_sink(RulingSink& sink) {
  sinks_.push_back(&sink);
  return sinks_.size() - 1;
}

// Runs one Router call under the lock, records and delivers what it decided, and returns the
// decision about `own`, if there was one.
template <class Call>
std::optional<Ruling> RouterShell::call(RequestId own, Call&& call) {
  // Its storage is used for call after call; none is made from within another.
  thread_local core::Router::Decisions decisions;
  decisions.clear();
  std::shared_ptr<const core::FleetView> view;
  TimePoint deadline = TimePoint::max();
  bool arm = false;
  {
    const std::lock_guard lock(mutex_);
    call(router_, decisions);
    view = view_;
    deadline = router_.next_deadline();
    if (deadline < armed_for_ && !stopped_) {
      armed_for_ = deadline;
      arm = true;
    }
  }
  if (arm) asio::post(timer_.get_executor(), [this, deadline] { arm_timer(deadline); });
  std::optional<Ruling> mine;
  for (const auto& decision : decisions) {
    if (observer_) observer_(decision);
    ring_.decided(decision, view);
    if (recorders_.decisions != nullptr) recorders_.decisions->decided(decision, view);
    if (decision.request == own) mine = Ruling{decision, view};
  }
  dispatch(decisions, own, view);
  return mine;
}

void RouterShell::dispatch(const core::Router::Decisions& decisions, RequestId own,
                           const std::shared_ptr<const core::FleetView>& view) {
  for (const auto& decision : decisions) {
    if (decision.request == own) continue;
    RulingSink* sink = sinks_.at(static_cast<std::size_t>(loop_of(decision.request)));
    asio::post(sink->io(), [sink, ruling = Ruling{decision, view}] { sink->deliver(ruling); });
  }
}

namespace {

// No request has this id: for calls that concern none in particular.
constexpr RequestId kNobody{~0ULL};

}  // namespace

void RouterShell::publish(std::shared_ptr<const core::FleetView> view) {
  call(kNobody, [&](core::Router& router, core::Router::Decisions& out) {
    const TimePoint now = net::now();
    view_ = view;
    router.on_view(view, now, out);
    if (recorders_.inputs != nullptr) recorders_.inputs->router_view(view->version, now, out);
  });
}

core::RouterDigest RouterShell::digest() {
  const std::lock_guard lock(mutex_);
  const TimePoint now = net::now();
  core::RouterDigest digest = router_.digest(now);
  if (recorders_.inputs != nullptr) recorders_.inputs->router_digest(now);
  return digest;
}

core::RouterReport RouterShell::report() {
  const std::lock_guard lock(mutex_);
  return router_.report(net::now());
}

Ruling RouterShell::request(RequestId id, const core::RequestFacts& facts) {
  auto ruling = call(id, [&](core::Router& router, core::Router::Decisions& out) {
    const TimePoint now = net::now();
    router.on_request(id, facts, now, out);
    if (recorders_.inputs != nullptr) recorders_.inputs->router_request(id, facts, now, out);
  });
  SIGNALBOX_ASSERT(ruling.has_value());
  return *std::move(ruling);
}

std::optional<Ruling> RouterShell::outcome(const core::Decision& forwarded,
                                           const std::shared_ptr<const core::FleetView>& view,
                                           const core::Outcome& outcome) {
  const RequestId id = forwarded.request;
  TimePoint now{};
  auto ruling = call(id, [&](core::Router& router, core::Router::Decisions& out) {
    now = net::now();
    router.on_outcome(id, outcome, now, out);
    if (recorders_.inputs != nullptr) recorders_.inputs->router_outcome(id, outcome, now, out);
  });
  if (recorders_.decisions != nullptr) recorders_.decisions->ended(forwarded, view, outcome, now);
  return ruling;
}

void RouterShell::answer_begun(RequestId id, EndpointId endpoint) {
  call(id, [&](core::Router& router, core::Router::Decisions& out) {
    const TimePoint now = net::now();
    router.on_answer_begun(id, endpoint, now, out);
    if (recorders_.inputs != nullptr) {
      recorders_.inputs->router_answer_begun(id, endpoint, now, out);
    }
  });
}

void RouterShell::cancel(RequestId id) {
  call(id, [&](core::Router& router, core::Router::Decisions& out) {
    const TimePoint now = net::now();
    router.on_cancel(id, now, out);
    if (recorders_.inputs != nullptr) recorders_.inputs->router_cancel(id, now, out);
  });
}

void RouterShell::arm_timer(TimePoint deadline) {
  timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(
      std::max(deadline - net::now(), Duration::zero())));
  timer_.async_wait([this](const error_code& error) {
    if (!error) on_timer();
  });
}

void RouterShell::on_timer() {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    armed_for_ = TimePoint::max();
  }
  call(kNobody, [&](core::Router& router, core::Router::Decisions& out) {
    const TimePoint now = net::now();
    router.on_timer(now, out);
    if (recorders_.inputs != nullptr) recorders_.inputs->router_timer(now, out);
  });
}

void RouterShell::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  timer_.cancel();
}

}  // namespace signalbox::gateway
