// SPDX-License-Identifier: Apache-2.0
//
// The choice among candidates. Each rule is a pure function that marks every candidate with its
// verdict and returns the one taken; the rule in force is the service's routing policy and mode.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/prng.h"
#include "core/model/fleet_view.h"
#include "core/route/assess.h"

namespace signalbox::core {

// Cost-optimized: the cheapest candidate that completes in time with at least `quantile`
// probability; the sooner of two that cost the same. nullopt when none qualifies.
std::optional<std::size_t> pick_cheapest(Candidates& candidates, double quantile);

// Capacity-optimized: among those that complete in time with at least `quantile` probability the
// one expected to finish soonest, whatever it costs. nullopt when none qualifies.
std::optional<std::size_t> pick_soonest_in_time(Candidates& candidates, double quantile);

// When the objective is out of reach anyway: the one expected to finish soonest.
std::optional<std::size_t> pick_soonest(Candidates& candidates);

// Drawn at random in proportion to each candidate's weight, among those that can start now.
std::optional<std::size_t> pick_weighted(Candidates& candidates, Prng& prng);

// The paper's shares for a service's units, summing to 1. Hand-set weights when given; otherwise
// the efficiency T/(C*L) of each unit that has a ready endpoint: plateau over price times latency
// (arXiv 2503.20074 with the errata: its formula as printed favours the dearest). Capacity mode
// shares equally over what is available. Written in the order of `service.units`.
void paper_weights(const FleetView& view, const ServiceSpec& service, Mode mode,
                   std::span<double> weights);

}  // namespace signalbox::core
