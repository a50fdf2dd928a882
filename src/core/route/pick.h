// SPDX-License-Identifier: Apache-2.0
//
// The choice among candidates, one per unit. Each rule is a pure function that marks every
// candidate with its verdict and returns the one taken; the rule in force is the service's routing
// policy and mode. Rules that choose an endpoint over the heads of units are in balance.h.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/prng.h"
#include "core/route/assess.h"

namespace signalbox::core {

// Cost-optimized: the cheapest candidate that completes in time with at least `quantile`
// probability; the sooner of two that cost the same. nullopt when none qualifies.
std::optional<std::size_t> pick_cheapest(Candidates& candidates, double quantile);

// Batch: pick_cheapest(), unless a unit that costs noticeably less will have a slot for it - it is
// only busy, or a replica is booting - and there is time to wait (`may_wait`). Then nobody is taken
// and those that were in time are marked as dearer.
std::optional<std::size_t> pick_cheap_enough(Candidates& candidates,
                                             std::span<const Prospect> prospects, double quantile,
                                             bool may_wait);

// Capacity-optimized: among those that complete in time with at least `quantile` probability the
// one expected to finish soonest, whatever it costs. nullopt when none qualifies.
std::optional<std::size_t> pick_soonest_in_time(Candidates& candidates, double quantile);

// When the objective is out of reach anyway: the one expected to finish soonest.
std::optional<std::size_t> pick_soonest(Candidates& candidates);

// Drawn at random in proportion to each candidate's weight, among those that can start now.
std::optional<std::size_t> pick_weighted(Candidates& candidates, Prng& prng);

}  // namespace signalbox::core
