// SPDX-License-Identifier: Apache-2.0
//
// What can be done to a unit, as a value: the emulator reads one from a control request, a scenario
// lists them with times, and both apply the same thing. Absent fields change nothing.
#pragma once

#include <cstddef>
#include <optional>

#include "base/ids.h"
#include "base/time.h"

namespace signalbox::sim {

struct Fault {
  bool heal = false;  // first clears refusals, cap, slowdown, error rate and hangs

  // The pool.
  std::optional<bool> refuse_launches = std::nullopt;
  std::optional<std::optional<int>> cap =
      std::nullopt;   // replicas the pool has room for; inner nullopt = no cap
  double lose = 0.0;  // fraction of running replicas the provider takes back

  // The replicas. Slowdown and error rate hold for those launched later, too.
  std::optional<double> slowdown = std::nullopt;    // > 0; 1 = as the profile says
  std::optional<double> error_rate = std::nullopt;  // fraction of answers that are errors
  double crash = 0.0;  // fraction of running replicas that die without a word
  double hang = 0.0;   // fraction that stop answering and stay
};

struct ScheduledFault {
  Duration at;  // since the start of the scenario
  UnitId unit;
  Fault fault;
};

// How many of `count` replicas a fraction means: any fraction above zero means at least one.
std::size_t share_of(std::size_t count, double fraction);

}  // namespace signalbox::sim
