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
    const auto& unit = view.units[id.index()];
    prospects.push_back({id, spec.slots, unit.cost_usd_per_request, spec.profile.latency(1),
                         spec.profile.spread(), &spec.profile,
                         spec.language ? &*spec.language : nullptr, unit.booting > 0});
  }
}

namespace {

struct Prediction {
  Duration time{};
  double probability = 0.0;
};

// `expected` is what the profile says of its work at this load.
inline Prediction predict(const Prospect& prospect, const LiveUnit& unit, const Ask& ask,
                          Duration expected, int in_flight, TimePoint now) {
  if (ask.tokens != nullptr && prospect.language != nullptr) {
    const auto times = predict_tokens(*prospect.language, unit, *ask.tokens, in_flight, now);
    return {times.whole, times.probability};
  }
  const Duration available = ask.deadline - now;
  const auto& shown = unit.service_time;
  if (unit.may_probe) {
    return {shown.mean_in_doubt(expected),
            shown.probability_in_doubt(available, expected, prospect.spread)};
  }
  return {shown.mean(expected), shown.probability_within(available, expected, prospect.spread)};
}

// A unit that may not serve the request, whatever its state.
Candidate barred(const Prospect& prospect, bool is_permitted) {
  Candidate candidate;
  candidate.unit = prospect.unit;
  candidate.verdict = is_permitted ? Verdict::kTooSmall : Verdict::kForbidden;
  return candidate;
}

}  // namespace

Duration expected_at(const Prospect& prospect, const LiveUnit& unit, int in_flight) {
  const Duration by_profile = prospect.latency(in_flight);
  return unit.shape.matters() ? scale(by_profile, unit.shape.at(in_flight)) : by_profile;
}

void assess(std::span<const Prospect> prospects, const LiveFleet& live, const Ask& ask,
            TimePoint now, Prng& prng, Candidates& candidates, Offers& offers,
            const FreeEndpoint* taken) {
  candidates.clear();
  const UnitMask usable = ask.permitted & ask.fitting;
  for (const Prospect& prospect : prospects) {
    if (candidates.full()) break;
    if (!has_unit(usable, candidates.size())) {
      candidates.push_back(barred(prospect, has_unit(ask.permitted, candidates.size())));
      continue;
    }
    const auto& unit = live.unit(prospect.unit);
    const bool is_taken = taken != nullptr && taken->endpoint->unit == prospect.unit;
    const FreeEndpoint* free = is_taken ? taken : LiveFleet::sample_free(unit, prng);
    const int in_flight = free != nullptr ? free->in_flight + free->foreign + 1 : prospect.slots;
    const Duration alike = expected_at(prospect, unit, in_flight);
    const Duration expected = ask.work == 1.0 ? alike : scale(alike, ask.work);

    Candidate candidate;
    candidate.unit = prospect.unit;
    candidate.cost_usd = ask.work * prospect.cost_usd;
    if (free != nullptr) {
      candidate.endpoint = free->id;
      offers[candidates.size()] = free->endpoint;
    } else if (unit.ready > 0) {
      candidate.verdict = Verdict::kBusy;
    }
    if (free != nullptr || unit.ready > 0) {
      const Prediction prediction = predict(prospect, unit, ask, expected, in_flight, now);
      candidate.predicted = prediction.time;
      candidate.probability = prediction.probability;
    } else {
      candidate.predicted = unit.service_time.mean(expected);
    }
    candidates.push_back(candidate);
  }
}

namespace {

// Two standard deviations above the mean stand for the objective's quantile here: these bounds only
// decide when waiting stops being useful.
constexpr double kDeviations = 2.0;

// The least that `needed` says of a usable unit that has an endpoint, or of any when none has.
template <class Needed>
Duration least(std::span<const Prospect> prospects, const LiveFleet& live, UnitMask usable,
               Needed&& needed) {
  Duration least_of_all = Duration::max();
  Duration least_available = Duration::max();
  for (std::size_t i = 0; i < std::min(prospects.size(), kMaxCandidates); ++i) {
    if (!has_unit(usable, i)) continue;
    const auto& unit = live.unit(prospects[i].unit);
    const Duration time = needed(prospects[i], unit);
    least_of_all = std::min(least_of_all, time);
    if (unit.ready > 0) least_available = std::min(least_available, time);
  }
  return least_available != Duration::max() ? least_available : least_of_all;
}

}  // namespace

Duration quickest_service(std::span<const Prospect> prospects, const LiveFleet& live,
                          UnitMask usable) {
  return least(prospects, live, usable, [](const Prospect& prospect, const LiveUnit& unit) {
    return scale(unit.service_time.mean(prospect.alone), 1.0 + kDeviations * prospect.spread);
  });
}

Duration quickest_first_token(std::span<const Prospect> prospects, const LiveFleet& live,
                              UnitMask usable) {
  return least(prospects, live, usable, [](const Prospect& prospect, const LiveUnit& unit) {
    if (prospect.language == nullptr) return unit.service_time.mean(prospect.alone);
    const double spread = prospect.language->per_output_token.spread();
    return scale(unit.first_token.mean(prospect.language->first_token_base),
                 1.0 + kDeviations * spread);
  });
}

Duration quickest_reading(std::span<const Prospect> prospects, int prompt_tokens, UnitMask usable) {
  Duration quickest = Duration::max();
  for (std::size_t i = 0; i < std::min(prospects.size(), kMaxCandidates); ++i) {
    const LanguageProfile* language = prospects[i].language;
    if (!has_unit(usable, i) || language == nullptr) continue;
    const int tokens = prompt_tokens > 0 ? prompt_tokens : language->prompt_tokens;
    quickest = std::min(quickest, tokens * language->per_prompt_token);
  }
  return quickest == Duration::max() ? Duration::zero() : quickest;
}

}  // namespace signalbox::core
