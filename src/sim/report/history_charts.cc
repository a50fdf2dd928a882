// SPDX-License-Identifier: Apache-2.0
#include "sim/report/history_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>

#include "observe/figures.h"
#include "sim/report/wording.h"

namespace signalbox::sim {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kPaletteSize = 8;

std::string unit_color(std::size_t unit) { return std::to_string(unit % kPaletteSize); }

double per_second(std::uint64_t count, const ThinnedHistory::Point& point) {
  return static_cast<double>(count) / to_seconds(point.length);
}

std::uint64_t total_forwarded(const HistorySlot& slot) {
  return std::accumulate(slot.forwarded.begin(), slot.forwarded.end(), std::uint64_t{0});
}

template <class T>
T at_or_zero(const std::vector<T>& values, std::size_t i) {
  return i < values.size() ? values[i] : T{};
}

// One value per point of the history.
template <class Value>
std::vector<double> over_time(const RunPlots& run, Value value) {
  std::vector<double> y;
  y.reserve(run.history.points.size());
  for (const auto& point : run.history.points) y.push_back(value(point));
  return y;
}

// One series per unit, in the units' order.
template <class Value>
std::vector<Series> by_unit(const RunPlots& run, Series::Look look, Value value) {
  std::vector<Series> series;
  for (std::size_t u = 0; u < run.result.units.size(); ++u) {
    series.push_back(
        {run.result.units[u], unit_color(u), look,
         over_time(run, [&](const ThinnedHistory::Point& point) { return value(point, u); })});
  }
  return series;
}

double largest(const std::vector<double>& y) {
  double most = 0.0;
  for (const double value : y) {
    if (std::isfinite(value)) most = std::max(most, value);
  }
  return most;
}

double sum(const std::vector<double>& y) {
  return std::accumulate(y.begin(), y.end(), 0.0,
                         [](double s, double v) { return std::isfinite(v) ? s + v : s; });
}

std::string run_length(const RunPlots& run) {
  return length_text(run.result.slot * static_cast<std::int64_t>(run.result.history.size()));
}

// "a 61 %, b 39 %"
template <class Text>
std::string list_of_units(const RunPlots& run, Text text) {
  std::string out;
  for (std::size_t u = 0; u < run.result.units.size(); ++u) {
    out += (u == 0 ? "" : ", ") + run.result.units[u] + ' ' + text(u);
  }
  return out;
}

std::string seconds_text(double seconds) { return observe::duration_text(from_seconds(seconds)); }

}  // namespace

std::vector<TimeWindow> capacity_mode_windows(const RunResult& result) {
  if (result.history.empty()) return {};
  const Duration end = result.history.back().from - TimePoint{} + result.slot;
  Duration since = result.history.front().from - TimePoint{};
  const auto& changes = result.mode_changes;
  core::Mode mode = changes.empty() ? result.history.front().mode : changes.front().from;
  std::vector<TimeWindow> windows;
  const auto close = [&](Duration at) {
    const TimeWindow window{since, std::min(at, end)};
    if (mode == core::Mode::kCapacityOptimized && window.to > window.from) {
      windows.push_back(window);
    }
  };
  for (const core::ModeChange& change : changes) {
    close(change.at - TimePoint{});
    mode = change.to;
    since = change.at - TimePoint{};
  }
  close(end);
  return windows;
}

Chart share_chart(const RunPlots& run) {
  Chart chart;
  chart.title = "Traffic by unit";
  chart.caption = "Share of the forwarded requests, unit by unit";
  chart.quantity = Quantity::kShare;
  chart.stacked = true;
  chart.series =
      by_unit(run, Series::Look::kArea, [](const ThinnedHistory::Point& point, std::size_t u) {
        const auto total = static_cast<double>(total_forwarded(point.slot));
        const auto own = static_cast<double>(at_or_zero(point.slot.forwarded, u));
        return total > 0.0 ? own / total : kNothing;
      });
  double all = 0.0;
  std::vector<double> own(run.result.units.size());
  for (const auto& point : run.history.points) {
    for (std::size_t u = 0; u < own.size(); ++u) {
      own[u] += static_cast<double>(at_or_zero(point.slot.forwarded, u));
    }
    all += static_cast<double>(total_forwarded(point.slot));
  }
  chart.description =
      all > 0.0 ? fmt::format(
                      "Over {} the requests went to: {}.", run_length(run),
                      list_of_units(
                          run, [&](std::size_t u) { return observe::percent_text(own[u] / all); }))
                : "No request was forwarded.";
  return chart;
}

