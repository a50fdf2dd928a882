// SPDX-License-Identifier: Apache-2.0
//
// The frontier as a plot: latency on a logarithmic axis, cost upwards from zero, a line for each
// thing that may be lost, named at its end instead of in a legend. Colours were chosen to be told
// apart by everybody, on light and on dark.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include "observe/plan_frontier.h"

namespace signalbox::observe {

namespace {

constexpr double kWidth = 860.0, kHeight = 480.0;
constexpr double kLeft = 76.0, kRight = 684.0, kTop = 88.0, kBottom = 404.0;
constexpr double kLeastBetweenLabels = 17.0;

constexpr std::string_view kStyle = R"(<style>
  .paper { fill: #ffffff } .ink { fill: #1c2733 } .soft { fill: #5b6875 }
  .grid { stroke: #e3e8ed } .axis { stroke: #9aa5b1 } .configured { stroke: #9aa5b1 }
  .none { stroke: #0072b2; fill: #0072b2 } .zone { stroke: #c65d00; fill: #c65d00 }
  .unit { stroke: #8f3f97; fill: #8f3f97 }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
  .dot { stroke: #ffffff; stroke-width: 1.5 } .label { stroke: none; font-weight: 600 }
  text { font: 13px system-ui, "Segoe UI", "Helvetica Neue", sans-serif }
  .title { font-size: 18px; font-weight: 600 } .number { font-variant-numeric: tabular-nums }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #12181f } .ink { fill: #e8edf2 } .soft { fill: #9aa8b6 }
    .grid { stroke: #26303a } .axis { stroke: #566473 } .configured { stroke: #566473 }
    .none { stroke: #56b4e9; fill: #56b4e9 } .zone { stroke: #f0a04b; fill: #f0a04b }
    .unit { stroke: #cf9ad6; fill: #cf9ad6 } .dot { stroke: #12181f }
  }
</style>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    }
  }
  return out;
}

std::string text_at(double x, double y, std::string_view classes, std::string_view anchor,
                    std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" text-anchor=\"{}\">{}</text>\n",
                     x, y, classes, anchor, escaped(text));
}

std::string stroke(double x1, double y1, double x2, double y2, std::string_view classes) {
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1, x2,
      y2, classes);
}

// 1, 2 or 5 times a power of ten, so that about five of it span `range`.
double round_step(double range) {
  const double rough = range / 5.0;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (step * power >= rough) return step * power;
  }
  return 10.0 * power;
}

struct Scale {
  double least_factor, most_factor, most_cost, step;

  explicit Scale(const PlanFrontier& frontier)
      : least_factor(frontier.latencies.front().factor),
        most_factor(frontier.latencies.back().factor),
        most_cost(0.0),
        step(1.0) {
    for (const auto& line : frontier.lines) {
      for (const auto& cell : line.cells) {
        if (cell.planned) most_cost = std::max(most_cost, cell.cost_usd_per_hour);
      }
    }
    if (most_cost <= 0.0) most_cost = 1.0;
    step = round_step(most_cost);
    most_cost = std::ceil(most_cost / step * (1.0 - 1e-9)) * step;
  }
  double x(double factor) const {
    if (most_factor <= least_factor) return 0.5 * (kLeft + kRight);
    return kLeft + (kRight - kLeft) * std::log(factor / least_factor) /
                       std::log(most_factor / least_factor);
  }
  double y(double cost) const { return kBottom - (kBottom - kTop) * cost / most_cost; }
};

std::string_view label_of(core::Resilience resilience) {
  switch (resilience) {
    case core::Resilience::kNone:
      return "nothing lost";
    case core::Resilience::kZone:
      return "any zone lost";
    case core::Resilience::kUnit:
      return "any unit lost";
  }
  return "?";
}

std::string frame(const PlanFrontier& frontier, const Scale& scale) {
  std::string out;
  const int ticks = static_cast<int>(std::lround(scale.most_cost / scale.step));
  for (int tick = 0; tick <= ticks; ++tick) {
    const double cost = tick * scale.step;
    out += stroke(kLeft, scale.y(cost), kRight, scale.y(cost), tick == 0 ? "axis" : "grid");
    out += text_at(kLeft - 10.0, scale.y(cost) + 4.5, "soft number", "end",
                   fmt::format("{:.{}f}", cost, scale.step < 1.0 ? 2 : 0));
  }
  for (const auto& latency : frontier.latencies) {
    const double x = scale.x(latency.factor);
    if (latency.factor == 1.0) {
      out += fmt::format(
          "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" "
          "class=\"configured\" stroke-dasharray=\"2 4\"/>\n",
          x, kTop, kBottom);
      out += text_at(x, kTop - 8.0, "soft", "middle", "as configured");
    }
    out += stroke(x, kBottom, x, kBottom + 5.0, "axis");
    out += text_at(x, kBottom + 22.0, "soft number", "middle", latency.label);
  }
  out += text_at(0.5 * (kLeft + kRight), kBottom + 50.0, "soft", "middle",
                 "latency that the objective allows");
  return out;
}

std::string drawn_line(const PlanFrontier& frontier, const FrontierLine& line, const Scale& scale) {
  const std::string name = core::to_string(line.resilience);
  std::string path, dots;
  bool joined = false;
  for (std::size_t k = 0; k < line.cells.size(); ++k) {
    if (!line.cells[k].planned) {
      joined = false;
      continue;
    }
    const double x = scale.x(frontier.latencies[k].factor);
    const double y = scale.y(line.cells[k].cost_usd_per_hour);
    path += fmt::format("{}{:.1f} {:.1f} ", joined ? "L" : "M", x, y);
    dots += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" class=\"dot {}\"><title>{}, "
        "{}: ${:.2f} per hour</title></circle>\n",
        x, y, name, label_of(line.resilience), escaped(frontier.latencies[k].label),
        line.cells[k].cost_usd_per_hour);
    joined = true;
  }
  if (path.empty()) return "";
  path.pop_back();
  return fmt::format("<path d=\"{}\" class=\"line {}\" style=\"fill:none\"/>\n", path, name) + dots;
}

// Names at the right end of their lines, moved apart where they would touch.
std::string end_labels(const PlanFrontier& frontier, const Scale& scale) {
  struct End {
    double y;
    const FrontierLine* line;
    double cost;
  };
  std::vector<End> ends;
  for (const auto& line : frontier.lines) {
    for (std::size_t k = line.cells.size(); k-- > 0;) {
      if (!line.cells[k].planned) continue;
      ends.push_back(
          {scale.y(line.cells[k].cost_usd_per_hour), &line, line.cells[k].cost_usd_per_hour});
      break;
    }
  }
  std::stable_sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.y > b.y; });
  std::string out;
  double below = kHeight;
  for (const End& end : ends) {
    const double y = std::min(end.y, below - kLeastBetweenLabels);
    below = y;
    out += text_at(kRight + 14.0, y + 4.5,
                   fmt::format("label {}", core::to_string(end.line->resilience)), "start",
                   fmt::format("{} ${:.2f}", label_of(end.line->resilience), end.cost));
  }
  return out;
}

}  // namespace

std::string frontier_svg(const PlanFrontier& frontier) {
  const Scale scale(frontier);
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" role=\"img\">\n<title>What latency and resilience cost</title>\n"
      "<desc>Cheapest plan for {2}, in USD per hour, by the latency that the objective allows and "
      "by "
      "what may be lost.</desc>\n",
      kWidth, kHeight, escaped(frontier.question));
  out += kStyle;
  out +=
      fmt::format("<rect class=\"paper\" width=\"{:.0f}\" height=\"{:.0f}\"/>\n", kWidth, kHeight);
  out += text_at(28.0, 36.0, "ink title", "start", "What latency and resilience cost");
  out += text_at(28.0, 58.0, "soft", "start",
                 fmt::format("Cheapest plan for {}, USD per hour", frontier.question));
  out += frame(frontier, scale);
  for (const auto& line : frontier.lines) out += drawn_line(frontier, line, scale);
  out += end_labels(frontier, scale);
  return out + "</svg>\n";
}

}  // namespace signalbox::observe
