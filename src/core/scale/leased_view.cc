// SPDX-License-Identifier: Apache-2.0
#include "core/scale/leased_view.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace signalbox::core {

std::shared_ptr<const FleetView> LeasedView::combine(const FleetView& fleet,
                                                     const LeaseTable& leases) {
  auto next = std::make_shared<FleetView>(fleet);
  next->leases_version = leases.version;
  const bool same_spec = latest_ != nullptr && latest_->spec == fleet.spec;
  const bool same_endpoints = same_spec && departed_.empty() && fleet.endpoints_version != 0 &&
                              fleet.endpoints_version == fleet_version_ &&
                              leases.version == leases_version_;
  if (same_endpoints) {
    next->endpoints = latest_->endpoints;
    next->endpoints_version = latest_->endpoints_version;
    latest_ = next;
    return next;
  }
  if (!same_spec) departed_.clear();  // their units may be others
  notice_departures(fleet);

  std::vector<EndpointView> endpoints(fleet.endpoints.begin(), fleet.endpoints.end());
  auto lease = leases.leases.begin();
  for (EndpointView& endpoint : endpoints) {  // both are ordered by id
    while (lease != leases.leases.end() && lease->endpoint < endpoint.id) ++lease;
    const bool is_lent = lease != leases.leases.end() && lease->endpoint == endpoint.id;
    endpoint.leased_slots = is_lent ? lease->slots : 0;
  }
  for (const auto& [id, endpoint] : departed_) endpoints.push_back(endpoint);
  std::inplace_merge(
      endpoints.begin(), endpoints.begin() + static_cast<std::ptrdiff_t>(fleet.endpoints.size()),
      endpoints.end(), [](const EndpointView& a, const EndpointView& b) { return a.id < b.id; });
  next->endpoints = std::move(endpoints);
  next->endpoints_version = ++endpoints_version_;
  fleet_version_ = fleet.endpoints_version;
  leases_version_ = leases.version;
  latest_ = next;
  return next;
}

void LeasedView::notice_departures(const FleetView& fleet) {
  const auto left = [&fleet](EndpointId id) {
    const auto place =
        std::lower_bound(fleet.endpoints.begin(), fleet.endpoints.end(), id,
                         [](const EndpointView& a, EndpointId wanted) { return a.id < wanted; });
    return place == fleet.endpoints.end() || place->id != id;
  };
  std::erase_if(departed_, [&left](const auto& each) { return !left(each.first); });
  if (latest_ != nullptr && latest_->spec == fleet.spec) {
    for (const EndpointView& before : std::as_const(latest_->endpoints)) {
      if (before.state == EndpointState::kBooting || !left(before.id)) continue;
      EndpointView& kept = departed_[before.id] = before;
      kept.state = EndpointState::kDraining;
      kept.leased_slots = 0;
    }
  }
  if (departed_.empty()) return;
  const RouterDigest digest = digest_();
  std::erase_if(departed_, [&digest](const auto& each) {
    const auto place = std::lower_bound(
        digest.endpoints.begin(), digest.endpoints.end(), each.first,
        [](const EndpointDigest& a, EndpointId wanted) { return a.endpoint < wanted; });
    const bool known = place != digest.endpoints.end() && place->endpoint == each.first;
    return !known || place->in_flight == 0;
  });
}

}  // namespace signalbox::core
