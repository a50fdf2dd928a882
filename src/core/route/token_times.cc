// SPDX-License-Identifier: Apache-2.0
//
// Profile at this prompt and load, corrected by what the unit has shown of each; see token_times.h.
#include "core/route/token_times.h"

#include <algorithm>

namespace signalbox::core {

namespace {

double probability(const ServiceTimeEstimate& shown, Duration available, Duration expected,
                   double spread, bool in_doubt) {
  return in_doubt ? shown.probability_in_doubt(available, expected, spread)
                  : shown.probability_within(available, expected, spread);
}

}  // namespace

bool keeps_token_promises(const Objective& owed, Duration first, Duration rest, int output_tokens) {
  if (owed.first_token > Duration::zero() && first > owed.first_token) return false;
  if (owed.per_token == Duration::zero() || output_tokens <= 1) return true;
  return rest <= (output_tokens - 1) * owed.per_token;
}

TokenTimes predict_tokens(const LanguageProfile& profile, const LiveUnit& unit,
                          const TokensAsked& asked, int in_flight, TimePoint now) {
  const Duration first = first_token_expected(profile, asked.prompt);
  const Duration each = profile.per_output_token.latency(in_flight);
  const double spread = profile.per_output_token.spread();
  const int output = asked.output > 0 ? asked.output : profile.output_tokens;
  const bool in_doubt = unit.may_probe;

  TokenTimes times;
  times.whole = unit.first_token.mean(first) + scale(unit.per_token.mean(each), output - 1.0);
  const double first_kept =
      asked.first_by == TimePoint::max()
          ? 1.0
          : probability(unit.first_token, asked.first_by - now, first, spread, in_doubt);
  const double each_kept =
      asked.per_token == Duration::zero()
          ? 1.0
          : probability(unit.per_token, asked.per_token, each, spread, in_doubt);
  times.probability = std::max(0.0, first_kept + each_kept - 1.0);
  return times;
}

}  // namespace signalbox::core
