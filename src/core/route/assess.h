// SPDX-License-Identifier: Apache-2.0
//
// The facts a pick rests on: for each unit of a service, one endpoint that could start the request
// now, how long it would take there, how likely that is in time, and what it would cost.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bounded_vector.h"
#include "base/prng.h"
#include "base/time.h"
#include "core/model/decision.h"
#include "core/model/fleet_view.h"
#include "core/route/constraints.h"
#include "core/route/live.h"
#include "core/route/token_times.h"

namespace signalbox::core {

using Candidates = BoundedVector<Candidate, kMaxCandidates>;
// What stands behind each candidate that can start, in the same order.
using Offers = std::array<LiveEndpoint*, kMaxCandidates>;

// What a view says of a unit that a service may use, in the few words that a decision needs.
struct Prospect {
  UnitId unit;
  int slots = 1;
  double cost_usd = 0.0;  // of a request of work 1
  Duration alone{};       // time in service of a lone request of work 1
  double spread = 0.0;
  const Profile* profile = nullptr;           // the view's, and so is what follows
  const LanguageProfile* language = nullptr;  // of a language model
  bool is_coming = false;                     // a replica of it is booting

  Duration latency(int in_flight) const {
    return in_flight == 1 ? alone : profile->latency(in_flight);
  }
};

// One per unit of the service, in its order. To be gathered when a view comes; they refer to it.
void gather(const FleetView& view, const ServiceSpec& service, std::vector<Prospect>& prospects);

// Time in service of a request of the profile's size with so many in flight, this one included:
// what the profile says, as far as live outcomes have not taught otherwise.
Duration expected_at(const Prospect& prospect, const LiveUnit& unit, int in_flight);

struct Ask {
  double work = 1.0;
  TimePoint deadline{};
  UnitMask permitted = kEveryUnit;      // by label
  UnitMask fitting = kEveryUnit;        // by size
  const TokensAsked* tokens = nullptr;  // where tokens are what is owed
};

// One candidate per prospect, in their order, at most kMaxCandidates. Verdicts are left at
// kUnavailable or kBusy where nothing can start now, and kForbidden or kTooSmall where nothing may;
// of these nothing is predicted. The others await a policy. Where a policy has
// taken an endpoint already (balance.h), `taken` is what its unit offers.
void assess(std::span<const Prospect> prospects, const LiveFleet& live, const Ask& ask,
            TimePoint now, Prng& prng, Candidates& candidates, Offers& offers,
            const FreeEndpoint* taken = nullptr);

// True when the candidate has an endpoint that can start the request now.
inline bool can_start(const Candidate& candidate) { return candidate.endpoint.value != 0; }

// The shortest time in which a lone request of work 1 completes with the objective's probability,
// over the usable units that have an endpoint (over all usable ones when none has): what a held
// request must leave itself, times its work.
Duration quickest_service(std::span<const Prospect> prospects, const LiveFleet& live,
                          UnitMask usable = kEveryUnit);

// The same of a language model: the shortest time to the first token of an empty prompt.
Duration quickest_first_token(std::span<const Prospect> prospects, const LiveFleet& live,
                              UnitMask usable);
// The shortest time in which one of the usable units reads a prompt.
Duration quickest_reading(std::span<const Prospect> prospects, int prompt_tokens, UnitMask usable);

}  // namespace signalbox::core