Chart replicas_chart(const RunPlots& run) {
  Chart chart;
  chart.title = "Replicas";
  chart.caption = "Ready replicas, unit by unit; the dashed line adds those that boot";
  chart.quantity = Quantity::kCount;
  chart.stacked = true;
  chart.series =
      by_unit(run, Series::Look::kArea, [](const ThinnedHistory::Point& point, std::size_t u) {
        return static_cast<double>(at_or_zero(point.slot.ready, u));
      });
  std::vector<double> most(run.result.units.size());
  for (std::size_t u = 0; u < most.size(); ++u) most[u] = largest(chart.series[u].y);
  chart.series.push_back({"with booting", "ink", Series::Look::kDashed,
                          over_time(run, [](const ThinnedHistory::Point& point) {
                            const auto& slot = point.slot;
                            return static_cast<double>(
                                std::accumulate(slot.ready.begin(), slot.ready.end(), 0) +
                                std::accumulate(slot.booting.begin(), slot.booting.end(), 0));
                          })});
  chart.description =
      fmt::format("At most {} replicas at once, booting ones included; ready at most: {}.",
                  mean_count_text(largest(chart.series.back().y)),
                  list_of_units(run, [&](std::size_t u) { return mean_count_text(most[u]); }));
  return chart;
}

Chart cost_chart(const RunPlots& run) {
  Chart chart;
  chart.title = "Cost";
  chart.quantity = Quantity::kUsdPerHour;
  chart.series = {{"billed", "0", Series::Look::kLine,
                   over_time(run, [](const auto& point) { return point.slot.cost_usd_per_hour; })}};
  auto bound = over_time(run, [](const auto& point) { return point.slot.bound_usd_per_hour; });
  const double points = static_cast<double>(run.history.points.size());
  const double mean_cost = sum(chart.series[0].y) / points;
  const double mean_bound = sum(bound) / points;
  chart.description =
      fmt::format("Billed {} an hour on average, {} at most", observe::usd_text(mean_cost),
                  observe::usd_text(largest(chart.series[0].y)));
  if (mean_bound > 0.0) {
    chart.caption = "Dollars an hour, and what a fleet that knew the future would have spent";
    chart.description += fmt::format("; the clairvoyant bound is {} an hour on average.",
                                     observe::usd_text(mean_bound));
    chart.series.push_back({"clairvoyant bound", "good", Series::Look::kArea, std::move(bound)});
  } else {
    chart.caption = "Dollars an hour of all that is billed";
    chart.description += ".";
  }
  return chart;
}

Chart latency_chart(const RunPlots& run, Duration objective) {
  Chart chart;
  chart.title = "Latency";
  const bool merged = run.history.step > run.result.slot;
  chart.caption = merged ? "From arrival to answer; for p99 the worst minute of each point"
                         : "From arrival to answer";
  chart.quantity = Quantity::kSeconds;
  const auto of_answers = [](double seconds) { return seconds > 0.0 ? seconds : kNothing; };
  chart.series = {{"p99", "3", Series::Look::kLine,
                   over_time(run, [&](const auto& point) { return of_answers(point.slot.p99_s); })},
                  {"p50", "0", Series::Look::kLine, over_time(run, [&](const auto& point) {
                     return of_answers(point.slot.p50_s);
                   })}};
  const std::string limit = observe::setting_text(objective);
  if (objective > Duration::zero()) {
    chart.thresholds = {{to_seconds(objective), "objective " + limit}};
  }
  const auto above = std::count_if(chart.series[0].y.begin(), chart.series[0].y.end(),
                                   [&](double y) { return y > to_seconds(objective); });
  chart.description =
      fmt::format("p99 is at most {}, p50 at most {}", seconds_text(largest(chart.series[0].y)),
                  seconds_text(largest(chart.series[1].y)));
  chart.description += objective > Duration::zero()
                           ? fmt::format("; p99 is above the objective of {} at {} of {} points.",
                                         limit, above, chart.series[0].y.size())
                           : std::string(".");
  return chart;
}

