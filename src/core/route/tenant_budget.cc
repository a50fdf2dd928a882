// SPDX-License-Identifier: Apache-2.0
//
// See tenant_budget.h.
#include "core/route/tenant_budget.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace signalbox::core {

namespace {

constexpr Duration kBurst = 1s;
constexpr Duration kMinute = 60s;
constexpr double kLongestInterval_s = 1e8;  // some three years: slower rates are all the same

// Between two requests at the budget's rate; rounded up, so that the rate is never exceeded.
Duration interval_of(double rate_per_s) {
  return Duration(
      static_cast<Duration::rep>(std::ceil(std::min(1.0 / rate_per_s, kLongestInterval_s) * 1e9)));
}

std::int64_t minute_of(TimePoint at) { return at.time_since_epoch() / kMinute; }

}  // namespace

void BudgetAccount::prepare(const TenantBudget& budget) {
  if (budget.usd_per_hour > 0.0 && minutes_usd_.empty()) minutes_usd_.resize(kMinutes);
}

// A tenth of a second's silence earns a tenth of a second's requests, up to one second's worth (or
// one request, where less than one comes in a second).
BudgetAccount::Answer BudgetAccount::admit(const TenantBudget& budget, std::uint32_t others,
                                           double most_usd, TimePoint now) {
  const auto most = static_cast<std::uint32_t>(std::max(0, budget.max_in_flight));
  if (most > 0 && others >= most) return {BudgetBound::kInFlight, Duration{}, 0.0};
  const bool bounds_rate = budget.requests_per_s > 0.0;
  TimePoint next = now;
  if (bounds_rate) {
    const Duration interval = interval_of(budget.requests_per_s);
    const Duration burst = std::max(kBurst, interval);
    // Never further ahead than a full second, which a slower rate before a reload may have left.
    next = std::clamp(conforming_from_, now, now + burst) + interval;
    if (next - now > burst) return {BudgetBound::kRate, next - now - burst, 0.0};
  }
  const Answer answer = check_cost(budget, most_usd, now);
  if (answer.used_up != BudgetBound::kNone) return answer;
  if (bounds_rate) conforming_from_ = next;
  set_aside_usd_ += answer.set_aside_usd;
  return answer;
}

BudgetAccount::Answer BudgetAccount::check_cost(const TenantBudget& budget, double most_usd,
                                                TimePoint now) {
  if (budget.usd_per_hour <= 0.0 || minutes_usd_.empty()) return {};
  pass_time(now);
  double excess = hour_usd_ + set_aside_usd_ + most_usd - budget.usd_per_hour;
  if (excess <= 0.0) return {BudgetBound::kNone, Duration{}, most_usd};
  // The first minute after which enough of what was spent is an hour past.
  for (std::int64_t past = newest_ - kMinutes + 1; past <= newest_; ++past) {
    if (past < 0) continue;
    excess -= minutes_usd_[place_of(past)];
    if (excess > 0.0) continue;
    const TimePoint forgotten{(past + kMinutes) * kMinute};
    return {BudgetBound::kCost, forgotten - now, 0.0};
  }
  return {BudgetBound::kCost, most_usd > budget.usd_per_hour ? Duration(1h) : Duration{}, 0.0};
}

// Forgets the minutes that have left the hour. Added up anew each minute, so that rounding errors
// do not gather.
void BudgetAccount::pass_time(TimePoint now) {
  const std::int64_t present = minute_of(now);
  if (present <= newest_) return;
  for (std::int64_t number = std::max(newest_ + 1, present - kMinutes + 1); number <= present;
       ++number) {
    minutes_usd_[place_of(number)] = 0.0;
  }
  newest_ = present;
  hour_usd_ = std::accumulate(minutes_usd_.begin(), minutes_usd_.end(), 0.0);
}

void BudgetAccount::charge(double usd, TimePoint now) {
  if (minutes_usd_.empty()) return;
  pass_time(now);
  minutes_usd_[place_of(newest_)] += usd;
  hour_usd_ += usd;
}

void BudgetAccount::take_back(double usd, TimePoint charged_at, TimePoint now) {
  if (minutes_usd_.empty()) return;
  pass_time(now);
  const std::int64_t then = minute_of(charged_at);
  if (then <= newest_ - kMinutes || then > newest_) return;
  double& minute_usd = minutes_usd_[place_of(then)];
  const double returned = std::min(usd, minute_usd);
  minute_usd -= returned;
  hour_usd_ = std::max(0.0, hour_usd_ - returned);
}

double BudgetAccount::spent_usd(TimePoint now) const {
  if (minutes_usd_.empty()) return 0.0;
  double sum = 0.0;
  for (std::int64_t number = std::max<std::int64_t>(0, minute_of(now) - kMinutes + 1);
       number <= newest_; ++number) {
    sum += minutes_usd_[place_of(number)];
  }
  return sum;
}

bool BudgetAccount::is_clear(TimePoint now) const {
  return conforming_from_ <= now && set_aside_usd_ <= 0.0 && spent_usd(now) <= 0.0;
}

}  // namespace signalbox::core
