// SPDX-License-Identifier: Apache-2.0
//
// The facts a pick rests on: for each unit of a service, one endpoint that could start the request
// now, how long it would take there, how likely that is in time, and what it would cost.
#pragma once

#include <cstdint>

#include "base/bounded_vector.h"
#include "base/prng.h"
#include "base/time.h"
#include "core/model/decision.h"
#include "core/model/fleet_view.h"
#include "core/route/live.h"

namespace signalbox::core {

using Candidates = BoundedVector<Candidate, kMaxCandidates>;

// One candidate per unit of the service, in its order, at most kMaxCandidates, for a request of so
// much work. Verdicts are left at kUnavailable or kBusy where nothing can start now; the others
// await a policy.
// Where a policy has taken an endpoint already (balance.h), `taken` is what its unit offers.
void assess(const FleetView& view, const ServiceSpec& service, const LiveFleet& live, double work,
            TimePoint deadline, TimePoint now, Prng& prng, Candidates& candidates,
            const LiveEndpoint* taken = nullptr);

// True when the candidate has an endpoint that can start the request now.
inline bool can_start(const Candidate& candidate) { return candidate.endpoint.value != 0; }

// The shortest time in which a lone request of work 1 completes with the objective's probability,
// over the units that have an endpoint (over all when none has): what a held request must leave
// itself, times its work.
Duration quickest_service(const FleetView& view, const ServiceSpec& service, const LiveFleet& live);

}  // namespace signalbox::core
