// SPDX-License-Identifier: Apache-2.0
//
// The tick: wish per service, evidence, mode, targets, guardrails, commands, view. Signals are
// taken in controller_signals.cc.
#include "core/scale/controller.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "core/scale/evidence.h"
#include "core/scale/guardrails.h"
#include "core/scale/reconcile.h"
#include "core/scale/shared_pools.h"

namespace signalbox::core {

namespace {

// The demand filter remembers a few boot times: what changes faster cannot be followed by
// launching. The bounds keep it useful for fixed fleets and for launches of a quarter of an hour.
constexpr int kMemoryBootTimes = 3;
constexpr Duration kLeastMemory = 3s;
constexpr Duration kLongestMemory = 60s;

Duration demand_memory(const FleetSpec& spec, const ServiceSpec& service) {
  return std::clamp(kMemoryBootTimes * boot_horizon(spec, service), kLeastMemory, kLongestMemory);
}

// The price of a miss follows what is missed over so many leads: a day or so, since a
// burst that nobody could have served must not be paid for many times over.
constexpr double kBudgetLeads = 128.0;
constexpr double kLeastAllowed = 1e-4;

// Burn windows in the SRE Workbook's proportion of 1 : 12, scaled to the dwell so that both modes
// judge by the same clock.
Duration long_burn_window(const FleetSpec& spec) {
  return std::max<Duration>(spec.control.dwell, 12s);
}

}  // namespace

Controller::ServiceState::ServiceState(const FleetSpec& spec, const ServiceSpec& service,
                                       TimePoint now)
    : demand(demand_memory(spec, service)),
      forecast(planning_lead(spec, service)),
      burn(long_burn_window(spec) / 12, long_burn_window(spec)),
      mode(now),
      lately(service.units.size()),
      targets(service.units.size()) {}

Controller::Controller(std::shared_ptr<const FleetSpec> spec, TimePoint now)
    : spec_(std::move(spec)),
      fleet_(*spec_, now),
      trust_(*spec_),
      notes_(spec_->units.size()),
      drifts_(spec_->units.size()) {
  settle_trust(now);
  for (const auto& service : spec_->services) services_.emplace_back(*spec_, service, now);
}

void Controller::on_digest(const RouterDigest& digest, TimePoint now) {
  // A digest counted under an older spec would be read against the wrong ids.
  if (digest.services.size() != services_.size() || digest.units.size() != spec_->units.size() ||
      (view_ != nullptr && view_->spec != spec_)) {
    return;
  }
  seen_view_version_ = digest.view_version;
  for (std::size_t i = 0; i < services_.size(); ++i) {
    const ServiceDigest& counts = digest.services[i];
    services_[i].demand.observe(counts.work, counts.work_squared, now);
    services_[i].forecast.observe(counts.work, services_[i].demand.lumpiness(), now);
    services_[i].burn.observe(counts.completed + counts.failed + counts.rejected, counts.missed,
                              now);
    settle_budget(ServiceId(static_cast<std::uint32_t>(i)), counts);
    services_[i].held = counts.held;
    if (counts.arrivals > 0) {
      services_[i].work_per_request = counts.work / static_cast<double>(counts.arrivals);
    }
  }
  for (std::uint32_t i = 0; i < digest.units.size(); ++i) {
    fleet_.unit(UnitId(i)).slowdown = digest.units[i].slowdown;
    fleet_.unit(UnitId(i)).confidence = digest.units[i].confidence;
    fleet_.unit(UnitId(i)).full_load_ratio = digest.units[i].full_load_ratio;
    notice_drift(UnitId(i), digest.units[i], now);
  }
  auto record = fleet_.endpoints().begin();
  const auto end = fleet_.endpoints().end();
  for (const auto& endpoint : digest.endpoints) {  // both are ordered by id
    while (record != end && record->id < endpoint.endpoint) ++record;
    if (record == end) break;
    if (record->id != endpoint.endpoint) continue;
    record->in_flight = endpoint.in_flight;
    record->forwarded = endpoint.forwarded;
    record->foreign_felt = endpoint.foreign;
  }
}

void Controller::notice_drift(UnitId id, const UnitDigest& counts, TimePoint now) {
  Drift& drift = fleet_.unit(id).drift;
  const bool was_slower = drift.is_slower();
  if (!drift.observe(counts.ratios, counts.ratio_sum, now)) return;
  std::string& told = drifts_[id.index()];
  if (!drift.is_slower()) {
    told.clear();
    if (was_slower) {
      notices_.push_back(fmt::format("{} is as quick as its profile again", spec_->unit(id).name));
    }
    return;
  }
  told = fmt::format("{:.1f} times slower than its profile, as {} requests show", drift.level(),
                     drift.seen());
  if (!was_slower) {
    notices_.push_back(fmt::format("{} is {}; it is planned at {:.2f} requests/s a replica",
                                   spec_->unit(id).name, told, fleet_.capacity_per_s(id)));
  }
}

// What sources say becomes what is planned by, one bounded step at a time.
void Controller::settle_trust(TimePoint now) {
  trust_.advance(now);
  for (std::uint32_t i = 0; i < spec_->units.size(); ++i) {
    const UnitId id(i);
    UnitState& unit = fleet_.unit(id);
    unit.price_usd_per_hour = trust_.price_usd_per_hour(id);
    unit.energy_usd_per_hour = trust_.energy_usd_per_hour(id);
    unit.price_doubt = trust_.doubt(id);
    unit.pool_limit = trust_.pool_limit(id, now);
    const Estimate said = trust_.slowdown(id, now);
    unit.reported_slowdown = said.value;
    unit.reported_confidence = said.confidence;
  }
  if (!spec_->sources.empty()) fleet_.settle_foreign_load(*spec_, now);
  for (std::string& notice : trust_.take_notices()) notices_.push_back(std::move(notice));
}

// While nothing is known of demand nobody could have planned for it, and misses teach nothing.
void Controller::settle_budget(ServiceId id, const ServiceDigest& counts) {
  ServiceState& state = services_[id.index()];
  const double usual_requests = state.forecast.usual_per_s() * to_seconds(state.forecast.lead()) /
                                std::max(1e-9, state.work_per_request);
  state.budget.observe(counts.arrivals, counts.missed,
                       std::max(kLeastAllowed, 1.0 - spec_->service(id).objective.quantile),
                       state.forecast.knows() ? kBudgetLeads * usual_requests
                                              : std::numeric_limits<double>::infinity());
}

const Plan& Controller::tick(TimePoint now) {
  ++version_;
  plan_.version = version_;
  plan_.at = now;
  plan_.mode_changes.clear();
  plan_.cuts.clear();
  plan_.commands.clear();
  plan_.unit_targets.assign(spec_->units.size(), 0);
  fleet_.accrue(now);
  settle_trust(now);
  plan_.notices = std::exchange(notices_, {});
  replanned_ = false;
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    update_service(ServiceId(i), plan_.unit_targets, now);
  }
  settle_shared_pools(now);
  forget_old_refusals(now);
  publish_plan(now);
  publish_view(now);
  return plan_;
}

