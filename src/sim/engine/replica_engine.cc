// SPDX-License-Identifier: Apache-2.0
//
// Stepping one replica from milestone to milestone; see replica_engine.h for the work clock.
#include "sim/engine/replica_engine.h"

#include <algorithm>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

// To the nearest nanosecond, halves up, without the call that std::llround is. The difference is
// exact. REQUIRES: 0 <= ns < 2^63
Duration rounded(double ns) {
  const auto whole = static_cast<std::int64_t>(ns);
  return Duration{whole + (ns - static_cast<double>(whole) >= 0.5 ? 1 : 0)};
}

}  // namespace

ReplicaEngine::ReplicaEngine(const ServiceModel& model, TimePoint now) : model_(&model), at_(now) {}

void ReplicaEngine::arrive(const Job& job, TimePoint now, std::vector<JobEvent>& out) {
  SIGNALBOX_ASSERT(job.factor > 0.0);
  SIGNALBOX_ASSERT(job.output_tokens >= 0 && job.prompt_tokens >= 0);
  advance(now, out);
  if (queue_.empty() && !model_->batches() && in_service() < model_->most_in_service()) {
    begin(job, out);
    set_pace();
    return;
  }
  queue_.push_back(job);
  start_queued(out);
}

bool ReplicaEngine::cancel(JobId job, TimePoint now, std::vector<JobEvent>& out) {
  advance(now, out);
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    if (queue_[i].id != job) continue;
    queue_.erase(i);
    return true;
  }
  if (!erase_in_service(job) && !erase_prompt(job)) return false;
  set_pace();
  start_queued(out);
  return true;
}

bool ReplicaEngine::erase_in_service(JobId job) {
  return std::erase_if(in_service_, [&](const InService& s) { return s.id == job; }) > 0;
}

bool ReplicaEngine::erase_prompt(JobId job) {
  for (std::size_t i = 0; i < prompts_.size(); ++i) {
    if (prompts_[i].id != job) continue;
    prompts_.erase(i);
    if (i == 0) read_next_prompt();
    return true;
  }
  return false;
}

void ReplicaEngine::set_slowdown(double slowdown, TimePoint now, std::vector<JobEvent>& out) {
  SIGNALBOX_ASSERT(slowdown > 0.0);
  advance(now, out);
  slowdown_ = slowdown;
  set_pace();
}

void ReplicaEngine::advance(TimePoint now, std::vector<JobEvent>& out) {
  SIGNALBOX_ASSERT(now >= at_);
  while (due_ <= now) reach_milestone(out);
  pass_time(now);
}

void ReplicaEngine::reach_milestone(std::vector<JobEvent>& out) {
  busy_ += due_ - at_;
  at_ = due_;
  if (!prompts_.empty()) {
    end_prompt(out);
    return;
  }
  InService& job = in_service_[due_index_];
  work_clock_ = job.milestone;
  if (job.tokens > 0) {
    if (job.every_token || job.next_token == 1) {
      out.push_back({JobEvent::Kind::kToken, job.id, at_, job.next_token});
    }
    if (job.next_token < job.tokens) {
      const int tokens = job.every_token ? 1 : job.tokens - job.next_token;
      job.next_token += tokens;
      job.milestone += tokens * job.gap;
      schedule();
      return;
    }
  }
  finish(job.id, out);
  in_service_.erase(in_service_.begin() + static_cast<std::ptrdiff_t>(due_index_));
  set_pace();
  start_queued(out);
}

// The first token comes out of reading the prompt; the others are decoded.
void ReplicaEngine::end_prompt(std::vector<JobEvent>& out) {
  const Job job = prompts_.pop_front();
  read_next_prompt();
  if (job.output_tokens > 0) out.push_back({JobEvent::Kind::kToken, job.id, at_, 1});
  if (job.output_tokens > 1) {
    const double gap = model_->decode_work();
    const int tokens = job.every_token ? 1 : job.output_tokens - 1;
    in_service_.push_back(
        {job.id, work_clock_ + tokens * gap, gap, job.output_tokens, 1 + tokens, job.every_token});
    set_pace();
    return;
  }
  finish(job.id, out);
  set_pace();
  start_queued(out);
}

