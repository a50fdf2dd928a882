// SPDX-License-Identifier: Apache-2.0
//
// What is to be run, as a value: the fleet as its operator describes it, the truth about where its
// replicas come from and how they serve, who asks, and what befalls them all. The policy is not in
// it, so that the same scenario can be put before any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/model/fleet_spec.h"
#include "sim/engine/fault.h"
#include "sim/engine/pool.h"
#include "sim/engine/service_model.h"
#include "sim/engine/signal_fault.h"
#include "sim/engine/source_fault.h"
#include "sim/workload/arrivals.h"

namespace signalbox::sim {

// Clients that ask for one thing.
struct Traffic {
  std::string path = "/genimage";
  std::string model = {};
  // Equal seeds give equal streams.
  std::function<std::unique_ptr<ArrivalStream>(std::uint64_t seed)> arrivals = {};
};

// Somebody who watches the fleet and says what is true, but for its faults. How far it is believed
// is said in the fleet's `sources` under the same name.
struct SimulatedSource {
  std::string name;
  Duration interval = 5s;  // between its looks, > 0
  bool prices = false, limits = false, power = false, latency = false, load = false;
};

struct Scenario {
  std::string name;   // as on the command line
  std::string title;  // one line for people
  std::string about;  // what it is made of and what it tests, in a few sentences

  core::FleetSpec fleet;
  std::vector<PoolSpec> pools;       // by unit; empty = unlimited on-demand pools
  std::vector<ServiceShape> shapes;  // by unit; empty = requests side by side
  // By unit, for bounds only: the most work a replica can do in a second, where its profile does
  // not say (sizes that unlike replicas weigh unlike); empty = the plateaus.
  std::vector<double> most_work_per_s;
  std::vector<Traffic> traffic;

  Duration season = 24h;   // the cycle by which its operator knows the traffic; zero = none
  Duration length{};       // requests arrive for so long; then what is open finishes
  Duration report_from{};  // results count requests and cost from here on
  std::vector<ScheduledFault> faults;               // by time
  std::vector<ScheduledSignalFault> signal_faults;  // by time
  std::vector<SimulatedSource> sources;
  std::vector<ScheduledSourceFault> source_faults;
};

}  // namespace signalbox::sim
