// SPDX-License-Identifier: Apache-2.0
//
// Stage after stage as the search says; see profiler.h.
#include "profiler/profiler.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"
#include "profiler/intervals.h"

namespace signalbox::profiler {

namespace {

constexpr double kNormal = 1.96;

Times times_of(const std::vector<double>& values, double quantile) {
  Times times;
  const Bounded at = quantile_of(values, quantile);
  times.mean = from_seconds(mean_of(values).value);
  times.p50 = from_seconds(quantile_of(values, 0.5).value);
  times.p99 = from_seconds(quantile_of(values, 0.99).value);
  times.at_quantile = from_seconds(at.value);
  times.at_quantile_low = from_seconds(at.low);
  times.at_quantile_high = from_seconds(at.high);
  return times;
}

LoadPoint point_of(const StageResult& stage, const core::Objective& objective, double plateau) {
  LoadPoint point;
  // As the arrivals happened to come, which in a short time is not quite the rate they were drawn
  // at.
  const double sending_s = std::max(stage.stopped_s - stage.began_s, 1e-9);
  point.offered_per_s = static_cast<double>(stage.records.size()) / sending_s;
  point.requests = static_cast<int>(stage.records.size());
  point.errors = stage.errors();
  point.most_in_flight = stage.most_in_flight;
  point.utilisation = plateau > 0.0 ? point.offered_per_s / plateau : 0.0;
  point.held = objective_held(stage, objective);
  point.broken_off = stage.broken_off;
  std::vector<double> latencies, first_tokens, per_token;
  double until = stage.stopped_s;
  for (const Record& record : stage.records) {
    until = std::max(until, record.done_s);
    if (!record.ok) continue;
    latencies.push_back(record.latency_s());
    if (record.first_token_s <= 0.0) continue;
    first_tokens.push_back(record.first_token_s);
    if (record.output_tokens < 2) continue;
    per_token.push_back((record.latency_s() - record.first_token_s) / (record.output_tokens - 1));
  }
  if (latencies.empty()) return point;
  point.achieved_per_s = static_cast<double>(latencies.size()) / (until - stage.began_s);
  point.latency = times_of(latencies, objective.quantile);
  if (!first_tokens.empty()) point.first_token = times_of(first_tokens, objective.quantile);
  if (!per_token.empty()) point.per_token = times_of(per_token, objective.quantile);
  return point;
}

std::vector<Prediction> predictions_of(const Fitted& fitted, double quantile) {
  constexpr int kSteps = 24;
  const double off = kNormal * fitted.std_error;
  const UnitModel slower = fitted.model.scaled(1.0 + off), faster = fitted.model.scaled(1.0 - off);
  std::vector<Prediction> predictions;
  for (int step = 1; step <= kSteps; ++step) {
    const double rate = 0.97 * step / kSteps * fitted.plateau_per_s.value;
    if (rate >= 0.99 * slower.plateau_per_s()) break;
    const ExpectedTimes expected = fitted.model.expected(rate, quantile);
    predictions.push_back({rate, from_seconds(expected.mean_s), from_seconds(expected.quantile_s),
                           from_seconds(faster.expected(rate, quantile).quantile_s),
                           from_seconds(slower.expected(rate, quantile).quantile_s)});
  }
  return predictions;
}

}  // namespace

Profiler::Profiler(SearchOptions options, std::uint64_t seed, TimePoint now)
    : options_(options), seed_(seed), prng_(seed), began_(now), ended_(now), search_(options) {
  step(now);
}

// Ends the stage if it is over, and begins the next one.
void Profiler::step(TimePoint now) {
  if (is_done_ || (stage_ && !stage_->is_over())) return;
  if (stage_) {
    next_id_ = stage_->next_id();
    stages_.push_back(stage_->result());
    stage_.reset();
  }
  auto plan = search_.next(stages_, seconds(now));
  if (!plan) {
    is_done_ = true;
    ended_ = now;
    return;
  }
  stage_.emplace(*std::move(plan), next_id_, prng_.fork(stages_.size()), began_, now);
}

std::vector<Send> Profiler::poll(TimePoint now) {
  while (!is_done_) {
    if (!stage_->is_stopped() &&
        search_.enough(stage_->result(), stage_->in_flight(), seconds(now))) {
      stage_->stop(now);
    }
    auto sends = stage_->poll(now);
    if (!stage_->is_over()) return sends;
    step(now);
  }
  return {};
}

void Profiler::on_outcome(std::uint64_t id, const Outcome& outcome, TimePoint now) {
  SIGNALBOX_ASSERT(stage_.has_value());
  stage_->on_outcome(id, outcome, now);
}

std::optional<TimePoint> Profiler::next_deadline() const {
  if (!stage_) return std::nullopt;
  return stage_->next_deadline();
}

Progress Profiler::progress(TimePoint now) const {
  const double whole = search_.max_time_s();
  const double passed = std::min(seconds(now) / whole, 1.0);
  Progress progress;
  progress.doing = stage_ ? stage_->result().plan.what : "done";
  progress.done_share = is_done_ ? 1.0 : std::min(std::max(search_.done_share(), passed), 0.99);
  progress.left = is_done_ ? Duration::zero()
                           : std::max(from_seconds(whole) - (now - began_), Duration::zero());
  return progress;
}

Result<UnitProfile> Profiler::result() const {
  SIGNALBOX_ASSERT(is_done_);
  if (!search_.failure().empty()) return Error{search_.failure()};
  const Fitted& fitted = this->fitted();
  const Breaking breaking = search_.breaking(stages_);
  UnitProfile profile;
  profile.task = options_.task;
  profile.objective = options_.objective;
  profile.unloaded_latency_s = fitted.unloaded_s;
  profile.plateau_per_s = fitted.plateau_per_s;
  profile.breaking_per_s = breaking.per_s;
  profile.breaking_by = breaking.by;
  profile.is_modelled = breaking.modelled;
  profile.kind = fitted.kind;
  profile.curve = fitted.curve;
  profile.language = fitted.language;
  profile.spread = fitted.spread;
  profile.slots = fitted.slots;
  for (const StageResult& stage : stages_) {
    profile.requests += static_cast<int>(stage.records.size());
    if (!stage.plan.is_open() || stage.records.empty()) continue;
    profile.points.push_back(point_of(stage, options_.objective, fitted.plateau_per_s.value));
  }
  std::sort(
      profile.points.begin(), profile.points.end(),
      [](const LoadPoint& a, const LoadPoint& b) { return a.offered_per_s < b.offered_per_s; });
  for (const Level& level : fitted.levels) {
    profile.saturation.push_back({level.in_flight, level.per_s, level.latency});
  }
  profile.predicted = predictions_of(fitted, options_.objective.quantile);
  profile.warm_up_requests = static_cast<int>(fitted.warm_up);
  profile.warm_up = from_seconds(fitted.warm_up_s);
  profile.took = ended_ - began_;
  profile.seed = seed_;
  return profile;
}

}  // namespace signalbox::profiler
