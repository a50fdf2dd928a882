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

// Events and jobs are emplaced, never pushed as values: copying at once what was just written field
// by field waits for each of those writes, which took half of the engine's time.

ReplicaEngine::ReplicaEngine(const ServiceModel& model, TimePoint now) : model_(&model), at_(now) {}

void ReplicaEngine::arrive(const Job& job, TimePoint now, std::vector<JobEvent>& out) {
  SIGNALBOX_ASSERT(job.factor > 0.0);
  SIGNALBOX_ASSERT(job.output_tokens >= 0 && job.prompt_tokens >= 0);
  advance(now, out);
  if (serving_ < model_->most_in_service() && queue_.empty() && !model_->batches()) {
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
  --serving_;
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
  paced_for_ = 0;
  set_pace();
}

void ReplicaEngine::advance(TimePoint now, std::vector<JobEvent>& out) {
  SIGNALBOX_ASSERT(now >= at_);
  while (due_ <= now) reach_milestone(out);
  if (serving_ > 0 && now > at_) pass_time(now);
  at_ = now;
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
      out.emplace_back(job.id, at_, JobEvent::Kind::kToken, job.next_token);
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
  if (due_index_ + 1 == in_service_.size()) {
    in_service_.pop_back();
  } else {
    in_service_.erase(in_service_.begin() + static_cast<std::ptrdiff_t>(due_index_));
  }
  set_pace();
  start_queued(out);
}

// The first token comes out of reading the prompt; the others are decoded.
void ReplicaEngine::end_prompt(std::vector<JobEvent>& out) {
  const Job job = prompts_.pop_front();
  read_next_prompt();
  if (job.output_tokens > 0) out.emplace_back(job.id, at_, JobEvent::Kind::kToken, 1);
  if (job.output_tokens > 1) {
    const double gap = model_->decode_work();
    const int tokens = job.every_token ? 1 : job.output_tokens - 1;
    in_service_.emplace_back(job.id, work_clock_ + tokens * gap, gap, job.output_tokens, 1 + tokens,
                             job.every_token);
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
  out.emplace_back(job, at_, JobEvent::Kind::kFinished);
  ++finished_;
  --serving_;
}

void ReplicaEngine::start_queued(std::vector<JobEvent>& out) {
  if (queue_.empty()) return;
  if (model_->batches()) {
    if (serving_ > 0) return;
    start_batch(out);
  } else {
    const int most = model_->most_in_service();
    if (serving_ >= most) return;
    while (!queue_.empty() && serving_ < most) begin(queue_.pop_front(), out);
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
  out.emplace_back(job.id, at_, JobEvent::Kind::kStarted);
  ++serving_;
  if (model_->grouping() == ServiceModel::Grouping::kLanguage) {
    prompts_.push_back(job);
    if (prompts_.size() == 1) read_next_prompt();
  } else if (job.output_tokens > 0) {
    begin_stream(job);
  } else {
    const double work = job.factor * model_->reference_work();
    in_service_.emplace_back(job.id, work_clock_ + work, 0.0, 0, 1, false);
  }
}

// A stream beside others, of a unit that is no language model.
void ReplicaEngine::begin_stream(const Job& job) {
  const ServiceShape& shape = model_->shape();
  double gap = job.factor * model_->reference_work() / job.output_tokens;
  double first = gap;
  if (shape.token_rate_per_s > 0.0) {
    gap = job.factor * 1e9 / shape.token_rate_per_s;
    first = job.factor * static_cast<double>(shape.first_token.count());
  }
  in_service_.emplace_back(job.id, work_clock_ + first, gap, job.output_tokens, 1, job.every_token);
}

// Work done from at_ to `to`. REQUIRES: serving_ > 0
void ReplicaEngine::pass_time(TimePoint to) {
  const Duration passed = to - at_;
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
  if (serving_ == 0) {
    due_ = TimePoint::max();
    return;
  }
  // A prompt is read at the pace of a job alone, whoever waits.
  const int load = !prompts_.empty() ? 1 : model_->batches() ? batch_size_ : serving_;
  if (load != paced_for_) {
    pace_ = 1.0 / (model_->stretch(load) * slowdown_);
    paced_for_ = load;
  }
  schedule();
}

void ReplicaEngine::schedule() {
  double left = prompt_left_;
  if (prompts_.empty()) {
    due_index_ = 0;
    for (std::size_t i = 1; i < in_service_.size(); ++i) {
      if (in_service_[i].milestone < in_service_[due_index_].milestone) due_index_ = i;
    }
    left = std::max(in_service_[due_index_].milestone - work_clock_, 0.0);
  }
  const double wait = pace_ == 1.0 ? left : left / pace_;  // spares the usual case a division
  constexpr double kBeyondAnyRun = 9e18;  // nanoseconds, 285 years; also what no pace at all gives
  const double representable = kBeyondAnyRun - static_cast<double>(at_.time_since_epoch().count());
  due_ = wait < representable ? at_ + rounded(wait) : TimePoint::max();
}

}  // namespace signalbox::sim
