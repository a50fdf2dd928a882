// SPDX-License-Identifier: Apache-2.0
//
// See resource_status.h.
#include "observe/resource_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <string_view>
#include <utility>

#include "base/assert.h"

namespace signalbox::observe {

namespace {

namespace json = boost::json;

// Texts of an object have bounds in its definition.
constexpr std::size_t kLongestText = 4096;

std::string bounded(std::string text) {
  if (text.size() <= kLongestText) return text;
  constexpr std::string_view kMore = "...";
  std::size_t end = kLongestText - kMore.size();
  // Not within a character of several bytes.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + std::string(kMore);
}

class Conditions {
 public:
  explicit Conditions(const StatusFacts& facts) : facts_(facts) {}

  void add(std::string_view type, bool holds, std::string_view reason, std::string message) {
    const std::string_view status = holds ? "True" : "False";
    all_.push_back(json::object{{"type", type},
                                {"status", status},
                                {"observedGeneration", facts_.generation},
                                {"lastTransitionTime", since(type, status)},
                                {"reason", reason},
                                {"message", bounded(std::move(message))}});
  }
  void add_acceptance() {
    const Acceptance& acceptance = facts_.acceptance;
    std::string message = acceptance.message;
    if (!acceptance.is_accepted && acceptance.is_in_force) {
      message += "; the spec before it stays in force";
    }
    add("Accepted", acceptance.is_accepted, acceptance.reason,
        message.empty() ? "the spec is in force" : std::move(message));
  }
  json::array take() { return std::move(all_); }

 private:
  std::string since(std::string_view type, std::string_view status) const {
    const auto* const before = facts_.before.if_contains("conditions");
    if (before != nullptr && before->is_array()) {
      for (const auto& each : before->get_array()) {
        const auto* const condition = each.if_object();
        if (condition == nullptr) continue;
        const auto text = [&](std::string_view key) {
          const auto* const value = condition->if_contains(key);
          return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                        : std::string_view();
        };
        if (text("type") == type && text("status") == status &&
            !text("lastTransitionTime").empty()) {
          return std::string(text("lastTransitionTime"));
        }
      }
    }
    return second(facts_.wall.at(facts_.view.at));
  }

 public:
  // RFC 3339 in whole seconds, as metav1.Time has it.
  static std::string second(UnixNanos unix_ns) {
    constexpr UnixNanos kSecond = 1'000'000'000;
    std::string text = timestamp_text(unix_ns / kSecond * kSecond);
    const auto dot = text.find('.');
    return dot == std::string::npos ? text : text.substr(0, dot) + "Z";
  }

