// SPDX-License-Identifier: Apache-2.0
//
// Book-keeping of endpoints and money; see fleet_state.h.
#include "core/scale/fleet_state.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "core/model/signal.h"

namespace signalbox::core {

namespace {

// An observed slowdown is believed within these bounds, and only once it rests on evidence.
constexpr double kLeastSlowdown = 0.5;
constexpr double kLargestSlowdown = 4.0;

int& place(ReplicaCount& count, EndpointState state) {
  switch (state) {
    case EndpointState::kBooting:
      return count.booting;
    case EndpointState::kReady:
      return count.ready;
    case EndpointState::kDraining:
      return count.draining;
    case EndpointState::kUnhealthy:
      break;
  }
  return count.unhealthy;
}

}  // namespace

FleetState::FleetState(const FleetSpec& spec, TimePoint now)
    : units_(spec.units.size()), accrued_at_(now) {
  for (std::uint32_t i = 0; i < spec.units.size(); ++i) {
    const UnitSpec& unit = spec.units[i];
    units_[i].energy_usd_per_hour = unit.energy.usd_per_hour(unit.energy.watts);
    units_[i].price_usd_per_hour = unit.price_usd_per_hour + units_[i].energy_usd_per_hour;
    units_[i].plateau_per_s = spec.units[i].plateau_per_s();
    units_[i].quickest = spec.units[i].profile.latency(1);
    add_fixed(spec, UnitId(i), now);
  }
}

EndpointRecord& FleetState::add(UnitId unit, EndpointState state, TimePoint now) {
  EndpointRecord record;
  record.id = EndpointId(++last_id_);
  record.unit = unit;
  record.state = state;
  record.since = record.launched = now;
  record.billed_from_usd = units_[unit.index()].replica_usd;
  tally(record, +1);
  return insert(std::move(record));
}

// Fixed servers count as ready until a probe says otherwise: refusing traffic until the first probe
// would turn every start of ours into an outage.
void FleetState::add_fixed(const FleetSpec& spec, UnitId unit, TimePoint now) {
  for (const auto& address : spec.unit(unit).endpoints) {
    const bool known = std::any_of(endpoints_.begin(), endpoints_.end(), [&](const auto& record) {
      return record.unit == unit && record.address == address;
    });
    if (!known) add(unit, EndpointState::kReady, now).address = address;
  }
}

std::vector<EndpointId> FleetState::adopt(const FleetSpec& previous, const FleetSpec& spec,
                                          TimePoint now) {
  accrue(now);
  ++endpoints_version_;
  std::vector<EndpointId> orphans;
  std::vector<EndpointRecord> kept;
  for (EndpointRecord& record : endpoints_) {
    const auto unit = spec.find_unit(previous.unit(record.unit).name);
    const bool still_listed =
        unit && (is_found(record.id) ? spec.unit(*unit).endpoints.empty()
                 : record.managed    ? spec.unit(*unit).managed
                                     : std::find(spec.unit(*unit).endpoints.begin(),
                                                 spec.unit(*unit).endpoints.end(),
                                                 record.address) != spec.unit(*unit).endpoints.end());
    if (!still_listed) {
      tally(record, -1);
      if (record.managed) orphans.push_back(record.id);
      continue;
    }
    record.unit = *unit;
    if (is_found(record.id)) record.managed = spec.unit(*unit).managed;
    kept.push_back(std::move(record));
  }
  endpoints_ = std::move(kept);
  std::vector<UnitState> units(spec.units.size());
  for (std::uint32_t i = 0; i < spec.units.size(); ++i) {
    if (const auto old = previous.find_unit(spec.units[i].name)) {
      units[i] = std::move(units_[old->index()]);
    }
    units[i].plateau_per_s = spec.units[i].plateau_per_s();
    units[i].quickest = spec.units[i].profile.latency(1);
  }
  units_ = std::move(units);
  for (std::uint32_t i = 0; i < spec.units.size(); ++i) add_fixed(spec, UnitId(i), now);
  return orphans;
}

EndpointId FleetState::launch(UnitId unit, TimePoint now) {
  accrue(now);
  EndpointRecord& record = add(unit, EndpointState::kBooting, now);
  record.managed = true;
  return record.id;
}

// Ids from outside are in no order of time, and all above our own.
void FleetState::find_running(const FoundReplica& found, TimePoint now) {
  SIGNALBOX_ASSERT(is_found(found.id) && find(found.id) == nullptr);
  accrue(now);
  EndpointRecord record;
  record.unit = found.unit;
  record.since = record.launched = now;
  record.billed_from_usd = units_[found.unit.index()].replica_usd;
  record.keep_until = found.keep_until;
  if (const EndpointRecord* asked = find(found.instead_of);
      asked != nullptr && asked->unit == found.unit && asked->state == EndpointState::kBooting) {
    record = *asked;
    endpoints_.erase(endpoints_.begin() + (asked - endpoints_.data()));
  } else {
    tally(record, +1);
  }
  record.id = found.id;
  record.managed = found.is_ours;
  insert(std::move(record));
  ++endpoints_version_;
}

// Ids of our own rise, but those of replicas that were found are all above them.
EndpointRecord& FleetState::insert(EndpointRecord record) {
  const auto place = std::lower_bound(
      endpoints_.begin(), endpoints_.end(), record.id,
      [](const EndpointRecord& other, EndpointId wanted) { return other.id < wanted; });
  return *endpoints_.insert(place, std::move(record));
}

std::vector<int> FleetState::wanted() const {
  std::vector<int> wanted(units_.size());
  for (const EndpointRecord& record : endpoints_) {
    if (record.managed && !record.stopping) ++wanted[record.unit.index()];
  }
  return wanted;
}

EndpointRecord* FleetState::find(EndpointId id) {
  const auto found = std::lower_bound(
      endpoints_.begin(), endpoints_.end(), id,
      [](const EndpointRecord& record, EndpointId wanted) { return record.id < wanted; });
  return found != endpoints_.end() && found->id == id ? &*found : nullptr;
}

void FleetState::erase(EndpointId id, const ControlSpec& control, TimePoint now) {
  EndpointRecord* record = find(id);
  if (record == nullptr) return;
  UnitState& unit = units_[record->unit.index()];
  const TimePoint least = record->launched + control.billing_minimum;
  const TimePoint end = record->managed ? std::max(now, least) : now;
  if (end > accrued_at_) {
    bill(unit, unit.price_usd_per_hour * to_seconds(end - accrued_at_) / 3600.0);
  }
  tally(*record, -1);
  endpoints_.erase(endpoints_.begin() + (record - endpoints_.data()));
}

void FleetState::forget(EndpointId id) {
  EndpointRecord* record = find(id);
  if (record == nullptr) return;
  UnitState& unit = units_[record->unit.index()];
  bill(unit, record->billed_from_usd - unit.replica_usd);
  tally(*record, -1);
  endpoints_.erase(endpoints_.begin() + (record - endpoints_.data()));
}

void FleetState::note_loss(UnitId id, const std::string& reason, Duration run, TimePoint at) {
  UnitState& unit = units_[id.index()];
  const bool same_run = unit.lost > 0 && at - unit.lost_at <= run;
  unit.lost = same_run ? unit.lost + 1 : 1;
  unit.hazard.observe_loss();
  unit.loss = reason;
  unit.lost_at = at;
}

void FleetState::set_state(EndpointRecord& record, EndpointState state, TimePoint now) {
  if (record.state == state) return;
  tally(record, -1);
  record.state = state;
  record.since = now;
  tally(record, +1);
}

void FleetState::announce(EndpointRecord& record, std::optional<TimePoint> leaving_by) {
  tally(record, -1);
  record.leaving_by = leaving_by;
  tally(record, +1);
}

std::optional<TimePoint> FleetState::next_leaving(UnitId unit) const {
  std::optional<TimePoint> next;
  if (count(unit).leaving() == 0) return next;
  for (const EndpointRecord& record : endpoints_) {
    const bool serves_or_boots =
        record.state == EndpointState::kReady || record.state == EndpointState::kBooting;
    if (record.unit != unit || !serves_or_boots || !record.leaving_by) continue;
    next = next ? std::min(*next, *record.leaving_by) : *record.leaving_by;
  }
  return next;
}

// Counts the record in (+1) or out (-1) of its unit.
void FleetState::tally(const EndpointRecord& record, int by) {
  ++endpoints_version_;
  ReplicaCount& count = units_[record.unit.index()].count;
  place(count, record.state) += by;
  if (!record.leaving_by) return;
  if (record.state == EndpointState::kReady) count.leaving_ready += by;
  if (record.state == EndpointState::kBooting) count.leaving_booting += by;
}

void FleetState::bill(UnitState& unit, double usd) {
  unit.spent_usd += usd;
  spent_usd_ += usd;
}

void FleetState::accrue(TimePoint now) {
  if (now <= accrued_at_) return;
  const Duration elapsed = now - accrued_at_;
  const double hours = to_seconds(elapsed) / 3600.0;
  accrued_at_ = now;
  for (UnitState& unit : units_) {
    unit.hazard.observe_running(unit.count.ready, elapsed);
    const double usd = unit.price_usd_per_hour * hours;
    unit.replica_usd += usd;
    bill(unit, unit.count.all() * usd);
  }
}

double FleetState::cost_usd_per_hour() const {
  double total = 0.0;
  for (const UnitState& unit : units_) total += unit.count.all() * unit.price_usd_per_hour;
  return total;
}

int FleetState::limit(const FleetSpec& spec, UnitId unit, TimePoint now) const {
  const UnitSpec& unit_spec = spec.unit(unit);
  const int active = count(unit).active();
  if (!unit_spec.managed) return active;
  const UnitState& state = units_[unit.index()];
  int limit = unit_spec.max_replicas;
  if (state.pool_limit) limit = std::min(limit, *state.pool_limit);
  limit = std::max(0, limit - count(unit).leaving());
  if (const auto allowance = state.backoff.allowance(now)) {
    limit = std::min(limit, active + *allowance);
  }
  return limit;
}

double FleetState::slowdown(UnitId unit) const {
  const UnitState& state = units_[unit.index()];
  if (state.drift.is_slower()) return std::min(state.drift.level(), kLargestSlowdown);
  const double own = std::clamp(state.slowdown, kLeastSlowdown, kLargestSlowdown);
  const double said = std::clamp(state.reported_slowdown, kLeastSlowdown, kLargestSlowdown);
  const double by_others = (1.0 - state.confidence) * state.reported_confidence;
  return 1.0 + state.confidence * (own - 1.0) + by_others * (said - 1.0);
}

double FleetState::capacity_per_s(UnitId unit) const {
  const UnitState& state = units_[unit.index()];
  return state.plateau_per_s * (1.0 - state.foreign_share) /
         (slowdown(unit) * state.full_load_ratio);
}

void FleetState::settle_foreign_load(const FleetSpec& spec, TimePoint now) {
  for (UnitState& unit : units_) unit.foreign_share = 0.0;
  for (EndpointRecord& record : endpoints_) {
    // A server can say that it is full, and no more: what waits in it has others to blame, and a
    // source alone must not be able to close an endpoint.
    const int slots = spec.unit(record.unit).slots;
    const int foreign = std::min(record.foreign.requests(now), slots);
    if (std::exchange(record.foreign_load, foreign) != foreign) ++endpoints_version_;
    if (record.foreign_felt == 0 || record.state != EndpointState::kReady) continue;
    // One slot always stays ours, as the Router has it.
    UnitState& unit = units_[record.unit.index()];
    unit.foreign_share += static_cast<double>(std::min(record.foreign_felt, slots - 1)) /
                          (static_cast<double>(slots) * unit.count.ready);
  }
}

bool FleetState::can_meet(UnitId unit, const Objective& objective) const {
  const UnitState& state = units_[unit.index()];
  const double slower = state.drift.is_slower() ? state.drift.level() : 1.0;
  return scale(state.quickest, slower) < objective.latency;
}

double FleetState::ready_capacity_per_s(const ServiceSpec& service) const {
  double total = 0.0;
  for (const UnitId unit : service.units) {
    if (can_meet(unit, service.objective)) total += count(unit).ready * capacity_per_s(unit);
  }
  return total;
}

double FleetState::staying_capacity_per_s(const ServiceSpec& service) const {
  double total = 0.0;
  for (const UnitId unit : service.units) {
    if (can_meet(unit, service.objective)) total += count(unit).staying() * capacity_per_s(unit);
  }
  return total;
}

}  // namespace signalbox::core
