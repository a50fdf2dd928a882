// SPDX-License-Identifier: Apache-2.0
//
// Which load to try next. A measurement has a purse of time, and a request of a slow unit is
// expensive, so: first one request at a time, until the unit is warm; then more and more at once,
// until it answers no more of them; then, because what was seen so far tells a model, arrivals at
// the rates where that model can be wrong. Where it is wrong, measurement alone decides: the rate
// is halved in between what held and what did not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/service.h"
#include "profiler/fit.h"
#include "profiler/stage.h"
#include "profiler/unit_profile.h"

namespace signalbox::profiler {

struct SearchOptions {
  Task task = Task::kPlain;
  core::Objective objective;
  Duration max_time = 120s;      // of all stages together
  double max_utilisation = 0.0;  // share of the plateau that may be used; 0 = all
  double max_errors = 0.01;      // share of requests that may fail
  int max_in_flight = 256;       // that the saturation tries
  int prompt_tokens = 256;       // of chats
  int output_tokens = 64;
};

// Where the unit breaks, and by what.
struct Breaking {
  Bounded per_s;
  std::string by;         // objective, plateau, utilisation or errors
  bool modelled = false;  // else it was found by measurement alone
};

class Search {
 public:
  explicit Search(SearchOptions options) : options_(std::move(options)) {}

  // The next stage, or nullopt when it is done; `now_s` since the measurement began. REQUIRES:
  // `stages` are all that have been planned, and over.
  std::optional<StagePlan> next(const std::vector<StageResult>& stages, double now_s);

  // Whether a stage that is under way has shown enough, or can show nothing more.
  bool enough(const StageResult& stage, int in_flight, double now_s) const;

  // Why there is nothing to be found; empty = there is.
  const std::string& failure() const { return failure_; }

  const std::optional<Fitted>& fitted() const { return fitted_; }
  // REQUIRES: fitted().
  Breaking breaking(const std::vector<StageResult>& stages) const;

  // Share of the way behind it, 0..1, never falling.
  double done_share() const { return done_share_; }
  double max_time_s() const { return to_seconds(options_.max_time) + extra_s_; }

 private:
  enum class Phase { kAlone, kRising, kRefining, kSaturated, kOpen, kCorrecting, kDone };

  std::optional<StagePlan> rise(const std::vector<StageResult>& stages, double now_s);
  std::optional<StagePlan> refine(double now_s);
  std::optional<StagePlan> saturate(double now_s);
  std::optional<StagePlan> open(const std::vector<StageResult>& stages, double now_s);
  std::optional<StagePlan> correct(const std::vector<StageResult>& stages, double now_s);
  StagePlan closed(std::string what, int in_flight, double most_s) const;
  StagePlan at_rate(std::string what, double rate_per_s, double most_s) const;
  double share_of_time(double share) const { return share * to_seconds(options_.max_time); }
  double extra_of(const StageResult& first) const;
  bool is_failing(const StageResult& stage) const;
  bool held(const StageResult& stage) const;
  // What the open stages say by themselves.
  struct Tried {
    double held = 0.0;      // the highest rate that held, below
    double not_held = 0.0;  // the lowest that did not; the plateau where all held
    double shown = 0.0;     // the highest that held with requests enough to show it
    bool failing = false;   // what did not hold was failing
  };
  Tried tried(const std::vector<StageResult>& stages) const;
  bool is_trusted(const std::vector<StageResult>& stages) const;
  void advance(Phase phase, double share);

  SearchOptions options_;
  Phase phase_ = Phase::kAlone;
  std::optional<Fitted> fitted_;
  std::string failure_;
  double alone_s_ = 0.0;  // latency of a request alone
  double extra_s_ = 0.0;  // what a first answer took beyond what is usual
  int opened_ = 0;        // open stages planned before correcting
  double done_share_ = 0.0;
};

// Whether the objective's share of the requests of an open stage was in time, those that failed
// counting as late.
bool objective_held(const StageResult& stage, const core::Objective& objective);

}  // namespace signalbox::profiler
