// SPDX-License-Identifier: Apache-2.0
//
// Many gateways before one fleet, on the virtual clock: the very Routers, the very lease book and
// the very views that run in processes, with what lies between them - delays and losses of the
// link, a controller that dies, another that takes over, a gateway that crashes. The fleet stands
// still: what is looked at is who may use which slot, and what that costs against one Router that
// sees everything. After every start it is checked that no endpoint has more than its slots.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace signalbox::sim {

struct GatewaysScenario {
  int gateways = 100;  // 1 = one Router that has the fleet for itself, without leases
  int units = 5;       // each a fifth slower and cheaper than the one before
  int endpoints = 5000;
  int slots = 4;                // of each endpoint
  double load = 0.85;           // of the slots that are in use on average
  double latency_factor = 1.3;  // what is owed, in mean times in service of the slowest unit
  Duration length = 60s;
  // How unequal gateways' shares of the load are (0 = equal): the spread of their logarithms. Each
  // changes to another, drawn likewise, at random every `load_moves`.
  double spread = 1.0;
  Duration load_moves = 10s;
  // The link: each message takes `delay` and as much again on average, every so many are late by a
  // second more, or lost.
  Duration delay = 1ms;
  double late = 0.02;
  double lost = 0.005;
  // What happens; none = it does not.
  std::optional<Duration> crash_at;  // of one gateway, whose clients go to the others
  std::optional<Duration> controller_dies_at;
  Duration controller_is_away = 30s;      // then another leads
  std::optional<Duration> new_leader_at;  // another leads from one moment to the next
};

struct GatewaysResult {
  std::uint64_t requests = 0;
  std::uint64_t in_time = 0;
  std::uint64_t rejected = 0;
  std::uint64_t overruns = 0;   // starts at an endpoint that had no slot
  std::uint64_t divisions = 0;  // of the slots
  std::uint64_t tables = 0;     // of leases that were sent
  double in_time_share = 0.0;
  double held_share = 0.0;  // of the time somewhere a request waits
  // Slots that were idle although a request waited at some gateway, on average, of all slots.
  double idle_while_held = 0.0;
  std::string digest() const;  // equal runs, equal texts
};

// Equal scenarios and seeds give equal results; requests arrive and take as long whatever the
// number of gateways is.
GatewaysResult run_gateways(const GatewaysScenario& scenario, std::uint64_t seed);

}  // namespace signalbox::sim
