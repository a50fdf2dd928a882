// SPDX-License-Identifier: Apache-2.0
//
// The shares of traffic that arXiv 2503.20074 gives its units, and its three ways to use them: by
// cost, equally, or the one or the other by mode (its binary switch). They follow from the view
// alone, so a Router reckons them when a view comes and not per request.
#pragma once

#include <span>

#include "core/model/fleet_view.h"

namespace signalbox::core {

// Hand-set weights when given; otherwise the efficiency T/(C*L) of each unit: plateau over price
// times latency (with the errata: the formula as printed favours the dearest). All of these are
// written in the order of `service.units` and sum to 1; a unit without a ready endpoint has none,
// and when no unit has one all are 0.
void cost_shares(const FleetView& view, const ServiceSpec& service, std::span<double> shares);

// The same for every unit that has a ready endpoint.
void equal_shares(const FleetView& view, const ServiceSpec& service, std::span<double> shares);

// The shares of the service's policy in this mode. REQUIRES: draws_by_weight(service.routing).
void paper_shares(const FleetView& view, const ServiceSpec& service, Mode mode,
                  std::span<double> shares);

}  // namespace signalbox::core
