// SPDX-License-Identifier: Apache-2.0
//
// For tests: measurements of every shape that a plot or a table must bear, made of formulas, so
// that they are the same each time.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "profiler/unit_profile.h"

namespace signalbox::profiler::testing {

inline Times times_of(double mean_s, double tail_s, double tail_error) {
  return {.mean = from_seconds(mean_s),
          .p50 = from_seconds(0.92 * mean_s),
          .p99 = from_seconds(tail_s),
          .at_quantile = from_seconds(tail_s),
          .at_quantile_low = from_seconds(tail_s * (1.0 - tail_error)),
          .at_quantile_high = from_seconds(tail_s * (1.0 + 1.5 * tail_error))};
}

// Mean time in an M/D/1 queue (Pollaczek-Khinchine), and something like its 99th percentile.
inline double queued_mean(double service_s, double load) {
  return service_s * (1.0 + load / (2.0 * (1.0 - load)));
}
inline double queued_tail(double service_s, double load) {
  return service_s * (1.03 + 2.3 * load / (1.0 - load));
}

// One request at a time, as the paper's units: predicted up to nine tenths of the plateau, measured
// at these shares of it, the last beyond what holds.
inline UnitProfile single_server(std::string name, double plateau_per_s, double price,
                                 const std::vector<double>& loads = {0.2, 0.4, 0.5, 0.55, 0.62,
                                                                     0.8}) {
  UnitProfile unit;
  unit.name = std::move(name);
  unit.model = "sd21";
  unit.hardware = "inf2.xlarge";
  unit.framework = "neuron";
  unit.address = "127.0.0.1:8001";
  unit.task = Task::kImage;
  unit.objective.latency = 2s;
  const double service_s = 1.0 / plateau_per_s;
  unit.unloaded_latency_s = {service_s, 0.98 * service_s, 1.02 * service_s};
  unit.plateau_per_s = {plateau_per_s, 0.985 * plateau_per_s, 1.015 * plateau_per_s};
  unit.curve = core::Profile::single_server(plateau_per_s, 0.05);
  unit.spread = 0.05;
  unit.price_usd_per_hour = price;
  for (double load = 0.05; load < 0.96; load += 0.05) {
    const double tail = queued_tail(service_s, load);
    unit.predicted.push_back({load * plateau_per_s, from_seconds(queued_mean(service_s, load)),
                              from_seconds(tail), from_seconds(0.93 * tail),
                              from_seconds(1.08 * tail)});
    if (tail <= to_seconds(unit.objective.latency)) {
      const double rate = load * plateau_per_s;
      unit.breaking_per_s = {rate, 0.96 * rate, 1.03 * rate};
    }
  }
  unit.breaking_by = unit.breaking_per_s.value > 0.0 ? "objective" : "";
  if (unit.breaking_per_s.value > 0.0) {
    unit.usd_per_1000 = price / unit.breaking_per_s.value * 1000.0 / 3600.0;
  }
  for (const double load : loads) {
    const double tail = queued_tail(service_s, load) * (1.0 + 0.04 * std::sin(20.0 * load));
    LoadPoint point;
    point.offered_per_s = load * plateau_per_s;
    point.achieved_per_s = 0.99 * point.offered_per_s;
    point.requests = static_cast<int>(40.0 * point.offered_per_s) + 10;
    point.latency =
        times_of(queued_mean(service_s, load) * (1.0 + 0.02 * std::cos(30.0 * load)), tail, 0.08);
    point.utilisation = load;
    point.held = point.latency.at_quantile <= unit.objective.latency;
    unit.points.push_back(std::move(point));
    unit.requests += unit.points.back().requests;
  }
  unit.saturation.push_back({1, plateau_per_s, unit.unloaded_latency_s});
  unit.warm_up = 4s;
  unit.warm_up_requests = 6;
  unit.took = 118s;
  unit.seed = 1;
  return unit;
}

// Serves side by side: latency grows by little for each that is served at once; far overload tried.
inline UnitProfile batching() {
  UnitProfile unit = single_server("sd21-g5-triton", 8.0, 1.006, {0.2, 0.5, 0.7, 0.85});
  unit.hardware = "g5.xlarge";
  unit.framework = "triton";
  unit.slots = 8;
  unit.curve = core::Profile::measured({{1, 350ms}, {4, 560ms}, {8, 1000ms}}, 0.1);
  unit.spread = 0.1;
  unit.unloaded_latency_s = {0.35, 0.34, 0.36};
  unit.objective.latency = 1500ms;
  unit.objective.quantile = 0.95;
  unit.predicted.clear();
  for (double load = 0.05; load < 0.98; load += 0.04) {
    const double mean = 0.35 + 0.5 * std::pow(load, 3.0) + 0.02 / (1.0 - load);
    unit.predicted.push_back({8.0 * load, from_seconds(mean), from_seconds(1.6 * mean),
                              from_seconds(1.5 * mean), from_seconds(1.8 * mean)});
  }
  for (LoadPoint& point : unit.points) {
    const double load = point.offered_per_s / 8.0;
    const double mean = 0.35 + 0.5 * std::pow(load, 3.0) + 0.02 / (1.0 - load);
    point.latency = times_of(mean, 1.63 * mean, 0.06);
    point.held = point.latency.at_quantile <= unit.objective.latency;
  }
  LoadPoint flooded = unit.points.back();
  flooded.offered_per_s = 9.4;
  flooded.achieved_per_s = 7.9;
  flooded.latency = times_of(6.0, 11.0, 0.05);
  flooded.held = false;
  flooded.broken_off = true;
  unit.points.push_back(flooded);
  flooded.offered_per_s = 16.0;
  unit.points.push_back(flooded);
  unit.breaking_per_s = {7.3, 7.0, 7.5};
  unit.breaking_by = "objective";
  unit.usd_per_1000 = unit.price_usd_per_hour / 7.3 / 3.6;
  return unit;
}

// A language model: what is owed is owed in tokens.
inline UnitProfile language_model() {
  UnitProfile unit = batching();
  unit.name = "llama-h100-vllm";
  unit.model = "llama-3-8b";
  unit.hardware = "h100";
  unit.framework = "vllm";
  unit.task = Task::kChat;
  unit.price_usd_per_hour = 4.1;
  unit.objective.latency = 30s;
  unit.objective.quantile = 0.99;
  unit.objective.first_token = 500ms;
  unit.objective.per_token = 40ms;
  unit.points.resize(4);
  for (LoadPoint& point : unit.points) {
    const double load = point.offered_per_s / 8.0;
    point.latency = times_of(3.0 + 2.0 * load, 5.5 + 3.0 * load, 0.07);
    point.first_token = times_of(0.12 + 0.1 * load, 0.2 + 0.4 * load * load, 0.1);
    point.per_token = times_of(0.018 + 0.012 * load, 0.021 + 0.02 * load, 0.03);
    point.held = load < 0.8;
  }
  unit.predicted.clear();
  for (double load = 0.05; load < 0.98; load += 0.05) {
    const double mean = 3.0 + 2.0 * load, tail = 5.5 + 3.0 * load;
    unit.predicted.push_back({8.0 * load, from_seconds(mean), from_seconds(tail),
                              from_seconds(0.95 * tail), from_seconds(1.06 * tail)});
  }
  unit.breaking_per_s = {6.4, 6.1, 6.6};
  unit.breaking_by = "objective";
  unit.usd_per_1000 = unit.price_usd_per_hour / 6.4 / 3.6;
  return unit;
}

// Too slow for its objective even alone.
inline UnitProfile never_holds() {
  UnitProfile unit = single_server("sd21-cpu", 0.25, 0.34, {0.1, 0.3});
  unit.hardware = "c7i.4xlarge";
  unit.framework = "";
  unit.breaking_per_s = {};
  unit.breaking_by = "objective";
  unit.usd_per_1000 = 0.0;
  for (LoadPoint& point : unit.points) point.held = false;
  return unit;
}

// The paper's five, in its order.
inline std::vector<UnitProfile> paper_units() {
  const struct {
    const char *name, *hardware, *framework;
    double per_minute, price;
  } units[] = {{"sd21-inf2-neuron", "inf2.xlarge", "neuron", 123.0, 0.7582},
               {"sd21-trn1-neuron", "trn1.2xlarge", "neuron", 138.0, 1.3438},
               {"sd21-g5-triton", "g5.xlarge", "triton", 100.0, 1.0060},
               {"sd21-g6-triton", "g6.xlarge", "triton", 65.0, 0.8048},
               {"sd21-g5-cuda", "g5.xlarge", "cuda", 71.0, 1.0060}};
  std::vector<UnitProfile> out;
  for (const auto& each : units) {
    UnitProfile unit = single_server(each.name, each.per_minute / 60.0, each.price);
    unit.hardware = each.hardware;
    unit.framework = each.framework;
    out.push_back(std::move(unit));
  }
  return out;
}

}  // namespace signalbox::profiler::testing
