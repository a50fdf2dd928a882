// SPDX-License-Identifier: Apache-2.0
//
// The comparison as aligned tables and as JSON; see compare.h.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <string_view>

#include "observe/figures.h"
#include "observe/json_text.h"
#include "observe/unicode.h"
#include "profiler/compare.h"
#include "profiler/plot_axis.h"

namespace signalbox::profiler {

namespace json = boost::json;

namespace {

using Row = std::vector<std::string>;

// The first column to the left, figures to the right, two blanks between; the last column is of
// words or of figures.
enum class Last { kWords, kFigures };
std::string aligned(const std::vector<Row>& rows, Last last) {
  std::vector<int> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], observe::display_width(row[i]));
    }
  }
  std::string out;
  for (const Row& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(static_cast<std::size_t>(widths[i] - observe::display_width(row[i])),
                               ' ');
      const bool left = i == 0 || (last == Last::kWords && i + 1 == row.size());
      line += (i == 0 ? " " : "  ") + (left ? row[i] + blanks : blanks + row[i]);
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string per_minute(double rate) {
  return rate <= 0.0 ? "-" : fmt::format("{:.{}f}", rate, rate < 99.95 ? 1 : 0);
}

std::string range(double low, double high) {
  return high > low ? fmt::format("{} to {}", per_minute(low), per_minute(high)) : "";
}

std::string dollars(double usd) { return usd > 0.0 ? usd_per_1000_text(usd) : "-"; }

std::string measured_table(const UnitComparison& comparison) {
  std::vector<Row> rows = {{"unit", "$/hour", "alone", "plateau/min", "95 %", "breaking/min",
                            "95 %", "$ per 1000", "limited by"}};
  for (const ComparedUnit& unit : comparison.units) {
    const Bounded &plateau = unit.plateau_per_min, &breaking = unit.breaking_per_min;
    rows.push_back(
        {observe::printable(unit.name),
         unit.price_usd_per_hour > 0.0 ? fmt::format("{:.4f}", unit.price_usd_per_hour) : "-",
         observe::duration_text(from_seconds(unit.unloaded_latency_s.value)),
         per_minute(plateau.value), range(plateau.low, plateau.high), per_minute(breaking.value),
         range(breaking.low, breaking.high), dollars(unit.usd_per_1000.value),
         breaking.value > 0.0 ? observe::printable(unit.breaking_by) : "never holds"});
  }
  return aligned(rows, Last::kWords);
}

std::string paper_table(const UnitComparison& comparison) {
  std::vector<Row> rows = {{"unit", "$/hour", "requests/min", "latency", "cost of inference",
                            "$ per 1000", "adjusted/min"}};
  for (const ComparedUnit& unit : comparison.units) {
    const bool holds = unit.throughput_per_min > 0.0;
    const bool priced = unit.price_usd_per_hour > 0.0;
    rows.push_back({observe::printable(unit.name),
                    priced ? fmt::format("{:.4f}", unit.price_usd_per_hour) : "-",
                    per_minute(unit.throughput_per_min),
                    holds ? observe::duration_text(from_seconds(unit.latency_s)) : "-",
                    holds && priced ? fmt::format("{:.5f}", unit.cost_of_inference) : "-",
                    dollars(unit.usd_per_1000.value),
                    per_minute(unit.adjusted_throughput_per_min)});
  }
  return aligned(rows, Last::kFigures);
}

}  // namespace

std::string render_comparison(const UnitComparison& comparison) {
  if (comparison.units.empty()) return "No units to compare.\n";
  std::string out = "Measured, of one replica each; the cheapest request first\n\n";
  out += measured_table(comparison);
  out += fmt::format(
      "\nAs in Tables 1 and 2 of arXiv 2503.20074, at the breaking point. Its \"RPS\" is requests "
      "per minute;\nits cost of inference is $/hour for each request per minute; adjusted is "
      "min(mean, own), the mean being {}\n\n",
      per_minute(comparison.mean_throughput_per_min));
  out += paper_table(comparison);
  for (const std::string& warning : comparison.warnings) {
    out += "\nNote: " + observe::printable(warning);
  }
  if (!comparison.warnings.empty()) out += "\n";
  return out;
}

std::string comparison_json(const UnitComparison& comparison) {
  std::string out;
  for (const ComparedUnit& unit : comparison.units) {
    const auto figure = [](double value) { return observe::rounded(value, 6); };
    const json::object line{
        {"unit", unit.name},
        {"hardware", unit.hardware},
        {"framework", unit.framework},
        {"price_usd_per_hour", figure(unit.price_usd_per_hour)},
        {"unloaded_latency_s", figure(unit.unloaded_latency_s.value)},
        {"unloaded_latency_low_s", figure(unit.unloaded_latency_s.low)},
        {"unloaded_latency_high_s", figure(unit.unloaded_latency_s.high)},
        {"plateau_per_min", figure(unit.plateau_per_min.value)},
        {"plateau_low_per_min", figure(unit.plateau_per_min.low)},
        {"plateau_high_per_min", figure(unit.plateau_per_min.high)},
        {"breaking_per_min", figure(unit.breaking_per_min.value)},
        {"breaking_low_per_min", figure(unit.breaking_per_min.low)},
        {"breaking_high_per_min", figure(unit.breaking_per_min.high)},
        {"breaking_by", unit.breaking_by},
        {"usd_per_1000", figure(unit.usd_per_1000.value)},
        {"usd_per_1000_low", figure(unit.usd_per_1000.low)},
        {"usd_per_1000_high", figure(unit.usd_per_1000.high)},
        {"latency_at_breaking_s", figure(unit.latency_s)},
        {"cost_of_inference_usd_per_hour_per_rpm", figure(unit.cost_of_inference)},
        {"adjusted_throughput_per_min", figure(unit.adjusted_throughput_per_min)}};
    out += observe::json_text(line, observe::Layout::kOneLine) + "\n";
  }
  return out;
}

}  // namespace signalbox::profiler
