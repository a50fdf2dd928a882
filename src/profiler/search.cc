// SPDX-License-Identifier: Apache-2.0
//
// The phases, and what ends each; see search.h.
#include "profiler/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "profiler/intervals.h"
#include "profiler/settle.h"

namespace signalbox::profiler {

namespace {

// Shares of the purse by which each phase must have ended.
constexpr double kAloneUntil = 0.10;
constexpr double kRisingUntil = 0.45;
constexpr double kSaturatedUntil = 0.52;
constexpr double kLevel = 0.08;       // of one level of the rise, unless its requests need more
constexpr double kLeastStage = 0.01;  // fast units are watched at least so long
constexpr double kLeastOpen = 0.025;

constexpr double kGain = 1.05;      // less than this is no gain
constexpr double kPrecise = 0.004;  // relative error of the times at which more would be idle
constexpr std::size_t kAloneRequests = 12;
constexpr std::size_t kOpenRequests = 400;
constexpr int kFewRequests = 10;      // of an open stage
constexpr double kDisbelief = 0.15;   // bias of a model that is wrong
constexpr double kLeastDoubt = 0.02;  // of its times
constexpr int kJudges = 15;           // requests that may say so
constexpr double kCloseEnough = 0.05;
constexpr int kMostCorrections = 8;
constexpr double kNearPlateau = 0.98;
constexpr double kNormal = 1.96;

struct OpenLoad {
  const char* what;
  double load;   // of the plateau; 0 = the breaking point
  double until;  // share of the purse
};
constexpr OpenLoad kOpenLoads[] = {
    {"high load", 0.85, 0.70}, {"breaking point", 0.0, 0.87}, {"middle load", 0.6, 0.99}};

int answered(const StageResult& stage) {
  return static_cast<int>(stage.records.size()) - stage.errors();
}

}  // namespace

bool objective_held(const StageResult& stage, const core::Objective& objective) {
  if (stage.records.empty() || stage.broken_off) return false;
  const auto good =
      std::count_if(stage.records.begin(), stage.records.end(), [&](const Record& record) {
        return record.ok &&
               in_time(record.latency_s(), record.first_token_s, record.output_tokens, objective);
      });
  return static_cast<double>(good) >=
         objective.quantile * static_cast<double>(stage.records.size()) - 1e-9;
}

void Search::advance(Phase phase, double share) {
  phase_ = phase;
  done_share_ = std::max(done_share_, share);
}

StagePlan Search::closed(std::string what, int in_flight, double most_s) const {
  StagePlan plan;
  plan.what = std::move(what);
  plan.in_flight = in_flight;
  plan.stagger_s = in_flight > 1 ? 0.9 * alone_s_ : 0.0;
  plan.most_s = most_s;
  if (options_.task == Task::kChat) {
    plan.prompt_tokens = options_.prompt_tokens;
    plan.output_tokens = options_.output_tokens;
  }
  return plan;
}

StagePlan Search::at_rate(std::string what, double rate_per_s, double most_s) const {
  StagePlan plan = closed(std::move(what), 0, most_s);
  plan.rate_per_s = rate_per_s;
  const double owed = 2.0 * to_seconds(options_.objective.latency) * fitted_->plateau_per_s.value;
  plan.bound = static_cast<int>(std::max({32.0, 8.0 * fitted_->slots, owed}));
  return plan;
}

// A first answer that took very long (a graph was compiled) is not taken from the purse.
double Search::extra_of(const StageResult& first) const {
  const double latency = first.records.empty() ? 0.0 : first.records.front().latency_s();
  return std::max(latency - kAloneUntil * to_seconds(options_.max_time), 0.0);
}

bool Search::is_failing(const StageResult& stage) const {
  const auto most = options_.max_errors * static_cast<double>(stage.records.size());
  return stage.errors() >= 2 && static_cast<double>(stage.errors()) > most;
}

bool Search::held(const StageResult& stage) const {
  return objective_held(stage, options_.objective) && !is_failing(stage);
}

bool Search::enough(const StageResult& stage, int in_flight, double now_s) const {
  const double elapsed = now_s - stage.began_s;
  const auto seen = stage.records.size();
  if (phase_ == Phase::kAlone) {
    if (answered(stage) == 0) return seen >= 3;
    std::vector<double> times;
    for (const Record& record : stage.records) times.push_back(record.latency_s());
    const bool settled = settled_after(times).has_value();
    const bool shown = settled && seen >= kAloneRequests && elapsed >= share_of_time(kLeastStage);
    return shown || (elapsed - extra_of(stage) >= share_of_time(kAloneUntil) && seen >= 6);
  }
  // What is in flight must still be answered in time.
  const double per_s = fitted_ ? fitted_->plateau_per_s.value : 1.0 / alone_s_;
  if (now_s + in_flight / per_s + 2.0 * alone_s_ >= max_time_s()) return true;
  if (stage.errors() >= 5 && is_failing(stage)) return true;
  if (stage.plan.is_open()) {
    return seen >= kOpenRequests && elapsed >= share_of_time(kLeastOpen);
  }
  const int counted = answered(stage) - stage.plan.in_flight;
  if (phase_ == Phase::kSaturated) {
    if (now_s >= share_of_time(kSaturatedUntil) + extra_s_) return true;
    const double spread = std::max(fitted_->spread, 0.01);
    return counted >= 2 * stage.plan.in_flight && elapsed >= share_of_time(kLeastOpen) &&
           spread / std::sqrt(static_cast<double>(counted)) <= kPrecise;
  }
  const int wanted = std::max(8, 3 * stage.plan.in_flight);
  if (counted >= wanted && elapsed >= share_of_time(kLeastStage)) return true;
  return elapsed >= share_of_time(kLevel) &&
         counted >= std::min(wanted, std::max(stage.plan.in_flight, 6));
}

std::optional<StagePlan> Search::next(const std::vector<StageResult>& stages, double now_s) {
  if (stages.empty()) {
    StagePlan plan = closed("one at a time", 1, 2.0 * max_time_s());
    if (options_.task == Task::kChat) {
      plan.short_prompt_tokens = std::max(options_.prompt_tokens / 4, 1);
    }
    return plan;
  }
  const StageResult& last = stages.back();
  if (phase_ == Phase::kAlone) {
    if (answered(last) == 0) {
      failure_ = last.problem.empty() ? "no request was answered in time" : last.problem;
      phase_ = Phase::kDone;
      return std::nullopt;
    }
    extra_s_ = extra_of(last);
  }
  if (auto fresh = fit(stages, options_.task)) fitted_ = std::move(fresh);
  if (!fitted_) {
    failure_ = fmt::format("of {} requests sent one at a time, {} failed, the last because {}",
                           last.records.size(), last.errors(), last.problem);
    phase_ = Phase::kDone;
    return std::nullopt;
  }
  alone_s_ = fitted_->unloaded_s.value;
  if (phase_ == Phase::kAlone) advance(Phase::kRising, 0.1);
  if (phase_ == Phase::kRising) {
    if (auto plan = rise(stages, now_s)) return plan;
    advance(Phase::kRefining, 0.4);
    if (auto plan = refine(now_s)) return plan;
  }
  if (phase_ == Phase::kRefining) {
    advance(Phase::kSaturated, 0.45);
    if (auto plan = saturate(now_s)) return plan;
  }
  if (phase_ == Phase::kSaturated) advance(Phase::kOpen, 0.52);
  if (phase_ == Phase::kOpen) {
    if (auto plan = open(stages, now_s)) return plan;
    advance(Phase::kCorrecting, 0.9);
  }
  if (phase_ == Phase::kCorrecting) {
    if (auto plan = correct(stages, now_s)) return plan;
    advance(Phase::kDone, 1.0);
  }
  return std::nullopt;
}

std::optional<StagePlan> Search::rise(const std::vector<StageResult>& stages, double now_s) {
  const StageResult& last = stages.back();
  const int n = last.plan.in_flight;
  if (is_failing(last)) return std::nullopt;
  const auto& levels = fitted_->levels;
  // Two in a row that gain nothing: one alone is what a unit shows that works in batches.
  std::size_t idle = 0;
  double best = 0.0;
  for (const Level& level : levels) {
    idle = level.per_s >= kGain * best ? 0 : idle + 1;
    best = std::max(best, level.per_s);
  }
  const int more = alone_s_ > 0.02 * max_time_s() ? 4 : 2;
  if (idle >= 2 || n * more > options_.max_in_flight) return std::nullopt;
  if (n > 1 && now_s - extra_s_ > share_of_time(kRisingUntil)) return std::nullopt;
  done_share_ = std::max(done_share_, std::min(0.1 + 0.05 * std::log2(n), 0.38));
  const int next = n * more;
  return closed(fmt::format("{} at once", next), next, 2.0 * share_of_time(kLevel));
}

// Throughput and latency say how many it serves at once (Little's law): if that lies between two
// levels that were tried, it is tried itself.
std::optional<StagePlan> Search::refine(double now_s) {
  const int slots = fitted_->slots;
  if (slots < 4 || options_.task == Task::kChat ||
      fitted_->model.server().grouping == core::Grouping::kBatches ||
      now_s - extra_s_ > share_of_time(kRisingUntil)) {
    return std::nullopt;
  }
  const Level* below = nullptr;
  for (const Level& level : fitted_->levels) {
    if (level.in_flight < slots) below = &level;
  }
  if (below == nullptr) return std::nullopt;
  const int likely =
      static_cast<int>(std::ceil(fitted_->plateau_per_s.value * below->latency_s - 0.1));
  if (likely <= below->in_flight || likely >= slots) return std::nullopt;
  return closed(fmt::format("{} at once", likely), likely, 2.0 * share_of_time(kLevel));
}

// More of the same where it is needed: the plateau decides all else.
std::optional<StagePlan> Search::saturate(double now_s) {
  const double left = share_of_time(kSaturatedUntil) + extra_s_ - now_s;
  if (fitted_->std_error <= kPrecise || left < 3.0 * alone_s_) return std::nullopt;
  const int slots = fitted_->slots;
  // Twice the slots: where requests go in waves, a round of all of them is a number of whole waves.
  const int n = std::clamp(2 * slots, 2, std::max(options_.max_in_flight, 2));
  return closed("saturated", n, left);
}

std::optional<StagePlan> Search::open(const std::vector<StageResult>& stages, double now_s) {
  if (opened_ > 0 && is_failing(stages.back())) return std::nullopt;
  const double plateau = fitted_->plateau_per_s.value;
  while (opened_ < static_cast<int>(std::size(kOpenLoads))) {
    const OpenLoad& load = kOpenLoads[opened_++];
    const double length = share_of_time(load.until) + extra_s_ - now_s;
    const double usable = length - 3.0 * alone_s_;
    double rate = load.load > 0.0 ? load.load * plateau : breaking(stages).per_s.value;
    // A rate so low that hardly a request comes in the time that is left shows nothing.
    rate = std::min(std::max(rate, kFewRequests / length), 0.95 * plateau);
    const bool tried = std::any_of(stages.begin(), stages.end(), [&](const StageResult& stage) {
      return stage.plan.is_open() && std::abs(stage.plan.rate_per_s / rate - 1.0) < 0.08;
    });
    if (usable <= 0.0 || (tried && load.load > 0.0)) continue;
    done_share_ = std::max(done_share_, 0.52 + 0.15 * (opened_ - 1));
    return at_rate(fmt::format("{}, {:.3g} a second", load.what, rate), rate, length);
  }
  return std::nullopt;
}

bool Search::is_trusted(const std::vector<StageResult>& stages) const {
  for (const StageResult& stage : stages) {
    if (!stage.plan.is_open()) continue;
    if (is_failing(stage)) return false;
    // Near the plateau a slight error of the times is a great one of the queue: the model is wrong
    // where neither its slower nor its faster reading comes near to what was seen.
    const double doubt = std::max(kNormal * fitted_->std_error, kLeastDoubt);
    const Misfit slower = misfit_of(fitted_->model.scaled(1.0 + doubt), stage);
    const Misfit faster = misfit_of(fitted_->model.scaled(1.0 - doubt), stage);
    if (slower.requests < kJudges) continue;
    if (slower.bias > kDisbelief || faster.bias < -kDisbelief) return false;
  }
  return true;
}

// Halving between what held and what did not, as far as the time goes.
std::optional<StagePlan> Search::correct(const std::vector<StageResult>& stages, double now_s) {
  if (is_trusted(stages)) return std::nullopt;
  const double left = max_time_s() - now_s - 3.0 * alone_s_;
  const Tried found = tried(stages);
  const auto opens = std::count_if(stages.begin(), stages.end(),
                                   [](const StageResult& stage) { return stage.plan.is_open(); });
  const bool close = found.not_held - found.held <= kCloseEnough * found.not_held;
  if (close || opens >= kMostCorrections || left < share_of_time(0.02)) return std::nullopt;
  const double rate = 0.5 * (found.held + found.not_held);
  const double length = std::min(left, std::max(0.3 * left, kFewRequests / rate));
  return at_rate(fmt::format("correcting, {:.3g} a second", rate), rate, length);
}

Search::Tried Search::tried(const std::vector<StageResult>& stages) const {
  Tried found;
  found.not_held = fitted_->plateau_per_s.value;
  for (const StageResult& stage : stages) {
    if (!stage.plan.is_open() || held(stage) || stage.plan.rate_per_s > found.not_held) continue;
    found.not_held = stage.plan.rate_per_s;
    found.failing = is_failing(stage);
  }
  for (const StageResult& stage : stages) {
    const double rate = stage.plan.rate_per_s;
    if (!stage.plan.is_open() || !held(stage) || rate >= found.not_held) continue;
    found.held = std::max(found.held, rate);
    // Twice as many as the objective lets be late must be unlikely.
    const double late = 1.0 - options_.objective.quantile;
    const auto of = static_cast<int>(stage.records.size());
    if (share_of(0, of).high <= 2.0 * late) found.shown = std::max(found.shown, rate);
  }
  return found;
}

Breaking Search::breaking(const std::vector<StageResult>& stages) const {
  SIGNALBOX_ASSERT(fitted_.has_value());
  const Bounded& plateau = fitted_->plateau_per_s;
  const double cap = options_.max_utilisation > 0.0 ? options_.max_utilisation : 1.0;
  Breaking found;
  if (is_trusted(stages)) {
    const double off = kNormal * fitted_->std_error;
    const UnitModel& model = fitted_->model;
    found.per_s = {model.breaking_rate(options_.objective),
                   model.scaled(1.0 + off).breaking_rate(options_.objective),
                   model.scaled(1.0 - off).breaking_rate(options_.objective)};
    found.by = "objective";
    found.modelled = true;
  } else {
    const Tried found_by = tried(stages);
    found.per_s = {0.5 * (found_by.held + found_by.not_held), found_by.shown, found_by.not_held};
    found.by = found_by.failing ? "errors" : "objective";
  }
  const double most = std::min(cap, kNearPlateau) * plateau.value;
  if (found.per_s.value > most) {
    found.per_s = {most, std::min(cap, kNearPlateau) * plateau.low,
                   std::min(cap, kNearPlateau) * plateau.high};
    found.by = cap < kNearPlateau ? "utilisation" : "plateau";
  }
  return found;
}

}  // namespace signalbox::profiler
