// SPDX-License-Identifier: Apache-2.0
//
// Built top down in reading order: fleet, services, units, endpoints.
#include "observe/fleet_json.h"

#include <boost/json/array.hpp>

#include "base/assert.h"
#include "observe/fleet_index.h"
#include "observe/json_text.h"

namespace signalbox::observe {

namespace json = boost::json;

namespace {

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

double money(double usd) { return rounded(usd, 6); }

// Counters of a restarted Router start anew; then the whole count is what came since.
std::uint64_t since(std::uint64_t before, std::uint64_t now) {
  return now >= before ? now - before : now;
}

class Page {
 public:
  explicit Page(const FleetReport& report)
      : report_(report),
        view_(report.view),
        now_(report.view, report.digest),
        before_(report.view, report.earlier != nullptr ? *report.earlier : nothing_) {}

  json::object fleet() const {
    json::object page;
    page["view_version"] = view_.version;
    page["at"] = timestamp_text(report_.wall.at(view_.at));
    page["cost_usd_per_hour"] = money(view_.cost_usd_per_hour);
    page["spent_usd"] = money(view_.spent_usd);
    page["traffic_window_s"] =
        report_.earlier != nullptr
            ? json::value(rounded(to_seconds(report_.digest.at - report_.earlier->at), 3))
            : json::value(nullptr);
    json::array services, units, endpoints;
    for (std::uint32_t s = 0; s < now_.spec().services.size(); ++s) {
      services.push_back(service(ServiceId(s)));
    }
    for (std::uint32_t u = 0; u < now_.spec().units.size(); ++u) units.push_back(unit(UnitId(u)));
    for (const auto& each : view_.endpoints) endpoints.push_back(endpoint(each));
    page["services"] = std::move(services);
    page["units"] = std::move(units);
    page["endpoints"] = std::move(endpoints);
    json::array sources;
    for (const auto& each : view_.sources) sources.push_back(source(each));
    page["sources"] = std::move(sources);
    return page;
  }

 private:
  json::object service(ServiceId id) const {
    const auto& spec = now_.spec().service(id);
    const auto& plan = now_.plan(id);
    json::object out;
    out["name"] = spec.name;
    out["policy"] = core::to_string(spec.policy);
    out["routing"] = core::to_string(spec.routing);
    out["mode"] = core::to_string(plan.mode);
    out["mode_since"] = timestamp_text(report_.wall.at(plan.mode_since));
    out["mode_for_s"] = rounded(to_seconds(view_.at - plan.mode_since), 3);
    out["cost_ramp_ratio"] = rounded(plan.cost_ramp, 4);
    out["objective"] = {{"latency_ms", to_millis(spec.objective.latency)},
                        {"quantile", spec.objective.quantile}};
    out["reason"] = plan.reason;
    out["demand_per_s"] = rounded(plan.demand_per_s, 3);
    out["required_per_s"] = rounded(plan.required_per_s, 3);
    out["planned_per_s"] = rounded(plan.planned_per_s, 3);
    out["shortfall_per_s"] = rounded(plan.shortfall_per_s, 3);
    out["cost_usd_per_hour"] = money(plan.cost_usd_per_hour);
    out["lower_bound_usd_per_hour"] = money(plan.lower_bound_usd_per_hour);
    out["targets"] = targets(id);
    out["requests"] = requests(id);
    out["recent_mode_changes"] = mode_changes(id);
    return out;
  }

  json::array targets(ServiceId id) const {
    std::uint64_t all = 0;
    for (const UnitId unit : now_.spec().service(id).units) all += recent(id, unit);
    json::array out;
    for (const UnitId unit : now_.spec().service(id).units) {
      out.push_back({{"unit", unit_name(now_.spec(), unit)},
                     {"replicas", now_.target_replicas(id, unit)},
                     {"planned_share_ratio", rounded(now_.planned_share(id, unit), 4)},
                     {"traffic_share_ratio", share(recent(id, unit), all)}});
    }
    return out;
  }

  json::object requests(ServiceId id) const {
    const auto& counts = now_.counts(id);
    return {{"arrived", counts.arrivals},
            {"completed", counts.completed},
            {"failed", counts.failed},
            {"rejected", counts.rejected},
            {"abandoned", counts.abandoned},
            {"missed_objective", counts.missed},
            {"redecided", counts.redecided},
            {"in_flight", now_.in_flight(id)},
            {"held", counts.held},
            {"longest_hold_ms", rounded(to_millis(counts.longest_hold), 3)}};
  }

