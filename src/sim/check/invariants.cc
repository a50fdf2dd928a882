// SPDX-License-Identifier: Apache-2.0
//
// The checks; see invariants.h.
#include "sim/check/invariants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

namespace signalbox::sim {

namespace {

// A hold ends by a timer at the instant its patience does; held requests of a fleet that was
// re-decided in between begin their patience anew, so the bound is on one hold.
constexpr Duration kTimerSlack = 1ms;

bool named(const core::ServiceSpec& service, UnitId unit) {
  return std::find(service.units.begin(), service.units.end(), unit) != service.units.end();
}

}  // namespace

Invariants::Invariants(const Scenario& scenario)
    : scenario_(scenario),
      held_(scenario.fleet.services.size()),
      mode_changes_(scenario.fleet.services.size()) {
  // What is sick is stopped, and what the provider takes back is drained, whatever the guardrail
  // says.
  for (const auto& pool : scenario.pools) may_be_drained_.push_back(pool.tier == Tier::kSpot);
  for (const auto& scheduled : scenario.faults) {
    const Fault& fault = scheduled.fault;
    if (fault.hang > 0.0 || fault.crash > 0.0 || fault.flap) {
      may_be_drained_[scheduled.unit.index()] = true;
    }
  }
  for (const auto& pool : scenario.pools) prices_stand_ = prices_stand_ && pool.price.empty();
}

void Invariants::breach(const char* invariant, std::string what, TimePoint now) {
  if (!first_) first_ = Violation{invariant, std::move(what), now};
}

void Invariants::on_arrival(RequestId id, std::size_t traffic, TimePoint now) {
  ++arrived_;
  // Clients of a fuzzed scenario are listed as its services are.
  if (!open_.emplace(id, Open{traffic, std::nullopt}).second) {
    breach("request-lost", fmt::format("request {} arrived twice", id.value), now);
  }
}

void Invariants::release(Open& open, TimePoint now) {
  if (!open.held_since) return;
  const auto& service = scenario_.fleet.services[open.service];
  const Duration held = now - *open.held_since;
  if (held > service.patience + kTimerSlack) {
    breach("hold-patience",
           fmt::format("{} held a request {:.3f} s, its patience is {:.3f} s", service.name,
                       to_seconds(held), to_seconds(service.patience)),
           now);
  }
  --held_[open.service];
  open.held_since.reset();
}

void Invariants::on_decision(const core::Decision& decision, TimePoint now) {
  const auto found = open_.find(decision.request);
  if (found == open_.end()) {
    breach("request-lost",
           fmt::format("a decision for request {}, which is not open", decision.request.value),
           now);
    return;
  }
  Open& open = found->second;
  const auto& service = scenario_.fleet.services[open.service];
  release(open, now);
  switch (decision.action) {
    case core::Action::kHold:
      open.held_since = now;
      if (++held_[open.service] > service.max_held) {
        breach("hold-bound",
               fmt::format("{} holds {} requests, {} are allowed", service.name,
                           held_[open.service], service.max_held),
               now);
      }
      break;
    case core::Action::kForward: {
      if (!named(service, decision.unit)) {
        breach("forbidden-unit",
               fmt::format("a request of {} went to unit {}, which it does not name", service.name,
                           decision.unit.index()),
               now);
      }
      const auto state = states_.find(decision.endpoint);
      if (state == states_.end() || state->second != core::EndpointState::kReady) {
        breach("unready-endpoint",
               fmt::format("endpoint {} was sent a request while {}", decision.endpoint.value,
                           state == states_.end() ? "unknown" : core::to_string(state->second)),
               now);
      }
      const core::Candidate* chosen = decision.chosen();
      if (chosen == nullptr || chosen->endpoint != decision.endpoint ||
          units_[decision.endpoint] != decision.unit) {
        breach("explained",
               fmt::format("endpoint {} is not the candidate that was chosen",
                           decision.endpoint.value),
               now);
      }
      break;
    }
    case core::Action::kReject:
      break;
  }
}

void Invariants::on_answer(RequestId id, int, TimePoint now) {
  const auto found = open_.find(id);
  if (found == open_.end()) {
    breach("request-lost", fmt::format("request {} was answered twice", id.value), now);
    return;
  }
  release(found->second, now);
  open_.erase(found);
}

void Invariants::on_serving(RequestId, EndpointId endpoint, int in_service, TimePoint now) {
  const auto unit = units_.find(endpoint);
  if (unit == units_.end()) return;
  const int slots = scenario_.fleet.unit(unit->second).slots;
  if (in_service > slots) {
    breach("slot-overbooked",
           fmt::format("endpoint {} serves {} requests at once and has {} slot(s)", endpoint.value,
                       in_service, slots),
           now);
  }
}

void Invariants::on_tick(const core::Plan& plan, const std::shared_ptr<const core::FleetView>& view,
                         TimePoint now) {
  const auto& rails = scenario_.fleet.control.guardrails;
  std::vector<int> drained(scenario_.fleet.units.size(), 0);
  std::unordered_map<EndpointId, core::EndpointState> states;
  for (const auto& endpoint : view->endpoints) {
    states[endpoint.id] = endpoint.state;
    units_[endpoint.id] = endpoint.unit;
    const auto before = states_.find(endpoint.id);
    if (before != states_.end() && before->second == core::EndpointState::kReady &&
        endpoint.state == core::EndpointState::kDraining) {
      ++drained[endpoint.unit.index()];
    }
  }
  states_ = std::move(states);
  for (std::size_t u = 0; u < drained.size(); ++u) {
    if (may_be_drained_[u]) continue;
    if (drained[u] > rails.max_drains_per_tick) {
      breach("drain-limit",
             fmt::format("{} replicas of {} drained in one tick, {} are allowed", drained[u],
                         scenario_.fleet.units[u].name, rails.max_drains_per_tick),
             now);
    }
  }
  check_commands(plan, now);
  check_limits(*view, now);
  check_modes(plan, now);
  last_tick_ = now;
}

void Invariants::check_commands(const core::Plan& plan, TimePoint now) {
  const auto& rails = scenario_.fleet.control.guardrails;
  if (rails.freeze && !plan.commands.empty()) {
    breach("freeze", fmt::format("{} command(s) to a frozen fleet", plan.commands.size()), now);
  }
  std::vector<int> launches(scenario_.fleet.units.size(), 0);
  for (const auto& command : plan.commands) {
    if (const auto* launch = std::get_if<core::LaunchEndpoint>(&command)) {
      ++launches[launch->unit.index()];
    }
  }
  for (std::size_t u = 0; u < launches.size(); ++u) {
    if (launches[u] <= rails.max_launches_per_tick) continue;
    breach("launch-limit",
           fmt::format("{} launches of {} in one tick, {} are allowed", launches[u],
                       scenario_.fleet.units[u].name, rails.max_launches_per_tick),
           now);
  }
}

void Invariants::check_limits(const core::FleetView& view, TimePoint now) {
  for (std::size_t u = 0; u < view.units.size(); ++u) {
    const auto& unit = scenario_.fleet.units[u];
    const int active = view.units[u].ready + view.units[u].booting + view.units[u].unhealthy;
    if (unit.managed && active > unit.max_replicas) {
      breach("replica-limit",
             fmt::format("{} replicas of {}, {} are allowed", active, unit.name, unit.max_replicas),
             now);
    }
  }
}

void Invariants::check_modes(const core::Plan& plan, TimePoint now) {
  const Duration dwell = scenario_.fleet.control.dwell;
  for (const auto& change : plan.mode_changes) {
    const std::size_t service = change.service.index();
    if (change.evidence.empty()) {
      breach("mode-switches", "a mode change without evidence", now);
    }
    // Each return needs a whole dwell in between, and each return allows one leaving.
    const auto dwells = static_cast<std::uint64_t>((now - TimePoint{}) / dwell);
    if (++mode_changes_[service] > 2 * dwells + 2) {
      breach(
          "mode-switches",
          fmt::format("{} changes of mode within {} dwell times", mode_changes_[service], dwells),
          now);
    }
  }
}

void Invariants::on_launch(EndpointId endpoint, UnitId unit, bool accepted, TimePoint now) {
  if (!accepted) return;
  lives_[endpoint] = Life{unit, now, std::nullopt};
  const double budget = scenario_.fleet.control.guardrails.budget_usd_per_hour;
  if (budget <= 0.0 || !prices_stand_) return;
  for (const auto& fault : scenario_.signal_faults) {
    if (fault.fault.price_factor != 1.0) return;
  }
  if (!scenario_.source_faults.empty()) return;  // what it is told of prices may be wrong
  double rate = 0.0;
  for (const auto& [id, life] : lives_) {
    if (!life.until) rate += scenario_.fleet.unit(life.unit).price_usd_per_hour;
  }
  if (rate > budget * (1.0 + 1e-9) + 1e-9) {
    breach("budget",
           fmt::format("a launch of {} takes the cost rate to {:.4f} $/h, the budget is {:.4f}",
                       scenario_.fleet.unit(unit).name, rate, budget),
           now);
  }
}

void Invariants::on_gone(EndpointId endpoint, TimePoint now) {
  const auto found = lives_.find(endpoint);
  if (found != lives_.end()) found->second.until = now;
}

void Invariants::on_result(const RunResult& result) {
  const TimePoint end = TimePoint{} + scenario_.length;
  if (!open_.empty()) {
    const auto least = std::min_element(
        open_.begin(), open_.end(),
        [](const auto& a, const auto& b) { return a.first.value < b.first.value; });
    breach("request-lost",
           fmt::format("{} of {} requests were never answered, request {} of {} first",
                       open_.size(), arrived_, least->first.value,
                       scenario_.fleet.services[least->second.service].name),
           end);
  }
  const auto& totals = result.totals;
  if (totals.answered + totals.refused + totals.failed != totals.requests) {
    breach("request-lost",
           fmt::format("{} answered, {} refused and {} failed do not make {} requests",
                       totals.answered, totals.refused, totals.failed, totals.requests),
           end);
  }
  if (!prices_stand_) return;
  double usd = 0.0;
  for (const auto& [id, life] : lives_) {
    if (life.from >= end) continue;
    const TimePoint until = std::min(life.until.value_or(end), end);
    const Duration billed = std::max(until - life.from, scenario_.fleet.control.billing_minimum);
    usd += to_seconds(billed) / 3600.0 * scenario_.fleet.unit(life.unit).price_usd_per_hour;
  }
  if (std::abs(usd - result.billed_usd) > 1e-6 * std::max(1.0, usd)) {
    breach("costs-add-up",
           fmt::format("the bill says {:.9f} $, the lives of its replicas {:.9f} $",
                       result.billed_usd, usd),
           end);
  }
}

}  // namespace signalbox::sim
