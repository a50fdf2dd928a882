// SPDX-License-Identifier: Apache-2.0
//
// A Controller with a provider and a Router played by hand: launches boot after five seconds or are
// refused, stops are obeyed at once, and requests arrive at a steady rate. One call to run() is so
// many ticks of one second.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/model/testdata/fleets.h"
#include "core/scale/controller.h"

namespace signalbox::core::testdata {

class ControllerRig {
 public:
  explicit ControllerRig(FleetSpec spec) : ControllerRig(std::make_shared<FleetSpec>(spec)) {}
  explicit ControllerRig(std::shared_ptr<const FleetSpec> spec) : controller(spec, at(0s)) {}

  // Lets `seconds` pass with `rate_per_s` requests a second of the first service, or of each.
  void run(int seconds, double rate_per_s) {
    for (int i = 0; i < seconds; ++i) {
      now += 1s;
      arrived_ += rate_per_s;
      boot();
      report();
      tick();
    }
  }

  const Plan& tick() {
    const Plan plan = controller.tick(now);
    for (const auto& change : plan.mode_changes) changes.push_back(change);
    bool urgent = false;
    for (const Command& command : plan.commands) {
      if (const auto* launch = std::get_if<LaunchEndpoint>(&command)) {
        launches.emplace_back(now, launch->unit);
        if (dry.contains(launch->unit)) {
          urgent |=
              say(LaunchRefused{launch->endpoint, launch->unit, "insufficient capacity"}).urgent;
        } else {
          booting_[launch->endpoint] = now + boot_time;
        }
      } else {
        const EndpointId id = std::get<StopEndpoint>(command).endpoint;
        stops.emplace_back(now, id);
        booting_.erase(id);
        say(EndpointGone{id, "stopped"});
      }
    }
    return urgent ? tick() : controller.plan();
  }

  // Hands the Controller the Router's digest as of now.
  void report() {
    if (controller.view() == nullptr) return;
    const FleetView& view = *controller.view();
    RouterDigest digest;
    digest.at = now;
    digest.view_version = reported_version.value_or(view.version);
    digest.services.resize(view.spec->services.size());
    for (std::size_t i = 0; i < (all_are_called ? digest.services.size() : 1); ++i) {
      ServiceDigest& counts = digest.services[i];
      counts.arrivals = static_cast<std::uint64_t>(arrived_);
      counts.work = std::floor(arrived_) * work;
      counts.work_squared = std::floor(arrived_) * work * work;
      counts.completed = static_cast<std::uint64_t>(arrived_);
      counts.missed = missed;
      counts.held = held;
    }
    digest.units.resize(view.spec->units.size());
    for (std::uint32_t i = 0; i < digest.units.size(); ++i) {
      const auto slower = slowness.find(UnitId(i));
      served_[UnitId(i)] += kServedPerTick;
      ratios_[UnitId(i)] += kServedPerTick * (slower == slowness.end() ? 1.0 : slower->second);
      digest.units[i].ratios = served_[UnitId(i)];
      digest.units[i].ratio_sum = ratios_[UnitId(i)];
    }
    for (const auto& endpoint : view.endpoints) {
      EndpointDigest load;
      load.endpoint = endpoint.id;
      load.unit = endpoint.unit;
      load.in_flight = in_flight;
      load.forwarded = static_cast<std::uint64_t>(arrived_);
      digest.endpoints.push_back(load);
    }
    controller.on_digest(digest, now);
  }

  template <class Body>
  SignalVerdict say(Body body, std::string source = "actuator") {
    return controller.on_signal(Signal{now, std::move(source), std::move(body)}, now);
  }

  int ready(UnitId unit) const { return controller.view()->units[unit.index()].ready; }
  int booting(UnitId unit) const { return controller.view()->units[unit.index()].booting; }
  Mode mode() const { return controller.plan().services[0].mode; }
  int launches_of(UnitId unit) const {
    int count = 0;
    for (const auto& [when, launched] : launches) count += launched == unit ? 1 : 0;
    return count;
  }
  // Ends so many ready replicas of the unit, as a provider that takes them back.
  void lose(UnitId unit, int count) {
    const auto endpoints = controller.view()->endpoints;
    for (const auto& endpoint : endpoints) {
      if (count == 0) return;
      if (endpoint.unit != unit || endpoint.state != EndpointState::kReady) continue;
      say(EndpointGone{endpoint.id, "taken back"});
      --count;
    }
  }

  static constexpr int kServedPerTick = 3;  // by each unit

  Controller controller;
  TimePoint now = at(0s);
  Duration boot_time = 5s;
  std::set<UnitId> dry;  // pools that refuse launches
  std::uint64_t missed = 0;
  int held = 0;
  int in_flight = 0;                              // on every endpoint
  std::map<UnitId, double> slowness;              // times as slow as its profile; absent = 1
  double work = 1.0;                              // of each request
  bool all_are_called = false;                    // every service is, at the same rate
  std::optional<std::uint64_t> reported_version;  // by a Router that lags behind
  std::vector<ModeChange> changes;
  std::vector<std::pair<TimePoint, UnitId>> launches;
  std::vector<std::pair<TimePoint, EndpointId>> stops;

 private:
  void boot() {
    std::vector<EndpointId> due;
    for (const auto& [id, ready_at] : booting_) {
      if (ready_at <= now) due.push_back(id);
    }
    for (const EndpointId id : due) {
      booting_.erase(id);
      say(EndpointReady{id, {"127.0.0.1", static_cast<std::uint16_t>(9000 + id.value % 1000)}});
    }
  }

  double arrived_ = 0.0;
  std::map<UnitId, std::uint64_t> served_;
  std::map<UnitId, double> ratios_;
  std::map<EndpointId, TimePoint> booting_;
};

}  // namespace signalbox::core::testdata
