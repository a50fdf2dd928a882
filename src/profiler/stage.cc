// SPDX-License-Identifier: Apache-2.0
//
// Sends what is due and writes down what comes back; see stage.h.
#include "profiler/stage.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/distributions.h"

namespace signalbox::profiler {

int StageResult::errors() const {
  return static_cast<int>(std::count_if(records.begin(), records.end(),
                                        [](const Record& record) { return !record.ok; }));
}

Stage::Stage(StagePlan plan, std::uint64_t first_id, Prng prng, TimePoint origin, TimePoint began)
    : plan_(std::move(plan)), first_id_(first_id), prng_(prng), origin_(origin), began_(began) {
  SIGNALBOX_ASSERT(plan_.in_flight > 0 || plan_.rate_per_s > 0.0);
  result_.plan = plan_;
  result_.began_s = result_.stopped_s = seconds(began);
  next_ = began;
  if (plan_.is_open()) draw_next();
}

void Stage::draw_next() { next_ += from_seconds(draw_exponential(prng_, 1.0 / plan_.rate_per_s)); }

bool Stage::may_send(TimePoint now) const {
  if (stopped_) return false;
  if (plan_.requests > 0 && static_cast<int>(sent_.size()) >= plan_.requests) return false;
  return now - began_ < from_seconds(plan_.most_s);
}

void Stage::send(TimePoint due, std::vector<Send>& out) {
  const bool is_short = plan_.short_prompt_tokens > 0 && sent_.size() % 2 == 1;
  const int prompt = is_short ? plan_.short_prompt_tokens : plan_.prompt_tokens;
  ++in_flight_;
  result_.most_in_flight = std::max(result_.most_in_flight, in_flight_);
  out.push_back({first_id_ + sent_.size(), due, prompt, plan_.output_tokens});
  sent_.push_back({due, in_flight_, prompt});
}

std::vector<Send> Stage::poll(TimePoint now) {
  std::vector<Send> out;
  if (stopped_) return out;
  if (plan_.is_open()) {
    while (next_ <= now && may_send(next_)) {
      send(next_, out);
      draw_next();
    }
    if (plan_.bound > 0 && in_flight_ > plan_.bound) {
      result_.broken_off = true;
      stop(now);
    } else if (next_ <= now || !may_send(now)) {
      stop(now);
    }
    return out;
  }
  for (; owed_ > 0 && may_send(now); --owed_) send(now, out);
  while (started_ < plan_.in_flight && next_ <= now && may_send(now)) {
    send(now, out);
    ++started_;
    next_ += from_seconds(plan_.stagger_s / plan_.in_flight);
  }
  if (!may_send(now)) stop(now);
  return out;
}

void Stage::on_outcome(std::uint64_t id, const Outcome& outcome, TimePoint now) {
  SIGNALBOX_ASSERT(id >= first_id_ && id - first_id_ < sent_.size());
  Sent& sent = sent_[id - first_id_];
  SIGNALBOX_ASSERT(sent.open);
  sent.open = false;
  --in_flight_;
  if (!plan_.is_open()) ++owed_;
  Record record;
  record.due_s = seconds(sent.due);
  record.done_s = seconds(now);
  record.ok = outcome.ok;
  record.in_flight = sent.in_flight;
  if (outcome.first_token) record.first_token_s = to_seconds(*outcome.first_token - sent.due);
  record.prompt_tokens = outcome.prompt_tokens > 0 ? outcome.prompt_tokens : sent.prompt_tokens;
  record.output_tokens = outcome.output_tokens;
  record.token_gap_s = to_seconds(outcome.token_gap);
  result_.records.push_back(record);
  if (!outcome.ok) result_.problem = outcome.problem;
}

std::optional<TimePoint> Stage::next_deadline() const {
  if (stopped_) return std::nullopt;
  const TimePoint end = began_ + from_seconds(plan_.most_s);
  if (plan_.is_open() || started_ < plan_.in_flight) return std::min(next_, end);
  return end;
}

void Stage::stop(TimePoint now) {
  if (stopped_) return;
  stopped_ = true;
  result_.stopped_s = seconds(now);
}

}  // namespace signalbox::profiler
