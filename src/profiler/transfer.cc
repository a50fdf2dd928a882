// SPDX-License-Identifier: Apache-2.0
//
// Times are scaled one by one; how sure they are follows from the line through them, carried over
// with its covariance (core/estimate/performance_curve.h). The breaking point is not scaled but
// found anew, since the objective stays as it is.
#include "profiler/transfer.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/estimate/performance_curve.h"
#include "profiler/unit_model.h"

namespace signalbox::profiler {

namespace {

constexpr double kTwoSided95 = 1.96;
constexpr int kSizes = 64;  // of requests, by which the spread is played

// Evenly placed quantiles of a uniform distribution of mean 1 with the given coefficient of
// variation: bounded on both sides, as times in service are. Beyond 0.55 it is as wide as it can
// be.
std::vector<double> sizes_of(double spread) {
  std::vector<double> sizes;
  const double width = std::min(0.95, spread * std::sqrt(3.0));
  for (int i = 0; i < kSizes; ++i) sizes.push_back(1.0 + width * (2.0 * (i + 0.5) / kSizes - 1.0));
  return sizes;
}

UnitModel model_of(const UnitProfile& unit) {
  std::vector<double> sizes = sizes_of(unit.spread);
  if (unit.slots == 1) {
    for (double& size : sizes) size *= to_seconds(unit.curve.latency(1));
    return UnitModel::single(std::move(sizes), 0.0);
  }
  core::ServerModel server;
  for (int n = 1; n <= unit.slots; ++n) server.time_s.push_back(to_seconds(unit.curve.latency(n)));
  return UnitModel::shared(std::move(server), std::move(sizes));
}

core::Profile scaled(const core::Profile& curve, double factor) {
  std::vector<core::Profile::Point> points = curve.points();
  for (auto& point : points) point.latency = std::max<Duration>(1ns, scale(point.latency, factor));
  return core::Profile::measured(std::move(points), curve.spread());
}

// The line through what was seen at several loads; level where there was one only.
core::Line line_of(const UnitProfile& unit) {
  core::LineFit fit;
  for (const auto& point : unit.curve.points()) {
    fit.add(point.in_flight, to_seconds(point.latency));
  }
  core::Line line = fit.line();
  line.noise = std::max(line.noise, unit.spread * to_seconds(unit.curve.latency(1)));
  return line;
}

Bounded around(double value, double relative) {
  return {value, value * std::max(0.0, 1.0 - kTwoSided95 * relative),
          value * (1.0 + kTwoSided95 * relative)};
}

}  // namespace

UnitProfile transferred(const UnitProfile& from, const Transfer& to) {
  const double factor = 1.0 / to.speed;
  const core::Line line = core::transfer(line_of(from), factor, to.doubt);
  const auto relative = [&](double in_flight) {
    return std::max(to.doubt, line.std_error(in_flight) / std::max(1e-9, line.at(in_flight)));
  };

  UnitProfile unit = from;
  unit.name = to.name;
  unit.hardware = to.hardware;
  unit.carried_over_from = from.name;
  unit.price_usd_per_hour = to.price_usd_per_hour;
  unit.curve = scaled(from.curve, factor);
  if (unit.language) {
    unit.language->first_token_base = scale(unit.language->first_token_base, factor);
    unit.language->per_prompt_token = scale(unit.language->per_prompt_token, factor);
    unit.language->per_output_token = scaled(unit.language->per_output_token, factor);
  }
  unit.unloaded_latency_s = around(from.unloaded_latency_s.value * factor, relative(1.0));
  unit.plateau_per_s = around(from.plateau_per_s.value * to.speed, relative(from.slots));
  if (unit.objective.in_tokens()) {
    // What tokens are owed leaves the shape of the queue as it was.
    unit.breaking_per_s = around(from.breaking_per_s.value * to.speed, relative(from.slots));
  } else {
    const UnitModel model = model_of(unit);
    const double off = kTwoSided95 * relative(from.slots);
    unit.breaking_per_s = {model.breaking_rate(unit.objective),
                           model.scaled(1.0 + off).breaking_rate(unit.objective),
                           model.scaled(1.0 / (1.0 + off)).breaking_rate(unit.objective)};
  }
  unit.usd_per_1000 = unit.breaking_per_s.value > 0.0
                          ? unit.price_usd_per_hour / unit.breaking_per_s.value / 3.6
                          : 0.0;
  // What was measured was another unit.
  unit.points.clear();
  unit.saturation.clear();
  unit.predicted.clear();
  return unit;
}

}  // namespace signalbox::profiler
