// SPDX-License-Identifier: Apache-2.0
//
// What the control loop asks of the world: somebody who brings signals, and somebody who carries
// out commands. Both are small so that a price feed, a scraper, Kubernetes and the emulator each
// implement only what they are. Everything here happens on the control loop's thread.
#pragma once

#include <span>

#include "base/ids.h"
#include "core/model/signal.h"
#include "core/model/unit.h"

namespace signalbox::control {

// Where signals go.
class SignalSink {
 public:
  virtual ~SignalSink() = default;

  // A batch is one piece of news: however many of its signals are urgent, one tick follows it.
  virtual void take(std::span<const core::Signal> batch) = 0;
};

// Brings signals until stopped; started once. A source says nothing from inside start(), and
// nothing after stop() returned.
class SignalSource {
 public:
  virtual ~SignalSource() = default;

  // `sink` outlives the source, or the source is stopped before.
  virtual void start(SignalSink& sink) = 0;
  virtual void stop() = 0;
};

// Starts and stops replicas. Neither call waits or answers: what became of it comes back later as
// signals that name the endpoint - EndpointReady or LaunchRefused after launch(), EndpointGone
// after stop(), and EndpointGone whenever a replica is lost.
class Actuator {
 public:
  virtual ~Actuator() = default;

  // Each id is launched once. `unit` is for the signals about it; `spec` need not outlive the call.
  virtual void launch(EndpointId id, UnitId unit, const core::UnitSpec& spec) = 0;

  // Lets the replica finish what it serves, then ends it. Stopping one that is not there is news
  // of its end, not an error.
  virtual void stop(EndpointId id) = 0;
};

}  // namespace signalbox::control
