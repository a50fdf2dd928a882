// SPDX-License-Identifier: Apache-2.0
//
// Adds up as samples pass by; see metrics_page.h.
#include "adapters/metrics_page.h"

#include <fmt/format.h>

#include <algorithm>

namespace signalbox::adapters {

namespace {

bool is_one_of(std::span<const Series> list, const wire::MetricSample& sample) {
  return std::any_of(list.begin(), list.end(), [&](const Series& series) {
    return sample.name == series.name &&
           (series.label.empty() || sample.label(series.label) == series.value);
  });
}

bool has_all(const wire::MetricSample& sample, const std::vector<core::Label>& where) {
  return std::all_of(where.begin(), where.end(), [&](const core::Label& label) {
    return sample.label(label.key) == label.value;
  });
}

}  // namespace

Result<MetricsPage, Refusal> read_metrics_page(std::string_view body, std::string_view content_type,
                                               const Dialect& dialect,
                                               const std::vector<core::Label>& where) {
  const auto format = wire::metrics_format(content_type);
  if (!format) {
    return Refusal{"no page of metrics",
                   fmt::format("sent no page of metrics, but {}", content_type.substr(0, 60))};
  }
  struct Part {
    std::span<const Series> series;
    std::optional<double> MetricsPage::* sum;
  };
  const Part parts[] = {{dialect.running, &MetricsPage::running},
                        {dialect.waiting, &MetricsPage::waiting},
                        {dialect.latency_sum, &MetricsPage::latency_sum_s},
                        {dialect.latency_count, &MetricsPage::latency_count},
                        {dialect.execution_latency, &MetricsPage::execution_latency_s},
                        {dialect.watts, &MetricsPage::watts}};
  MetricsPage page;
  int executions = 0;  // series of execution_latency
  wire::PrometheusText reader(*format, [&](const wire::MetricSample& sample) {
    for (const Part& part : parts) {
      if (!is_one_of(part.series, sample) || !has_all(sample, where)) continue;
      std::optional<double>& sum = page.*part.sum;
      sum = sum.value_or(0.0) + sample.value;
      if (part.sum == &MetricsPage::execution_latency_s) ++executions;
      if (sample.unix_nanos) {
        page.unix_nanos =
            std::min(page.unix_nanos.value_or(*sample.unix_nanos), *sample.unix_nanos);
      }
    }
  });
  reader.feed(body);
  reader.finish();
  if (!reader.problem().empty()) {
    return Refusal{"no page of metrics", "sent no page of metrics: " + reader.problem()};
  }
  if (page.latency_sum_s) *page.latency_sum_s *= dialect.seconds_per_unit;
  if (page.execution_latency_s) *page.execution_latency_s /= executions;
  return page;
}

}  // namespace signalbox::adapters
