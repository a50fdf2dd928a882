// SPDX-License-Identifier: Apache-2.0
//
// Prediction = profile at the load the request would find, corrected by what the unit has shown.
#include "core/route/assess.h"

#include <algorithm>

namespace signalbox::core {

void assess(const FleetView& view, const ServiceSpec& service, const LiveFleet& live, double work,
            TimePoint deadline, TimePoint now, Prng& prng, Candidates& candidates,
            const LiveEndpoint* taken) {
  candidates.clear();
  for (const UnitId id : service.units) {
    if (candidates.full()) break;
    const auto& spec = view.spec->unit(id);
    const auto& unit = live.unit(id);
    Candidate candidate;
    candidate.unit = id;
    candidate.cost_usd = work * view.units[id.index()].cost_usd_per_request;
    const bool is_taken = taken != nullptr && taken->unit == id;
    const LiveEndpoint* endpoint = is_taken ? taken : live.sample_free(id, prng);
    const int in_flight = endpoint != nullptr ? endpoint->in_flight + 1 : spec.slots;
    const Duration expected = scale(spec.profile.latency(in_flight), work);
    candidate.predicted = unit.service_time.mean(expected);
    if (endpoint != nullptr) {
      candidate.endpoint = endpoint->id;
    } else {
      candidate.verdict = live.available(id) ? Verdict::kBusy : Verdict::kUnavailable;
    }
    if (candidate.verdict != Verdict::kUnavailable || endpoint != nullptr) {
      candidate.probability =
          unit.service_time.probability_within(deadline - now, expected, spec.profile.spread());
    }
    candidates.push_back(candidate);
  }
}

Duration quickest_service(const FleetView& view, const ServiceSpec& service,
                          const LiveFleet& live) {
  // Two standard deviations above the mean stand for the objective's quantile here: the bound only
  // decides when waiting stops being useful.
  constexpr double kDeviations = 2.0;
  Duration quickest = Duration::max();
  Duration quickest_available = Duration::max();
  for (const UnitId id : service.units) {
    const auto& spec = view.spec->unit(id);
    const Duration needed = scale(live.unit(id).service_time.mean(spec.profile.latency(1)),
                                  1.0 + kDeviations * spec.profile.spread());
    quickest = std::min(quickest, needed);
    if (live.available(id)) quickest_available = std::min(quickest_available, needed);
  }
  return quickest_available != Duration::max() ? quickest_available : quickest;
}

}  // namespace signalbox::core
