// SPDX-License-Identifier: Apache-2.0
//
// Steps, promises and their judgement; see forecast.h.
#include "core/estimate/forecast.h"

#include <algorithm>
#include <cmath>

namespace signalbox::core {

namespace {

constexpr int kStepsPerLead = 15;
constexpr Duration kLeastStep = 1s;
constexpr Duration kLongestStep = 300s;
constexpr int kStepsPerBin = 5;

// Memories in leads; the first two forecasters use the level alone.
constexpr double kLevelMemories[] = {0.25, 1.0};
constexpr double kLineMemories[] = {0.5, 1.0, 2.0, 4.0};
constexpr std::size_t kLevels = std::size(kLevelMemories);
constexpr std::size_t kLines = std::size(kLineMemories);
// Judgement remembers a day of half-hour leads, and a bad quarter of an hour not for ever.
constexpr double kScoreMemoryLeads = 24.0;
constexpr double kUsualMemoryLeads = 96.0;
// Weights go by the inverse squared error to this power: 1 would be Bates and Granger's for errors
// that are independent; forecasters of one service err together, and more lets the best one lead.
constexpr double kSharpness = 3.0;
constexpr double kDoubt = 0.1;
constexpr Duration kDay = 24h;
// So far beyond what is expected, a rate of yesterday counts as a peak.
constexpr double kEchoDeviations = 3.0;
// A step further off than this many deviations is not believed until the next one says the same.
constexpr double kSurprise = 6.0;

std::array<TrendFilter, kLevels + kLines> make_lines(double steps_per_lead) {
  const auto keep = [&](double leads) { return std::exp(-1.0 / (leads * steps_per_lead)); };
  return {TrendFilter(keep(kLevelMemories[0])), TrendFilter(keep(kLevelMemories[1])),
          TrendFilter(keep(kLineMemories[0])),  TrendFilter(keep(kLineMemories[1])),
          TrendFilter(keep(kLineMemories[2])),  TrendFilter(keep(kLineMemories[3]))};
}

double steps_in(Duration span, Duration step) { return to_seconds(span) / to_seconds(step); }

}  // namespace

Forecast::Forecast(Duration lead)
    : lead_(std::max(lead, kLeastStep)),
      step_(std::clamp<Duration>(lead / kStepsPerLead, kLeastStep, kLongestStep)),
      lines_(make_lines(steps_in(lead_, step_))),
      usual_(std::exp(-1.0 / (kUsualMemoryLeads * steps_in(lead_, step_)))) {
  weights_.fill(0.0);
  weights_[0] = 1.0;
}

void Forecast::observe(double work, double lumpiness, TimePoint now) {
  if (!started_ || work < work_) {
    if (!started_) step_end_ = now + step_;
    started_ = true;
    work_ = work;
    at_ = now;
    return;
  }
  if (now <= at_) return;
  lumpiness_ = lumpiness;
  // A pause as long as the whole history must not be walked through step by step.
  const Duration longest = static_cast<std::int64_t>(2 * kStepsPerLead) * step_;
  if (now - at_ > longest) {
    step_work_ = 0.0;
    step_end_ = now - longest + step_;
  }
  const double rate = (work - work_) / to_seconds(now - at_);
  TimePoint from = std::max(at_, step_end_ - step_);
  while (step_end_ <= now) {
    step_work_ += rate * to_seconds(step_end_ - from);
    end_step(step_work_ / to_seconds(step_));
    step_work_ = 0.0;
    from = step_end_;
    step_end_ += step_;
  }
  step_work_ += rate * to_seconds(now - from);
  work_ = work;
  at_ = now;
}

// Variance of the rate counted over one step when the true rate is `rate_per_s`: compound Poisson.
double Forecast::counting_variance(double rate_per_s) const {
  return std::max(rate_per_s, 1.0 / to_seconds(step_)) * lumpiness_ / to_seconds(step_);
}

// One step that is far off what was expected may be a slip of a counter: it is brought to the edge
// of the plausible. Two in a row on one side are the truth.
double Forecast::plausible(double rate_per_s) {
  if (!knows()) return rate_per_s;
  const double deviation = std::sqrt(error_at_once_.mean() + counting_variance(next_.combined));
  const double error = rate_per_s - next_.combined;
  if (std::abs(error) <= kSurprise * deviation) {
    surprises_ = 0;
    return rate_per_s;
  }
  const int sign = error > 0.0 ? 1 : -1;
  surprises_ = surprises_ * sign > 0 ? surprises_ + sign : sign;
  if (std::abs(surprises_) > 1) return rate_per_s;
  return std::max(0.0, next_.combined + sign * kSurprise * deviation);
}

void Forecast::judge(double rate_per_s) {
  if (promised_.empty()) return;
  const double keep = std::exp(-1.0 / (kScoreMemoryLeads * steps_in(lead_, step_)));
  error_at_once_.add(rate_per_s - next_.combined, counting_variance(next_.combined), keep);
  if (promised_.size() < static_cast<std::size_t>(steps_in(lead_, step_))) return;
  const Promise& promise = promised_.front();
  const double noise = counting_variance(promise.combined);
  for (std::size_t i = 0; i < kForecasters; ++i) {
    scores_[i].add(rate_per_s - promise.rates[i], noise, keep);
  }
  error_at_lead_.add(rate_per_s - promise.combined, noise, keep);
  promised_.pop_front();
  ++scored_;

  // No score is known better than a share of the noise it was cleared of.
  const double doubt = kDoubt * counting_variance(usual_.level());
  double least = scores_[0].mean();
  for (const Score& score : scores_) least = std::min(least, score.mean());
  double sum = 0.0;
  for (std::size_t i = 0; i < kForecasters; ++i) {
    weights_[i] = std::pow((least + doubt) / (scores_[i].mean() + doubt), kSharpness);
    sum += weights_[i];
  }
  for (double& weight : weights_) weight /= sum;
}

void Forecast::end_step(double rate_per_s) {
  if (!promised_.empty()) {
    expected_in_bin_ = std::max(expected_in_bin_, promised_.front().combined);
  }
  const double believed = plausible(rate_per_s);
  judge(believed);
  for (TrendFilter& line : lines_) line.observe(believed);
  usual_.observe(believed);
  bin_sum_ += believed;
  if (++bin_steps_ == kStepsPerBin) {
    end_bin();
  }
  const auto lead_steps = static_cast<std::size_t>(steps_in(lead_, step_));
  lately_.push_back(rate_per_s);
  if (lately_.size() > std::max<std::size_t>(lead_steps, 1)) lately_.pop_front();

  const Rates at_lead = rates_at(steps_in(lead_, step_) - 0.5);
  promised_.push_back({at_lead, combine(at_lead)});
  const Rates at_once = rates_at(0.5);
  next_ = {at_once, combine(at_once)};
}

std::optional<double> Forecast::surprise_a_day_ago(double bins_ahead) const {
  const double day = to_seconds(kDay) / (kStepsPerBin * to_seconds(step_));
  const double back = day - bins_ahead;
  return season_.highest_surprise(back + 1.0, std::max(0.0, back - 2.0));
}

// Keeps count of yesterday's peaks that came again. A peak that lasts is one.
void Forecast::end_bin() {
  const double rate = bin_sum_ / kStepsPerBin;
  const auto yesterday = surprise_a_day_ago(0.0);
  const double deviation = std::sqrt(error_at_lead_.mean() + counting_variance(expected_in_bin_));
  const double surprising = expected_in_bin_ + kEchoDeviations * deviation;
  season_.observe(rate, knows() && rate > surprising);
  const bool due = knows() && yesterday && *yesterday > surprising;
  if (due) echoed_ = echoed_ || rate > (expected_in_bin_ + *yesterday) / 2.0;
  if (in_echo_ && !due) {
    ++echoes_due_;
    if (echoed_) ++echoes_come_;
    echoed_ = false;
  }
  in_echo_ = due;
  bin_sum_ = 0.0;
  bin_steps_ = 0;
  expected_in_bin_ = 0.0;
}

Echo Forecast::echo(Duration ahead) const {
  if (!knows()) return {};
  const auto yesterday = surprise_a_day_ago((steps_in(ahead, step_) + bin_steps_) / kStepsPerBin);
  const Outlook outlook = at(ahead);
  if (!yesterday || *yesterday <= outlook.upper_per_s(kEchoDeviations)) return {};
  return {*yesterday, (echoes_come_ + 1.0) / (echoes_due_ + 2.0)};
}

// What each forecaster says of the moment `steps` after the last step's end.
Forecast::Rates Forecast::rates_at(double steps) const {
  Rates rates;
  for (std::size_t i = 0; i < kLevels; ++i) rates[i] = lines_[i].level();
  // A step's value stands for its middle.
  for (std::size_t i = kLevels; i < kLevels + kLines; ++i) {
    rates[i] = std::max(0.0, lines_[i].at(steps + 0.5));
  }
  const auto seasonal = season_.at((steps + bin_steps_) / kStepsPerBin);
  rates[kForecasters - 1] =
      seasonal ? *seasonal * season_.scale_of(kStepsPerLead / kStepsPerBin) : lines_[3].at(steps);
  return rates;
}

double Forecast::combine(const Rates& rates) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < kForecasters; ++i) sum += weights_[i] * rates[i];
  return std::max(0.0, sum);
}

Outlook Forecast::at(Duration ahead) const {
  Outlook outlook;
  if (lately_.empty()) return outlook;
  if (!knows()) {
    outlook.mean_per_s = *std::max_element(lately_.begin(), lately_.end());
    return outlook;
  }
  const double steps = steps_in(ahead, step_);
  outlook.mean_per_s = combine(rates_at(steps));
  // The variance of what is to come rises with the distance; between the two distances that are
  // judged, and beyond, in proportion.
  const double near = error_at_once_.mean();
  const double far = std::max(near, error_at_lead_.mean());
  const double share = std::min(2.0, steps / steps_in(lead_, step_));
  outlook.deviation_per_s = std::sqrt(near + (far - near) * share);
  return outlook;
}

Duration Forecast::period() const { return scale(step_, season_.period() * kStepsPerBin); }

}  // namespace signalbox::core
