// SPDX-License-Identifier: Apache-2.0
#include "sim/report/reproduction_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "base/assert.h"
#include "observe/figures.h"
#include "sim/report/wording.h"

namespace signalbox::sim {

namespace {

constexpr std::uint64_t kBlockOfShares = 2000;    // requests
constexpr std::uint64_t kBlockOfLatencies = 100;  // answers

Check not_shown(std::string text) {
  return {std::move(text), "the run kept no history to judge by", false};
}

Duration begin_of(const HistorySlot& slot) { return slot.from - TimePoint{}; }

std::uint64_t forwarded_to(const HistorySlot& slot, std::size_t unit) {
  return unit < slot.forwarded.size() ? slot.forwarded[unit] : 0;
}
std::uint64_t forwarded(const HistorySlot& slot) {
  return std::accumulate(slot.forwarded.begin(), slot.forwarded.end(), std::uint64_t{0});
}

const std::string& name_of(const RunResult& run, std::size_t unit) {
  SIGNALBOX_ASSERT(unit < run.units.size());
  return run.units[unit];
}

std::string points_text(double share) { return fmt::format("{:.1f} points", 100.0 * share); }
std::string signed_percent(double ratio) { return fmt::format("{:+.1f} %", 100.0 * ratio); }

// Share of the requests forwarded within the window that went to `units`; 0 of none.
double share_within(const RunResult& run, std::span<const std::size_t> units, TimeWindow window) {
  double own = 0.0;
  double all = 0.0;
  for (const HistorySlot& slot : run.history) {
    if (!window.contains(begin_of(slot))) continue;
    for (const std::size_t unit : units) own += static_cast<double>(forwarded_to(slot, unit));
    all += static_cast<double>(forwarded(slot));
  }
  return all > 0.0 ? own / all : 0.0;
}

std::string window_text(TimeWindow window, const TimeAxis& axis) {
  return axis.text(window.from) + " to " + axis.text(window.to);
}

}  // namespace

Check loses_no_request(const RunResult& run) {
  return {"No request fails",
          fmt::format("{} errors of {} requests", observe::count_text(run.totals.failed),
                      observe::count_text(run.totals.requests)),
          run.totals.failed == 0 && run.totals.requests > 0};
}

Check refuses_no_request(const RunResult& run) {
  return {"No request is refused",
          fmt::format("{} refusals of {} requests", observe::count_text(run.totals.refused),
                      observe::count_text(run.totals.requests)),
          run.totals.refused == 0 && run.totals.requests > 0};
}

Check shares_follow(const RunResult& run, std::span<const double> weights, double tolerance,
                    const TimeAxis& axis) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  SIGNALBOX_ASSERT(weights.size() == run.units.size() && sum > 0.0);
  std::string text = fmt::format("Shares follow the weights, within {}", points_text(tolerance));
  double worst = -1.0;
  std::size_t worst_unit = 0;
  Duration worst_at{};
  std::vector<std::uint64_t> block(weights.size());
  Duration block_from{};
  for (const HistorySlot& slot : run.history) {
    std::uint64_t so_far = std::accumulate(block.begin(), block.end(), std::uint64_t{0});
    if (so_far == 0) block_from = begin_of(slot);
    for (std::size_t u = 0; u < block.size(); ++u) block[u] += forwarded_to(slot, u);
    so_far += forwarded(slot);
    if (so_far < kBlockOfShares) continue;
    for (std::size_t u = 0; u < block.size(); ++u) {
      const double share = static_cast<double>(block[u]) / static_cast<double>(so_far);
      const double deviation = std::abs(share - weights[u] / sum);
      if (deviation > worst) worst = deviation, worst_unit = u, worst_at = block_from;
    }
    std::fill(block.begin(), block.end(), 0);
  }
  if (worst < 0.0) return not_shown(std::move(text));
  return {std::move(text),
          fmt::format("at most {} off ({}, {})", points_text(worst), name_of(run, worst_unit),
                      axis.text(worst_at)),
          worst <= tolerance};
}

