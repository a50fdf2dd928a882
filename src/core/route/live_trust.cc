// SPDX-License-Identifier: Apache-2.0
//
// Whom the Router trusts, and how far. Ejection keeps traffic from endpoints that fail, but only
// while enough others are left: a cap per unit, and panic when a service trusts too few of its
// endpoints (Envoy's max_ejection_percent and panic threshold) - a bad answer is better than what
// happens to the good ones under the whole load. Slow start: of two endpoints the one that is new,
// or back, is passed over for longer, as if part of its slots were taken; where there is no other
// it serves at once (Envoy's slow start shifts weights likewise).
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/route/live.h"

namespace signalbox::core {

namespace {

constexpr double kSlowStartFloor = 0.1;  // Envoy's min_weight_percent
constexpr int kSlowStartSteps = 20;

}  // namespace

void LiveFleet::adopt_rules(const FleetSpec& spec) {
  rules_.clear();
  bool sweeps = false;
  for (const UnitSpec& unit : spec.units) {
    rules_.push_back({unit.ejection, unit.slow_start});
    sweeps = sweeps || unit.ejection.outliers;
  }
  trusts_.clear();
  for (const ServiceSpec& service : spec.services) {
    trusts_.push_back({service.units, service.panic_threshold, false});
  }
  next_sweep_ = sweeps ? TimePoint::min() : TimePoint::max();
}

// ---- ejection ----

void LiveFleet::set_use(LiveEndpoint& endpoint, bool usable) {
  if (std::exchange(endpoint.usable, usable) == usable) return;
  units_[endpoint.unit.index()].ready += usable ? 1 : -1;
  usable ? list(endpoint) : unlist(endpoint);
}

void LiveFleet::refresh(LiveEndpoint& endpoint, TimePoint now) {
  if (!endpoint.ready) return;
  LiveUnit& unit = units_[endpoint.unit.index()];
  const bool trusted = !endpoint.ejection.ejected(now);
  endpoint.is_dead = endpoint.ejection.is_dead(now);
  const bool is_news = std::exchange(endpoint.trusted, trusted) != trusted;
  if (is_news && trusted) {
    std::erase(ejected_, endpoint.id);
    ++unit.trusted;
    begin_start(endpoint, now);
  } else if (is_news) {
    ejected_.push_back(endpoint.id);
    --unit.trusted;
    endpoint.sample = EndpointSample{};
  }
  set_use(endpoint, trusted || (unit.panic && !endpoint.is_dead));
  if (is_news) judge_panic(now);
}

bool LiveFleet::readmit_ejected(TimePoint now) {
  if (next_readmission() > now) return false;  // asked per request: no copy, no allocation
  const auto waiting = ejected_;
  for (const auto id : waiting) refresh(endpoints_.at(id), now);
  return ejected_.size() != waiting.size();
}

// One that was dead may be wanted, under panic, as soon as it may not be dead any more.
TimePoint LiveFleet::next_readmission() const {
  TimePoint next = TimePoint::max();
  for (const auto id : ejected_) {
    const LiveEndpoint& endpoint = endpoints_.at(id);
    next = std::min(next,
                    endpoint.is_dead ? endpoint.ejection.dead_until() : endpoint.ejection.until());
  }
  return next;
}

bool LiveFleet::may_eject(const LiveEndpoint& endpoint) const {
  const LiveUnit& unit = units_[endpoint.unit.index()];
  const double share = rules_[endpoint.unit.index()].ejection.max_share;
  const int allowed = std::max(1, static_cast<int>(std::floor(share * unit.endpoints + 1e-9)));
  if (unit.endpoints - unit.trusted >= allowed) return false;
  // An endpoint that answers badly is still better than none. Counted per service, since services
  // may share units.
  return std::none_of(trusts_.begin(), trusts_.end(), [&](const Trust& service) {
    const auto& units = service.units;
    if (std::find(units.begin(), units.end(), endpoint.unit) == units.end()) return false;
    int trusted = 0;
    for (const UnitId each : units) trusted += units_[each.index()].trusted;
    return trusted <= 1;
  });
}

// ---- panic ----

// A unit panics with any service that uses it: its endpoints are the same for all.
void LiveFleet::judge_panic(TimePoint now) {
  for (LiveUnit& unit : units_) unit.panic = false;
  for (Trust& service : trusts_) {
    int endpoints = 0, trusted = 0;
    for (const UnitId unit : service.units) {
      endpoints += units_[unit.index()].endpoints;
      trusted += units_[unit.index()].trusted;
    }
    service.panic = trusted < service.panic_threshold * endpoints;
    if (!service.panic) continue;
    for (const UnitId unit : service.units) units_[unit.index()].panic = true;
  }
  for (const EndpointId id : ejected_) {
    LiveEndpoint& endpoint = endpoints_.at(id);
    const bool is_dead = endpoint.ejection.is_dead(now);
    set_use(endpoint, units_[endpoint.unit.index()].panic && !is_dead);
  }
}

// ---- outliers ----

void LiveFleet::sweep_outliers(TimePoint now) {
  const bool is_first = next_sweep_ == TimePoint::min();
  next_sweep_ = now + kSweep;
  if (is_first) return;
  for (std::uint32_t unit = 0; unit < rules_.size(); ++unit) {
    if (!rules_[unit].ejection.outliers) continue;
    swept_.clear();
    samples_.clear();
    for (auto& [id, endpoint] : endpoints_) {
      if (endpoint.unit == UnitId(unit) && endpoint.trusted) swept_.push_back(&endpoint);
    }
    // The map has no order that a replay could rely on.
    std::sort(swept_.begin(), swept_.end(),
              [](const LiveEndpoint* a, const LiveEndpoint* b) { return a->id < b->id; });
    for (LiveEndpoint* endpoint : swept_) {
      samples_.push_back(endpoint->sample);
      endpoint->sample.fade();
    }
    find_outliers(samples_, outliers_);
    for (const std::size_t outlier : outliers_) {
      if (!may_eject(*swept_[outlier])) break;
      swept_[outlier]->ejection.eject_outlier(now);
      refresh(*swept_[outlier], now);
    }
    for (LiveEndpoint* endpoint : swept_) {
      if (endpoint->trusted) endpoint->ejection.on_clean_sweep();
    }
  }
}

// ---- slow start ----

void LiveFleet::begin_start(LiveEndpoint& endpoint, TimePoint now) {
  endpoint.warm_from = now;
  set_handicap(endpoint, now);
}

void LiveFleet::set_handicap(LiveEndpoint& endpoint, TimePoint now) {
  const Duration over = rules_[endpoint.unit.index()].slow_start;
  const bool is_starting = over > Duration::zero() && endpoint.slots > 1 &&
                           endpoint.warm_from != TimePoint::min() &&
                           now < endpoint.warm_from + over;
  endpoint.handicap = 0;
  if (is_starting) {
    const double elapsed = to_seconds(now - endpoint.warm_from) / to_seconds(over);
    const double open = endpoint.slots * std::max(kSlowStartFloor, elapsed);
    endpoint.handicap = endpoint.slots - std::max(1, static_cast<int>(open));
    if (std::find(starting_.begin(), starting_.end(), &endpoint) == starting_.end()) {
      starting_.push_back(&endpoint);
    }
    next_step_ = std::min(next_step_, now + over / kSlowStartSteps);
  }
  if (endpoint.free_position < 0) return;
  auto& free = units_[endpoint.unit.index()].free;
  free[static_cast<std::size_t>(endpoint.free_position)].handicap = endpoint.handicap;
}

void LiveFleet::step_up(TimePoint now) {
  next_step_ = TimePoint::max();
  for (LiveEndpoint* endpoint : starting_) set_handicap(*endpoint, now);
  std::erase_if(starting_, [](const LiveEndpoint* endpoint) { return endpoint->handicap == 0; });
}

}  // namespace signalbox::core
