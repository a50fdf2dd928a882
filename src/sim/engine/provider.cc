// SPDX-License-Identifier: Apache-2.0
//
// Pools, boots and bills; see provider.h.
#include "sim/engine/provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/distributions.h"

namespace signalbox::sim {

namespace {

constexpr double kSecondsPerHour = 3600.0;

enum Stream : std::uint64_t { kBootTimes = 1, kReclaims = 2 };

}  // namespace

Provider::Provider(std::vector<core::UnitSpec> units, Duration billing_minimum, std::uint64_t seed)
    : units_(std::move(units)),
      billing_minimum_(billing_minimum),
      boot_draws_(Prng(seed).fork(kBootTimes)),
      reclaim_draws_(Prng(seed).fork(kReclaims)),
      pools_(units_.size()) {}

Result<Duration, LaunchRefusal> Provider::launch(EndpointId id, UnitId unit, TimePoint now) {
  SIGNALBOX_ASSERT(unit.index() < units_.size());
  const core::UnitSpec& spec = units_[unit.index()];
  Pool& pool = pools_[unit.index()];
  if (const ProvidedReplica* holder = find(id)) {
    return LaunchRefusal{LaunchRefusal::Kind::kIdInUse,
                         fmt::format("id {} is in use by a replica of {}; choose another, or stop "
                                     "that one first",
                                     id.value, units_[holder->unit.index()].name)};
  }
  if (pool.refuse_launches) {
    ++pool.refused;
    return LaunchRefusal{LaunchRefusal::Kind::kInsufficientCapacity,
                         fmt::format("insufficient capacity: launches of {} are refused; running "
                                     "replicas keep running",
                                     spec.name)};
  }
  if (pool.cap && pool.running + pool.booting >= *pool.cap) {
    ++pool.refused;
    return LaunchRefusal{
        LaunchRefusal::Kind::kInsufficientCapacity,
        fmt::format("insufficient capacity: the pool of {} has room for {} replicas and holds {}",
                    spec.name, *pool.cap, pool.running + pool.booting)};
  }
  const Duration boot = draw_duration(boot_draws_, spec.boot_time_min, spec.boot_time_max);
  replicas_.emplace(id, ProvidedReplica{id, unit, now, now + boot});
  boots_.push(now + boot, id);
  ++pool.launches;
  ++pool.booting;
  return boot;
}

void Provider::adopt(EndpointId id, UnitId unit, TimePoint now) {
  SIGNALBOX_ASSERT(unit.index() < units_.size());
  const bool added = replicas_.emplace(id, ProvidedReplica{id, unit, now, now, true}).second;
  SIGNALBOX_ASSERT(added);
  ++pools_[unit.index()].running;
}

bool Provider::end(EndpointId id, EndReason reason, TimePoint now,
                   std::vector<ProviderEvent>& out) {
  const auto found = replicas_.find(id);
  if (found == replicas_.end()) return false;
  const ProvidedReplica replica = found->second;
  replicas_.erase(found);
  Pool& pool = pools_[replica.unit.index()];
  --(replica.ready ? pool.running : pool.booting);
  pool.ended_usd += price_of(replica, now);
  out.push_back({ProviderEvent::Kind::kGone, id, replica.unit, now, replica.launched_at, reason});
  return true;
}

void Provider::reclaim(UnitId unit, double fraction, TimePoint now,
                       std::vector<ProviderEvent>& out) {
  std::vector<EndpointId> running;
  for (const auto& [id, replica] : replicas_) {
    if (replica.unit == unit && replica.ready) running.push_back(id);
  }
  // The first steps of a Fisher-Yates shuffle: every subset is equally likely.
  const std::size_t victims = share_of(running.size(), fraction);
  for (std::size_t i = 0; i < victims; ++i) {
    std::swap(running[i], running[i + reclaim_draws_.below(running.size() - i)]);
    end(running[i], EndReason::kReclaimed, now, out);
  }
}

void Provider::apply(UnitId unit, const Fault& fault, TimePoint now,
                     std::vector<ProviderEvent>& out) {
  Pool& pool = pools_.at(unit.index());
  if (fault.heal) {
    pool.refuse_launches = false;
    pool.cap.reset();
  }
  if (fault.refuse_launches) pool.refuse_launches = *fault.refuse_launches;
  if (fault.cap) pool.cap = *fault.cap;
  if (fault.lose > 0.0) reclaim(unit, fault.lose, now, out);
}

std::optional<TimePoint> Provider::next_event() const {
  if (boots_.empty()) return std::nullopt;
  return boots_.top().order.at;
}

void Provider::advance(TimePoint now, std::vector<ProviderEvent>& out) {
  while (!boots_.empty() && boots_.top().order.at <= now) {
    const auto boot = boots_.pop();
    const auto found = replicas_.find(boot.payload);
    if (found == replicas_.end()) continue;
    ProvidedReplica& replica = found->second;
    // An id used again: its earlier boot is not this one's.
    if (replica.ready || replica.ready_at != boot.order.at) continue;
    replica.ready = true;
    Pool& pool = pools_[replica.unit.index()];
    --pool.booting;
    ++pool.running;
    out.push_back({ProviderEvent::Kind::kReady, replica.id, replica.unit, replica.ready_at,
                   replica.launched_at});
  }
}

const ProvidedReplica* Provider::find(EndpointId id) const {
  const auto found = replicas_.find(id);
  return found == replicas_.end() ? nullptr : &found->second;
}

double Provider::cost_usd(TimePoint now) const {
  double usd = 0.0;
  for (const Pool& pool : pools_) usd += pool.ended_usd;
  for (const auto& [id, replica] : replicas_) usd += price_of(replica, now);
  return usd;
}

double Provider::price_of(const ProvidedReplica& replica, TimePoint until) const {
  const Duration billed = std::max(until - replica.launched_at, billing_minimum_);
  return units_[replica.unit.index()].price_usd_per_hour * to_seconds(billed) / kSecondsPerHour;
}

const char* to_string(EndReason reason) {
  switch (reason) {
    case EndReason::kStopped:
      return "stopped";
    case EndReason::kReclaimed:
      return "reclaimed";
    case EndReason::kCrashed:
      return "crashed";
  }
  return "?";
}

}  // namespace signalbox::sim
