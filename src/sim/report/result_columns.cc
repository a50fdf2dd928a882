// SPDX-License-Identifier: Apache-2.0
#include "sim/report/result_columns.h"

#include <algorithm>
#include <array>

#include "observe/figures.h"
#include "sim/report/wording.h"

namespace signalbox::sim {

namespace {

using S = PolicySummary;
using Value = std::optional<double>;
using Text = std::optional<std::string>;

template <class Format>
Text range(const std::optional<Interval>& interval, Format format) {
  if (!interval) return std::nullopt;
  return format(interval->low) + " to " + format(interval->high);
}

constexpr std::array kColumns = std::to_array<ResultColumn>({
    {"cost", "as billed, per run", 0, Good::kSmall, true,
     [](const S& s) { return observe::usd_text(s.cost_usd); },
     [](const S& s) -> Value { return s.cost_usd; },
     [](const S& s) { return range(s.cost_interval, observe::usd_text); }},
    {"/bound", "cost over the lower bound at the policy's own share of misses", 1, Good::kSmall,
     true, [](const S& s) { return gap_text(s.gap); }, [](const S& s) { return s.gap; },
     [](const S& s) { return range(s.gap_interval, [](double g) { return gap_text(g); }); }},
    {"95 %", "", 9, Good::kNone, true,
     [](const S& s) {
       return s.gap_interval ? gap_text(s.gap_interval->low) + "-" + gap_text(s.gap_interval->high)
                             : std::string("-");
     },
     [](const S&) -> Value { return std::nullopt; }, nullptr, true},
    {"in time", "share of requests answered within the objective; all else is a miss", 0,
     Good::kLarge, false, [](const S& s) { return attainment_text(s.slo_attainment); },
     [](const S& s) -> Value { return s.slo_attainment; },
     [](const S& s) { return range(s.attainment_interval, attainment_text); }},
    {"$/1k", "dollars per 1000 requests answered in time", 7, Good::kSmall, true,
     [](const S& s) {
       return s.usd_per_1k_within_slo ? observe::usd_text(*s.usd_per_1k_within_slo) : "-";
     },
     [](const S& s) { return s.usd_per_1k_within_slo; }, nullptr},
    {"p50", "half of the answers were sooner, from arrival", 4, Good::kSmall, false,
     [](const S& s) { return ms_text(s.p50_ms); }, [](const S& s) -> Value { return s.p50_ms; },
     nullptr},
    {"p95", "95 % of the answers were sooner", 6, Good::kSmall, false,
     [](const S& s) { return ms_text(s.p95_ms); }, [](const S& s) -> Value { return s.p95_ms; },
     nullptr},
    {"p99", "99 % of the answers were sooner", 2, Good::kSmall, false,
     [](const S& s) { return ms_text(s.p99_ms); }, [](const S& s) -> Value { return s.p99_ms; },
     nullptr},
    {"p99.9", "99.9 % of the answers were sooner", 9, Good::kSmall, false,
     [](const S& s) { return ms_text(s.p999_ms); }, [](const S& s) -> Value { return s.p999_ms; },
     nullptr},
    {"refused", "answered 429 or 503, per run", 3, Good::kSmall, false,
     [](const S& s) { return mean_count_text(s.refused); },
     [](const S& s) -> Value { return s.refused; }, nullptr},
    {"lost", "failed, broken off or never answered, per run", 3, Good::kSmall, false,
     [](const S& s) { return mean_count_text(s.dropped); },
     [](const S& s) -> Value { return s.dropped; }, nullptr},
    {"bad min", "minutes in which the objective was missed, per run", 5, Good::kSmall, false,
     [](const S& s) { return mean_count_text(s.violation_minutes); },
     [](const S& s) -> Value { return s.violation_minutes; }, nullptr},
    {"switches", "changes of mode, per run", 8, Good::kNone, false,
     [](const S& s) { return mean_count_text(s.mode_switches); },
     [](const S&) -> Value { return std::nullopt; }, nullptr},
});

}  // namespace

std::span<const ResultColumn> result_columns() { return kColumns; }

bool keeps_objective(const PolicySummary& summary, std::optional<double> attainment_target) {
  return !attainment_target || summary.slo_attainment >= *attainment_target;
}

std::vector<bool> best_rows(const ResultColumn& column, std::span<const PolicySummary> rows,
                            std::optional<double> attainment_target) {
  std::vector<bool> best(rows.size(), false);
  if (column.good == Good::kNone || rows.size() < 2) return best;
  const double sign = column.good == Good::kLarge ? -1.0 : 1.0;
  const auto competes = [&](const PolicySummary& row) {
    return column.value(row) && (!column.money || keeps_objective(row, attainment_target));
  };
  Value least, most;
  std::size_t competing = 0;
  for (const auto& row : rows) {
    if (!competes(row)) continue;
    ++competing;
    const double badness = sign * *column.value(row);
    least = std::min(least.value_or(badness), badness);
    most = std::max(most.value_or(badness), badness);
  }
  if (!least || (least == most && competing > 1)) return best;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    best[i] = competes(rows[i]) && sign * *column.value(rows[i]) == *least;
  }
  return best;
}

}  // namespace signalbox::sim
