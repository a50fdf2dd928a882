// SPDX-License-Identifier: Apache-2.0
//
// Units that serve several requests at once: beside each other, or batch by batch.
#include <algorithm>
#include <map>
#include <numeric>

#include "base/assert.h"
#include "core/estimate/performance_curve.h"
#include "profiler/fit_parts.h"

namespace signalbox::profiler {

namespace {

constexpr double kTogether = 0.05;  // of the mean time between answers
constexpr int kEnough = 3;          // batches of one size that speak for themselves

std::vector<double> relative(std::vector<double> times) {
  if (times.empty()) return times;
  const double mean =
      std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
  for (double& time : times) time /= mean;
  return times;
}

struct Batches {
  std::map<int, std::vector<double>> times_by_size;
};

// Answers that come together were one batch; it began when the last one ended, if it was waited
// for, and else with its first request.
void add_batches(const StageResult& stage, double near, Batches& batches) {
  double last_end = -1.0;
  for (std::size_t i = 0; i < stage.records.size();) {
    std::size_t end = i;
    double first_due = stage.records[i].due_s, done = stage.records[i].done_s;
    bool all_ok = true;
    while (end < stage.records.size() && stage.records[end].done_s - done <= near) {
      first_due = std::min(first_due, stage.records[end].due_s);
      done = stage.records[end].done_s;
      all_ok = all_ok && stage.records[end].ok;
      ++end;
    }
    const double began = std::max(last_end, first_due);
    if (all_ok && last_end >= 0.0) {
      batches.times_by_size[static_cast<int>(end - i)].push_back(done - began);
    }
    last_end = done;
    i = end;
  }
}

}  // namespace

std::vector<core::Profile::Point> rising(std::vector<core::Profile::Point> points) {
  for (std::size_t i = points.size(); i > 1; --i) {
    points[i - 2].latency = std::min(points[i - 2].latency, points[i - 1].latency);
  }
  return points;
}

std::vector<double> filled(const std::vector<std::pair<int, double>>& points, int slots) {
  SIGNALBOX_ASSERT(!points.empty());
  std::vector<double> values;
  for (int n = 1; n <= slots; ++n) {
    const auto above = std::find_if(points.begin(), points.end(),
                                    [n](const auto& point) { return point.first >= n; });
    if (above == points.begin()) {
      values.push_back(above->second);
    } else if (above == points.end()) {
      values.push_back(points.back().second);
    } else {
      const auto below = above - 1;
      const double part = static_cast<double>(n - below->first) / (above->first - below->first);
      values.push_back(below->second + part * (above->second - below->second));
    }
  }
  return values;
}

SharedFit fit_processor_sharing(double service_s) {
  SharedFit fit;
  for (int n = 1; n <= kSharers; ++n) fit.server.time_s.push_back(n * service_s);
  return fit;
}

SharedFit fit_side_by_side(const Seen& seen, int slots) {
  SharedFit fit;
  std::vector<std::pair<int, double>> points;
  double elapsed = 0.0;
  int answers = 0;
  for (const Level& level : seen.levels) {
    if (level.in_flight < slots) points.emplace_back(level.in_flight, level.latency_s);
    if (level.in_flight >= slots) {
      answers += level.answers;
      elapsed += level.elapsed_s;
    }
  }
  points.emplace_back(slots, slots * elapsed / answers);
  fit.server.time_s = filled(points, slots);
  for (const StageResult& stage : seen.stages) {
    const auto level = level_of(stage);
    if (stage.plan.is_open() || stage.plan.in_flight > slots || !level) continue;
    for (const Record& record : stage.records) {
      const bool is_steady = record.ok && record.in_flight == stage.plan.in_flight &&
                             record.done_s <= stage.stopped_s && stage.plan.in_flight > 1;
      if (is_steady) fit.sizes.push_back(record.latency_s() / level->latency_s);
    }
  }
  const auto alone = relative(seen.unloaded_s);
  fit.sizes.insert(fit.sizes.end(), alone.begin(), alone.end());
  fit.sizes = relative(std::move(fit.sizes));
  fit.evidence = answers;
  return fit;
}

SharedFit fit_batches(const Seen& seen) {
  Batches batches;
  double near = 0.0;
  for (const StageResult& stage : seen.stages) {
    if (stage.plan.is_open() || stage.plan.in_flight < 2) continue;
    if (const auto level = level_of(stage)) near = kTogether / level->per_s;
    add_batches(stage, near, batches);
  }
  SharedFit fit;
  fit.sizes = relative(seen.unloaded_s);
  core::LineFit line;
  std::vector<std::pair<int, double>> points;
  const double alone = std::accumulate(seen.unloaded_s.begin(), seen.unloaded_s.end(), 0.0) /
                       static_cast<double>(seen.unloaded_s.size());
  points.emplace_back(1, alone);
  line.add(1.0, alone, static_cast<double>(seen.unloaded_s.size()));
  int largest = 1;
  for (const auto& [size, times] : batches.times_by_size) {
    const auto count = static_cast<double>(times.size());
    const double time =
        std::accumulate(times.begin(), times.end(), 0.0) / count / mean_largest(fit.sizes, size);
    line.add(size, time, count);
    largest = std::max(largest, size);
    fit.evidence += static_cast<int>(times.size()) * size;
    if (size > 1 && times.size() >= kEnough) points.emplace_back(size, time);
  }
  if (points.back().first < largest) {
    points.emplace_back(largest, std::max(line.line().at(largest), alone));
  }
  fit.server.grouping = core::Grouping::kBatches;
  fit.server.time_s = filled(points, largest);
  return fit;
}

}  // namespace signalbox::profiler