Check serves_nothing_during(const RunResult& run, std::size_t unit, TimeWindow window,
                            Duration grace, const TimeAxis& axis) {
  std::string text = fmt::format("{} serves nothing while it is capped, {}", name_of(run, unit),
                                 window_text(window, axis));
  std::uint64_t in_grace = 0;
  std::uint64_t after = 0;
  std::uint64_t all = 0;
  for (const HistorySlot& slot : run.history) {
    if (!window.contains(begin_of(slot))) continue;
    const bool graced = begin_of(slot) < window.from + grace;
    (graced ? in_grace : after) += forwarded_to(slot, unit);
    if (!graced) all += forwarded(slot);
  }
  if (all == 0) return not_shown(std::move(text));
  std::string value =
      fmt::format("{} of {} requests", observe::count_text(after), observe::count_text(all));
  if (grace > Duration::zero()) {
    value += fmt::format(" from {} on ({} before it had drained)", axis.text(window.from + grace),
                         observe::count_text(in_grace));
  }
  return {std::move(text), std::move(value), after == 0};
}

Check take_over(const RunResult& run, std::span<const std::size_t> units, TimeWindow before,
                TimeWindow during, const TimeAxis& axis) {
  std::string names;
  for (const std::size_t unit : units) {
    names += (names.empty() ? "" : " and ") + name_of(run, unit);
  }
  std::string text = names + " take over";
  if (run.history.empty()) return not_shown(std::move(text));
  const double share_before = share_within(run, units, before);
  const double share_during = share_within(run, units, during);
  return {std::move(text),
          fmt::format("{:.1f} % of the requests {}, {:.1f} % before", 100.0 * share_during,
                      window_text(during, axis), 100.0 * share_before),
          share_during > share_before};
}

Check serves_again(const RunResult& run, std::size_t unit, Duration at, Duration limit,
                   const TimeAxis& axis) {
  std::string text = fmt::format("{} is back within {} of {}", name_of(run, unit),
                                 observe::duration_text(limit), axis.text(at));
  if (run.history.empty()) return not_shown(std::move(text));
  for (const HistorySlot& slot : run.history) {
    if (begin_of(slot) < at || forwarded_to(slot, unit) == 0) continue;
    const Duration after = begin_of(slot) + run.slot - at;
    return {std::move(text), "after " + observe::duration_text(after), after <= limit};
  }
  return {std::move(text), "it never served again", false};
}

Check switches_to(const RunResult& run, core::Mode mode, TimeWindow window, const TimeAxis& axis) {
  const char* name = mode == core::Mode::kCostOptimized ? "cost" : "capacity";
  std::string text = fmt::format("It switches to {} mode, {}", name, window_text(window, axis));
  for (const core::ModeChange& change : run.mode_changes) {
    const Duration at = change.at - TimePoint{};
    if (change.to == mode && window.contains(at)) {
      return {std::move(text), fmt::format("at {}: {}", axis.text(at), change.evidence), true};
    }
  }
  return {std::move(text), "it did not", false};
}

Check stays_in(const RunResult& run, core::Mode mode, const TimeAxis& axis) {
  std::string text =
      fmt::format("It stays in {} mode", mode == core::Mode::kCostOptimized ? "cost" : "capacity");
  if (run.history.empty()) return not_shown(std::move(text));
  if (!run.mode_changes.empty()) {
    const Duration at = run.mode_changes.front().at - TimePoint{};
    return {std::move(text),
            fmt::format("{} changes, the first at {}", run.mode_changes.size(), axis.text(at)),
            false};
  }
  const bool ok = std::all_of(run.history.begin(), run.history.end(),
                              [&](const HistorySlot& slot) { return slot.mode == mode; });
  return {std::move(text), ok ? "no change of mode" : "it was in the other mode", ok};
}

Check latency_stays_flat(const RunResult& run, std::size_t unit, Duration flat, double tolerance,
                         const TimeAxis& axis) {
  std::string text = fmt::format("{} stays at its {} in the replica, within {}", name_of(run, unit),
                                 observe::duration_text(flat), observe::percent_text(tolerance));
  double worst = 0.0;
  Duration worst_at{};
  bool judged = false;
  double time_s = 0.0;
  std::uint64_t answers = 0;
  Duration block_from{};
  for (const HistorySlot& slot : run.history) {
    const double mean = unit < slot.mean_in_replica_s.size() ? slot.mean_in_replica_s[unit] : 0.0;
    const std::uint64_t count = mean > 0.0 ? forwarded_to(slot, unit) : 0;
    if (answers == 0) block_from = begin_of(slot);
    time_s += mean * static_cast<double>(count);
    answers += count;
    if (answers < kBlockOfLatencies) continue;
    const double off = time_s / static_cast<double>(answers) / to_seconds(flat) - 1.0;
    if (!judged || std::abs(off) > std::abs(worst)) worst = off, worst_at = block_from;
    judged = true;
    time_s = 0.0;
    answers = 0;
  }
  if (run.history.empty()) return not_shown(std::move(text));
  if (!judged) return {std::move(text), "too few answers to judge", false};
  return {std::move(text),
          fmt::format("{} at most ({})", signed_percent(worst), axis.text(worst_at)),
          std::abs(worst) <= tolerance};
}

