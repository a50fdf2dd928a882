// SPDX-License-Identifier: Apache-2.0
//
// Chooses among the kinds of unit; see fit.h.
#include "profiler/fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/assert.h"
#include "core/estimate/performance_curve.h"
#include "profiler/fit_parts.h"
#include "profiler/intervals.h"
#include "profiler/settle.h"

namespace signalbox::profiler {

namespace {

constexpr double kOneServer = 1.2;  // Little: requests in service at the plateau, less than this
constexpr double kInBatches = 0.5;  // share of answers that come together with another
constexpr double kClearlyBetter = 0.05;      // than another's misfit
constexpr double kMuchBetter = 0.5;          // of another's misfit
constexpr double kLeastError = 0.002;        // relative; nothing here is known better
constexpr double kLeastSharedError = 0.008;  // nor this, by a walk through drawn arrivals
constexpr int kMostCandidates = 12;
constexpr double kChatSpread = 0.02;
constexpr double kNormal = 1.96;

double deviation_over_mean(const std::vector<double>& values) {
  if (values.size() < 2) return 0.0;
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (n - 1.0)) / mean;
}

// Prompts of two lengths are no spread of the unit: what is left of it about the line through them.
double deviation_of_chats(const StageResult& alone, std::size_t warm_up) {
  core::LineFit fit;
  double sum = 0.0;
  for (std::size_t i = warm_up; i < alone.records.size(); ++i) {
    const Record& record = alone.records[i];
    fit.add(record.prompt_tokens, record.latency_s());
    sum += record.latency_s();
  }
  return fit.line().noise * fit.weight() / sum;
}

std::vector<Level> levels_of(const std::vector<StageResult>& stages, const Level& alone) {
  std::vector<Level> levels = {alone};
  for (const StageResult& stage : stages) {
    if (stage.plan.is_open() || stage.plan.in_flight < 2) continue;
    const auto level = level_of(stage);
    if (!level) continue;
    const auto same = std::find_if(levels.begin(), levels.end(), [&](const Level& other) {
      return other.in_flight == level->in_flight;
    });
    if (same == levels.end()) {
      levels.push_back(*level);
    } else if (same->answers < level->answers) {
      *same = *level;
    }
  }
  std::sort(levels.begin(), levels.end(),
            [](const Level& a, const Level& b) { return a.in_flight < b.in_flight; });
  return levels;
}

// The level of single requests, their warm-up left out.
Level alone_level(const StageResult& stage, std::size_t warm_up) {
  Level level;
  double first_token = 0.0, rest = 0.0, gap = 0.0;
  std::vector<double> latencies;
  for (std::size_t i = warm_up; i < stage.records.size(); ++i) {
    const Record& record = stage.records[i];
    if (!record.ok) continue;
    latencies.push_back(record.latency_s());
    first_token += record.first_token_s;
    rest += (record.latency_s() - record.first_token_s) / std::max(record.output_tokens - 1, 1);
    gap += record.token_gap_s;
  }
  const auto n = static_cast<double>(latencies.size());
  level.latency = mean_of(latencies);
  level.latency_s = level.latency.value;
  level.answers = static_cast<int>(latencies.size());
  level.elapsed_s = n * level.latency_s;
  level.per_s = 1.0 / level.latency_s;
  level.first_token_s = first_token / n;
  level.per_token_s = rest / n;
  level.token_gap_s = gap / n;
  return level;
}

// How badly a model explains all open stages, and the fullest closed one where there is none.
double misfit(const UnitModel& model, const std::vector<StageResult>& stages) {
  double sum = 0.0;
  int count = 0;
  const StageResult* fullest = nullptr;
  for (const StageResult& stage : stages) {
    if (!stage.plan.is_open()) {
      if (fullest == nullptr || stage.plan.in_flight > fullest->plan.in_flight) fullest = &stage;
      continue;
    }
    const Misfit off = misfit_of(model, stage);
    sum += off.typical * off.requests;
    count += off.requests;
  }
  return count > 0 ? sum / count : misfit_of(model, *fullest).typical;
}

struct Chosen {
  UnitModel model;
  std::string kind;
  double std_error;
};

double shared_error(const SharedFit& fit, double spread) {
  return std::max(spread / std::sqrt(static_cast<double>(std::max(fit.evidence, 1))),
                  kLeastSharedError);
}

bool has_open_stage(const std::vector<StageResult>& stages) {
  return std::any_of(stages.begin(), stages.end(),
                     [](const StageResult& stage) { return stage.plan.is_open(); });
}

// Throughput says about how many it serves side by side; how arrivals fared says how many exactly.
Chosen choose_slots(const Seen& seen, double& spread) {
  const int likely = slots_of(seen.levels, seen.spread);
  int below = 1, above = likely;
  for (const Level& level : seen.levels) {
    if (level.in_flight < likely) below = std::max(below, level.in_flight);
    if (level.in_flight > likely && above == likely) above = level.in_flight;
  }
  const auto model_of = [](const SharedFit& fit) {
    return UnitModel::shared(fit.server, fit.sizes);
  };
  SharedFit best = fit_side_by_side(seen, likely);
  if (has_open_stage(seen.stages)) {
    double least = (1.0 - kClearlyBetter) * misfit(model_of(best), seen.stages);
    const int step = std::max((above - below) / kMostCandidates, 1);
    for (int slots = std::max(below, 2); slots <= above; slots += step) {
      SharedFit candidate = fit_side_by_side(seen, slots);
      const double off = misfit(model_of(candidate), seen.stages);
      if (off >= least) continue;
      least = off;
      best = std::move(candidate);
    }
  }
  spread = deviation_over_mean(best.sizes);
  return {model_of(best), "requests side by side", shared_error(best, std::max(spread, 0.01))};
}

// The reading of prompts and the number of slots go together: both are tried in all combinations.
Chosen choose_chat(const Seen& seen, std::optional<core::LanguageProfile>& language) {
  const int likely = slots_of(seen.levels, kChatSpread);
  std::optional<Chosen> best;
  double least = 0.0;
  for (const Level& level : seen.levels) {
    if (level.in_flight < likely) continue;
    const ChatFit chat = fit_chat(seen, level.in_flight);
    const auto consider = [&](const SharedFit& fit, const char* kind) {
      UnitModel model = UnitModel::shared(fit.server, {}, chat.like);
      const double off = misfit(model, seen.stages);
      if (best && off >= (1.0 - kClearlyBetter) * least) return;
      least = off;
      best = Chosen{std::move(model), kind, shared_error(fit, kChatSpread)};
      language = chat.language;
    };
    consider(chat.side_by_side, "a language model, requests side by side");
    consider(chat.prompts_first, "a language model that reads prompts first");
  }
  return *std::move(best);
}

Chosen choose_single(const Seen& seen, std::size_t warm_up, double& spread) {
  const SingleFit single = fit_single(seen, warm_up);
  spread = deviation_over_mean(single.service_s);
  UnitModel one = UnitModel::single(single.service_s, single.overhead_s);
  const double mean = one.server().time_s.front();
  const double error = std::max(std_error_of_mean(single.service_s) / mean, kLeastError);
  // Of a shared processor gaps between answers say nothing, unless it is never idle.
  double elapsed = 0.0;
  int answers = 0;
  for (const Level& level : seen.levels) {
    if (level.in_flight < 2) continue;
    elapsed += level.elapsed_s;
    answers += level.answers;
  }
  const SharedFit sharing = fit_processor_sharing(answers > 0 ? elapsed / answers : mean);
  auto sizes = seen.unloaded_s;
  for (double& size : sizes) size /= seen.levels.front().latency_s;
  UnitModel shared = UnitModel::shared(sharing.server, std::move(sizes));
  if (has_open_stage(seen.stages) &&
      misfit(shared, seen.stages) < kMuchBetter * misfit(one, seen.stages)) {
    return {std::move(shared), "one server, shared by all requests", error};
  }
  return {std::move(one), "one request at a time", error};
}

int slots_shown(const core::ServerModel& server, const std::vector<Level>& levels, double spread) {
  // A shared processor has as many as one likes.
  return server.slots() >= kSharers ? slots_of(levels, spread) : server.slots();
}

// Latency by requests in flight, whose plateau is the model's.
core::Profile curve_of(const UnitModel& model, const std::vector<Level>& levels, int slots,
                       double spread) {
  const double plateau = model.plateau_per_s();
  if (slots == 1) return core::Profile::single_server(plateau, spread);
  std::vector<core::Profile::Point> points;
  if (model.server().grouping == core::Grouping::kBatches) {
    // A batch and what it takes; what waits for it is no time in service.
    for (int n = 1; n < slots; n *= 2) {
      points.push_back({n, from_seconds(model.server().time_s[static_cast<std::size_t>(n - 1)])});
    }
  } else {
    for (const Level& level : levels) {
      if (level.in_flight >= slots) break;
      points.push_back({level.in_flight, from_seconds(level.latency_s)});
    }
  }
  points.push_back({slots, from_seconds(slots / plateau)});
  return core::Profile::measured(rising(std::move(points)), spread);
}

}  // namespace

