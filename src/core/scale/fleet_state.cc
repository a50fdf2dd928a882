// SPDX-License-Identifier: Apache-2.0
//
// Book-keeping of endpoints and money; see fleet_state.h.
#include "core/scale/fleet_state.h"

#include <algorithm>
#include <utility>

namespace signalbox::core {

namespace {

// An observed slowdown is believed within these bounds, and only once it rests on evidence.
constexpr double kLeastSlowdown = 0.5;
constexpr double kLargestSlowdown = 4.0;

}  // namespace

FleetState::FleetState(const FleetSpec& spec, TimePoint now) : units_(spec.units.size()) {
  for (std::uint32_t i = 0; i < spec.units.size(); ++i) {
    units_[i].price_usd_per_hour = spec.units[i].price_usd_per_hour;
    add_fixed(spec, UnitId(i), now);
  }
}

// Fixed servers count as ready until a probe says otherwise: refusing traffic until the first probe
// would turn every start of ours into an outage.
void FleetState::add_fixed(const FleetSpec& spec, UnitId unit, TimePoint now) {
  for (const auto& address : spec.unit(unit).endpoints) {
    const bool known = std::any_of(endpoints_.begin(), endpoints_.end(), [&](const auto& entry) {
      return entry.second.unit == unit && entry.second.address == address;
    });
    if (known) continue;
    EndpointRecord record;
    record.id = EndpointId(++last_id_);
    record.unit = unit;
    record.state = EndpointState::kReady;
    record.address = address;
    record.since = record.launched = record.billed_until = now;
    endpoints_.emplace(record.id, record);
  }
}

std::vector<EndpointId> FleetState::adopt(const FleetSpec& previous, const FleetSpec& spec,
                                          TimePoint now) {
  std::vector<EndpointId> orphans;
  for (auto entry = endpoints_.begin(); entry != endpoints_.end();) {
    EndpointRecord& record = entry->second;
    const UnitSpec& before = previous.unit(record.unit);
    const auto unit = spec.find_unit(before.name);
    const bool still_listed =
        unit && (record.managed ? spec.unit(*unit).managed
                                : std::find(spec.unit(*unit).endpoints.begin(),
                                            spec.unit(*unit).endpoints.end(),
                                            record.address) != spec.unit(*unit).endpoints.end());
    if (still_listed) {
      record.unit = *unit;
      ++entry;
      continue;
    }
    if (record.managed) orphans.push_back(record.id);
    bill(record, now);
    entry = endpoints_.erase(entry);
  }
  std::vector<UnitState> units(spec.units.size());
  for (std::uint32_t i = 0; i < spec.units.size(); ++i) {
    if (const auto old = previous.find_unit(spec.units[i].name)) {
      units[i] = std::move(units_[old->index()]);
    }
    // The operator's new price is news; a quoted one stands until then.
    const auto old = previous.find_unit(spec.units[i].name);
    const bool same_price =
        old && previous.unit(*old).price_usd_per_hour == spec.units[i].price_usd_per_hour;
    if (!same_price) units[i].price_usd_per_hour = spec.units[i].price_usd_per_hour;
  }
  units_ = std::move(units);
  for (std::uint32_t i = 0; i < spec.units.size(); ++i) add_fixed(spec, UnitId(i), now);
  return orphans;
}

EndpointId FleetState::launch(UnitId unit, TimePoint now) {
  EndpointRecord record;
  record.id = EndpointId(++last_id_);
  record.unit = unit;
  record.managed = true;
  record.since = record.launched = record.billed_until = now;
  endpoints_.emplace(record.id, record);
  return record.id;
}

EndpointRecord* FleetState::find(EndpointId id) {
  const auto found = endpoints_.find(id);
  return found == endpoints_.end() ? nullptr : &found->second;
}

void FleetState::erase(EndpointId id, const ControlSpec& control, TimePoint now) {
  const auto found = endpoints_.find(id);
  if (found == endpoints_.end()) return;
  EndpointRecord& record = found->second;
  const TimePoint least = record.launched + control.billing_minimum;
  bill(record, record.managed ? std::max(now, least) : now);
  endpoints_.erase(found);
}

void FleetState::forget(EndpointId id) {
  const auto found = endpoints_.find(id);
  if (found == endpoints_.end()) return;
  units_[found->second.unit.index()].spent_usd -= found->second.billed_usd;
  spent_usd_ -= found->second.billed_usd;
  endpoints_.erase(found);
}

void FleetState::note_loss(UnitId id, const std::string& reason, Duration run, TimePoint at) {
  UnitState& unit = units_[id.index()];
  const bool same_run = unit.lost > 0 && at - unit.lost_at <= run;
  unit.lost = same_run ? unit.lost + 1 : 1;
  unit.loss = reason;
  unit.lost_at = at;
}

void FleetState::set_state(EndpointRecord& record, EndpointState state, TimePoint now) {
  if (record.state == state) return;
  record.state = state;
  record.since = now;
}

void FleetState::bill(EndpointRecord& record, TimePoint until) {
  if (until <= record.billed_until) return;
  UnitState& unit = units_[record.unit.index()];
  const double usd = unit.price_usd_per_hour * to_seconds(until - record.billed_until) / 3600.0;
  unit.spent_usd += usd;
  spent_usd_ += usd;
  record.billed_usd += usd;
  record.billed_until = until;
}

void FleetState::accrue(TimePoint now) {
  for (auto& [id, record] : endpoints_) bill(record, now);
}

double FleetState::cost_usd_per_hour() const {
  double total = 0.0;
  for (const auto& [id, record] : endpoints_) {
    total += units_[record.unit.index()].price_usd_per_hour;
  }
  return total;
}

ReplicaCount FleetState::count(UnitId unit) const {
  ReplicaCount count;
  for (const auto& [id, record] : endpoints_) {
    if (record.unit != unit) continue;
    switch (record.state) {
      case EndpointState::kBooting:
        ++count.booting;
        break;
      case EndpointState::kReady:
        ++count.ready;
        break;
      case EndpointState::kDraining:
        ++count.draining;
        break;
      case EndpointState::kUnhealthy:
        ++count.unhealthy;
        break;
    }
  }
  return count;
}

int FleetState::limit(const FleetSpec& spec, UnitId unit, TimePoint now) const {
  const UnitSpec& unit_spec = spec.unit(unit);
  const int active = count(unit).active();
  if (!unit_spec.managed) return active;
  const UnitState& state = units_[unit.index()];
  int limit = unit_spec.max_replicas;
  if (state.pool_limit) limit = std::min(limit, *state.pool_limit);
  if (const auto allowance = state.backoff.allowance(now)) {
    limit = std::min(limit, active + *allowance);
  }
  return limit;
}

double FleetState::capacity_per_s(const FleetSpec& spec, UnitId unit) const {
  const UnitState& state = units_[unit.index()];
  const double believed = std::clamp(state.slowdown, kLeastSlowdown, kLargestSlowdown);
  const double slowdown = 1.0 + state.confidence * (believed - 1.0);
  return spec.unit(unit).plateau_per_s() / slowdown;
}

double FleetState::ready_capacity_per_s(const FleetSpec& spec, const ServiceSpec& service) const {
  double total = 0.0;
  for (const UnitId unit : service.units) {
    total += count(unit).ready * capacity_per_s(spec, unit);
  }
  return total;
}

}  // namespace signalbox::core