 private:
  const StatusFacts& facts_;
  json::array all_;
};

json::object begun(const StatusFacts& facts) { return {{"observedGeneration", facts.generation}}; }

std::string usd_per_hour(double usd) { return fmt::format("{:.2f}", std::max(0.0, usd)); }
std::string rate(double per_s) { return fmt::format("{:.1f}", std::max(0.0, per_s)); }

const core::ModeChange* last_change(const ModeHistory& history, ServiceId id) {
  const core::ModeChange* last = nullptr;
  for (const auto& change : history.recent()) {
    if (change.service == id) last = &change;
  }
  return last;
}

}  // namespace

json::object service_status(const StatusFacts& facts, const std::string& name) {
  json::object status = begun(facts);
  Conditions conditions(facts);
  conditions.add_acceptance();
  if (facts.acceptance.is_in_force) {
    const auto& services = facts.view.spec->services;
    const auto found = std::find_if(services.begin(), services.end(),
                                    [&](const auto& service) { return service.name == name; });
    SIGNALBOX_ASSERT(found != services.end());
    const auto id = ServiceId(static_cast<std::uint32_t>(found - services.begin()));
    const core::ServicePlan& plan = facts.view.services[id.index()];
    status["mode"] = core::to_string(plan.mode);
    status["modeSince"] = Conditions::second(facts.wall.at(plan.mode_since));
    if (const auto* const change = last_change(facts.history, id)) {
      status["evidence"] = bounded(change->evidence);
    }
    status["plan"] = bounded(plan.reason);
    status["demandPerSecond"] = rate(plan.demand_per_s);
    status["plannedPerSecond"] = rate(plan.planned_per_s);
    status["shortfallPerSecond"] = rate(plan.shortfall_per_s);
    status["costPerHour"] = usd_per_hour(plan.cost_usd_per_hour);
    status["boundPerHour"] = usd_per_hour(plan.lower_bound_usd_per_hour);
    json::array units;
    int ready = 0;
    for (const auto& target : plan.targets) {
      const core::UnitView& unit = facts.view.units[target.unit.index()];
      ready += unit.ready;
      units.push_back(json::object{{"name", facts.view.spec->unit(target.unit).name},
                                   {"ready", unit.ready},
                                   {"target", target.replicas}});
    }
    status["units"] = std::move(units);
    conditions.add("Ready", ready > 0, ready > 0 ? "Serving" : "NoReplicas",
                   ready > 0 ? fmt::format("{} replicas serve", ready)
                             : "no replica serves; requests are held until one does");
    const bool is_short = plan.shortfall_per_s > 0.0;
    conditions.add(
        "CapacityShort", is_short, is_short ? "LimitsBind" : "DemandCovered",
        is_short ? fmt::format("limits leave {:.1f} requests/s uncovered", plan.shortfall_per_s)
                 : "the plan covers the demand");
  } else {
    conditions.add("Ready", false, "NotInForce", "it is not served, since its spec is refused");
  }
  status["conditions"] = conditions.take();
  return status;
}

json::object unit_status(const StatusFacts& facts, const std::string& name) {
  json::object status = begun(facts);
  Conditions conditions(facts);
  conditions.add_acceptance();
  if (facts.acceptance.is_in_force) {
    const auto id = facts.view.spec->find_unit(name);
    SIGNALBOX_ASSERT(id.has_value());
    const core::UnitView& unit = facts.view.units[id->index()];
    const bool is_managed = facts.view.spec->unit(*id).managed;
    status["pricePerHour"] = fmt::format("{:.4f}", unit.price_usd_per_hour);
    status["costPerHour"] = usd_per_hour(
        unit.price_usd_per_hour * (unit.ready + unit.booting + unit.draining + unit.unhealthy));
    if (is_managed) status["wanted"] = unit.wanted;
    status["ready"] = unit.ready;
    status["booting"] = unit.booting;
    status["draining"] = unit.draining;
    status["unhealthy"] = unit.unhealthy;
    if (is_managed) status["limit"] = unit.limit;
    status["slowdown"] = fmt::format("{:.2f}", unit.slowdown);
    std::string note = unit.note;
    if (!unit.drift.empty()) note += (note.empty() ? "" : "; ") + unit.drift;
    if (!note.empty()) status["note"] = bounded(std::move(note));
    const bool is_scaled_to_zero = is_managed && unit.wanted == 0;
    conditions.add("Ready", unit.ready > 0,
                   unit.ready > 0      ? "ReplicasReady"
                   : is_scaled_to_zero ? "ScaledToZero"
                                       : "NoReplicas",
                   unit.ready > 0      ? fmt::format("{} replicas serve", unit.ready)
                   : is_scaled_to_zero ? "the plan wants none"
                                       : "no replica serves");
    if (is_managed) {
      conditions.add("Launchable", unit.launchable,
                     unit.launchable ? "PoolGives" : "InsufficientCapacity",
                     unit.launchable     ? "launches are not refused"
                     : unit.note.empty() ? "launches were refused"
                                         : unit.note);
    }
  } else {
    conditions.add("Ready", false, "NotInForce", "it is not used, since its spec is refused");
  }
  status["conditions"] = conditions.take();
  return status;
}

bool is_news(const json::object& before, const json::object& after) {
  // What may move without being news.
  constexpr std::string_view kFigures[] = {"demandPerSecond",
                                           "plannedPerSecond",
                                           "shortfallPerSecond",
                                           "costPerHour",
                                           "boundPerHour",
                                           "pricePerHour",
                                           "slowdown",
                                           "note",
                                           "plan"};
  const auto without_figures = [&](json::object status) {
    for (const auto key : kFigures) status.erase(key);
    if (auto* const conditions = status.if_contains("conditions");
        conditions != nullptr && conditions->is_array()) {
      for (auto& each : conditions->get_array()) {
        if (auto* const condition = each.if_object()) condition->erase("message");
      }
    }
    return status;
  };
  return without_figures(before) != without_figures(after);
}

}  // namespace signalbox::observe
