// SPDX-License-Identifier: Apache-2.0
#include "link/report_codec.h"

#include <algorithm>
#include <map>

namespace signalbox::link {

namespace {

bool same(const core::EndpointDigest& a, const core::EndpointDigest& b) {
  return a.unit == b.unit && a.in_flight == b.in_flight && a.forwarded == b.forwarded &&
         a.failed == b.failed && a.ejected == b.ejected && a.foreign == b.foreign;
}

// Nothing ever happened there.
bool is_blank(const core::EndpointDigest& endpoint) {
  return same(endpoint, {endpoint.endpoint, endpoint.unit, 0, 0, 0, false, 0});
}

void encode_endpoint(const core::EndpointDigest& endpoint, v1::Report::Endpoint& out) {
  out.set_id(endpoint.endpoint.value);
  out.set_unit(endpoint.unit.value);
  out.set_in_flight(endpoint.in_flight);
  out.set_forwarded(endpoint.forwarded);
  out.set_failed(endpoint.failed);
  out.set_ejected(endpoint.ejected);
  out.set_foreign(endpoint.foreign);
}

void encode_service(const core::ServiceDigest& service, v1::Report::Service& out) {
  out.set_arrivals(service.arrivals);
  out.set_work(service.work);
  out.set_work_squared(service.work_squared);
  out.set_completed(service.completed);
  out.set_failed(service.failed);
  out.set_rejected(service.rejected);
  out.set_abandoned(service.abandoned);
  out.set_missed(service.missed);
  out.set_redecided(service.redecided);
  out.set_retried(service.retried);
  out.set_unservable(service.unservable);
  out.set_over_budget(service.over_budget);
  out.set_hedged(service.hedged);
  out.set_hedges_won(service.hedges_won);
  out.set_panic(service.panic);
  out.set_held(service.held);
  out.set_longest_hold_ns(service.longest_hold.count());
}

core::ServiceDigest decode_service(const v1::Report::Service& service) {
  core::ServiceDigest out;
  out.arrivals = service.arrivals();
  out.work = service.work();
  out.work_squared = service.work_squared();
  out.completed = service.completed();
  out.failed = service.failed();
  out.rejected = service.rejected();
  out.abandoned = service.abandoned();
  out.missed = service.missed();
  out.redecided = service.redecided();
  out.retried = service.retried();
  out.unservable = service.unservable();
  out.over_budget = service.over_budget();
  out.hedged = service.hedged();
  out.hedges_won = service.hedges_won();
  out.panic = service.panic();
  out.held = std::max(0, service.held());
  out.longest_hold = Duration(service.longest_hold_ns());
  return out;
}

}  // namespace

v1::Report ReportEncoder::encode(const core::RouterDigest& digest, std::uint64_t spec) {
  v1::Report out;
  out.set_spec(spec);
  out.set_view(digest.view_version);
  out.set_leases(digest.leases_version);
  for (const auto& service : digest.services) encode_service(service, *out.add_services());
  for (const auto& unit : digest.units) {
    auto& one = *out.add_units();
    one.set_in_flight(unit.in_flight);
    one.set_completed(unit.completed);
    one.set_failed(unit.failed);
    one.set_slowdown(unit.slowdown);
    one.set_confidence(unit.confidence);
    one.set_ratios(unit.ratios);
    one.set_ratio_sum(unit.ratio_sum);
    one.set_full_load_ratio(unit.full_load_ratio);
  }
  auto told = told_.begin();
  for (const auto& endpoint : digest.endpoints) {  // both are ordered by id
    while (told != told_.end() && told->endpoint < endpoint.endpoint) {
      out.add_gone((told++)->endpoint.value);
    }
    const bool is_known = told != told_.end() && told->endpoint == endpoint.endpoint;
    const bool is_news = is_known ? !same(*told, endpoint) : !is_blank(endpoint);
    if (is_news) encode_endpoint(endpoint, *out.add_endpoints());
    if (is_known) ++told;
  }
  for (; told != told_.end(); ++told) out.add_gone(told->endpoint.value);
  told_ = digest.endpoints;
  return out;
}

const core::RouterDigest& ReportDecoder::take(const v1::Report& report, TimePoint now) {
  latest_.at = now;
  latest_.view_version = report.view();
  latest_.leases_version = report.leases();
  latest_.services.clear();
  for (const auto& service : report.services()) latest_.services.push_back(decode_service(service));
  latest_.units.clear();
  for (const auto& unit : report.units()) {
    latest_.units.push_back({std::max(0, unit.in_flight()), unit.completed(), unit.failed(),
                             unit.slowdown(), unit.confidence(), unit.ratios(), unit.ratio_sum(),
                             unit.full_load_ratio()});
  }
  if (report.endpoints_size() == 0 && report.gone_size() == 0) return latest_;
  std::map<EndpointId, core::EndpointDigest> endpoints;
  for (const auto& endpoint : latest_.endpoints) endpoints.emplace(endpoint.endpoint, endpoint);
  for (const std::uint64_t id : report.gone()) endpoints.erase(EndpointId(id));
  for (const auto& endpoint : report.endpoints()) {
    endpoints[EndpointId(endpoint.id())] = {
        EndpointId(endpoint.id()),      UnitId(endpoint.unit()), std::max(0, endpoint.in_flight()),
        endpoint.forwarded(),           endpoint.failed(),       endpoint.ejected(),
        std::max(0, endpoint.foreign())};
  }
  latest_.endpoints.clear();
  for (const auto& [id, endpoint] : endpoints) latest_.endpoints.push_back(endpoint);
  return latest_;
}

}  // namespace signalbox::link
