// SPDX-License-Identifier: Apache-2.0
//
// Prediction = profile at the load the request would find, corrected by what the unit has shown.
#include "core/route/assess.h"

#include <algorithm>

namespace signalbox::core {

void gather(const FleetView& view, const ServiceSpec& service, std::vector<Prospect>& prospects) {
  prospects.clear();
  for (const UnitId id : service.units) {
    const auto& spec = view.spec->unit(id);
    prospects.push_back({id, spec.slots, view.units[id.index()].cost_usd_per_request,
                         spec.profile.latency(1), spec.profile.spread(), &spec.profile});
  }
}

void assess(std::span<const Prospect> prospects, const LiveFleet& live, const Ask& ask,
            TimePoint now, Prng& prng, Candidates& candidates, Offers& offers,
            const FreeEndpoint* taken) {
  candidates.clear();
  const Duration available = ask.deadline - now;
  for (const Prospect& prospect : prospects) {
    if (candidates.full()) break;
    const auto& unit = live.unit(prospect.unit);
    const bool is_taken = taken != nullptr && taken->endpoint->unit == prospect.unit;
    const FreeEndpoint* free = is_taken ? taken : LiveFleet::sample_free(unit, prng);
    const int in_flight = free != nullptr ? free->in_flight + 1 : prospect.slots;
    const Duration alike = prospect.latency(in_flight);
    const Duration expected = ask.work == 1.0 ? alike : scale(alike, ask.work);

    Candidate candidate;
    candidate.unit = prospect.unit;
    candidate.cost_usd = ask.work * prospect.cost_usd;
    candidate.predicted = unit.service_time.mean(expected);
    if (free != nullptr) {
      candidate.endpoint = free->id;
      offers[candidates.size()] = free->endpoint;
    } else if (unit.ready > 0) {
      candidate.verdict = Verdict::kBusy;
    }
    if (free != nullptr || unit.ready > 0) {
      candidate.probability =
          unit.service_time.probability_within(available, expected, prospect.spread);
    }
    candidates.push_back(candidate);
  }
}

Duration quickest_service(std::span<const Prospect> prospects, const LiveFleet& live) {
  // Two standard deviations above the mean stand for the objective's quantile here: the bound only
  // decides when waiting stops being useful.
  constexpr double kDeviations = 2.0;
  Duration quickest = Duration::max();
  Duration quickest_available = Duration::max();
  for (const Prospect& prospect : prospects) {
    const auto& unit = live.unit(prospect.unit);
    const Duration needed =
        scale(unit.service_time.mean(prospect.alone), 1.0 + kDeviations * prospect.spread);
    quickest = std::min(quickest, needed);
    if (unit.ready > 0) quickest_available = std::min(quickest_available, needed);
  }
  return quickest_available != Duration::max() ? quickest_available : quickest;
}

}  // namespace signalbox::core
