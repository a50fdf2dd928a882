// SPDX-License-Identifier: Apache-2.0
//
// Ticks to steps; see trace_spot_availability.h.
#include "sim/workload/trace_spot_availability.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/workload/json_document.h"

namespace signalbox::sim {

namespace {

constexpr double kDay_s = 86400.0;
constexpr double kMostInstances = 1e6;

}  // namespace

Result<SpotAvailability> read_spot_availability(const std::string& path) {
  const auto in_file = [&](const Error& error) {
    return Error{fmt::format("{}: {}", path, error.message)};
  };
  const auto document = JsonDocument::read(path);
  if (!document) return document.error();
  const auto metadata = document->root().member("metadata");
  if (!metadata) return in_file(metadata.error());
  const auto gap_s = metadata->number("gap_seconds", 1.0, kDay_s);
  if (!gap_s) return in_file(gap_s.error());
  const auto data = document->root().member("data");
  if (!data) return in_file(data.error());
  const auto ticks = data->size();
  if (!ticks) return in_file(ticks.error());
  if (*ticks == 0) return in_file(Error{"data is empty; expected one number per tick"});

  SpotAvailability trace;
  std::vector<StepSeries<int>::Step> steps;
  const Duration gap = from_seconds(*gap_s);
  for (std::size_t i = 0; i < *ticks; ++i) {
    const auto value = data->at(i).as_number(0.0, kMostInstances);
    if (!value) return in_file(value.error());
    const int instances = static_cast<int>(std::floor(*value));
    if (steps.empty() || steps.back().value != instances) {
      steps.push_back({TimePoint{static_cast<std::int64_t>(i) * gap}, instances});
    }
    trace.most = std::max(trace.most, instances);
  }
  trace.available = StepSeries<int>(std::move(steps));
  trace.length = static_cast<std::int64_t>(*ticks) * gap;
  return trace;
}

SpotAvailability times(const SpotAvailability& trace, int factor) {
  auto steps = trace.available.steps();
  for (auto& step : steps) step.value *= factor;
  return {StepSeries<int>(std::move(steps)), trace.length, trace.most * factor};
}

}  // namespace signalbox::sim
