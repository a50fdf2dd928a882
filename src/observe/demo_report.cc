// SPDX-License-Identifier: Apache-2.0
//
// Each promise is judged in one place (demo_verdicts); text and exit code follow from that.
#include "observe/demo_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>

#include "observe/canvas.h"
#include "observe/figures.h"
#include "observe/json_text.h"
#include "observe/traffic_chart.h"
#include "observe/wrapping.h"

namespace signalbox::observe {

namespace json = boost::json;

namespace {

constexpr int kColumns = 100;
constexpr int kShareBar = 40;
constexpr Style kMuted = {Ink::kGrey};
constexpr Style kStrong = {Ink::kDefault, Ink::kDefault, true};

std::string ms_text(double ms) { return duration_text(from_seconds(ms / 1000.0)); }

const DemoSwitch* first_into(const DemoSummary& summary, core::Mode mode) {
  for (const auto& change : summary.mode_switches) {
    if (change.to == mode) return &change;
  }
  return nullptr;
}

DemoVerdict latency_verdict(const DemoSummary& summary) {
  return {"latency",
          fmt::format("p50 {}, p99 {}", ms_text(summary.p50_ms), ms_text(summary.p99_ms)),
          fmt::format("p99 within {}", setting_text(summary.objective.latency)),
          summary.p99_ms <= to_millis(summary.objective.latency)};
}

DemoVerdict switch_verdict(const DemoSummary& summary) {
  const auto* change = first_into(summary, core::Mode::kCapacityOptimized);
  const std::string promise = fmt::format("react within {}", setting_text(kPromisedReaction));
  if (change == nullptr) return {"switch", "never left cost_optimized", promise, false};
  double slowest = 0.0;
  for (const auto& each : summary.mode_switches) {
    if (each.to == core::Mode::kCapacityOptimized) slowest = std::max(slowest, each.reaction_ms);
  }
  return {"switch",
          fmt::format("at {}, {} after the evidence", clock_text(from_seconds(change->at_s)),
                      ms_text(slowest)),
          promise, slowest <= to_millis(kPromisedReaction)};
}

DemoVerdict return_verdict(const DemoSummary& summary) {
  const bool left = first_into(summary, core::Mode::kCapacityOptimized) != nullptr;
  const bool back = left && summary.mode_switches.back().to == core::Mode::kCostOptimized;
  return {"return",
          back ? "at " + clock_text(from_seconds(summary.mode_switches.back().at_s))
               : (left ? "still capacity_optimized" : "nothing to return from"),
          "back to cost_optimized", back};
}

DemoVerdict cost_verdict(const DemoSummary& summary) {
  const double saved = summary.paper_weighted_cost_usd > 0.0
                           ? 1.0 - summary.cost_usd / summary.paper_weighted_cost_usd
                           : 0.0;
  std::string figure =
      fmt::format("{}, {} per 1000", usd_text(summary.cost_usd), usd_text(summary.usd_per_1k));
  if (saved > 0.0) figure += fmt::format(", {} less", percent_text(saved));
  return {"cost", std::move(figure),
          fmt::format("below paper weights, {}", usd_text(summary.paper_weighted_cost_usd)),
          summary.cost_usd < summary.paper_weighted_cost_usd};
}

}  // namespace

std::vector<DemoVerdict> demo_verdicts(const DemoSummary& summary) {
  std::vector<DemoVerdict> verdicts;
  verdicts.push_back(
      {"errors", count_text(summary.errors), "none", summary.requests > 0 && summary.errors == 0});
  verdicts.push_back({"objective", probability_text(summary.slo_attainment) + " in time",
                      fmt::format("{} within {}", quantile_text(summary.objective.quantile),
                                  setting_text(summary.objective.latency)),
                      summary.slo_attainment >= summary.objective.quantile});
  verdicts.push_back(latency_verdict(summary));
  verdicts.push_back(switch_verdict(summary));
  verdicts.push_back(return_verdict(summary));
  verdicts.push_back(cost_verdict(summary));
  return verdicts;
}

std::string render_summary(const DemoSummary& summary, bool color) {
  const auto verdicts = demo_verdicts(summary);
  const auto switches = static_cast<int>(summary.mode_switches.size());
  const auto units = static_cast<int>(summary.shares.size());
  std::vector<std::vector<std::string>> reasons;
  int reason_rows = 0;
  for (const auto& change : summary.mode_switches) {
    reasons.push_back(wrap(change.reason, kColumns - 15));
    reason_rows += static_cast<int>(reasons.back().size());
  }
  const int rows = 3 + static_cast<int>(verdicts.size()) + 1 +
                   (switches > 0 ? 1 + switches + reason_rows : 0) + (units > 0 ? 2 + units : 0) +
                   1;
  Canvas canvas({kColumns, rows});

  int row = 0;
  const auto kept =
      std::count_if(verdicts.begin(), verdicts.end(), [](const auto& v) { return v.kept; });
  const auto missed = static_cast<std::ptrdiff_t>(verdicts.size()) - kept;
  const int after = canvas.text(row, 1, "Signalbox demo", kStrong);
  canvas.text(
      row, after + 2,
      fmt::format("{} requests in {}, longest hold {}, seed {}", count_text(summary.requests),
                  duration_text(summary.duration), ms_text(summary.max_hold_ms), summary.seed),
      kMuted);
  row += 2;
  canvas.text(row, 14, "measured", kMuted);
  canvas.text(row++, 54, "promised", kMuted);
  for (const auto& verdict : verdicts) {
    const Style style = {verdict.kept ? Ink::kGreen : Ink::kRed, Ink::kDefault, true};
    canvas.text(row, 2, verdict.what);
    canvas.text(row, 14, verdict.figure, kStrong, 38);
    canvas.text(row, 54, verdict.promise, kMuted, 34);
    canvas.text(row++, 90, verdict.kept ? "✓ kept" : "✗ missed", style);
  }
  ++row;
  for (std::size_t i = 0; i < summary.mode_switches.size(); ++i) {
    const auto& change = summary.mode_switches[i];
    canvas.text_right(row, 12, clock_text(from_seconds(change.at_s)), kMuted);
    canvas.text(row++, 14,
                fmt::format("{} → {}", core::to_string(change.from), core::to_string(change.to)),
                {change.to == core::Mode::kCostOptimized ? Ink::kGreen : Ink::kOrange});
    for (const auto& line : reasons[i]) canvas.text(row++, 14, line, kMuted, kColumns - 15);
  }
  if (switches > 0) ++row;
  if (units > 0) canvas.text(row++, 2, "who served", kMuted);
  for (int u = 0; u < units; ++u) {
    const auto& unit = summary.shares[static_cast<std::size_t>(u)];
    const double share = std::clamp(unit.share, 0.0, 1.0);
    const Ink ink = unit_ink(static_cast<std::size_t>(u));
    canvas.text(row, 2, unit.name, {}, 28);
    canvas.text_right(row, 38, percent_text(share), kStrong);
    canvas.bar(row++, 40, static_cast<int>(std::lround(share * 8 * kShareBar)), {ink});
  }
  if (units > 0) ++row;
  canvas.text(row, 1,
              missed == 0 ? std::string("Every promise was kept.")
                          : fmt::format("{} of {} promises {} missed.", missed, verdicts.size(),
                                        missed == 1 ? "was" : "were"),
              {missed == 0 ? Ink::kGreen : Ink::kRed, Ink::kDefault, true});
  return canvas.render(color) + '\n';
}

std::string demo_json(const DemoSummary& summary) {
  json::array switches;
  for (const auto& change : summary.mode_switches) {
    switches.push_back({{"at_s", rounded(change.at_s, 3)},
                        {"from", core::to_string(change.from)},
                        {"to", core::to_string(change.to)},
                        {"reason", change.reason},
                        {"reaction_ms", rounded(change.reaction_ms, 3)}});
  }
  json::object out;
  out["requests"] = summary.requests;
  out["errors"] = summary.errors;
  // Cut, not rounded: 0.9899999 must not print as 0.99.
  out["slo_attainment"] = std::floor(summary.slo_attainment * 1e6 + 1e-6) / 1e6;
  out["p50_ms"] = rounded(summary.p50_ms, 3);
  out["p99_ms"] = rounded(summary.p99_ms, 3);
  out["max_hold_ms"] = rounded(summary.max_hold_ms, 3);
  out["cost_usd"] = rounded(summary.cost_usd, 6);
  out["usd_per_1k"] = rounded(summary.usd_per_1k, 6);
  out["mode_switches"] = std::move(switches);
  out["paper_weighted_cost_usd"] = rounded(summary.paper_weighted_cost_usd, 6);
  out["objective_ms"] = to_millis(summary.objective.latency);
  out["objective_quantile"] = summary.objective.quantile;
  out["duration_s"] = rounded(to_seconds(summary.duration), 3);
  out["seed"] = summary.seed;
  return json_text(out, Layout::kOneLine);
}

}  // namespace signalbox::observe
