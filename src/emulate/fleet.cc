// SPDX-License-Identifier: Apache-2.0
//
// Provider events into servers and back; see fleet.h.
#include "emulate/fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "net/clock.h"

namespace signalbox::emulate {

namespace {

constexpr std::uint64_t kReplicaSeeds = 3;  // a stream beside the provider's

// Half the width of the uniform distribution with the profile's coefficient of variation.
double factor_spread(const core::UnitSpec& unit) {
  return std::min(unit.profile.spread() * std::sqrt(3.0), 0.99);
}

}  // namespace

Fleet::Fleet(asio::io_context& io, core::FleetSpec spec, std::vector<sim::ServiceShape> shapes,
             std::uint64_t seed)
    : io_(io),
      spec_(std::move(spec)),
      started_at_(net::now()),
      provider_(spec_.units, spec_.control.billing_minimum, seed),
      replica_seeds_(Prng(seed).fork(kReplicaSeeds)),
      boot_timer_(io),
      self_(std::make_shared<Fleet*>(this)) {
  shapes.resize(spec_.units.size());
  units_.reserve(spec_.units.size());
  for (std::size_t i = 0; i < spec_.units.size(); ++i) {
    const core::UnitSpec& unit = spec_.units[i];
    units_.push_back({sim::ServiceModel::of(unit, shapes[i]), factor_spread(unit)});
    for (const core::Address& address : unit.endpoints) {
      if (unit.managed) break;
      fixed_.push_back({EndpointId{kFirstFixedId + fixed_.size()},
                        UnitId{static_cast<std::uint32_t>(i)}, address});
    }
  }
}

std::optional<Error> Fleet::start() {
  started_at_ = net::now();
  for (Fixed& fixed : fixed_) {
    if (auto error = start_fixed(fixed)) return error;
  }
  return std::nullopt;
}

std::optional<Error> Fleet::start_fixed(Fixed& fixed) {
  const auto bound = open(fixed.id, fixed.unit, fixed.address);
  if (!bound) {
    return Error{fmt::format("endpoint {} of unit {} cannot be emulated: {}",
                             core::to_string(fixed.address), spec_.unit(fixed.unit).name,
                             bound.error().message)};
  }
  fixed.address = *bound;  // a port of 0 is chosen once
  provider_.adopt(fixed.id, fixed.unit, net::now());
  return std::nullopt;
}

Result<core::Address> Fleet::open(EndpointId id, UnitId unit, const core::Address& address) {
  const Unit& behaviour = units_[unit.index()];
  auto server =
      std::make_shared<ReplicaServer>(io_, Origin{id, spec_.unit(unit).name}, behaviour.model,
                                      behaviour.factor_spread, pictures_, replica_seeds_.next());
  auto bound = server->listen(address);
  if (!bound) return bound;
  server->set_slowdown(behaviour.slowdown);
  server->set_error_rate(behaviour.error_rate);
  serving_.emplace(id, Replica{unit, *bound, std::move(server)});
  return bound;
}

Result<Duration, sim::LaunchRefusal> Fleet::launch(EndpointId id, UnitId unit) {
  const core::UnitSpec& spec = spec_.unit(unit);
  if (!spec.managed && !spec.endpoints.empty()) {
    return sim::LaunchRefusal{
        sim::LaunchRefusal::Kind::kInsufficientCapacity,
        fmt::format("insufficient capacity: {} is the {} fixed endpoint(s) of its configuration",
                    spec.name, spec.endpoints.size())};
  }
  auto boot = provider_.launch(id, unit, net::now());
  if (boot) await_boot();
  return boot;
}

bool Fleet::stop(EndpointId id) {
  const auto found = serving_.find(id);
  if (found == serving_.end()) {
    if (provider_.find(id) == nullptr) return false;
    end(id, sim::EndReason::kStopped);
    return true;
  }
  if (found->second.server->draining()) return true;
  found->second.server->drain([weak = std::weak_ptr(self_), id] {
    if (const auto self = weak.lock()) (*self)->end(id, sim::EndReason::kStopped);
  });
  return true;
}

void Fleet::end(EndpointId id, sim::EndReason reason) {
  std::vector<sim::ProviderEvent> events;
  provider_.end(id, reason, net::now(), events);
  handle(events);
}

void Fleet::apply(UnitId unit, const sim::Fault& fault) {
  if (fault.heal) heal(unit);
  std::vector<sim::ProviderEvent> events;
  provider_.apply(unit, fault, net::now(), events);
  handle(events);

  Unit& behaviour = units_[unit.index()];
  behaviour.slowdown = fault.slowdown.value_or(behaviour.slowdown);
  behaviour.error_rate = fault.error_rate.value_or(behaviour.error_rate);
  for (const auto& [id, replica] : serving_) {
    if (replica.unit != unit) continue;
    replica.server->set_slowdown(behaviour.slowdown);
    replica.server->set_error_rate(behaviour.error_rate);
  }
  for (const EndpointId id : busiest(unit, fault.crash)) end(id, sim::EndReason::kCrashed);
  for (const EndpointId id : busiest(unit, fault.hang)) serving_.at(id).server->set_hanging(true);
}

void Fleet::heal(UnitId unit) {
  Unit& behaviour = units_[unit.index()];
  behaviour.slowdown = 1.0;
  behaviour.error_rate = 0.0;
  for (const auto& [id, replica] : serving_) {
    if (replica.unit == unit) replica.server->set_hanging(false);
  }
  for (Fixed& fixed : fixed_) {
    // One whose port was taken meanwhile stays down, as a real server would.
    if (fixed.unit == unit && serving_.count(fixed.id) == 0) (void)start_fixed(fixed);
  }
}

// A fraction of the unit's replicas, most recently busy first, so that a crash hits where it hurts.
std::vector<EndpointId> Fleet::busiest(UnitId unit, double fraction) const {
  std::vector<EndpointId> ids;
  for (const auto& [id, replica] : serving_) {
    if (replica.unit == unit && !replica.server->draining()) ids.push_back(id);
  }
  const auto rank = [this](EndpointId id) {
    const ReplicaServer& server = *serving_.at(id).server;
    return std::pair{server.in_service() > 0, server.last_active()};
  };
  std::stable_sort(ids.begin(), ids.end(),
                   [&](EndpointId a, EndpointId b) { return rank(a) > rank(b); });
  ids.resize(sim::share_of(ids.size(), fraction));
  return ids;
}

void Fleet::await_boot() {
  const auto next = provider_.next_event();
  if (!next) return;
  boot_timer_.expires_after(std::max(*next - net::now(), Duration::zero()));
  boot_timer_.async_wait([weak = std::weak_ptr(self_)](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    std::vector<sim::ProviderEvent> events;
    (*self)->provider_.advance(net::now(), events);
    (*self)->handle(events);
    (*self)->await_boot();
  });
}

void Fleet::handle(const std::vector<sim::ProviderEvent>& events) {
  for (const sim::ProviderEvent& event : events) {
    switch (event.kind) {
      case sim::ProviderEvent::Kind::kReady:
        on_ready(event);
        break;
      case sim::ProviderEvent::Kind::kGone:
        on_gone(event);
        break;
      case sim::ProviderEvent::Kind::kNotice:
      case sim::ProviderEvent::Kind::kPrice:
        break;  // an emulated pool has neither a capacity nor a price that changes
    }
  }
}

void Fleet::on_ready(const sim::ProviderEvent& event) {
  const auto bound = open(event.id, event.unit, {"127.0.0.1", 0});
  if (bound) {
    log(LoggedEvent::Kind::kReady, event, *bound, {});
    return;
  }
  std::vector<sim::ProviderEvent> ended;
  provider_.end(event.id, sim::EndReason::kStopped, net::now(), ended);
  log(LoggedEvent::Kind::kGone, event, {}, "boot failed: " + bound.error().message);
}

void Fleet::on_gone(const sim::ProviderEvent& event) {
  const auto found = serving_.find(event.id);
  if (found != serving_.end()) {
    const auto server = std::move(found->second.server);
    serving_.erase(found);
    server->crash();  // after a drain nothing is left to break
    units_[event.unit.index()].ended_busy += server->busy_time();
    units_[event.unit.index()].ended_served += server->served();
  }
  if (event.reason == sim::EndReason::kCrashed) return;  // a real crash tells nobody
  log(LoggedEvent::Kind::kGone, event, {}, sim::to_string(event.reason));
}

void Fleet::log(LoggedEvent::Kind kind, const sim::ProviderEvent& event, core::Address address,
                std::string reason) {
  log_.append({0, kind, net::now() - started_at_, event.id, event.unit, std::move(address),
               std::move(reason)});
  if (notify_) notify_();
}

std::vector<ReplicaState> Fleet::replicas() const {
  std::vector<ReplicaState> states;
  for (const auto& [id, provided] : provider_.replicas()) {
    ReplicaState state{id, provided.unit, "booting", {"127.0.0.1", 0}};
    if (const auto found = serving_.find(id); found != serving_.end()) {
      const ReplicaServer& server = *found->second.server;
      state.state = server.draining() ? "stopping" : server.hanging() ? "hung" : "ready";
      state.address = found->second.address;
      state.served = server.served();
      state.queued = server.queued();
    }
    states.push_back(std::move(state));
  }
  return states;
}

UnitState Fleet::unit_state(UnitId unit) const {
  const Unit& behaviour = units_.at(unit.index());
  UnitState state{provider_.pool(unit), behaviour.slowdown, behaviour.error_rate,
                  to_seconds(behaviour.ended_busy), behaviour.ended_served};
  for (const auto& [id, replica] : serving_) {
    if (replica.unit != unit) continue;
    state.busy_seconds += to_seconds(replica.server->busy_time());
    state.served += replica.server->served();
  }
  return state;
}

double Fleet::cost_usd() const { return provider_.cost_usd(net::now()); }

}  // namespace signalbox::emulate