// Plans one service in its present mode when that is due, lets the mode machine judge, and plans
// again when that changed the mode. `taken` accumulates the replicas claimed so far, per unit.
void Controller::update_service(ServiceId id, std::vector<int>& taken, TimePoint now) {
  const ServiceSpec& service = spec_->service(id);
  ServiceState& state = services_[id.index()];
  PlanInput input{spec_.get(),
                  &fleet_,
                  &state.demand,
                  &state.forecast,
                  id,
                  state.mode.mode(),
                  state.held,
                  taken,
                  now,
                  state.work_per_request,
                  state.budget.factor()};
  bool plan = replan_due(state, input);
  if (plan) state.wish = plan_service(input);
  const ModeEvidence evidence = gather_evidence(input, state.wish, state.burn);
  if (const auto change = state.mode.update(service.policy, evidence, spec_->control.dwell, now)) {
    plan_.mode_changes.push_back(
        {id, change->from, change->to, now, change->evidence_at, change->evidence});
    input.mode = change->to;
    state.wish = plan_service(input);
    plan = true;
  }
  if (plan) {
    state.planned_at = now;
    state.told = false;
    replanned_ = true;
  }
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    const UnitId unit = service.units[u];
    // Ski rental with advice (Purohit, Svitkina and Kumar, Improving Online Algorithms via ML
    // Predictions, 2018): an idle replica is kept about as long as launching it again would take,
    // but not beyond what demand may need according to the forecast.
    const UnitSpec& unit_spec = spec_->unit(unit);
    const Duration keep = (unit_spec.boot_time_min + unit_spec.boot_time_max) / 2;
    const int wanted = state.wish.targets[u];
    const int lately = state.lately[u].push(wanted, now, keep);
    const int present = std::max(0, fleet_.count(unit).active() - taken[unit.index()]);
    const int kept = std::min(lately, present);
    const int target = std::max(
        wanted, state.forecast.knows() ? std::min(kept, state.wish.worth_keeping[u]) : kept);
    if (std::exchange(state.targets[u], target) != target) state.told = false;
  }
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    taken[service.units[u].index()] += state.targets[u];
  }
}

