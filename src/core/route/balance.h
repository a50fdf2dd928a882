// SPDX-License-Identifier: Apache-2.0
//
// What plain load balancers do: take an endpoint from all there are, whatever it costs and whether
// or not it is in time. Each rule is a pure function of the free endpoints; what they pass over is
// said by mark_taken(). They are here to be compared with.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "base/bounded_vector.h"
#include "base/prng.h"
#include "core/route/assess.h"
#include "core/route/live.h"

namespace signalbox::core {

// Unit by unit, in the order of a service's units: the endpoints that could start a request now.
// A unit that shall not be taken has an empty list.
using FreeEndpoints = BoundedVector<std::span<const FreeEndpoint>, kMaxCandidates>;

struct Balanced {
  std::size_t unit;  // position in FreeEndpoints
  const FreeEndpoint* endpoint;
};

// Round robin: the next one after `last` in the order of ids, from the least again after the
// greatest. Looks at every free endpoint. nullopt, here and below, when none is free.
std::optional<Balanced> next_in_turn(const FreeEndpoints& free, EndpointId last);

// Least request: the smallest share of slots in use; of several such one at random, each alike.
std::optional<Balanced> least_loaded(const FreeEndpoints& free, Prng& prng);

// Power of two choices: the less loaded of two different ones drawn at random, the first of equals.
std::optional<Balanced> better_of_two(const FreeEndpoints& free, Prng& prng);

// Marks the candidate at `taken` as chosen, and all others that could start as passed over.
void mark_taken(Candidates& candidates, std::size_t taken);

}  // namespace signalbox::core
