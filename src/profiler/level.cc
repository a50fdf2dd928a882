// SPDX-License-Identifier: Apache-2.0
//
// Reading a closed stage; see fit.h. With n requests always in flight, each of n clients in turn
// gets one answer in n: whole rounds are counted, so that it does not matter where in a batch or a
// round the counting begins.
#include <algorithm>
#include <cmath>

#include "profiler/fit.h"
#include "profiler/intervals.h"

namespace signalbox::profiler {

namespace {

constexpr double kTogether = 0.05;  // of the mean time between answers

double share_together(const std::vector<const Record*>& answers, double per_s) {
  const double near = kTogether / per_s;
  int together = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const bool with_last = i > 0 && answers[i]->done_s - answers[i - 1]->done_s <= near;
    const bool with_next =
        i + 1 < answers.size() && answers[i + 1]->done_s - answers[i]->done_s <= near;
    together += with_last || with_next ? 1 : 0;
  }
  return static_cast<double>(together) / static_cast<double>(answers.size());
}

}  // namespace

std::optional<Level> level_of(const StageResult& stage) {
  if (stage.plan.is_open()) return std::nullopt;
  const auto n = static_cast<std::size_t>(stage.plan.in_flight);
  std::vector<const Record*> answers;
  for (const Record& record : stage.records) {
    if (record.ok && record.done_s <= stage.stopped_s) answers.push_back(&record);
  }
  if (answers.size() < n + 2) return std::nullopt;
  const std::size_t first = n - 1;
  std::size_t count = answers.size() - 1 - first;
  if (count >= n) count -= count % n;
  const double elapsed = answers[first + count]->done_s - answers[first]->done_s;
  if (elapsed <= 0.0) return std::nullopt;
  Level level;
  level.in_flight = stage.plan.in_flight;
  level.answers = static_cast<int>(count);
  level.elapsed_s = elapsed;
  level.per_s = static_cast<double>(count) / elapsed;
  const auto from = answers.begin() + static_cast<std::ptrdiff_t>(first) + 1;
  answers = {from, from + static_cast<std::ptrdiff_t>(count)};
  level.together = share_together(answers, level.per_s);
  std::vector<double> latencies;
  const auto each = 1.0 / static_cast<double>(count);
  for (const Record* record : answers) {
    const double latency = record->latency_s();
    latencies.push_back(latency);
    level.first_token_s += record->first_token_s * each;
    level.per_token_s +=
        (latency - record->first_token_s) / std::max(record->output_tokens - 1, 1) * each;
    level.token_gap_s += record->token_gap_s * each;
  }
  level.latency = mean_of(latencies);
  level.latency_s = level.latency.value;
  return level;
}

int slots_of(const std::vector<Level>& levels, double spread) {
  constexpr double kNoGain = 0.03;
  constexpr double kSure = 2.5;  // standard errors
  for (std::size_t i = 0; i + 1 < levels.size(); ++i) {
    const Level& level = levels[i];
    int answers = 0;
    double elapsed = 0.0;
    for (std::size_t more = i + 1; more < levels.size(); ++more) {
      answers += levels[more].answers;
      elapsed += levels[more].elapsed_s;
    }
    // What is half done when the counting begins and ends adds to the noise of what was served.
    const double answered = std::max(level.answers, 1);
    const double noise = std::hypot(std::max(spread, 0.005) / std::sqrt(answered),
                                    level.in_flight > 1 ? 0.5 / answered : 0.0);
    if (level.per_s >= answers / elapsed * (1.0 - std::max(kNoGain, kSure * noise))) {
      return level.in_flight;
    }
  }
  return levels.back().in_flight;
}

}  // namespace signalbox::profiler
