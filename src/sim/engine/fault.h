// SPDX-License-Identifier: Apache-2.0
//
// What can be done to a unit, as a value: the emulator reads one from a control request, a scenario
// lists them with times, and both apply the same thing. Absent fields change nothing. What can be
// done to that which control sees of it is in signal_fault.h.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/prng.h"
#include "base/time.h"

namespace signalbox::sim {

// Some machines of a pool are bad while the rest is well: what averages hide.
struct SlowNodes {
  double share = 0.0;     // of the replicas running when it strikes; later ones are well
  double slowdown = 1.0;  // > 0, in the place of the unit's
};

struct Fault {
  bool heal = false;  // first clears all that an earlier fault left behind

  // The pool.
  std::optional<bool> refuse_launches = std::nullopt;
  std::optional<std::optional<int>> cap =
      std::nullopt;           // replicas the pool has room for; inner nullopt = no cap
  double lose = 0.0;          // fraction of running replicas the provider takes back
  bool lose_booting = false;  // that fraction is of the booting ones, too
  std::optional<double> boot_failure = std::nullopt;  // in the place of the pool's own share

  // The replicas. Slowdown and error rate hold for those launched later, too.
  std::optional<double> slowdown = std::nullopt;    // > 0; 1 = as the profile says
  std::optional<double> error_rate = std::nullopt;  // fraction of answers that are errors
  double crash = 0.0;  // fraction of running replicas that die without a word
  double hang = 0.0;   // fraction that stop answering and stay
  std::optional<SlowNodes> slow_nodes = std::nullopt;
  std::optional<Duration> flap = std::nullopt;  // the unit's replicas do not answer for the first
                                                // half of each such period; > 0
};

struct ScheduledFault {
  Duration at;  // since the start of the scenario
  UnitId unit;
  Fault fault;
};

// How many of `count` replicas a fraction means: any fraction above zero means at least one.
std::size_t share_of(std::size_t count, double fraction);

// `count` of `ids`, every choice equally likely. REQUIRES: count <= ids.size()
std::vector<EndpointId> draw_some(std::vector<EndpointId> ids, std::size_t count, Prng& draws);
// Which of `ids` a fraction means: share_of() many.
std::vector<EndpointId> draw_share(std::vector<EndpointId> ids, double fraction, Prng& draws);

// Whether replicas that flap since `since` answer at `now`, and when that changes next.
// REQUIRES: period >= 2 ns, now >= since
bool answers_in_flap(TimePoint since, Duration period, TimePoint now);
TimePoint next_flap(TimePoint since, Duration period, TimePoint now);

}  // namespace signalbox::sim