// While a pool is too small for all that want it, what all get is planned at once, whenever one of
// them plans.
void Controller::settle_shared_pools(TimePoint now) {
  if (services_.size() < 2) return;
  if (replanned_) {
    std::vector<const ServiceWish*> wishes;
    for (const ServiceState& state : services_) wishes.push_back(&state.wish);
    shared_.clear();
    for (ServiceState& state : services_) state.settled.clear();
    if (!pools_are_contended(*spec_, fleet_, wishes, now)) return;
    const FleetPlan joint = plan_fleet(shared_problem(*spec_, fleet_, wishes, now));
    for (std::size_t s = 0; s < services_.size(); ++s) {
      auto& targets = shared_.emplace_back();
      for (const UnitId unit : spec_->services[s].units) {
        targets.push_back(joint.at(s, unit.index()));
      }
      services_[s].settled =
          joint.end == FleetPlanEnd::kPlanned
              ? fmt::format("shared pools settled together, at most {:.1f} % above the least cost",
                            100.0 * joint.gap())
              : joint.binding;
    }
  }
  if (shared_.empty()) return;
  std::fill(plan_.unit_targets.begin(), plan_.unit_targets.end(), 0);
  for (std::size_t s = 0; s < services_.size(); ++s) {
    ServiceState& state = services_[s];
    if (std::exchange(state.targets, shared_[s]) != shared_[s]) state.told = false;
    const auto& units = spec_->services[s].units;
    for (std::size_t u = 0; u < units.size(); ++u) {
      plan_.unit_targets[units[u].index()] += state.targets[u];
    }
  }
}

// A pool that refused is open again only after a launch, which may never be wanted; then time alone
// must do, or a service could not return to a tier that carries it. What the pool is wanted for is
// what would be launched if it gave: between two probes nothing can be.
void Controller::forget_old_refusals(TimePoint now) {
  wanted_.assign(spec_->units.size(), 0);
  for (std::size_t i = 0; i < services_.size(); ++i) {
    const auto& units = spec_->services[i].units;
    for (std::size_t u = 0; u < units.size(); ++u) {
      wanted_[units[u].index()] += services_[i].wish.nominal[u];
    }
  }
  for (std::uint32_t i = 0; i < wanted_.size(); ++i) {
    UnitState& unit = fleet_.unit(UnitId(i));
    if (unit.backoff.open() || wanted_[i] > unit.count.active()) continue;
    unit.backoff.on_unwanted(now, spec_->control.dwell);
  }
}

// A plan stands until what it rests on has moved or its time is up.
bool Controller::replan_due(const ServiceState& state, const PlanInput& input) const {
  return input.now - spec_->control.replan >= state.planned_at || !still_stands(state.wish, input);
}

