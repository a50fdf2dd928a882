// SPDX-License-Identifier: Apache-2.0
//
// What one tenant has used of its budget (TenantBudget), whatever else is free: requests per
// second by the generic cell rate algorithm (ITU-T I.371, annex A: one time instead of a list of
// arrivals), and money of the last hour by the minute, so that no request is remembered. A minute
// counts until all of it is an hour past: a bound is kept over every hour, not only over those
// that begin with the clock's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "core/model/request.h"
#include "core/model/tenancy.h"

namespace signalbox::core {

enum class BudgetBound : std::uint8_t { kNone, kRate, kInFlight, kCost };

class BudgetAccount {
 public:
  struct Answer {
    BudgetBound used_up = BudgetBound::kNone;
    Duration wait{};             // until one more may begin; 0 = not known
    double set_aside_usd = 0.0;  // of the hour's money, for this request
  };

  // Makes room for an hour's minutes where money is bounded; nothing is allocated afterwards. What
  // was counted stays.
  void prepare(const TenantBudget& budget);

  // One more request, that may cost as much as `most_usd`, beside `others` under way. Counted when
  // nothing is used up, and not at all otherwise.
  Answer admit(const TenantBudget& budget, std::uint32_t others, double most_usd, TimePoint now);

  void set_aside(double usd) { set_aside_usd_ += usd; }
  // What was set aside for a request is not needed any more: it was charged, or it ended.
  void put_back(double usd) { set_aside_usd_ = usd < set_aside_usd_ ? set_aside_usd_ - usd : 0.0; }
  void charge(double usd, TimePoint now);
  // A charge made at `charged_at` turned out to be for nothing.
  void take_back(double usd, TimePoint charged_at, TimePoint now);

  // Of the last hour, and up to a minute more.
  double spent_usd(TimePoint now) const;
  // Nothing is counted that would be lost with this account.
  bool is_clear(TimePoint now) const;

 private:
  // The minutes that an hour touches: sixty, and the one it begins in the middle of.
  static constexpr std::int64_t kMinutes = 61;

  Answer check_cost(const TenantBudget& budget, double most_usd, TimePoint now);
  void pass_time(TimePoint now);
  static std::size_t place_of(std::int64_t minute) {
    return static_cast<std::size_t>(minute % kMinutes);
  }

  TimePoint conforming_from_{};      // "theoretical arrival time": all tokens are there at this
  std::vector<double> minutes_usd_;  // a ring by the number of the minute; empty = not counted
  std::int64_t newest_ = 0;          // the present minute
  double hour_usd_ = 0.0;            // sum of the ring
  double set_aside_usd_ = 0.0;
};

// Whether the attempt that ended so occupied its endpoint at all.
inline bool was_reached(const Outcome& outcome) {
  return outcome.kind != OutcomeKind::kUnreachable && outcome.kind != OutcomeKind::kConnectTimeout;
}

}  // namespace signalbox::core