Check keeps_p99_during(const RunResult& run, TimeWindow window, Duration objective,
                       const TimeAxis& axis) {
  std::string text = fmt::format("p99 stays within {}, {}", observe::setting_text(objective),
                                 window_text(window, axis));
  double worst = -1.0;
  Duration worst_at{};
  std::size_t above = 0;
  std::size_t judged = 0;
  for (const HistorySlot& slot : run.history) {
    if (!window.contains(begin_of(slot)) || slot.p99_s <= 0.0) continue;
    ++judged;
    if (slot.p99_s > to_seconds(objective)) ++above;
    if (slot.p99_s > worst) worst = slot.p99_s, worst_at = begin_of(slot);
  }
  if (judged == 0) return not_shown(std::move(text));
  std::string value = fmt::format("{} at most ({})", observe::duration_text(from_seconds(worst)),
                                  axis.text(worst_at));
  if (above > 0) value += fmt::format("; above it in {} of {} slots", above, judged);
  return {std::move(text), std::move(value), above == 0};
}

namespace {

void append_flat_latencies(std::vector<Check>& checks, const RunResult& run,
                           std::span<const Duration> flat, double tolerance, const TimeAxis& axis) {
  SIGNALBOX_ASSERT(flat.size() == run.units.size());
  for (std::size_t u = 0; u < flat.size(); ++u) {
    const bool used = std::any_of(run.history.begin(), run.history.end(),
                                  [&](const HistorySlot& s) { return forwarded_to(s, u) > 0; });
    if (used) checks.push_back(latency_stays_flat(run, u, flat[u], tolerance, axis));
  }
}

}  // namespace

std::vector<Check> check_figures_6_and_7(const RunResult& run, const Figures6And7& expected,
                                         const TimeAxis& axis) {
  std::vector<Check> checks = {loses_no_request(run), refuses_no_request(run),
                               shares_follow(run, expected.weights, expected.share_tolerance, axis),
                               stays_in(run, core::Mode::kCostOptimized, axis)};
  append_flat_latencies(checks, run, expected.flat_latency, expected.latency_tolerance, axis);
  return checks;
}

std::vector<Check> check_figures_8_and_9(const RunResult& run, const Figures8And9& expected,
                                         const TimeAxis& axis) {
  const TimeWindow before = {std::max(Duration::zero(), expected.cap.from - expected.cap.length()),
                             expected.cap.from};
  const TimeWindow during = {expected.cap.from + expected.grace, expected.cap.to};
  std::vector<Check> checks = {
      loses_no_request(run),
      refuses_no_request(run),
      serves_nothing_during(run, expected.capped, expected.cap, expected.grace, axis),
      take_over(run, expected.taking_over, before, during, axis),
      serves_again(run, expected.capped, expected.cap.to, expected.back_within, axis),
      stays_in(run, core::Mode::kCapacityOptimized, axis)};
  append_flat_latencies(checks, run, expected.flat_latency, expected.latency_tolerance, axis);
  return checks;
}

std::vector<Check> check_figures_10_and_11(const RunResult& run, const Figures10And11& expected,
                                           const TimeAxis& axis) {
  std::vector<Check> checks = {
      loses_no_request(run), refuses_no_request(run),
      switches_to(run, core::Mode::kCapacityOptimized, expected.shortage, axis),
      keeps_p99_during(run, expected.shortage, expected.objective, axis),
      switches_to(run, core::Mode::kCostOptimized, expected.next_wave, axis)};
  append_flat_latencies(checks, run, expected.flat_latency, expected.latency_tolerance, axis);
  return checks;
}

}  // namespace signalbox::sim