void Controller::publish_plan(TimePoint now) {
  plan_.services.resize(services_.size());
  for (std::uint32_t i = 0; i < services_.size(); ++i) describe_service(ServiceId(i), now);
  plan_.unit_targets =
      apply_guardrails(*spec_, fleet_, std::move(plan_.unit_targets), now, plan_.cuts);

  // What must stay ready is what the plan provides, which may be a little less than required where
  // misses are priced; otherwise the last surplus replica would never be let go. The margin keeps
  // equal sums that were added up in another order from counting as different.
  constexpr double kRounding = 1.0 - 1e-9;
  must_keep_per_s_.clear();
  for (std::size_t s = 0; s < services_.size(); ++s) {
    const ServiceState& state = services_[s];
    double provided_per_s = state.wish.planned_per_s;
    if (!shared_.empty()) {
      provided_per_s = 0.0;
      for (std::size_t u = 0; u < state.targets.size(); ++u) {
        provided_per_s += state.targets[u] * fleet_.capacity_per_s(spec_->services[s].units[u]);
      }
    }
    must_keep_per_s_.push_back(std::min(state.wish.required_per_s, provided_per_s * kRounding));
  }
  reconcile({spec_.get(), plan_.unit_targets, must_keep_per_s_, version_, seen_view_version_, now},
            fleet_, plan_.commands);
  plan_.commands.insert(plan_.commands.end(), orphans_.begin(), orphans_.end());
  orphans_.clear();
}

void Controller::describe_service(ServiceId id, TimePoint now) {
  const ServiceSpec& service = spec_->service(id);
  ServiceState& state = services_[id.index()];
  ServicePlan& plan = plan_.services[id.index()];
  plan.cost_ramp = state.mode.cost_ramp(spec_->control.ramp, now);
  if (std::exchange(state.told, true)) return;
  plan.service = id;
  plan.mode = state.mode.mode();
  plan.mode_since = state.mode.since();
  plan.demand_per_s = state.wish.demand_per_s;
  plan.required_per_s = state.wish.required_per_s;
  plan.planned_per_s = state.wish.planned_per_s;
  plan.shortfall_per_s = state.wish.shortfall_per_s;
  plan.cost_usd_per_hour = state.wish.cost_usd_per_hour;
  plan.lower_bound_usd_per_hour = state.wish.lower_bound_usd_per_hour;
  plan.targets.clear();
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    plan.targets.push_back({service.units[u], state.targets[u]});
  }
  plan.reason = describe_wish(service, state);
}

std::string Controller::describe_wish(const ServiceSpec& service, const ServiceState& state) const {
  std::string mix;
  for (std::size_t u = 0; u < service.units.size(); ++u) {
    if (state.targets[u] == 0) continue;
    if (!mix.empty()) mix += " + ";
    mix += fmt::format("{} x {}", state.targets[u], spec_->unit(service.units[u]).name);
  }
  if (mix.empty()) mix = "no replica";
  std::string text =
      fmt::format("{} for {:.1f} requests/s ({:.1f} requests/s of capacity meet the objective)",
                  mix, state.wish.demand_per_s, state.wish.required_per_s);
  if (!state.settled.empty()) text += "; " + state.settled;
  if (state.wish.shortfall_per_s > 0.0) {
    text += fmt::format("; limits leave {:.1f} requests/s uncovered", state.wish.shortfall_per_s);
  }
  return text;
}

UnitView Controller::describe_unit(UnitId id, int wanted, TimePoint now) {
  const UnitState& state = fleet_.unit(id);
  const ReplicaCount& count = fleet_.count(id);
  UnitView unit;
  unit.price_usd_per_hour = state.price_usd_per_hour;
  unit.price = trust_.price(id, now);
  unit.slowdown = fleet_.slowdown(id);
  unit.drift = drift_of(id);
  unit.watts = trust_.watts(id);
  // Long-run marginal cost: a replica earns its price by the share of its plateau that staffing
  // lets it use.
  double demand = 0.0;
  double required = 0.0;
  for (std::size_t i = 0; i < services_.size(); ++i) {
    const auto& units = spec_->services[i].units;
    if (std::find(units.begin(), units.end(), id) == units.end()) continue;
    demand += services_[i].wish.demand_per_s;
    required += services_[i].wish.required_per_s;
  }
  const double utilisation =
      required > 0.0 && demand > 0.0 ? std::min(1.0, demand / required) : 1.0;
  unit.cost_usd_per_request =
      state.price_usd_per_hour / 3600.0 / (fleet_.capacity_per_s(id) * utilisation);
  unit.ready = count.ready;
  unit.booting = count.booting;
  unit.draining = count.draining;
  unit.unhealthy = count.unhealthy;
  unit.wanted = wanted;
  unit.limit = fleet_.limit(*spec_, id, now);
  unit.launchable = spec_->unit(id).managed && state.backoff.open();
  unit.note = note_on(id, now);
  return unit;
}

