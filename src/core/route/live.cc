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
  if (!same_spec) {
    std::vector<LiveUnit> units(view.spec->units.size());
    for (std::size_t i = 0; previous_spec != nullptr && i < units_.size(); ++i) {
      if (const auto kept = view.spec->find_unit(previous_spec->units[i].name)) {
        units[kept->index()] = std::move(units_[i]);
      }
    }
    units_ = std::move(units);
  }
  for (auto& unit : units_) {
    unit.free.clear();
    unit.ready = 0;
    unit.in_flight = 0;
  }

  std::unordered_map<EndpointId, LiveEndpoint> adopted;
  adopted.reserve(view.endpoints.size());
  in_order_.clear();
  ejected_.clear();
  for (const auto& seen : view.endpoints) {
    LiveEndpoint endpoint;
    if (const auto known = endpoints_.find(seen.id); known != endpoints_.end()) {
      endpoint = known->second;
    }
    endpoint.id = seen.id;
    endpoint.unit = seen.unit;
    endpoint.ready = seen.state == EndpointState::kReady;
    endpoint.slots = view.spec->unit(seen.unit).slots;
    endpoint.free_position = -1;
    auto& placed = adopted.emplace(seen.id, endpoint).first->second;
    in_order_.push_back(&placed);
    auto& unit = units_[seen.unit.index()];
    unit.in_flight += placed.in_flight;
    if (!placed.ready) continue;
    if (placed.ejection.ejected(now)) {
      ejected_.push_back(placed.id);
      continue;
    }
    ++unit.ready;
    list(placed);
  }
  endpoints_ = std::move(adopted);
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

LiveEndpoint* LiveFleet::find(EndpointId id) {
  const auto found = endpoints_.find(id);
  return found == endpoints_.end() ? nullptr : &found->second;
}

LiveEndpoint* LiveFleet::another_free(const LiveUnit& unit, EndpointId but) {
  const FreeEndpoint* best = nullptr;
  for (const FreeEndpoint& free : unit.free) {
    if (free.id == but) continue;
    if (best == nullptr || free.in_flight < best->in_flight) best = &free;
  }
  return best != nullptr ? best->endpoint : nullptr;
}

void LiveFleet::list(LiveEndpoint& endpoint) {
  if (endpoint.free_position >= 0 || endpoint.in_flight >= endpoint.slots) return;
  auto& free = units_[endpoint.unit.index()].free;
  endpoint.free_position = static_cast<std::int64_t>(free.size());
  free.push_back({endpoint.id, &endpoint, endpoint.in_flight, endpoint.slots});
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

void LiveFleet::vacate(LiveEndpoint& endpoint, TimePoint now) {
  --endpoint.in_flight;
  auto& unit = units_[endpoint.unit.index()];
  --unit.in_flight;
  if (endpoint.free_position >= 0) {
    --unit.free[static_cast<std::size_t>(endpoint.free_position)].in_flight;
  } else if (endpoint.ready && !endpoint.ejection.ejected(now)) {
    list(endpoint);
  }
}

void LiveFleet::refresh(LiveEndpoint& endpoint, TimePoint now) {
  if (!endpoint.ready) return;
  const bool known = std::find(ejected_.begin(), ejected_.end(), endpoint.id) != ejected_.end();
  const bool ejected = endpoint.ejection.ejected(now);
  auto& unit = units_[endpoint.unit.index()];
  if (ejected && !known) {
    ejected_.push_back(endpoint.id);
    --unit.ready;
    unlist(endpoint);
  } else if (!ejected && known) {
    std::erase(ejected_, endpoint.id);
    ++unit.ready;
    list(endpoint);
  }
}

bool LiveFleet::readmit_ejected(TimePoint now) {
  if (next_readmission() > now) return false;  // asked per request: no copy, no allocation
  const auto waiting = ejected_;
  for (const auto id : waiting) refresh(endpoints_.at(id), now);
  return ejected_.size() != waiting.size();
}

TimePoint LiveFleet::next_readmission() const {
  TimePoint next = TimePoint::max();
  for (const auto id : ejected_) next = std::min(next, endpoints_.at(id).ejection.until());
  return next;
}

void LiveFleet::describe(TimePoint now, RouterDigest& digest) const {
  digest.units.clear();
  for (const auto& unit : units_) {
    digest.units.push_back({unit.in_flight, unit.completed, unit.failed,
                            unit.service_time.slowdown(), unit.service_time.confidence()});
  }
  digest.endpoints.clear();
  for (const LiveEndpoint* endpoint : in_order_) {
    digest.endpoints.push_back({endpoint->id, endpoint->unit, endpoint->in_flight,
                                endpoint->forwarded, endpoint->failed,
                                endpoint->ejection.ejected(now)});
  }
}

void LiveFleet::describe_latency(std::vector<LatencyHistogram>& latency) const {
  latency.clear();
  for (const LiveEndpoint* endpoint : in_order_) latency.push_back(endpoint->latency);
}

}  // namespace signalbox::core
