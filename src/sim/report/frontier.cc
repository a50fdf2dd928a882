// SPDX-License-Identifier: Apache-2.0
#include "sim/report/frontier.h"

#include <fmt/format.h>

#include <algorithm>

#include "observe/figures.h"
#include "sim/report/wording.h"

namespace signalbox::sim {

FrontierChart frontier_chart(std::span<const PolicySummary> policies, std::string_view highlighted,
                             std::optional<double> attainment_target) {
  FrontierChart chart;
  chart.has_bound = std::all_of(policies.begin(), policies.end(),
                                [](const PolicySummary& s) { return s.gap.has_value(); });
  chart.title = "Cost against misses";
  chart.caption = "Each mark is a policy; nearer to the lower left corner is better";
  if (std::any_of(policies.begin(), policies.end(),
                  [](const PolicySummary& s) { return s.cost_interval.has_value(); })) {
    chart.caption += "; whiskers are 95 % intervals over the seeds";
  }
  chart.cost_label = chart.has_bound ? "cost / lower bound" : "cost, dollars";
  chart.target_miss_share = attainment_target ? 1.0 - *attainment_target : 0.0;
  for (const PolicySummary& s : policies) {
    FrontierPoint point;
    point.policy = s.policy;
    point.highlighted = s.policy == highlighted;
    point.miss_share = 1.0 - s.slo_attainment;
    const Interval met =
        s.attainment_interval.value_or(Interval{s.slo_attainment, s.slo_attainment});
    point.miss_share_low = 1.0 - met.high;
    point.miss_share_high = 1.0 - met.low;
    point.cost = chart.has_bound ? *s.gap : s.cost_usd;
    const Interval cost = (chart.has_bound ? s.gap_interval : s.cost_interval)
                              .value_or(Interval{point.cost, point.cost});
    point.cost_low = cost.low;
    point.cost_high = cost.high;
    chart.points.push_back(std::move(point));
    chart.description += fmt::format("{}{} misses {} at {}", chart.description.empty() ? "" : "; ",
                                     s.policy, miss_share_text(1.0 - s.slo_attainment),
                                     chart.has_bound ? gap_text(s.gap) + " times the lower bound"
                                                     : observe::usd_text(s.cost_usd));
  }
  chart.description += '.';
  return chart;
}

}  // namespace signalbox::sim
