// SPDX-License-Identifier: Apache-2.0
//
// The paper's formulas; see paper_shares.h.
#include "core/route/paper_shares.h"

#include <algorithm>
#include <cstddef>

#include "base/assert.h"

namespace signalbox::core {

namespace {

template <class WeightOf>
void share_out(const FleetView& view, const ServiceSpec& service, std::span<double> shares,
               WeightOf&& weight_of) {
  SIGNALBOX_ASSERT(shares.size() == service.units.size());
  double total = 0.0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const bool is_up = view.units[service.units[i].index()].ready > 0;
    shares[i] = is_up ? weight_of(i) : 0.0;
    total += shares[i];
  }
  for (auto& share : shares) share = total > 0.0 ? share / total : 0.0;
}

double efficiency(const UnitSpec& spec, const UnitView& unit) {
  // A unit that costs nothing would take everything; a millicent keeps the formula finite.
  constexpr double kLeastPrice = 1e-5;
  return spec.plateau_per_s() /
         (std::max(unit.price_usd_per_hour, kLeastPrice) * to_seconds(spec.profile.latency(1)));
}

}  // namespace

void cost_shares(const FleetView& view, const ServiceSpec& service, std::span<double> shares) {
  share_out(view, service, shares, [&](std::size_t i) {
    const UnitId id = service.units[i];
    return service.weights.empty() ? efficiency(view.spec->unit(id), view.units[id.index()])
                                   : service.weights[i];
  });
}

void equal_shares(const FleetView& view, const ServiceSpec& service, std::span<double> shares) {
  share_out(view, service, shares, [](std::size_t) { return 1.0; });
}

void paper_shares(const FleetView& view, const ServiceSpec& service, Mode mode,
                  std::span<double> shares) {
  SIGNALBOX_ASSERT(draws_by_weight(service.routing));
  const bool equally =
      service.routing == RoutingPolicy::kPaperEqual ||
      (service.routing == RoutingPolicy::kPaperBinary && mode == Mode::kCapacityOptimized);
  if (equally) {
    equal_shares(view, service, shares);
  } else {
    cost_shares(view, service, shares);
  }
}

}  // namespace signalbox::core
