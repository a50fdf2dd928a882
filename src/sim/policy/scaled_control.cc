// SPDX-License-Identifier: Apache-2.0
//
// Observe, ask, compare, command, publish; see scaled_control.h.
#include "sim/policy/scaled_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

using core::EndpointState;

constexpr double kSecondsPerHour = 3600.0;
// Equal sums of capacity that were added up in another order are not different.
constexpr double kRounding = 1.0 - 1e-9;
// A stop that nobody confirms was of something that had died without a word.
constexpr Duration kConfirmation = 60s;

}  // namespace

ScaledControl::ScaledControl(std::shared_ptr<const core::FleetSpec> spec,
                             std::unique_ptr<Scaler> scaler, ScaledOptions options, TimePoint start)
    : spec_(std::move(spec)),
      scaler_(std::move(scaler)),
      options_(std::move(options)),
      start_(start),
      next_decision_(start),
      units_(spec_->units.size()),
      seen_units_(spec_->units.size()),
      accrued_until_(start),
      mode_since_(start) {
  SIGNALBOX_ASSERT(spec_->services.size() == 1);
  SIGNALBOX_ASSERT(scaler_->period() > Duration::zero());
  SIGNALBOX_ASSERT(scaler_->window() >= scaler_->period());
  options_.tiers.resize(units_.size(), Tier::kOnDemand);
  wish_.replicas.resize(units_.size(), 0);
  for (std::uint32_t i = 0; i < units_.size(); ++i) {
    units_[i].price_usd_per_hour = spec_->units[i].price_usd_per_hour;
    for (const auto& address : spec_->units[i].endpoints) {
      Endpoint fixed;
      fixed.id = EndpointId(++last_id_);
      fixed.unit = UnitId(i);
      fixed.state = EndpointState::kReady;
      fixed.managed = false;
      fixed.address = address;
      fixed.since = start;
      endpoints_.push_back(std::move(fixed));
    }
  }
}

ScaledControl::Endpoint* ScaledControl::find(EndpointId id) {
  const auto found =
      std::lower_bound(endpoints_.begin(), endpoints_.end(), id,
                       [](const Endpoint& e, EndpointId wanted) { return e.id < wanted; });
  return found == endpoints_.end() || found->id != id ? nullptr : &*found;
}

void ScaledControl::erase(EndpointId id) {
  Endpoint* endpoint = find(id);
  if (endpoint->state == EndpointState::kDraining && !endpoint->stopping) --draining_;
  endpoints_.erase(endpoints_.begin() + (endpoint - endpoints_.data()));
  changed_ = endpoints_changed_ = true;
}

// The one place that counts who drains.
void ScaledControl::set_state(Endpoint& endpoint, EndpointState state, TimePoint now) {
  if (endpoint.state == state) return;
  if (endpoint.state == EndpointState::kDraining) --draining_;
  if (state == EndpointState::kDraining) ++draining_;
  endpoint.state = state;
  endpoint.since = now;
  changed_ = endpoints_changed_ = true;
}

bool ScaledControl::on_signal(const core::Signal& signal, TimePoint now) {
  accrue(now);
  return std::visit([&](const auto& body) { return take(body, signal.at); }, signal.body);
}

bool ScaledControl::take(const core::PriceQuote& quote, TimePoint) {
  if (quote.unit.index() >= units_.size()) return false;
  units_[quote.unit.index()].price_usd_per_hour = quote.usd_per_hour;
  changed_ = true;
  return false;
}

bool ScaledControl::take(const core::CapacityLimit& limit, TimePoint) {
  if (limit.unit.index() >= units_.size()) return false;
  auto& known = units_[limit.unit.index()].pool_limit;
  known = limit.max_replicas < 0 ? std::nullopt : std::optional(limit.max_replicas);
  changed_ = true;
  return false;
}

bool ScaledControl::take(const core::LaunchRefused& refusal, TimePoint at) {
  if (find(refusal.endpoint) == nullptr) return false;
  Unit& unit = units_[refusal.unit.index()];
  unit.refused_at = at;
  unit.refused_this_period = true;
  erase(refusal.endpoint);
  return false;
}

bool ScaledControl::take(const core::EndpointReady& ready, TimePoint at) {
  Endpoint* endpoint = find(ready.endpoint);
  if (endpoint == nullptr || endpoint->state != EndpointState::kBooting) return false;
  endpoint->address = ready.address;
  endpoint->health = core::ProbeHealth{};  // failures while it booted say nothing of it now
  set_state(*endpoint, EndpointState::kReady, at);
  return true;
}

