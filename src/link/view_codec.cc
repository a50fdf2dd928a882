// SPDX-License-Identifier: Apache-2.0
//
// Pieces are compared by their bytes: a message is what the other side would see, so nothing that
// it could see is left out. See view_codec.h.
#include "link/view_codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace signalbox::link {

namespace {

using core::EndpointState;
using core::FleetView;

std::int64_t nanos(TimePoint time) { return time.time_since_epoch().count(); }

// No sum of two such overflows.
std::int64_t plausible(std::int64_t time) {
  constexpr std::int64_t kFar = std::int64_t{1} << 61U;
  return std::clamp(time, -kFar, kFar);
}

template <class Message>
bool same(const Message& a, const Message& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

v1::View::Unit encode_unit(std::size_t index, const core::UnitView& unit) {
  v1::View::Unit out;
  out.set_index(static_cast<std::uint32_t>(index));
  out.set_price_usd_per_hour(unit.price_usd_per_hour);
  out.mutable_price()->set_value(unit.price.value);
  out.mutable_price()->set_confidence(unit.price.confidence);
  out.mutable_price()->set_age_ns(unit.price.age.count());
  out.mutable_price()->set_from(unit.price.from);
  out.set_slowdown(unit.slowdown);
  out.set_drift(unit.drift);
  out.set_watts(unit.watts);
  out.set_cost_usd_per_request(unit.cost_usd_per_request);
  out.set_ready(unit.ready);
  out.set_booting(unit.booting);
  out.set_draining(unit.draining);
  out.set_unhealthy(unit.unhealthy);
  out.set_wanted(unit.wanted);
  out.set_limit(unit.limit);
  out.set_launchable(unit.launchable);
  out.set_note(unit.note);
  return out;
}

core::UnitView decode_unit(const v1::View::Unit& unit) {
  core::UnitView out;
  out.price_usd_per_hour = unit.price_usd_per_hour();
  out.price = {unit.price().value(), unit.price().confidence(), Duration(unit.price().age_ns()),
               unit.price().from()};
  out.slowdown = unit.slowdown();
  out.drift = unit.drift();
  out.watts = unit.watts();
  out.cost_usd_per_request = unit.cost_usd_per_request();
  out.ready = unit.ready();
  out.booting = unit.booting();
  out.draining = unit.draining();
  out.unhealthy = unit.unhealthy();
  out.wanted = unit.wanted();
  out.limit = unit.limit();
  out.launchable = unit.launchable();
  out.note = unit.note();
  return out;
}

v1::View::Endpoint encode_endpoint(const core::EndpointView& endpoint) {
  v1::View::Endpoint out;
  out.set_id(endpoint.id.value);
  out.set_unit(endpoint.unit.value);
  out.set_state(static_cast<v1::View::State>(endpoint.state));
  out.set_host(endpoint.address.host);
  out.set_port(endpoint.address.port);
  out.set_since_ns(nanos(endpoint.since));
  if (endpoint.leaving_by) out.set_leaving_by_ns(nanos(*endpoint.leaving_by));
  out.set_foreign_load(endpoint.foreign_load);
  return out;
}

// One in a state that this version does not know is not to be used.
EndpointState decode_state(v1::View::State state) {
  switch (state) {
    case v1::View::READY:
      return EndpointState::kReady;
    case v1::View::UNHEALTHY:
      return EndpointState::kUnhealthy;
    case v1::View::DRAINING:
      return EndpointState::kDraining;
    default:
      return EndpointState::kBooting;
  }
}

v1::View::Service encode_service(std::size_t index, const core::ServicePlan& plan) {
  v1::View::Service out;
  out.set_index(static_cast<std::uint32_t>(index));
  out.set_mode(plan.mode == core::Mode::kCapacityOptimized ? v1::View::CAPACITY_OPTIMIZED
                                                           : v1::View::COST_OPTIMIZED);
  out.set_mode_since_ns(nanos(plan.mode_since));
  out.set_cost_ramp(plan.cost_ramp);
  out.set_demand_per_s(plan.demand_per_s);
  out.set_required_per_s(plan.required_per_s);
  out.set_planned_per_s(plan.planned_per_s);
  out.set_shortfall_per_s(plan.shortfall_per_s);
  out.set_cost_usd_per_hour(plan.cost_usd_per_hour);
  out.set_lower_bound_usd_per_hour(plan.lower_bound_usd_per_hour);
  for (const core::UnitTarget& target : plan.targets) {
    auto& one = *out.add_targets();
    one.set_unit(target.unit.value);
    one.set_replicas(target.replicas);
  }
  out.set_reason(plan.reason);
  return out;
}

v1::View::Sources encode_sources(const std::vector<core::SourceView>& sources) {
  v1::View::Sources out;
  for (const core::SourceView& source : sources) {
    auto& one = *out.add_sources();
    one.set_name(source.name);
    one.set_standing(static_cast<v1::View::Standing>(source.standing));
    if (source.heard != TimePoint::min()) one.set_heard_ns(nanos(source.heard));
    one.set_taken(source.taken);
    one.set_refused(source.refused);
    one.set_reason(source.reason);
  }
  return out;
}

}  // namespace

std::uint64_t spec_version(std::string_view text) {
  // FNV-1a, 64 bits (draft-eastlake-fnv): nobody here has to be kept from making two texts alike.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash != 0 ? hash : 1;
}

// ---- sending ----

std::optional<v1::View> ViewEncoder::advance(const FleetView& view, std::uint64_t spec) {
  const bool follows = number_ != 0 && head_.spec() == spec;
  head_.set_base(0);
  head_.set_number(++number_);
  head_.set_version(view.version);
  head_.set_spec(spec);
  head_.set_at_ns(nanos(view.at));
  head_.set_cost_usd_per_hour(view.cost_usd_per_hour);
  head_.set_spent_usd(view.spent_usd);

  v1::View change = head_;
  change.set_base(number_ - 1);
  Pieces next;
  for (std::size_t i = 0; i < view.units.size(); ++i) {
    next.units.push_back(encode_unit(i, view.units[i]));
    const bool is_new = i >= pieces_.units.size() || !same(pieces_.units[i], next.units[i]);
    if (is_new) *change.add_units() = next.units[i];
  }
  for (std::size_t i = 0; i < view.services.size(); ++i) {
    next.services.push_back(encode_service(i, view.services[i]));
    const bool is_new =
        i >= pieces_.services.size() || !same(pieces_.services[i], next.services[i]);
    if (is_new) *change.add_services() = next.services[i];
  }
  next.sources = encode_sources(view.sources);
  if (!same(pieces_.sources, next.sources)) *change.mutable_sources() = next.sources;
  if (follows && endpoints_.shares_with(view.endpoints)) {
    next.endpoints = std::move(pieces_.endpoints);
  } else {
    for (const core::EndpointView& endpoint : view.endpoints) {
      const auto known = pieces_.endpoints.find(endpoint.id.value);
      auto encoded = encode_endpoint(endpoint);
      if (known == pieces_.endpoints.end() || !same(known->second, encoded)) {
        *change.add_endpoints() = encoded;
      }
      next.endpoints.emplace(endpoint.id.value, std::move(encoded));
    }
    for (const auto& [id, endpoint] : pieces_.endpoints) {
      if (next.endpoints.count(id) == 0) change.add_gone(id);
    }
  }
  pieces_ = std::move(next);
  endpoints_ = view.endpoints;
  if (!follows) return std::nullopt;
  return change;
}

v1::View ViewEncoder::snapshot() const {
  SIGNALBOX_ASSERT(number_ != 0);
  v1::View whole = head_;
  for (const auto& unit : pieces_.units) *whole.add_units() = unit;
  for (const auto& service : pieces_.services) *whole.add_services() = service;
  for (const auto& [id, endpoint] : pieces_.endpoints) *whole.add_endpoints() = endpoint;
  *whole.mutable_sources() = pieces_.sources;
  return whole;
}

// ---- hearing ----

Result<std::shared_ptr<FleetView>> ViewDecoder::take(const v1::View& view,
                                                     std::shared_ptr<const core::FleetSpec> spec,
                                                     TimePoint now) {
  const bool is_whole = view.base() == 0;
  if (!is_whole && (latest_ == nullptr || number_ != view.base() || spec_ != view.spec())) {
    return Error{
        fmt::format("a change of what was told as number {} does not follow from number {}",
                    view.base(), latest_ == nullptr ? 0 : number_)};
  }
  auto next = is_whole ? std::make_shared<FleetView>() : std::make_shared<FleetView>(*latest_);
  if (is_whole) clocks_differ_by_ = now - TimePoint(Duration(plausible(view.at_ns())));
  const auto local = [this](std::int64_t time) {
    return TimePoint(Duration(plausible(time))) + clocks_differ_by_;
  };
  next->version = view.version();
  next->spec = spec;
  next->at = local(view.at_ns());
  next->cost_usd_per_hour = view.cost_usd_per_hour();
  next->spent_usd = view.spent_usd();
  next->units.resize(spec->units.size());
  next->services.resize(spec->services.size());
  std::size_t units = is_whole ? 0 : spec->units.size();
  for (const auto& unit : view.units()) {
    if (unit.index() >= next->units.size()) {
      return Error{fmt::format("there is no unit {} in this configuration", unit.index())};
    }
    next->units[unit.index()] = decode_unit(unit);
    ++units;
  }
  std::size_t services = is_whole ? 0 : spec->services.size();
  for (const auto& service : view.services()) {
    if (service.index() >= next->services.size()) {
      return Error{fmt::format("there is no service {} in this configuration", service.index())};
    }
    core::ServicePlan plan;
    plan.service = ServiceId(service.index());
    plan.mode = service.mode() == v1::View::CAPACITY_OPTIMIZED ? core::Mode::kCapacityOptimized
                                                               : core::Mode::kCostOptimized;
    plan.mode_since = local(service.mode_since_ns());
    plan.cost_ramp = std::clamp(service.cost_ramp(), 0.0, 1.0);
    plan.demand_per_s = service.demand_per_s();
    plan.required_per_s = service.required_per_s();
    plan.planned_per_s = service.planned_per_s();
    plan.shortfall_per_s = service.shortfall_per_s();
    plan.cost_usd_per_hour = service.cost_usd_per_hour();
    plan.lower_bound_usd_per_hour = service.lower_bound_usd_per_hour();
    for (const auto& target : service.targets()) {
      if (target.unit() >= spec->units.size()) return Error{"a target names no unit"};
      plan.targets.push_back({UnitId(target.unit()), target.replicas()});
    }
    plan.reason = service.reason();
    next->services[service.index()] = std::move(plan);
    ++services;
  }
  if (units < spec->units.size() || services < spec->services.size()) {
    return Error{"the whole fleet was told with units or services missing"};
  }
  if (view.endpoints_size() > 0 || view.gone_size() > 0 || is_whole) {
    std::map<std::uint64_t, core::EndpointView> endpoints;
    for (const auto& endpoint : std::as_const(*next).endpoints) {
      endpoints.emplace(endpoint.id.value, endpoint);
    }
    for (const std::uint64_t id : view.gone()) endpoints.erase(id);
    for (const auto& endpoint : view.endpoints()) {
      if (endpoint.unit() >= spec->units.size() || endpoint.port() > 65535) {
        return Error{fmt::format("endpoint {} cannot be", endpoint.id())};
      }
      core::EndpointView one;
      one.id = EndpointId(endpoint.id());
      one.unit = UnitId(endpoint.unit());
      one.state = decode_state(endpoint.state());
      one.address = {endpoint.host(), static_cast<std::uint16_t>(endpoint.port())};
      one.since = local(endpoint.since_ns());
      if (endpoint.has_leaving_by_ns()) one.leaving_by = local(endpoint.leaving_by_ns());
      one.foreign_load = std::max(0, endpoint.foreign_load());
      endpoints[endpoint.id()] = std::move(one);
    }
    std::vector<core::EndpointView> in_order;
    in_order.reserve(endpoints.size());
    for (auto& [id, endpoint] : endpoints) in_order.push_back(std::move(endpoint));
    next->endpoints = std::move(in_order);
    next->endpoints_version = ++endpoints_version_;
  }
  if (view.has_sources()) {
    next->sources.clear();
    for (const auto& source : view.sources().sources()) {
      next->sources.push_back({source.name(), core::SourceStanding::kSilent,
                               source.has_heard_ns() ? local(source.heard_ns()) : TimePoint::min(),
                               source.taken(), source.refused(), source.reason()});
      if (source.standing() >= v1::View::SILENT && source.standing() <= v1::View::QUARANTINED) {
        next->sources.back().standing = static_cast<core::SourceStanding>(source.standing());
      }
    }
  }
  latest_ = next;
  number_ = view.number();
  spec_ = view.spec();
  return next;
}

// ---- leases ----

v1::Leases encode(const core::LeaseTable& table) {
  v1::Leases out;
  out.set_version(table.version);
  for (const core::SlotLease& lease : table.leases) {
    out.add_endpoints(lease.endpoint.value);
    out.add_slots(static_cast<std::uint32_t>(lease.slots));
  }
  return out;
}

Result<core::LeaseTable> decode(const v1::Leases& leases) {
  constexpr std::uint32_t kMostSlots = 1'000'000;
  core::LeaseTable table;
  table.version = leases.version();
  if (leases.endpoints_size() != leases.slots_size()) return Error{"leases and slots do not match"};
  for (int i = 0; i < leases.endpoints_size(); ++i) {
    const EndpointId id(leases.endpoints(i));
    const bool in_order = table.leases.empty() || table.leases.back().endpoint < id;
    if (!in_order || leases.slots(i) > kMostSlots) return Error{"leases out of order or bounds"};
    table.leases.push_back({id, static_cast<int>(leases.slots(i))});
  }
  return table;
}

}  // namespace signalbox::link
