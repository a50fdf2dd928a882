// SPDX-License-Identifier: Apache-2.0
//
// The port through which a shell tells what it gave to the core: every call of the Router and of
// the Controller, in order, and what they answered. Fed back to the same binary these calls decide
// byte for byte as before, because the core reads no clock and draws no randomness of its own.
//
// Tell of a call right after it returned and before anything of its answer is used: for the Router
// under the lock that serialises it, for the Controller on its thread. Views and digests are not
// passed on by value; they are answers of the other machine, so the order of calls is all a replay
// needs to make them again. A sink never blocks and never fails in the caller's eyes.
#pragma once

#include <cstdint>
#include <span>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/decision.h"
#include "core/model/fleet_spec.h"
#include "core/model/plan.h"
#include "core/model/request.h"
#include "core/model/signal.h"

namespace signalbox::journal {

// The decisions that one Router call appended, no others.
using Decided = std::span<const core::Decision>;

// Takes every call and keeps nothing; the log writers override all of it. Views into arguments are
// valid for the call only.
class InputSink {
 public:
  virtual ~InputSink() = default;

  // Once, before any other call: how the two machines were constructed.
  virtual void router_started(std::uint64_t /*seed*/) {}
  virtual void controller_started(const core::FleetSpec& /*spec*/, TimePoint /*now*/) {}

  // Router::on_view, on_request, on_outcome, on_answer_begun, on_cancel, on_timer.
  virtual void router_view(std::uint64_t /*version*/, TimePoint /*now*/, Decided /*decided*/) {}
  virtual void router_request(RequestId /*id*/, const core::RequestFacts& /*facts*/,
                              TimePoint /*now*/, Decided /*decided*/) {}
  virtual void router_outcome(RequestId /*id*/, const core::Outcome& /*outcome*/, TimePoint /*now*/,
                              Decided /*decided*/) {}
  virtual void router_answer_begun(RequestId /*id*/, EndpointId /*endpoint*/, TimePoint /*now*/,
                                   Decided /*decided*/) {}
  virtual void router_cancel(RequestId /*id*/, TimePoint /*now*/, Decided /*decided*/) {}
  virtual void router_timer(TimePoint /*now*/, Decided /*decided*/) {}
  // Router::digest, when its result is meant for the Controller; not those taken for pages.
  virtual void router_digest(TimePoint /*now*/) {}

  // Controller::on_signal, on_digest, on_spec, tick. `newer` is how many digests were taken after
  // the one handed over: 0 for the latest, at most kDigestsKept - 1. Likewise a view may reach the
  // Router late, by less than kViewsKept ticks.
  virtual void controller_signal(const core::Signal& /*signal*/, TimePoint /*now*/) {}
  virtual void controller_digest(TimePoint /*now*/, std::uint64_t /*newer*/) {}
  virtual void controller_spec(const core::FleetSpec& /*spec*/, TimePoint /*now*/) {}
  virtual void controller_tick(TimePoint /*now*/, const core::Plan& /*plan*/) {}
};

// How many views and digests a replay keeps at hand.
inline constexpr std::uint64_t kDigestsKept = 64;
inline constexpr std::uint64_t kViewsKept = 64;

}  // namespace signalbox::journal