Chart rate_chart(const RunPlots& run) {
  Chart chart;
  chart.title = "Requests";
  chart.caption = "Arrivals a second, and what was refused or lost of them";
  chart.quantity = Quantity::kPerSecond;
  chart.series = {{"arrivals", "0", Series::Look::kFaint,
                   over_time(run, [](const auto& p) { return per_second(p.slot.arrivals, p); })},
                  {"refused", "1", Series::Look::kLine,
                   over_time(run, [](const auto& p) { return per_second(p.slot.refused, p); })},
                  {"lost", "bad", Series::Look::kLine,
                   over_time(run, [](const auto& p) { return per_second(p.slot.failed, p); })}};
  std::uint64_t refused = 0;
  std::uint64_t lost = 0;
  for (const auto& point : run.history.points) {
    refused += point.slot.refused;
    lost += point.slot.failed;
  }
  chart.description = fmt::format(
      "At most {:.3g} requests a second; over the whole run {} were refused and {} were lost.",
      largest(chart.series[0].y), observe::count_text(refused), observe::count_text(lost));
  return chart;
}

Chart unit_rate_chart(const RunPlots& run) {
  Chart chart;
  chart.title = "Requests by unit";
  chart.caption = "Requests a second that each unit was given";
  chart.quantity = Quantity::kPerSecond;
  chart.stacked = true;
  chart.series =
      by_unit(run, Series::Look::kArea, [](const ThinnedHistory::Point& point, std::size_t u) {
        return per_second(at_or_zero(point.slot.forwarded, u), point);
      });
  chart.description =
      fmt::format("Most requests a second: {}.", list_of_units(run, [&](std::size_t u) {
                    return fmt::format("{:.3g}", largest(chart.series[u].y));
                  }));
  return chart;
}

Chart unit_latency_chart(const RunPlots& run) {
  Chart chart;
  chart.title = "Latency in the replica";
  chart.caption = "Mean time in service, unit by unit: what the paper calls latency";
  chart.quantity = Quantity::kSeconds;
  chart.series =
      by_unit(run, Series::Look::kLine, [](const ThinnedHistory::Point& point, std::size_t u) {
        const double mean = at_or_zero(point.slot.mean_in_replica_s, u);
        return mean > 0.0 ? mean : kNothing;
      });
  chart.description = fmt::format(
      "Lowest and highest mean of each unit: {}.", list_of_units(run, [&](std::size_t u) {
        double low = largest(chart.series[u].y);
        for (const double y : chart.series[u].y) {
          if (std::isfinite(y)) low = std::min(low, y);
        }
        return low > 0.0 ? seconds_text(low) + " to " + seconds_text(largest(chart.series[u].y))
                         : std::string("unused");
      }));
  return chart;
}

Chart answers_chart(const RunPlots& run) {
  Chart chart;
  chart.title = "Answers";
  chart.caption = "Requests a second by what became of them";
  chart.quantity = Quantity::kPerSecond;
  chart.stacked = true;
  std::uint64_t refused = 0;
  std::uint64_t lost = 0;
  std::uint64_t arrivals = 0;
  for (const auto& point : run.history.points) {
    arrivals += point.slot.arrivals;
    refused += point.slot.refused;
    lost += point.slot.failed;
  }
  chart.series = {{"200", "0", Series::Look::kArea,
                   over_time(run,
                             [](const auto& p) {
                               const auto& s = p.slot;
                               const auto not_answered = s.refused + s.failed;
                               return per_second(s.arrivals - std::min(s.arrivals, not_answered),
                                                 p);
                             })},
                  {"refused: 429, 503", "1", Series::Look::kArea,
                   over_time(run, [](const auto& p) { return per_second(p.slot.refused, p); })},
                  {"failed: 5xx, broken", "bad", Series::Look::kArea,
                   over_time(run, [](const auto& p) { return per_second(p.slot.failed, p); })}};
  chart.description =
      fmt::format("Of {} requests {} were refused and {} failed.", observe::count_text(arrivals),
                  observe::count_text(refused), observe::count_text(lost));
  return chart;
}

}  // namespace signalbox::sim
