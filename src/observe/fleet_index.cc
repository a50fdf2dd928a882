// SPDX-License-Identifier: Apache-2.0
//
// Look-ups with a neutral answer for what is not there.
#include "observe/fleet_index.h"

#include <fmt/format.h>

#include <algorithm>

namespace signalbox::observe {

namespace {

template <class Record>
const Record& at_or_neutral(const std::vector<Record>& records, std::size_t index) {
  static const Record kNeutral{};
  return index < records.size() ? records[index] : kNeutral;
}

}  // namespace

FleetIndex::FleetIndex(const core::FleetView& view, const core::RouterReport& digest)
    : view_(view), digest_(digest) {
  for (std::size_t i = 0; i < digest.endpoints.size(); ++i) {
    places_.emplace(digest.endpoints[i].endpoint, i);
  }
}

const core::ServicePlan& FleetIndex::plan(ServiceId id) const {
  return at_or_neutral(view_.services, id.index());
}

const core::UnitView& FleetIndex::unit(UnitId id) const {
  return at_or_neutral(view_.units, id.index());
}

const core::ServiceDigest& FleetIndex::counts(ServiceId id) const {
  return at_or_neutral(digest_.services, id.index());
}

const core::UnitDigest& FleetIndex::counts(UnitId id) const {
  return at_or_neutral(digest_.units, id.index());
}

const core::EndpointDigest& FleetIndex::counts(EndpointId id) const {
  return at_or_neutral(digest_.endpoints, place(id));
}

const LatencyHistogram& FleetIndex::latency(EndpointId id) const {
  return at_or_neutral(digest_.endpoint_latency, place(id));
}

// Past every list when the digest does not know it.
std::size_t FleetIndex::place(EndpointId id) const {
  const auto found = places_.find(id);
  return found == places_.end() ? digest_.endpoints.size() : found->second;
}

const core::ServiceUnitDigest& FleetIndex::counts(ServiceId service, UnitId unit) const {
  const auto found = std::find_if(
      digest_.service_units.begin(), digest_.service_units.end(),
      [&](const auto& entry) { return entry.service == service && entry.unit == unit; });
  return at_or_neutral(digest_.service_units,
                       static_cast<std::size_t>(found - digest_.service_units.begin()));
}

std::uint64_t FleetIndex::forwarded(UnitId unit) const {
  std::uint64_t sum = 0;
  for (const auto& entry : digest_.service_units) {
    if (entry.unit == unit) sum += entry.forwarded;
  }
  return sum;
}

std::uint64_t FleetIndex::in_flight(ServiceId id) const {
  const auto& service = counts(id);
  const std::uint64_t over = service.completed + service.failed + service.rejected +
                             service.abandoned +
                             static_cast<std::uint64_t>(std::max(0, service.held));
  return service.arrivals > over ? service.arrivals - over : 0;
}

int FleetIndex::target_replicas(ServiceId service, UnitId unit) const {
  for (const auto& target : plan(service).targets) {
    if (target.unit == unit) return target.replicas;
  }
  return 0;
}

double FleetIndex::planned_share(ServiceId service, UnitId unit) const {
  double all = 0.0;
  double own = 0.0;
  for (const auto& target : plan(service).targets) {
    if (target.unit.index() >= spec().units.size()) continue;
    const double capacity_per_s = target.replicas * spec().unit(target.unit).plateau_per_s();
    all += capacity_per_s;
    if (target.unit == unit) own += capacity_per_s;
  }
  return all > 0.0 ? own / all : 0.0;
}

double FleetIndex::cost_usd_per_hour(UnitId id) const {
  const auto& state = unit(id);
  return state.price_usd_per_hour *
         (state.ready + state.booting + state.draining + state.unhealthy);
}

std::string unit_name(const core::FleetSpec& spec, UnitId id) {
  if (id.index() < spec.units.size()) return spec.units[id.index()].name;
  return fmt::format("unit {}", id.value);
}

const core::EndpointView* find_endpoint(const core::FleetView& view, EndpointId id) {
  const auto found = std::lower_bound(
      view.endpoints.begin(), view.endpoints.end(), id,
      [](const auto& endpoint, EndpointId wanted) { return endpoint.id < wanted; });
  return found != view.endpoints.end() && found->id == id ? &*found : nullptr;
}

std::string address_text(const core::EndpointView& endpoint) {
  return endpoint.address.host.empty() ? std::string() : core::to_string(endpoint.address);
}

}  // namespace signalbox::observe
