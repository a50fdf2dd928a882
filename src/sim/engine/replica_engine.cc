// SPDX-License-Identifier: Apache-2.0
//
// Stepping one replica from milestone to milestone; see replica_engine.h for the work clock.
#include "sim/engine/replica_engine.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace signalbox::sim {

ReplicaEngine::ReplicaEngine(const ServiceModel& model, TimePoint now) : model_(&model), at_(now) {}

void ReplicaEngine::arrive(const Job& job, TimePoint now, std::vector<JobEvent>& out) {
  SIGNALBOX_ASSERT(job.factor > 0.0);
  SIGNALBOX_ASSERT(job.tokens >= 0);
  advance(now, out);
  queue_.push_back(job);
  start_queued(out);
}

bool ReplicaEngine::cancel(JobId job, TimePoint now, std::vector<JobEvent>& out) {
  advance(now, out);
  const auto waiting =
      std::find_if(queue_.begin(), queue_.end(), [&](const Job& j) { return j.id == job; });
  if (waiting != queue_.end()) {
    queue_.erase(waiting);
    return true;
  }
  const auto serving = std::find_if(in_service_.begin(), in_service_.end(),
                                    [&](const InService& s) { return s.id == job; });
  if (serving == in_service_.end()) return false;
  in_service_.erase(serving);
  set_pace();
  start_queued(out);
  return true;
}

void ReplicaEngine::set_slowdown(double slowdown, TimePoint now, std::vector<JobEvent>& out) {
  SIGNALBOX_ASSERT(slowdown > 0.0);
  advance(now, out);
  slowdown_ = slowdown;
  set_pace();
}

std::optional<TimePoint> ReplicaEngine::next_event() const {
  if (due_ == TimePoint::max()) return std::nullopt;
  return due_;
}

void ReplicaEngine::advance(TimePoint now, std::vector<JobEvent>& out) {
  SIGNALBOX_ASSERT(now >= at_);
  while (due_ <= now) reach_milestone(out);
  pass_time(now);
}

void ReplicaEngine::reach_milestone(std::vector<JobEvent>& out) {
  pass_time(due_);
  InService& job = in_service_[due_index_];
  work_clock_ = job.milestone;
  if (job.tokens > 0) {
    out.push_back({JobEvent::Kind::kToken, job.id, at_, job.next_token});
    if (job.next_token < job.tokens) {
      ++job.next_token;
      job.milestone += job.gap;
      schedule();
      return;
    }
  }
  out.push_back({JobEvent::Kind::kFinished, job.id, at_});
  ++finished_;
  in_service_.erase(in_service_.begin() + static_cast<std::ptrdiff_t>(due_index_));
  set_pace();
  start_queued(out);
}

void ReplicaEngine::start_queued(std::vector<JobEvent>& out) {
  const auto most = static_cast<std::size_t>(model_->most_in_service());
  if (queue_.empty() || in_service_.size() >= most) return;
  if (model_->batches()) {
    if (!in_service_.empty()) return;
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(most, queue_.size()));
    double largest = 0.0;
    for (auto job = queue_.begin(); job != end; ++job) largest = std::max(largest, job->factor);
    for (auto job = queue_.begin(); job != end; ++job) {
      begin({job->id, largest, 0}, largest * model_->reference_work(), out);
    }
    queue_.erase(queue_.begin(), end);
    batch_size_ = in_service();
  } else {
    while (!queue_.empty() && in_service_.size() < most) {
      const Job job = queue_.front();
      queue_.pop_front();
      begin(job, job.factor * model_->reference_work(), out);
    }
  }
  set_pace();
}

// Starts `job`, whose unloaded time in service is `work` unless it streams at a rate of its own.
void ReplicaEngine::begin(const Job& job, double work, std::vector<JobEvent>& out) {
  double gap = 0.0;
  double first = work;
  if (job.tokens > 0) {
    const ServiceShape& shape = model_->shape();
    if (shape.token_rate_per_s > 0.0) {
      gap = job.factor * 1e9 / shape.token_rate_per_s;
      first = job.factor * static_cast<double>(shape.first_token.count());
    } else {
      gap = work / job.tokens;
      first = gap;
    }
  }
  in_service_.push_back({job.id, work_clock_ + first, gap, job.tokens, 1});
  out.push_back({JobEvent::Kind::kStarted, job.id, at_});
}

void ReplicaEngine::pass_time(TimePoint to) {
  const Duration passed = to - at_;
  at_ = to;
  if (in_service_.empty()) return;
  busy_ += passed;
  // Never past a milestone: its reading was rounded to a whole nanosecond of real time.
  work_clock_ = std::min(work_clock_ + static_cast<double>(passed.count()) * pace_,
                         in_service_[due_index_].milestone);
}

void ReplicaEngine::set_pace() {
  if (in_service_.empty()) {
    work_clock_ = 0.0;
    due_ = TimePoint::max();
    return;
  }
  const int load = model_->batches() ? batch_size_ : in_service();
  pace_ = 1.0 / (model_->stretch(load) * slowdown_);
  schedule();
}

void ReplicaEngine::schedule() {
  const auto earliest = std::min_element(
      in_service_.begin(), in_service_.end(),
      [](const InService& a, const InService& b) { return a.milestone < b.milestone; });
  due_index_ = static_cast<std::size_t>(earliest - in_service_.begin());
  const double wait = (earliest->milestone - work_clock_) / pace_;
  constexpr double kBeyondAnyRun = 9e18;  // nanoseconds, 285 years; also what no pace at all gives
  const double representable = kBeyondAnyRun - static_cast<double>(at_.time_since_epoch().count());
  due_ =
      wait < representable ? at_ + Duration{std::llround(std::max(wait, 0.0))} : TimePoint::max();
}

}  // namespace signalbox::sim