bool ScaledControl::take(const core::EndpointGone& gone, TimePoint) {
  const Endpoint* endpoint = find(gone.endpoint);
  if (endpoint == nullptr) return false;
  const bool expected = endpoint->stopping;
  erase(gone.endpoint);
  return !expected;
}

bool ScaledControl::take(const core::EndpointLeaving& leaving, TimePoint) {
  Endpoint* endpoint = find(leaving.endpoint);
  if (endpoint == nullptr || endpoint->leaving) return false;
  endpoint->leaving = true;
  changed_ = true;
  return true;
}

bool ScaledControl::take(const core::ProbeResult& probe, TimePoint at) {
  Endpoint* endpoint = find(probe.endpoint);
  if (endpoint == nullptr) return false;
  const core::HealthCheck& check = spec_->unit(endpoint->unit).health;
  if (!endpoint->health.observe(probe.healthy, check.rise, check.fall)) return false;
  if (endpoint->state == EndpointState::kReady && !endpoint->health.healthy()) {
    set_state(*endpoint, EndpointState::kUnhealthy, at);
  } else if (endpoint->state == EndpointState::kUnhealthy && endpoint->health.healthy()) {
    set_state(*endpoint, EndpointState::kReady, at);
  }
  return true;
}

void ScaledControl::on_digest(const core::RouterDigest& digest, TimePoint now) {
  if (digest.services.size() != 1 || digest.units.size() != units_.size()) return;
  digest_seen_ = true;
  digest_at_ = now;
  seen_view_version_ = digest.view_version;
  arrived_work_ = digest.services[0].work;
  held_ = digest.services[0].held;
  for (std::size_t i = 0; i < units_.size(); ++i) {
    const core::UnitDigest& unit = digest.units[i];
    units_[i].in_flight = unit.in_flight;
    // What was sent there has ended in one way or another, or has not yet. A client that leaves is
    // in neither, so this may fall by a few.
    units_[i].forwarded = unit.completed + unit.failed + static_cast<std::uint64_t>(unit.in_flight);
  }
  // Who is how busy matters only to those that are to stop, and to whoever chooses them.
  if (draining_ == 0 && now < next_decision_ && !options_.make_before_break) return;
  auto endpoint = endpoints_.begin();
  for (const auto& seen : digest.endpoints) {
    while (endpoint != endpoints_.end() && endpoint->id < seen.endpoint) ++endpoint;
    if (endpoint == endpoints_.end()) break;
    if (endpoint->id == seen.endpoint) endpoint->in_flight = seen.in_flight;
  }
}

const core::Plan& ScaledControl::tick(TimePoint now) {
  plan_.commands.clear();
  plan_.mode_changes.clear();
  const bool due = now >= next_decision_;
  if (!due && !changed_ && draining_ == 0) return plan_;
  accrue(now);
  if (due) {
    const Duration period = scaler_->period();
    next_decision_ = start_ + ((now - start_) / period + 1) * period;
    for (Unit& unit : units_) unit.refused_this_period = false;
    forget_unconfirmed(now);
    decide(now);
  }
  finish_drains(now);
  if (due || changed_) reconcile(now);
  if (changed_ || due) publish(now);
  changed_ = false;
  return plan_;
}

void ScaledControl::decide(TimePoint now) {
  const bool blackout = digest_seen_ && digest_at_ <= decided_on_;
  if (blackout) return;
  observe(now);
  if (digest_seen_) decided_on_ = digest_at_;
  const core::Mode before = wish_.mode;
  scaler_->decide({.now = now,
                   .start = start_,
                   .spec = spec_.get(),
                   .tiers = options_.tiers,
                   .units = seen_units_,
                   .arrived_per_s = arrived_per_s_,
                   .held = held_,
                   .truth = options_.truth},
                  wish_);
  SIGNALBOX_ASSERT(wish_.replicas.size() == units_.size());
  if (wish_.mode != before) {
    // What a policy begins with is no change.
    if (version_ > 0) {
      plan_.mode_changes.push_back({ServiceId(0), before, wish_.mode, now, now, wish_.evidence});
    }
    mode_since_ = now;
  }
}

