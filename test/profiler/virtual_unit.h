// SPDX-License-Identifier: Apache-2.0
//
// The profiler against a simulated replica on a virtual clock: two minutes pass in milliseconds,
// and what it should have found is known, because the same replica can be run for weeks.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"
#include "core/model/service.h"
#include "profiler/profiler.h"
#include "sim/engine/replica_engine.h"
#include "sim/engine/service_model.h"

namespace signalbox::profiler {

// A unit to measure. Requests vary as the emulator's do: uniformly, with the profile's spread.
struct VirtualUnit {
  std::string name;
  sim::ServiceModel model;
  double spread = 0.05;
  int prompt_tokens = 0;  // of chats
  int output_tokens = 0;
  double cold_factor = 1.0;  // the first request takes so many times as long
  int refuses_above = 0;     // > 0: answers with an error while so many are in it
};

inline double draw_factor(Prng& prng, double spread) {
  return draw_uniform(prng, 1.0 - std::sqrt(3.0) * spread, 1.0 + std::sqrt(3.0) * spread);
}

class VirtualRun {
 public:
  VirtualRun(const VirtualUnit& unit, const SearchOptions& options, std::uint64_t seed)
      : unit_(unit),
        engine_(unit.model),
        noise_(Prng(seed).fork(77)),
        profiler_(options, seed, TimePoint{}) {}

  Profiler& run() {
    TimePoint now{};
    pump(now);
    while (!profiler_.is_done()) {
      const auto event = engine_.next_event();
      const auto deadline = profiler_.next_deadline();
      if (!event && !deadline) break;
      now = std::min(event.value_or(TimePoint::max()), deadline.value_or(TimePoint::max()));
      engine_.advance(now, events_);
      pump(now);
    }
    ended_ = now;
    return profiler_;
  }
  TimePoint ended() const { return ended_; }
  // Looks at the profiler after every step.
  void on_pump(std::function<void(const Profiler&, TimePoint)> look) { look_ = std::move(look); }

 private:
  struct Tokens {
    TimePoint first, last;
    std::vector<Duration> gaps;
    int prompt = 0, output = 0;
  };

  void pump(TimePoint now) {
    do {
      deliver();
      for (const Send& send : profiler_.poll(now)) {
        const bool refused =
            unit_.refuses_above > 0 &&
            engine_.in_service() + static_cast<int>(engine_.queued()) >= unit_.refuses_above;
        if (refused) {
          refused_.push_back({send.id, now});
          continue;
        }
        const double cold = cold_ ? unit_.cold_factor : 1.0;
        cold_ = false;
        sim::Job job{.id = sim::JobId(send.id),
                     .factor = cold * draw_factor(noise_, unit_.spread),
                     .output_tokens = send.output_tokens,
                     .prompt_tokens = send.prompt_tokens,
                     .every_token = send.output_tokens > 0};
        tokens_[send.id].prompt = send.prompt_tokens;
        tokens_[send.id].output = send.output_tokens;
        engine_.arrive(job, now, events_);
      }
    } while (!events_.empty() || !refused_.empty());
    if (look_) look_(profiler_, now);
  }

  void deliver() {
    for (const auto& [id, at] : refused_) {
      Outcome refusal;
      refusal.ok = false;
      refusal.problem = "it answered 503";
      profiler_.on_outcome(id, refusal, at);
    }
    refused_.clear();
    for (const sim::JobEvent& event : events_) {
      const std::uint64_t id = event.job.value;
      if (event.kind == sim::JobEvent::Kind::kStarted) continue;
      Tokens& tokens = tokens_[id];
      if (event.kind == sim::JobEvent::Kind::kToken) {
        if (event.token == 1) tokens.first = event.at;
        if (event.token > 1) tokens.gaps.push_back(event.at - tokens.last);
        tokens.last = event.at;
        continue;
      }
      Outcome outcome;
      if (tokens.output > 0) {
        outcome.first_token = tokens.first;
        outcome.prompt_tokens = tokens.prompt;
        outcome.output_tokens = tokens.output;
        if (!tokens.gaps.empty()) {
          const auto middle =
              tokens.gaps.begin() + static_cast<std::ptrdiff_t>(tokens.gaps.size() / 2);
          std::nth_element(tokens.gaps.begin(), middle, tokens.gaps.end());
          outcome.token_gap = *middle;
        }
      }
      profiler_.on_outcome(id, outcome, event.at);
      tokens_.erase(id);
    }
    events_.clear();
  }

  const VirtualUnit& unit_;
  sim::ReplicaEngine engine_;
  Prng noise_;
  Profiler profiler_;
  bool cold_ = true;
  std::vector<sim::JobEvent> events_;
  std::vector<std::pair<std::uint64_t, TimePoint>> refused_;
  std::map<std::uint64_t, Tokens> tokens_;
  TimePoint ended_{};
  std::function<void(const Profiler&, TimePoint)> look_;
};

// What the replica does over a very long time of Poisson arrivals.
struct LongRun {
  double mean_s = 0.0;
  double quantile_s = 0.0;
  double share_in_time = 0.0;
};

inline LongRun long_run(const VirtualUnit& unit, double rate_per_s,
                        const core::Objective& objective, int requests, std::uint64_t seed) {
  sim::ReplicaEngine engine(unit.model);
  Prng prng(seed);
  std::vector<sim::JobEvent> events;
  std::vector<TimePoint> due(static_cast<std::size_t>(requests)), first(due.size());
  std::vector<double> times;
  times.reserve(due.size());
  int good = 0;
  const auto collect = [&] {
    for (const auto& event : events) {
      const auto i = static_cast<std::size_t>(event.job.value);
      if (event.kind == sim::JobEvent::Kind::kToken && event.token == 1) first[i] = event.at;
      if (event.kind != sim::JobEvent::Kind::kFinished) continue;
      times.push_back(to_seconds(event.at - due[i]));
      const double first_s = to_seconds(first[i] - due[i]);
      good += in_time(times.back(), first_s, unit.output_tokens, objective) ? 1 : 0;
    }
    events.clear();
  };
  TimePoint now{};
  for (int i = 0; i < requests; ++i) {
    now += from_seconds(draw_exponential(prng, 1.0 / rate_per_s));
    const auto at = static_cast<std::size_t>(i);
    due[at] = now;
    engine.arrive({.id = sim::JobId(at),
                   .factor = draw_factor(prng, unit.spread),
                   .output_tokens = unit.output_tokens,
                   .prompt_tokens = unit.prompt_tokens},
                  now, events);
    collect();
  }
  while (const auto event = engine.next_event()) engine.advance(*event, events);
  collect();
  LongRun result;
  for (const double time : times) result.mean_s += time / static_cast<double>(times.size());
  const auto middle =
      times.begin() +
      static_cast<std::ptrdiff_t>(objective.quantile * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), middle, times.end());
  result.quantile_s = *middle;
  result.share_in_time = static_cast<double>(good) / static_cast<double>(times.size());
  return result;
}

// The breaking point by such runs, halved until it is known to a thousandth.
inline double true_breaking(const VirtualUnit& unit, double plateau,
                            const core::Objective& objective, int requests) {
  double low = 0.0, high = plateau;
  while (high - low > 1e-3 * high) {
    const double middle = 0.5 * (low + high);
    const bool held =
        long_run(unit, middle, objective, requests, 99).share_in_time >= objective.quantile;
    (held ? low : high) = middle;
  }
  return low;
}

}  // namespace signalbox::profiler
