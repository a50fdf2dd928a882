// SPDX-License-Identifier: Apache-2.0
//
// What one page of metrics says in the terms of its product: a handful of numbers, however many
// series the page has.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "adapters/scrape_dialects.h"
#include "adapters/trouble.h"
#include "base/result.h"
#include "core/model/unit.h"
#include "wire/prometheus_text.h"

namespace signalbox::adapters {

// Each nothing where the page has no such series.
struct MetricsPage {
  std::optional<double> running, waiting;
  std::optional<double> latency_sum_s, latency_count;
  std::optional<double> execution_latency_s;  // the mean over its series
  std::optional<double> watts;
  std::optional<std::int64_t> unix_nanos;  // the oldest date of what was used

  bool says_nothing() const {
    return !running && !waiting && !latency_count && !execution_latency_s && !watts;
  }
};

// Only series with all of the labels `where` are read. A page with one line that is none is refused
// whole, as one without the end that it should have.
Result<MetricsPage, Refusal> read_metrics_page(std::string_view body, std::string_view content_type,
                                               const Dialect& dialect,
                                               const std::vector<core::Label>& where);

}  // namespace signalbox::adapters