void ScaledControl::observe(TimePoint now) {
  Sample sample{digest_seen_ ? digest_at_ : now, arrived_work_, {}};
  for (const Unit& unit : units_) sample.forwarded.push_back(unit.forwarded);
  samples_.push_back(std::move(sample));
  const Sample& last = samples_.back();
  while (samples_.size() > 2 && samples_[1].at <= last.at - scaler_->window()) samples_.pop_front();
  const Sample& first = samples_.front();
  const double elapsed_s = to_seconds(last.at - first.at);
  const auto rate = [&](double counted) { return elapsed_s > 0.0 ? counted / elapsed_s : 0.0; };
  arrived_per_s_ = rate(last.work - first.work);
  for (std::size_t i = 0; i < units_.size(); ++i) {
    UnitObservation& seen = seen_units_[i];
    seen = UnitObservation{};
    seen.price_usd_per_hour = units_[i].price_usd_per_hour;
    seen.pool_limit = units_[i].pool_limit;
    seen.refused_at = units_[i].refused_at;
    seen.in_flight = units_[i].in_flight;
    const std::uint64_t least = std::min(first.forwarded[i], last.forwarded[i]);
    seen.forwarded_per_s = rate(static_cast<double>(last.forwarded[i] - least));
  }
  for (const Endpoint& endpoint : endpoints_) {
    UnitObservation& seen = seen_units_[endpoint.unit.index()];
    if (endpoint.state == EndpointState::kBooting) ++seen.booting;
    if (endpoint.state == EndpointState::kReady) ++seen.ready;
  }
}

int ScaledControl::wanted(UnitId id) const {
  const core::UnitSpec& unit = spec_->unit(id);
  return std::clamp(wish_.replicas[id.index()], unit.min_replicas, unit.max_replicas);
}

// Compares what is wanted with what there is.
void ScaledControl::reconcile(TimePoint now) {
  for (std::uint32_t i = 0; i < units_.size(); ++i) {
    const UnitId id(i);
    if (!spec_->unit(id).managed) continue;
    int active = 0;
    for (const Endpoint& endpoint : endpoints_) {
      const bool counts =
          endpoint.state == EndpointState::kBooting || endpoint.state == EndpointState::kReady;
      // What was given notice serves on, and its replacement is launched at once.
      if (endpoint.unit == id && counts && !endpoint.leaving) ++active;
    }
    const int want = wanted(id);
    if (want > active) grow(id, want - active, now);
    if (want < active) shrink(id, active - want, now);
  }
}

void ScaledControl::grow(UnitId id, int missing, TimePoint now) {
  for (Endpoint& endpoint : endpoints_) {
    if (missing == 0) return;
    if (endpoint.unit != id || endpoint.state != EndpointState::kDraining) continue;
    if (endpoint.stopping || !endpoint.health.healthy()) continue;
    set_state(endpoint, EndpointState::kReady, now);
    --missing;
  }
  if (units_[id.index()].refused_this_period) return;
  for (; missing > 0; --missing) {
    Endpoint launched;
    launched.id = EndpointId(++last_id_);
    launched.unit = id;
    launched.since = now;
    endpoints_.push_back(std::move(launched));
    plan_.commands.push_back(core::LaunchEndpoint{endpoints_.back().id, id});
    changed_ = endpoints_changed_ = true;
  }
}

void ScaledControl::shrink(UnitId id, int surplus, TimePoint now) {
  std::vector<Endpoint*> ready;
  for (auto endpoint = endpoints_.rbegin(); endpoint != endpoints_.rend(); ++endpoint) {
    if (endpoint->unit != id || endpoint->leaving) continue;
    if (endpoint->state == EndpointState::kReady) ready.push_back(&*endpoint);
    if (endpoint->state != EndpointState::kBooting || surplus == 0) continue;
    stop(*endpoint, now);
    --surplus;
  }
  // The idlest first; among equals the youngest.
  std::sort(ready.begin(), ready.end(), [](const Endpoint* a, const Endpoint* b) {
    return std::tuple(a->in_flight, b->id) < std::tuple(b->in_flight, a->id);
  });
  for (Endpoint* endpoint : ready) {
    if (surplus == 0 || !can_spare(id)) return;
    set_state(*endpoint, EndpointState::kDraining, now);
    endpoint->drain_version = version_ + 1;
    --surplus;
  }
}

bool ScaledControl::can_spare(UnitId id) const {
  if (!options_.make_before_break) return true;
  double left = -spec_->unit(id).plateau_per_s();
  for (const Endpoint& endpoint : endpoints_) {
    if (endpoint.state != EndpointState::kReady) continue;
    left += spec_->unit(endpoint.unit).plateau_per_s();
  }
  double wanted_per_s = 0.0;
  for (std::uint32_t i = 0; i < units_.size(); ++i) {
    const core::UnitSpec& unit = spec_->units[i];
    const int count = unit.managed ? wanted(UnitId(i)) : static_cast<int>(unit.endpoints.size());
    wanted_per_s += count * unit.plateau_per_s();
  }
  return left >= wanted_per_s * kRounding;
}