Misfit misfit_of(const UnitModel& model, const StageResult& stage) {
  std::vector<Record> by_due;
  for (const Record& record : stage.records) {
    if (record.ok) by_due.push_back(record);
  }
  Misfit off;
  if (by_due.empty()) return off;
  std::sort(by_due.begin(), by_due.end(),
            [](const Record& a, const Record& b) { return a.due_s < b.due_s; });
  const auto replayed = model.replay(by_due);
  double measured = 0.0, expected = 0.0;
  std::vector<double> errors;
  for (std::size_t i = 0; i < by_due.size(); ++i) {
    measured += by_due[i].latency_s();
    expected += replayed[i].done_s;
    errors.push_back(std::abs(by_due[i].latency_s() - replayed[i].done_s) / replayed[i].done_s);
  }
  const auto middle = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
  std::nth_element(errors.begin(), middle, errors.end());
  off.bias = measured / expected - 1.0;
  off.typical = *middle;
  off.requests = static_cast<int>(by_due.size());
  return off;
}

std::optional<Fitted> fit(const std::vector<StageResult>& stages, Task task) {
  SIGNALBOX_ASSERT(!stages.empty() && stages.front().plan.in_flight == 1);
  const StageResult& first = stages.front();
  // A unit that answers with errors at first is not warm, either.
  const auto last_error = std::find_if(first.records.rbegin(), first.records.rend(),
                                       [](const Record& record) { return !record.ok; });
  const auto failed = static_cast<std::size_t>(first.records.rend() - last_error);
  std::vector<double> times;
  for (std::size_t i = failed; i < first.records.size(); ++i) {
    times.push_back(first.records[i].latency_s());
  }
  if (times.size() < 2) return std::nullopt;
  // Never settled: the second half is the best there is.
  const std::size_t cut = settled_after(times).value_or(times.size() / 2);
  const std::size_t warm_up = failed + cut;
  const Level alone = alone_level(first, warm_up);
  Seen seen{stages, {times.begin() + static_cast<std::ptrdiff_t>(cut), times.end()}, {}, 0.0};
  seen.levels = levels_of(stages, alone);
  seen.spread = task == Task::kChat ? deviation_of_chats(first, warm_up)
                                    : deviation_over_mean(seen.unloaded_s);

  const Level& fullest = seen.levels.back();
  const double most =
      std::max_element(seen.levels.begin(), seen.levels.end(), [](const Level& a, const Level& b) {
        return a.per_s < b.per_s;
      })->per_s;
  double spread = seen.spread;
  std::optional<core::LanguageProfile> language;
  const auto chosen = [&]() -> Chosen {
    if (task == Task::kChat) {
      return choose_chat(seen, language);
    }
    if (fullest.in_flight >= 4 && fullest.together > kInBatches) {
      const SharedFit batches = fit_batches(seen);
      return {UnitModel::shared(batches.server, batches.sizes), "batches",
              shared_error(batches, spread)};
    }
    if (slots_of(seen.levels, seen.spread) == 1 || most * alone.latency_s < kOneServer) {
      return choose_single(seen, warm_up, spread);
    }
    return choose_slots(seen, spread);
  }();

  const double plateau = chosen.model.plateau_per_s();
  const double off = kNormal * chosen.std_error;
  const core::ServerModel& server = chosen.model.server();
  const int slots = chosen.model.is_single() ? 1 : slots_shown(server, seen.levels, spread);
  double settled_at = first.began_s;
  if (warm_up > 0) settled_at = first.records[warm_up - 1].done_s;
  return Fitted{.model = chosen.model,
                .kind = chosen.kind,
                .std_error = chosen.std_error,
                .spread = spread,
                .slots = slots,
                .unloaded_s = alone.latency,
                .plateau_per_s = {plateau, plateau / (1.0 + off), plateau / (1.0 - off)},
                .levels = seen.levels,
                .curve = curve_of(chosen.model, seen.levels, slots, spread),
                .language = std::move(language),
                .warm_up = warm_up,
                .warm_up_s = settled_at - first.began_s};
}

}  // namespace signalbox::profiler