void ReplicaEngine::read_next_prompt() {
  if (!prompts_.empty()) prompt_left_ = model_->prefill_work(prompts_.front().prompt_tokens);
}

void ReplicaEngine::finish(JobId job, std::vector<JobEvent>& out) {
  out.push_back({JobEvent::Kind::kFinished, job, at_});
  ++finished_;
}

void ReplicaEngine::start_queued(std::vector<JobEvent>& out) {
  if (queue_.empty()) return;
  if (model_->batches()) {
    if (!in_service_.empty()) return;
    start_batch(out);
  } else {
    const int most = model_->most_in_service();
    if (in_service() >= most) return;
    while (!queue_.empty() && in_service() < most) begin(queue_.pop_front(), out);
  }
  set_pace();
}

void ReplicaEngine::start_batch(std::vector<JobEvent>& out) {
  const std::size_t size =
      std::min(static_cast<std::size_t>(model_->most_in_service()), queue_.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < size; ++i) largest = std::max(largest, queue_[i].factor);
  for (std::size_t i = 0; i < size; ++i) begin({queue_.pop_front().id, largest}, out);
  batch_size_ = static_cast<int>(size);
}

void ReplicaEngine::begin(const Job& job, std::vector<JobEvent>& out) {
  out.push_back({JobEvent::Kind::kStarted, job.id, at_});
  if (model_->grouping() == ServiceModel::Grouping::kLanguage) {
    prompts_.push_back(job);
    if (prompts_.size() == 1) read_next_prompt();
    return;
  }
  const double work = job.factor * model_->reference_work();
  double gap = 0.0;
  double first = work;
  if (job.output_tokens > 0) {
    const ServiceShape& shape = model_->shape();
    if (shape.token_rate_per_s > 0.0) {
      gap = job.factor * 1e9 / shape.token_rate_per_s;
      first = job.factor * static_cast<double>(shape.first_token.count());
    } else {
      gap = work / job.output_tokens;
      first = gap;
    }
  }
  in_service_.push_back({job.id, work_clock_ + first, gap, job.output_tokens, 1, job.every_token});
}

void ReplicaEngine::pass_time(TimePoint to) {
  const Duration passed = to - at_;
  at_ = to;
  if (in_service_.empty() && prompts_.empty()) return;
  busy_ += passed;
  const double work = static_cast<double>(passed.count()) * pace_;
  // Never past a milestone: its reading was rounded to a whole nanosecond of real time.
  if (!prompts_.empty()) {
    prompt_left_ = std::max(prompt_left_ - work, 0.0);
  } else {
    work_clock_ = std::min(work_clock_ + work, in_service_[due_index_].milestone);
  }
}

void ReplicaEngine::set_pace() {
  if (in_service_.empty()) work_clock_ = 0.0;
  if (!prompts_.empty()) {
    pace_ = 1.0 / slowdown_;
  } else if (!in_service_.empty()) {
    const int load = model_->batches() ? batch_size_ : in_service();
    pace_ = 1.0 / (model_->stretch(load) * slowdown_);
  } else {
    due_ = TimePoint::max();
    return;
  }
  schedule();
}

void ReplicaEngine::schedule() {
  double left = prompt_left_;
  if (prompts_.empty()) {
    const auto earliest = std::min_element(
        in_service_.begin(), in_service_.end(),
        [](const InService& a, const InService& b) { return a.milestone < b.milestone; });
    due_index_ = static_cast<std::size_t>(earliest - in_service_.begin());
    left = std::max(earliest->milestone - work_clock_, 0.0);
  }
  const double wait = left / pace_;
  constexpr double kBeyondAnyRun = 9e18;  // nanoseconds, 285 years; also what no pace at all gives
  const double representable = kBeyondAnyRun - static_cast<double>(at_.time_since_epoch().count());
  due_ = wait < representable ? at_ + rounded(wait) : TimePoint::max();
}

}  // namespace signalbox::sim