// Those that nobody uses any more, and those that fail their probes.
void ScaledControl::finish_drains(TimePoint now) {
  for (Endpoint& endpoint : endpoints_) {
    if (!endpoint.managed || endpoint.stopping) continue;
    const bool drained = endpoint.state == EndpointState::kDraining && endpoint.in_flight == 0 &&
                         seen_view_version_ >= endpoint.drain_version;
    if (drained || endpoint.state == EndpointState::kUnhealthy) stop(endpoint, now);
  }
}

void ScaledControl::stop(Endpoint& endpoint, TimePoint now) {
  set_state(endpoint, EndpointState::kDraining, now);
  --draining_;
  endpoint.stopping = true;
  endpoint.since = now;
  plan_.commands.push_back(core::StopEndpoint{endpoint.id, endpoint.unit});
  changed_ = endpoints_changed_ = true;
}

void ScaledControl::forget_unconfirmed(TimePoint now) {
  const auto forgotten = std::erase_if(endpoints_, [&](const Endpoint& endpoint) {
    return endpoint.stopping && now - endpoint.since > kConfirmation;
  });
  if (forgotten > 0) changed_ = endpoints_changed_ = true;
}

void ScaledControl::accrue(TimePoint now) {
  spent_usd_ += cost_usd_per_hour_ * to_seconds(now - accrued_until_) / kSecondsPerHour;
  accrued_until_ = now;
}

void ScaledControl::publish(TimePoint now) {
  auto view = std::make_shared<core::FleetView>();
  view->version = ++version_;
  view->at = now;
  view->spec = spec_;
  if (std::exchange(endpoints_changed_, false)) {
    std::vector<core::EndpointView> endpoints;
    endpoints.reserve(endpoints_.size());
    for (const Endpoint& e : endpoints_) {
      endpoints.push_back({e.id, e.unit, e.state, e.address, e.since});
    }
    view->endpoints = std::move(endpoints);
    view->endpoints_version = version_;
  } else {
    view->endpoints = view_->endpoints;
    view->endpoints_version = view_->endpoints_version;
  }
  describe_units(*view);
  cost_usd_per_hour_ = 0.0;
  for (const Endpoint& e : endpoints_) {
    cost_usd_per_hour_ += units_[e.unit.index()].price_usd_per_hour;
  }
  view->cost_usd_per_hour = cost_usd_per_hour_;
  view->spent_usd = spent_usd_;

  core::ServicePlan service;
  service.mode = wish_.mode;
  service.mode_since = mode_since_;
  service.demand_per_s = arrived_per_s_;
  plan_.unit_targets.assign(units_.size(), 0);
  std::string mix;
  for (const UnitId id : spec_->services[0].units) {
    const core::UnitSpec& unit = spec_->unit(id);
    const int target = unit.managed ? wanted(id) : view->units[id.index()].ready;
    plan_.unit_targets[id.index()] = target;
    service.targets.push_back({id, target});
    service.planned_per_s += target * unit.plateau_per_s();
    service.cost_usd_per_hour += target * units_[id.index()].price_usd_per_hour;
    if (target > 0) mix += fmt::format("{}{} x {}", mix.empty() ? "" : " + ", target, unit.name);
  }
  service.reason = fmt::format("{} for {:.1f} requests/s that came in",
                               mix.empty() ? "no replica" : mix, arrived_per_s_);
  plan_.version = version_;
  plan_.at = now;
  plan_.services = {std::move(service)};
  view->services = plan_.services;
  view_ = std::move(view);
}

void ScaledControl::describe_units(core::FleetView& view) const {
  for (std::uint32_t i = 0; i < units_.size(); ++i) {
    const core::UnitSpec& spec = spec_->units[i];
    const Unit& unit = units_[i];
    core::UnitView shown;
    shown.price_usd_per_hour = unit.price_usd_per_hour;
    shown.cost_usd_per_request = unit.price_usd_per_hour / kSecondsPerHour / spec.plateau_per_s();
    shown.limit = spec.managed ? spec.max_replicas : static_cast<int>(spec.endpoints.size());
    if (unit.pool_limit) shown.limit = std::min(shown.limit, *unit.pool_limit);
    shown.launchable = spec.managed && !unit.refused_this_period;
    if (unit.refused_this_period) shown.note = "refused; tried again at the policy's next period";
    view.units.push_back(std::move(shown));
  }
  for (const auto& endpoint : view.endpoints) {
    core::UnitView& unit = view.units[endpoint.unit.index()];
    switch (endpoint.state) {
      case EndpointState::kBooting:
        ++unit.booting;
        break;
      case EndpointState::kReady:
        ++unit.ready;
        break;
      case EndpointState::kDraining:
        ++unit.draining;
        break;
      case EndpointState::kUnhealthy:
        ++unit.unhealthy;
        break;
    }
  }
}

}  // namespace signalbox::sim
