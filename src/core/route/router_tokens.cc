// SPDX-License-Identifier: Apache-2.0
//
// The Router's part in objectives that are stated in tokens: what a request is owed, and what its
// answer shows of the unit and of how long answers are.
#include <algorithm>

#include "core/route/router.h"

namespace signalbox::core {

namespace {

// A request in ten of those that an objective lets miss may be spent on a look at a unit that was
// too slow when it was last seen, so that looking alone never breaks an objective.
constexpr double kProbeShare = 0.1;

}  // namespace

TokensAsked Router::tokens_asked(const Ticket& ticket) const {
  const auto& objective = spec_of(ticket.service).objective;
  const auto& length = services_[ticket.service.index()].output_length;
  const bool by_first_token = objective.first_token > Duration::zero();
  return {ticket.prompt_tokens, length.expected(ticket.output_tokens),
          by_first_token ? ticket.deadline : TimePoint::max(), objective.per_token};
}

void Router::expect_tokens(Ticket& ticket, const LanguageProfile& profile, int in_flight) {
  ticket.expected_first_token = first_token_expected(profile, ticket.prompt_tokens);
  ticket.expected_per_token = profile.per_output_token.latency(in_flight);
}

bool Router::in_time(const Ticket& ticket, const Outcome& outcome, TimePoint now) const {
  const auto& objective = spec_of(ticket.service).objective;
  if (!objective.in_tokens()) return now <= ticket.deadline;
  const TimePoint first = ticket.forwarded_at + outcome.time_to_first_byte;
  return keeps_token_promises(objective, first - ticket.arrival, now - first,
                              outcome.output_tokens);
}

void Router::observe_tokens(const Ticket& ticket, const Outcome& outcome, TimePoint now) {
  if (outcome.output_tokens > 0) {
    services_[ticket.service.index()].output_length.observe(outcome.output_tokens);
  }
  if (ticket.expected_first_token == Duration::zero()) return;
  LiveUnit& unit = live_.unit(ticket.unit);
  unit.first_token.observe(outcome.time_to_first_byte, ticket.expected_first_token);
  if (outcome.output_tokens <= 1) return;
  const Duration rest = now - ticket.forwarded_at - outcome.time_to_first_byte;
  unit.per_token.observe(rest / (outcome.output_tokens - 1), ticket.expected_per_token);
}

void Router::let_age(TimePoint now) {
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    ServiceState& state = services_[i];
    const auto& service = spec_of(ServiceId(i));
    const auto spared = static_cast<double>(state.counts.arrivals - state.arrivals_probed) *
                        kProbeShare * (1.0 - service.objective.quantile);
    state.arrivals_probed = state.counts.arrivals;
    for (const UnitId unit : service.units) live_.grant_probe_credit(unit, spared);
  }
  live_.age(now);
}

}  // namespace signalbox::core
