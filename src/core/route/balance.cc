// SPDX-License-Identifier: Apache-2.0
//
// Round robin, least request, power of two choices; see balance.h.
#include "core/route/balance.h"

#include <cstdint>

#include "base/assert.h"

namespace signalbox::core {

namespace {

// Exact, where a quotient would make equals of unequals or the reverse.
bool is_less_loaded(const FreeEndpoint& a, const FreeEndpoint& b) {
  return std::int64_t{a.in_flight} * b.slots < std::int64_t{b.in_flight} * a.slots;
}

std::size_t count(const FreeEndpoints& free) {
  std::size_t all = 0;
  for (const auto& endpoints : free) all += endpoints.size();
  return all;
}

// The `index`th of all free endpoints. REQUIRES: index < count(free).
Balanced nth(const FreeEndpoints& free, std::size_t index) {
  std::size_t unit = 0;
  while (index >= free[unit].size()) index -= free[unit++].size();
  return {unit, &free[unit][index]};
}

template <class Function>
void for_each_free(const FreeEndpoints& free, Function&& function) {
  for (std::size_t unit = 0; unit < free.size(); ++unit) {
    for (const FreeEndpoint& endpoint : free[unit]) function(Balanced{unit, &endpoint});
  }
}

}  // namespace

std::optional<Balanced> next_in_turn(const FreeEndpoints& free, EndpointId last) {
  std::optional<Balanced> next;
  std::optional<Balanced> least;
  const auto is_better = [](const Balanced& found, const std::optional<Balanced>& best) {
    return !best || found.endpoint->id < best->endpoint->id;
  };
  for_each_free(free, [&](const Balanced& found) {
    if (is_better(found, least)) least = found;
    if (found.endpoint->id > last && is_better(found, next)) next = found;
  });
  return next ? next : least;
}

std::optional<Balanced> least_loaded(const FreeEndpoints& free, Prng& prng) {
  std::optional<Balanced> least;
  std::uint64_t equals = 0;
  for_each_free(free, [&](const Balanced& found) {
    if (!least || is_less_loaded(*found.endpoint, *least->endpoint)) {
      least = found;
      equals = 1;
    } else if (!is_less_loaded(*least->endpoint, *found.endpoint)) {
      ++equals;
    }
  });
  if (equals <= 1) return least;
  std::uint64_t before = prng.below(equals);
  const FreeEndpoint& load = *least->endpoint;
  std::optional<Balanced> drawn;
  for_each_free(free, [&](const Balanced& found) {
    const bool is_equal = !is_less_loaded(load, *found.endpoint);
    if (!is_equal || drawn) return;
    if (before == 0) drawn = found;
    --before;
  });
  return drawn;
}

std::optional<Balanced> better_of_two(const FreeEndpoints& free, Prng& prng) {
  const std::size_t all = count(free);
  if (all == 0) return std::nullopt;
  const auto first_index = static_cast<std::size_t>(prng.below(all));
  const Balanced first = nth(free, first_index);
  if (all == 1) return first;
  auto second_index = static_cast<std::size_t>(prng.below(all - 1));
  if (second_index >= first_index) ++second_index;
  const Balanced second = nth(free, second_index);
  return is_less_loaded(*second.endpoint, *first.endpoint) ? second : first;
}

void mark_taken(Candidates& candidates, std::size_t taken) {
  for (auto& candidate : candidates) {
    if (can_start(candidate) && candidate.verdict != Verdict::kAlreadyTried) {
      candidate.verdict = Verdict::kPassedOver;
    }
  }
  SIGNALBOX_ASSERT(can_start(candidates[taken]));
  candidates[taken].verdict = Verdict::kChosen;
}

}  // namespace signalbox::core
