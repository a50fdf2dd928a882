// SPDX-License-Identifier: Apache-2.0
//
// Pools, boots, notices and bills; see provider.h.
#include "sim/engine/provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/distributions.h"

namespace signalbox::sim {

namespace {

constexpr double kSecondsPerHour = 3600.0;

enum Stream : std::uint64_t { kBootTimes = 1, kReclaims = 2, kBootFailures = 3 };

}  // namespace

Provider::Provider(std::vector<core::UnitSpec> units, std::vector<PoolSpec> pools,
                   Duration billing_minimum, std::uint64_t seed)
    : units_(std::move(units)),
      billing_minimum_(billing_minimum),
      boot_draws_(Prng(seed).fork(kBootTimes)),
      reclaim_draws_(Prng(seed).fork(kReclaims)),
      failure_draws_(Prng(seed).fork(kBootFailures)) {
  SIGNALBOX_ASSERT(pools.size() == units_.size());
  SIGNALBOX_ASSERT(billing_minimum >= Duration::zero());
  sources_.reserve(units_.size());
  for (std::size_t i = 0; i < units_.size(); ++i) {
    SIGNALBOX_ASSERT(pools[i].notice >= Duration::zero());
    PriceCurve price(units_[i].price_usd_per_hour, pools[i].price);
    sources_.push_back({std::move(pools[i]), std::move(price), {}});
    const UnitId unit(static_cast<std::uint32_t>(i));
    schedule_capacity(unit, 0);
    schedule_price(unit, 0);
  }
}

Provider::Provider(std::vector<core::UnitSpec> units, Duration billing_minimum, std::uint64_t seed)
    : Provider(units, std::vector<PoolSpec>(units.size()), billing_minimum, seed) {}

Result<Duration, LaunchRefusal> Provider::launch(EndpointId id, UnitId unit, TimePoint now) {
  SIGNALBOX_ASSERT(unit.index() < units_.size());
  const core::UnitSpec& spec = units_[unit.index()];
  Source& source = sources_[unit.index()];
  if (auto refused = refusal(id, unit, now)) {
    if (refused->kind != LaunchRefusal::Kind::kIdInUse) ++source.pool.refused;
    return std::move(*refused);
  }
  const Duration boot = draw_duration(boot_draws_, spec.boot_time_min, spec.boot_time_max);
  // Drawn for every launch, so that a fault changes the fate of boots and of nothing else.
  const bool fails =
      failure_draws_.uniform() < source.pool.boot_failure.value_or(source.spec.boot_failure);
  replicas_.emplace(id, ProvidedReplica{id, unit, now, now + boot, false, fails});
  due_.push(now + boot, {Due::What::kBoot, id.value});
  ++source.pool.launches;
  ++source.pool.booting;
  return boot;
}

std::optional<LaunchRefusal> Provider::refusal(EndpointId id, UnitId unit, TimePoint now) const {
  using Kind = LaunchRefusal::Kind;
  const std::string& name = units_[unit.index()].name;
  const auto& [spec, price, pool] = sources_[unit.index()];
  if (const ProvidedReplica* holder = find(id)) {
    return LaunchRefusal{Kind::kIdInUse,
                         fmt::format("id {} is in use by a replica of {}; choose another, or stop "
                                     "that one first",
                                     id.value, units_[holder->unit.index()].name)};
  }
  if (pool.refuse_launches) {
    return LaunchRefusal{Kind::kInsufficientCapacity,
                         fmt::format("insufficient capacity: launches of {} are refused; running "
                                     "replicas keep running",
                                     name)};
  }
  if (pool.cap && pool.held() >= *pool.cap) {
    return LaunchRefusal{
        Kind::kInsufficientCapacity,
        fmt::format("insufficient capacity: the pool of {} has room for {} replicas and holds {}",
                    name, *pool.cap, pool.held())};
  }
  if (is_prepaid(spec.tier) && pool.held() >= spec.owned()) {
    return LaunchRefusal{Kind::kQuota,
                         fmt::format("quota reached: all {} machines of {} are in use; there are "
                                     "no others to launch",
                                     spec.owned(), name)};
  }
  if (spec.quota && pool.held() >= *spec.quota) {
    return LaunchRefusal{Kind::kQuota,
                         fmt::format("quota reached: {} replicas of {} are allowed and {} are "
                                     "held; stop one, or have the quota raised",
                                     *spec.quota, name, pool.held())};
  }
  const std::optional<int> capacity = capacity_at(unit, now);
  if (capacity && pool.held() >= *capacity) {
    return LaunchRefusal{
        Kind::kInsufficientCapacity,
        fmt::format("insufficient capacity: there are {} instances for {} now, and {} are held",
                    *capacity, name, pool.held())};
  }
  return std::nullopt;
}

std::optional<int> Provider::capacity_at(UnitId unit, TimePoint now) const {
  const auto& steps = sources_[unit.index()].spec.capacity;
  if (steps.empty() || now < steps.steps().front().from) return std::nullopt;
  return steps.at(now, 0);
}

void Provider::adopt(EndpointId id, UnitId unit, TimePoint now) {
  SIGNALBOX_ASSERT(unit.index() < units_.size());
  const bool added = replicas_.emplace(id, ProvidedReplica{id, unit, now, now, true}).second;
  SIGNALBOX_ASSERT(added);
  ++sources_[unit.index()].pool.running;
}

bool Provider::end(EndpointId id, EndReason reason, TimePoint now,
                   std::vector<ProviderEvent>& out) {
  const auto found = replicas_.find(id);
  if (found == replicas_.end()) return false;
  const ProvidedReplica replica = found->second;
  replicas_.erase(found);
  Pool& pool = sources_[replica.unit.index()].pool;
  --(replica.ready ? pool.running : pool.booting);
  if (replica.leaves_at) --pool.leaving;
  pool.ended_usd += price_of(replica, now);
  out.push_back({ProviderEvent::Kind::kGone, id, replica.unit, now, replica.launched_at, reason});
  return true;
}

void Provider::reclaim(UnitId unit, double fraction, TimePoint now,
                       std::vector<ProviderEvent>& out) {
  lose(unit, fraction, false, now, out);
}

void Provider::lose(UnitId unit, double fraction, bool booting_too, TimePoint now,
                    std::vector<ProviderEvent>& out) {
  std::vector<EndpointId> ids;
  for (const auto& [id, replica] : replicas_) {
    if (replica.unit == unit && (replica.ready || booting_too)) ids.push_back(id);
  }
  for (const EndpointId id : draw_share(std::move(ids), fraction, reclaim_draws_)) {
    end(id, EndReason::kReclaimed, now, out);
  }
}

void Provider::apply(UnitId unit, const Fault& fault, TimePoint now,
                     std::vector<ProviderEvent>& out) {
  Pool& pool = sources_.at(unit.index()).pool;
  if (fault.heal) {
    pool.refuse_launches = false;
    pool.cap.reset();
    pool.boot_failure.reset();
  }
  if (fault.refuse_launches) pool.refuse_launches = *fault.refuse_launches;
  if (fault.cap) pool.cap = *fault.cap;
  if (fault.boot_failure) pool.boot_failure = *fault.boot_failure;
  if (fault.lose > 0.0) lose(unit, fault.lose, fault.lose_booting, now, out);
}

std::optional<TimePoint> Provider::next_event() const {
  if (due_.empty()) return std::nullopt;
  return due_.top().order.at;
}

void Provider::advance(TimePoint now, std::vector<ProviderEvent>& out) {
  while (!due_.empty() && due_.top().order.at <= now) {
    const auto [order, due] = due_.pop();
    switch (due.what) {
      case Due::What::kBoot:
        end_boot(EndpointId{due.subject}, order.at, out);
        break;
      case Due::What::kTake:
        take(EndpointId{due.subject}, order.at, out);
        break;
      case Due::What::kCapacity:
        change_capacity(UnitId{static_cast<std::uint32_t>(due.subject)}, due.step, out);
        break;
      case Due::What::kPrice:
        change_price(UnitId{static_cast<std::uint32_t>(due.subject)}, due.step, out);
        break;
    }
  }
}

void Provider::end_boot(EndpointId id, TimePoint at, std::vector<ProviderEvent>& out) {
  const auto found = replicas_.find(id);
  if (found == replicas_.end()) return;
  ProvidedReplica& replica = found->second;
  // An id used again: its earlier boot is not this one's.
  if (replica.ready || replica.ready_at != at) return;
  if (replica.boot_fails) {
    end(id, EndReason::kBootFailed, at, out);
    return;
  }
  replica.ready = true;
  Pool& pool = sources_[replica.unit.index()].pool;
  --pool.booting;
  ++pool.running;
  out.push_back({ProviderEvent::Kind::kReady, id, replica.unit, at, replica.launched_at});
}

void Provider::take(EndpointId id, TimePoint at, std::vector<ProviderEvent>& out) {
  const auto found = replicas_.find(id);
  if (found == replicas_.end() || found->second.leaves_at != at) return;
  end(id, EndReason::kReclaimed, at, out);
}

void Provider::change_capacity(UnitId unit, std::size_t step, std::vector<ProviderEvent>& out) {
  const Source& source = sources_[unit.index()];
  const auto [at, capacity] = source.spec.capacity.steps()[step];
  schedule_capacity(unit, step + 1);
  if (source.spec.tier != Tier::kSpot) return;
  const int too_many = source.pool.held() - source.pool.leaving - std::max(capacity, 0);
  if (too_many <= 0) return;
  std::vector<EndpointId> ids;
  for (const auto& [id, replica] : replicas_) {
    if (replica.unit == unit && !replica.leaves_at) ids.push_back(id);
  }
  for (const EndpointId id :
       draw_some(std::move(ids), static_cast<std::size_t>(too_many), reclaim_draws_)) {
    ProvidedReplica& replica = replicas_.at(id);
    if (!replica.ready) {
      end(id, EndReason::kReclaimed, at, out);
      continue;
    }
    replica.leaves_at = at + source.spec.notice;
    ++sources_[unit.index()].pool.leaving;
    due_.push(*replica.leaves_at, {Due::What::kTake, id.value});
    out.push_back({.kind = ProviderEvent::Kind::kNotice,
                   .id = id,
                   .unit = unit,
                   .at = at,
                   .launched_at = replica.launched_at,
                   .by = *replica.leaves_at});
  }
}

void Provider::change_price(UnitId unit, std::size_t step, std::vector<ProviderEvent>& out) {
  const auto [at, usd_per_hour] = sources_[unit.index()].spec.price.steps()[step];
  schedule_price(unit, step + 1);
  out.push_back({.kind = ProviderEvent::Kind::kPrice,
                 .id = {},
                 .unit = unit,
                 .at = at,
                 .launched_at = {},
                 .usd_per_hour = usd_per_hour});
}

// Only the next step of each series is in the queue, however long the trace.
void Provider::schedule_capacity(UnitId unit, std::size_t step) {
  const auto& steps = sources_[unit.index()].spec.capacity.steps();
  if (step < steps.size()) due_.push(steps[step].from, {Due::What::kCapacity, unit.value, step});
}

void Provider::schedule_price(UnitId unit, std::size_t step) {
  const auto& steps = sources_[unit.index()].spec.price.steps();
  if (step < steps.size()) due_.push(steps[step].from, {Due::What::kPrice, unit.value, step});
}

const ProvidedReplica* Provider::find(EndpointId id) const {
  const auto found = replicas_.find(id);
  return found == replicas_.end() ? nullptr : &found->second;
}

double Provider::price_usd_per_hour(UnitId unit, TimePoint now) const {
  return sources_.at(unit.index()).price.usd_per_hour(now);
}

double Provider::cost_usd(TimePoint now) const {
  double usd = 0.0;
  for (const Source& source : sources_) usd += source.pool.ended_usd + owned_usd(source, now);
  for (const auto& [id, replica] : replicas_) usd += price_of(replica, now);
  return usd;
}

double Provider::unit_cost_usd(UnitId unit, TimePoint now) const {
  const Source& source = sources_.at(unit.index());
  double usd = source.pool.ended_usd + owned_usd(source, now);
  for (const auto& [id, replica] : replicas_) {
    if (replica.unit == unit) usd += price_of(replica, now);
  }
  return usd;
}

// Owned machines are billed together, by owned_usd().
double Provider::price_of(const ProvidedReplica& replica, TimePoint until) const {
  const Source& source = sources_[replica.unit.index()];
  if (is_prepaid(source.spec.tier)) return 0.0;
  const TimePoint least = replica.launched_at + billing_minimum_;
  if (source.spec.price.empty()) {
    return source.price.usd_between(replica.launched_at, std::max(until, least));
  }
  const double minimum = source.price.usd_per_hour(replica.launched_at) *
                         to_seconds(billing_minimum_) / kSecondsPerHour;
  return minimum + (until > least ? source.price.usd_between(least, until) : 0.0);
}

double Provider::owned_usd(const Source& source, TimePoint until) const {
  if (!is_prepaid(source.spec.tier)) return 0.0;
  return source.spec.owned() * source.price.usd_between(TimePoint{}, until);
}

const char* to_string(EndReason reason) {
  switch (reason) {
    case EndReason::kStopped:
      return "stopped";
    case EndReason::kReclaimed:
      return "reclaimed";
    case EndReason::kCrashed:
      return "crashed";
    case EndReason::kBootFailed:
      return "boot failed";
  }
  return "?";
}

}  // namespace signalbox::sim
