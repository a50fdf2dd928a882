// SPDX-License-Identifier: Apache-2.0
//
// A fleet on the virtual clock: the very Router and Controller that run behind sockets, fed by a
// workload, by replica engines and by an emulated provider. What is simulated is what runs. One
// loop pops the next event and asks the core; nothing here decides anything.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/prng.h"
#include "base/time.h"
#include "core/model/plan.h"
#include "core/route/router.h"
#include "core/scale/controller.h"
#include "sim/engine/event_queue.h"
#include "sim/engine/fault.h"
#include "sim/engine/provider.h"
#include "sim/engine/replica_engine.h"
#include "sim/engine/service_model.h"
#include "sim/workload/workload.h"

namespace signalbox::sim {

// What is to be run: a fleet, what its clients want and what befalls it.
struct FleetScenario {
  core::FleetSpec fleet;
  std::string path = "/genimage";  // what every request asks for
  CosineRate demand;
  Duration length{};  // requests arrive for so long; then what is open finishes
  double factor_spread = 0.05;
  std::vector<ScheduledFault> faults;  // by time
};

struct ModeSwitch {
  core::ModeChange change;
  Duration reaction{};  // from the evidence to the first decision under the new mode
};

struct FleetReport {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;  // answered other than 2xx, our own refusals included
  std::uint64_t within_objective = 0;
  Duration p50{}, p99{}, longest_hold{};
  double cost_usd = 0.0;                 // as billed by the provider
  double ledger_usd = 0.0;               // as counted by the Controller
  std::vector<std::uint64_t> forwarded;  // per unit
  std::vector<ModeSwitch> mode_switches;
  std::uint64_t decisions = 0;
  std::uint64_t fingerprint = 0;  // of every decision in order: equal runs have equal ones

  double slo_attainment() const {
    return requests == 0 ? 1.0
                         : static_cast<double>(within_objective) / static_cast<double>(requests);
  }
};

class FleetRun {
 public:
  // Equal scenarios and seeds give equal reports. REQUIRES: one service, managed units.
  FleetRun(FleetScenario scenario, std::uint64_t seed);

  FleetReport run();

 private:
  struct Event {
    enum class Kind : std::uint8_t { kArrival, kTick, kProbe, kProvider, kReplica, kTimer, kFault };
    Kind kind;
    std::uint64_t subject = 0;  // replica id, or index of the fault
    double factor = 1.0;        // of the arrival
  };
  struct Replica {
    ReplicaEngine engine;
    std::unordered_map<std::uint64_t, RequestId> serving;  // by job
    bool hung = false;
  };
  struct Request {
    TimePoint arrival;
    double factor;
    EndpointId endpoint;
  };

  void handle(const Event& event);
  void schedule_arrival();
  void arrive(double factor);
  void tick();
  void probe();
  void strike(const ScheduledFault& fault);
  void take_provider_events(const std::vector<ProviderEvent>& events);
  void take_job_events(EndpointId id, const std::vector<JobEvent>& events);
  void lose_replica(EndpointId id);
  void execute(const core::Plan& plan);
  void take_decisions();
  void forward(const core::Decision& decision);
  void finish(RequestId id, int status);
  void wake_replica(EndpointId id);
  void wake_router();
  void signal(core::Signal signal);

  FleetScenario scenario_;
  Duration tail_;  // after the last arrival
  TimePoint now_{};
  TimePoint end_{};
  EventQueue<Event> events_;
  CosineWorkload workload_;
  Provider provider_;
  core::Controller controller_;
  core::Router router_;
  std::vector<ServiceModel> models_;  // indexed by UnitId
  std::vector<double> slowdown_;      // indexed by UnitId
  std::vector<double> error_rate_;    // indexed by UnitId
  Prng error_draws_;
  std::unordered_map<EndpointId, Replica> replicas_;
  std::unordered_map<RequestId, Request> requests_;
  core::Router::Decisions decisions_;
  bool taking_decisions_ = false;
  bool tick_due_ = false;  // an urgent signal came: tick once the batch is taken
  TimePoint timer_at_ = TimePoint::max();
  std::uint64_t next_request_ = 0;
  std::uint64_t next_job_ = 0;
  std::vector<Duration> latencies_;
  FleetReport report_;
};

}  // namespace signalbox::sim
