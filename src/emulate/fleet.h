// SPDX-License-Identifier: Apache-2.0
//
// All emulated replicas and the provider they come from: launches boot and turn into servers, stops
// drain, faults strike. The control API and the demo speak to this; what they may know afterwards
// is what the event log and the states below tell, as with a real cloud.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/prng.h"
#include "base/result.h"
#include "base/time.h"
#include "core/model/fleet_spec.h"
#include "emulate/event_log.h"
#include "emulate/picture_book.h"
#include "emulate/replica_server.h"
#include "net/asio.h"
#include "sim/engine/fault.h"
#include "sim/engine/provider.h"
#include "sim/engine/service_model.h"

namespace signalbox::emulate {

// Fixed servers of unmanaged units get ids from here on; launched ones have lower ids.
inline constexpr std::uint64_t kFirstFixedId = 1'000'000'000'000;

struct ReplicaState {
  EndpointId id;
  UnitId unit;
  const char* state;      // booting, ready, hung or stopping
  core::Address address;  // port 0 while booting
  std::uint64_t served = 0;
  std::size_t queued = 0;
};

struct UnitState {
  sim::Pool pool;
  double slowdown = 1.0;
  double error_rate = 0.0;
  double busy_seconds = 0.0;  // of all its replicas, those gone included
  std::uint64_t served = 0;
};

// Runs on the loop's thread.
class Fleet {
 public:
  // `shapes` by UnitId; missing ones are default.
  Fleet(asio::io_context& io, core::FleetSpec spec, std::vector<sim::ServiceShape> shapes,
        std::uint64_t seed);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // Starts the fixed servers of unmanaged units; an error names the address that is not to be had,
  // nullopt is success.
  std::optional<Error> start();

  // Asks the provider for a replica; the boot time it will take. REQUIRES: `unit` exists.
  Result<Duration, sim::LaunchRefusal> launch(EndpointId id, UnitId unit);

  // Stops a replica: at once while booting, else once it has finished what it serves. False if
  // there is none of that id.
  bool stop(EndpointId id);

  // REQUIRES: `unit` exists; slowdown > 0.
  void apply(UnitId unit, const sim::Fault& fault);

  std::vector<ReplicaState> replicas() const;
  UnitState unit_state(UnitId unit) const;
  const core::FleetSpec& spec() const { return spec_; }
  const EventLog& events() const { return log_; }
  // Calls `notify` after each new event; one listener, empty for none.
  void on_event(std::function<void()> notify) { notify_ = std::move(notify); }
  // What the provider has billed by now.
  double cost_usd() const;

 private:
  struct Replica {
    UnitId unit;
    core::Address address;
    std::shared_ptr<ReplicaServer> server;
  };

  // Behaviour of a unit's replicas, those to come included.
  struct Unit {
    sim::ServiceModel model;
    double factor_spread;
    double slowdown = 1.0;
    double error_rate = 0.0;
    Duration ended_busy{0};
    std::uint64_t ended_served = 0;
  };

  // A server with an address of its own, which is restarted by healing its unit.
  struct Fixed {
    EndpointId id;
    UnitId unit;
    core::Address address;
  };

  Result<core::Address> open(EndpointId id, UnitId unit, const core::Address& address);
  std::optional<Error> start_fixed(Fixed& fixed);
  void end(EndpointId id, sim::EndReason reason);
  void handle(const std::vector<sim::ProviderEvent>& events);
  void on_ready(const sim::ProviderEvent& event);
  void on_gone(const sim::ProviderEvent& event);
  void heal(UnitId unit);
  std::vector<EndpointId> busiest(UnitId unit, double fraction) const;
  void await_boot();
  void log(LoggedEvent::Kind kind, const sim::ProviderEvent& event, core::Address address,
           std::string reason);

  asio::io_context& io_;
  core::FleetSpec spec_;
  TimePoint started_at_;
  sim::Provider provider_;
  Prng replica_seeds_;
  PictureBook pictures_;
  std::vector<Unit> units_;  // indexed by UnitId; never resized, replicas point into it
  std::vector<Fixed> fixed_;
  std::map<EndpointId, Replica> serving_;  // every replica with a server
  EventLog log_;
  std::function<void()> notify_;
  asio::steady_timer boot_timer_;
  std::shared_ptr<Fleet*> self_;  // timers and drains hold it weakly
};

}  // namespace signalbox::emulate