  json::array mode_changes(ServiceId id) const {
    json::array out;
    for (const auto& change : report_.history.recent()) {
      if (change.service != id) continue;
      out.push_back({{"at", timestamp_text(report_.wall.at(change.at))},
                     {"from", core::to_string(change.from)},
                     {"to", core::to_string(change.to)},
                     {"evidence", change.evidence},
                     {"reaction_ms", rounded(to_millis(change.at - change.evidence_at), 3)}});
    }
    return out;
  }

  json::object unit(UnitId id) const {
    const auto& spec = now_.spec().unit(id);
    const auto& state = now_.unit(id);
    const auto& counts = now_.counts(id);
    std::uint64_t all = 0;
    for (std::uint32_t u = 0; u < now_.spec().units.size(); ++u) all += recent(UnitId(u));
    json::object out;
    out["name"] = spec.name;
    out["model"] = text_or_null(spec.model);
    out["hardware"] = text_or_null(spec.hardware);
    out["framework"] = text_or_null(spec.framework);
    out["zone"] = text_or_null(spec.zone);
    out["price_usd_per_hour"] = money(state.price_usd_per_hour);
    out["usd_per_1000_requests"] = money(1000.0 * state.cost_usd_per_request);
    out["cost_usd_per_hour"] = money(now_.cost_usd_per_hour(id));
    out["plateau_per_s"] = rounded(spec.plateau_per_s(), 4);
    out["slots_per_replica"] = spec.slots;
    out["managed"] = spec.managed;
    out["replicas"] = {{"ready", state.ready},
                       {"booting", state.booting},
                       {"draining", state.draining},
                       {"unhealthy", state.unhealthy},
                       {"wanted", state.wanted}};
    out["replica_limit"] = state.limit;
    out["launchable"] = state.launchable;
    out["note"] = text_or_null(state.note);
    out["traffic_share_ratio"] = share(recent(id), all);
    out["in_flight"] = counts.in_flight;
    out["completed"] = counts.completed;
    out["failed"] = counts.failed;
    out["slowdown_ratio"] = rounded(counts.slowdown, 3);
    out["slowdown_confidence_ratio"] = rounded(counts.confidence, 3);
    out["planned_slowdown_ratio"] = rounded(state.slowdown, 3);
    out["drift"] = text_or_null(state.drift);
    out["price_confidence_ratio"] = rounded(state.price.confidence, 3);
    out["price_source"] = text_or_null(state.price.from);
    out["price_age_s"] = rounded(to_seconds(state.price.age), 3);
    out["power_w"] = rounded(state.watts, 1);
    return out;
  }

  json::object source(const core::SourceView& source) const {
    json::object out;
    out["name"] = source.name;
    out["standing"] = core::to_string(source.standing);
    out["age_s"] = source.heard == TimePoint::min()
                       ? json::value(nullptr)
                       : json::value(rounded(to_seconds(view_.at - source.heard), 3));
    out["taken"] = source.taken;
    out["refused"] = source.refused;
    out["reason"] = text_or_null(source.reason);
    return out;
  }

  json::object endpoint(const core::EndpointView& endpoint) const {
    const auto& counts = now_.counts(endpoint.id);
    return {{"id", endpoint.id.value},
            {"unit", unit_name(now_.spec(), endpoint.unit)},
            {"state", core::to_string(endpoint.state)},
            {"state_for_s", rounded(to_seconds(view_.at - endpoint.since), 3)},
            {"address", text_or_null(address_text(endpoint))},
            {"in_flight", counts.in_flight},
            {"foreign_load", endpoint.foreign_load},
            {"forwarded", counts.forwarded},
            {"failed", counts.failed},
            {"ejected", counts.ejected}};
  }

  std::uint64_t recent(UnitId unit) const {
    return since(before_.forwarded(unit), now_.forwarded(unit));
  }
  std::uint64_t recent(ServiceId service, UnitId unit) const {
    return since(before_.counts(service, unit).forwarded, now_.counts(service, unit).forwarded);
  }
  static double share(std::uint64_t part, std::uint64_t all) {
    return all == 0 ? 0.0 : rounded(static_cast<double>(part) / static_cast<double>(all), 4);
  }

  const FleetReport& report_;
  const core::FleetView& view_;
  const core::RouterReport nothing_{};
  FleetIndex now_;
  FleetIndex before_;
};

}  // namespace

json::object fleet_json(const FleetReport& report) {
  SIGNALBOX_ASSERT(report.view.spec != nullptr);
  return Page(report).fleet();
}

}  // namespace signalbox::observe