const std::string& Controller::note_on(UnitId id, TimePoint now) {
  using Kind = UnitNote::Kind;
  const UnitState& state = fleet_.unit(id);
  Kind kind = Kind::kNone;
  std::int64_t number = 0;
  if (state.backoff.state(now) == LaunchBackoff::State::kProbing) {
    kind = Kind::kProbing;
  } else if (!state.backoff.open()) {
    kind = Kind::kBenched;
    const Duration left = std::max(Duration::zero(), state.backoff.until() - now);
    number = (left + 50ms) / 100ms;  // told in tenths of a second
  } else if (state.pool_limit) {
    kind = Kind::kPool;
    number = *state.pool_limit;
  }
  UnitNote& note = notes_[id.index()];
  if (note.kind == kind && note.number == number) return note.text;
  note = {kind, number, {}};
  switch (kind) {
    case Kind::kNone:
      break;
    case Kind::kProbing:
      note.text = "refused; a probe is under way";
      break;
    case Kind::kBenched:
      note.text = fmt::format("refused; next probe in {}.{} s", number / 10, number % 10);
      break;
    case Kind::kPool:
      note.text = fmt::format("the pool holds {} replicas", number);
      break;
  }
  return note.text;
}

void Controller::publish_view(TimePoint now) {
  auto view = std::make_shared<FleetView>();
  view->version = version_;
  view->at = now;
  view->spec = spec_;
  view->units.reserve(spec_->units.size());
  const std::vector<int> wanted = fleet_.wanted();
  for (std::uint32_t i = 0; i < spec_->units.size(); ++i) {
    view->units.push_back(describe_unit(UnitId(i), wanted[i], now));
  }
  view->endpoints_version = fleet_.endpoints_version();
  if (view_ != nullptr && view_->endpoints_version == view->endpoints_version) {
    view->endpoints = view_->endpoints;
  } else {
    std::vector<EndpointView> endpoints;
    endpoints.reserve(fleet_.endpoints().size());
    for (const auto& record : fleet_.endpoints()) {
      endpoints.push_back({record.id, record.unit, record.state, record.address, record.since,
                           record.leaving_by, record.foreign_load, -1});
    }
    view->endpoints = std::move(endpoints);
  }
  view->services = plan_.services;
  view->sources = trust_.sources(now);
  view->cost_usd_per_hour = fleet_.cost_usd_per_hour();
  view->spent_usd = fleet_.spent_usd();
  view_ = std::move(view);
}

void Controller::on_spec(std::shared_ptr<const FleetSpec> spec, TimePoint now) {
  const auto previous = std::exchange(spec_, std::move(spec));
  fleet_.accrue(now);
  std::vector<std::string> drifts(spec_->units.size());
  for (std::size_t i = 0; i < spec_->units.size(); ++i) {
    const auto old = previous->find_unit(spec_->units[i].name);
    if (old) drifts[i] = std::move(drifts_[old->index()]);
  }
  drifts_ = std::move(drifts);
  trust_.adopt(*previous, *spec_);
  for (const EndpointId id : fleet_.adopt(*previous, *spec_, now)) {
    orphans_.push_back(StopEndpoint{id, UnitId{}});
  }
  std::vector<ServiceState> services;
  for (const auto& service : spec_->services) {
    const auto old = previous->find_service(service.name);
    ServiceState state(*spec_, service, now);
    if (old) {
      state.demand = services_[old->index()].demand;
      state.forecast = services_[old->index()].forecast;
      state.burn = services_[old->index()].burn;
      state.budget = services_[old->index()].budget;
      state.mode = services_[old->index()].mode;
      state.held = services_[old->index()].held;
      state.work_per_request = services_[old->index()].work_per_request;
    }
    services.push_back(std::move(state));
  }
  services_ = std::move(services);
  shared_.clear();
  notes_.assign(spec_->units.size(), {});
  settle_trust(now);
}

}  // namespace signalbox::core
