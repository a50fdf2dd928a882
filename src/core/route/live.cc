// SPDX-License-Identifier: Apache-2.0
//
// Free lists with O(1) insert and remove by swapping with the last; see live.h.
#include "core/route/live.h"

#include <algorithm>
#include <utility>

namespace signalbox::core {

void LiveFleet::adopt(const FleetView& view, const FleetSpec* previous_spec, TimePoint now) {
  const bool same_spec = previous_spec == view.spec.get();
  if (same_spec && view.endpoints_version != 0 && view.endpoints_version == adopted_version_) {
    readmit(now);
    return;
  }
  adopted_version_ = view.endpoints_version;
  if (same_spec && view.leases_version != 0 && adopt_leases(view, now)) return;
  if (!same_spec) {
    adopt_rules(*view.spec);
    std::vector<LiveUnit> units(view.spec->units.size());
    for (std::size_t i = 0; previous_spec != nullptr && i < units_.size(); ++i) {
      if (const auto kept = view.spec->find_unit(previous_spec->units[i].name)) {
        units[kept->index()] = std::move(units_[i]);
      }
    }
    units_ = std::move(units);
    for (std::size_t i = 0; i < units_.size(); ++i) {
      const UnitSpec& spec = view.spec->units[i];
      if (units_[i].shape.slots() != spec.slots) units_[i].shape = LoadShape(spec.slots);
      if (units_[i].service_time.prior_weight() != spec.profile_weight) {
        units_[i].service_time = ServiceTimeEstimate(spec.profile_weight);
      }
    }
  }
  for (auto& unit : units_) {
    unit.free.clear();
    unit.ready = unit.trusted = unit.endpoints = 0;
    unit.in_flight = 0;
    unit.panic = false;
  }

  std::unordered_map<EndpointId, LiveEndpoint> adopted;
  adopted.reserve(view.endpoints.size());
  in_order_.clear();
  ejected_.clear();
  starting_.clear();
  next_step_ = TimePoint::max();
  // What is there from the start has served before.
  const bool is_first = previous_spec == nullptr;
  for (const auto& seen : view.endpoints) {
    LiveEndpoint endpoint;
    if (const auto known = endpoints_.find(seen.id); known != endpoints_.end()) {
      endpoint = known->second;
    }
    endpoint.id = seen.id;
    endpoint.unit = seen.unit;
    const bool was_ready = std::exchange(endpoint.ready, seen.state == EndpointState::kReady);
    const UnitSpec& spec = view.spec->unit(seen.unit);
    if (spec.adaptive_slots && !endpoint.adaptive) endpoint.limit = ConcurrencyLimit(spec.slots);
    endpoint.adaptive = spec.adaptive_slots;
    endpoint.limit.set_most(spec.slots);
    if (seen.foreign_load == 0) endpoint.unfelt = 0;
    endpoint.foreign = endpoint.unfelt >= kUnfeltAllowed ? 0 : seen.foreign_load;
    endpoint.leased = seen.leased_slots;
    set_slots(endpoint, endpoint.adaptive ? endpoint.limit.limit() : spec.slots);
    endpoint.free_position = -1;
    endpoint.trusted = endpoint.ready && !endpoint.ejection.ejected(now);
    endpoint.is_dead = endpoint.ejection.is_dead(now);
    endpoint.usable = false;
    if (is_first) endpoint.warm_from = TimePoint::min();
    auto& placed = adopted.emplace(seen.id, endpoint).first->second;
    in_order_.push_back(&placed);
    auto& unit = units_[seen.unit.index()];
    unit.in_flight += placed.in_flight;
    if (!placed.ready) continue;
    ++unit.endpoints;
    if (is_first || was_ready) {
      set_handicap(placed, now);
    } else {
      begin_start(placed, now);
    }
    if (placed.trusted) {
      ++unit.trusted;
      set_use(placed, true);
    } else {
      ejected_.push_back(placed.id);
    }
  }
  endpoints_ = std::move(adopted);
  judge_panic(now);
}

// Leases change many times as often as the fleet does, and mostly a few of them: false, having done
// nothing, when anything else changed as well.
bool LiveFleet::adopt_leases(const FleetView& view, TimePoint now) {
  const auto same = [](const EndpointView& seen, const LiveEndpoint* known) {
    return seen.id == known->id && seen.unit == known->unit &&
           (seen.state == EndpointState::kReady) == known->ready &&
           seen.foreign_load == known->foreign && (seen.foreign_load > 0 || known->unfelt == 0);
  };
  if (!std::equal(view.endpoints.begin(), view.endpoints.end(), in_order_.begin(), in_order_.end(),
                  same)) {
    return false;
  }
  for (std::size_t i = 0; i < in_order_.size(); ++i) {
    const int leased = view.endpoints[i].leased_slots;
    if (leased == in_order_[i]->leased) continue;
    LiveEndpoint& endpoint = endpoints_.at(in_order_[i]->id);
    unlist(endpoint);
    endpoint.leased = leased;
    set_slots(endpoint, endpoint.all_slots);
    set_handicap(endpoint, now);
    if (endpoint.usable) list(endpoint);
  }
  readmit(now);
  return true;
}

void LiveFleet::age(TimePoint now) {
  for (auto& unit : units_) {
    unit.service_time.age(now);
    unit.first_token.age(now);
    unit.per_token.age(now);
    const bool is_doubtful = unit.service_time.is_doubtful() || unit.first_token.is_doubtful() ||
                             unit.per_token.is_doubtful();
    unit.may_probe = is_doubtful && unit.probe_credit >= 1.0;
  }
}

void LiveFleet::note_others(LiveEndpoint& endpoint, bool felt) {
  endpoint.unfelt = felt ? 0 : endpoint.unfelt + 1;
  if (endpoint.unfelt < kUnfeltAllowed || endpoint.foreign == 0) return;
  unlist(endpoint);
  endpoint.foreign = 0;
  set_slots(endpoint, endpoint.all_slots);
  if (endpoint.usable) list(endpoint);
}

// One always stays: what a server says of itself may be wrong, and must not close it. A lease is
// another matter, for what it does not give us another Router may be using.
void LiveFleet::set_slots(LiveEndpoint& endpoint, int all) {
  endpoint.all_slots = all;
  endpoint.slots = std::max(1, all - endpoint.foreign);
  if (endpoint.leased >= 0) endpoint.slots = std::min(endpoint.slots, endpoint.leased);
}

LiveEndpoint* LiveFleet::find(EndpointId id) {
  const auto found = endpoints_.find(id);
  return found == endpoints_.end() ? nullptr : &found->second;
}

LiveEndpoint* LiveFleet::another_free(const LiveUnit& unit, EndpointId but) {
  const FreeEndpoint* best = nullptr;
  for (const FreeEndpoint& free : unit.free) {
    if (free.id == but) continue;
    if (best == nullptr || free.load() < best->load()) best = &free;
  }
  return best != nullptr ? best->endpoint : nullptr;
}

void LiveFleet::list(LiveEndpoint& endpoint) {
  if (endpoint.free_position >= 0 || endpoint.in_flight >= endpoint.slots) return;
  auto& free = units_[endpoint.unit.index()].free;
  endpoint.free_position = static_cast<std::int64_t>(free.size());
  free.push_back({endpoint.id, &endpoint, endpoint.in_flight, endpoint.slots, endpoint.handicap,
                  endpoint.foreign});
}

void LiveFleet::unlist(LiveEndpoint& endpoint) {
  if (endpoint.free_position < 0) return;
  auto& free = units_[endpoint.unit.index()].free;
  const auto position = static_cast<std::size_t>(endpoint.free_position);
  free[position] = free.back();
  free[position].endpoint->free_position = endpoint.free_position;
  free.pop_back();
  endpoint.free_position = -1;
}

void LiveFleet::occupy(LiveEndpoint& endpoint) {
  ++endpoint.in_flight;
  ++endpoint.forwarded;
  auto& unit = units_[endpoint.unit.index()];
  ++unit.in_flight;
  if (endpoint.in_flight >= endpoint.slots) {
    unlist(endpoint);
  } else if (endpoint.free_position >= 0) {
    ++unit.free[static_cast<std::size_t>(endpoint.free_position)].in_flight;
  }
}

void LiveFleet::vacate(LiveEndpoint& endpoint) {
  --endpoint.in_flight;
  auto& unit = units_[endpoint.unit.index()];
  --unit.in_flight;
  if (endpoint.free_position >= 0) {
    --unit.free[static_cast<std::size_t>(endpoint.free_position)].in_flight;
  } else if (endpoint.usable) {
    list(endpoint);
  }
}

void LiveFleet::note_first_byte(LiveEndpoint& endpoint, double ratio) {
  if (!endpoint.adaptive || !endpoint.limit.observe(ratio, endpoint.in_flight)) return;
  unlist(endpoint);
  set_slots(endpoint, endpoint.limit.limit());
  if (endpoint.usable) list(endpoint);
}

void LiveFleet::describe(TimePoint now, RouterDigest& digest) const {
  digest.units.clear();
  for (const auto& unit : units_) {
    digest.units.push_back({unit.in_flight, unit.completed, unit.failed,
                            unit.service_time.slowdown(), unit.service_time.confidence(),
                            unit.ratios, unit.ratio_sum, unit.shape.at(unit.shape.slots())});
  }
  digest.endpoints.clear();
  for (const LiveEndpoint* endpoint : in_order_) {
    digest.endpoints.push_back({endpoint->id, endpoint->unit, endpoint->in_flight,
                                endpoint->forwarded, endpoint->failed,
                                endpoint->ejection.ejected(now), endpoint->foreign});
  }
}

void LiveFleet::describe_latency(std::vector<LatencyHistogram>& latency) const {
  latency.clear();
  for (const LiveEndpoint* endpoint : in_order_) latency.push_back(endpoint->latency);
}

}  // namespace signalbox::core
