// SPDX-License-Identifier: Apache-2.0
//
// One moment of `signalbox demo`, as values: everything the live view shows. The demo fills it from
// views, digests and its own clients' measurements; renderers only lay it out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/model/service.h"

namespace signalbox::observe {

struct DemoUnit {
  std::string name;
  double share = 0.0;  // of the service's traffic just now, 0..1
  int ready = 0;
  int booting = 0;
  int draining = 0;
  int limit = 0;           // replicas possible now
  bool launchable = true;  // false = the note deserves a warning colour
  std::string note;        // why it is limited; empty when it is not
  double price_usd_per_hour = 0.0;
  double usd_per_1k = 0.0;
};

// One sample per second or so; what the chart is drawn from.
struct DemoSample {
  Duration at{};  // since the start
  double rate_per_s = 0.0;
  std::vector<double> shares;  // parallel to DemoFrame::units, adding up to 1
  core::Mode mode = core::Mode::kCostOptimized;
};

enum class DemoEventKind { kInfo, kMode, kLoss, kHeal };

struct DemoEvent {
  Duration at{};  // since the start
  DemoEventKind kind = DemoEventKind::kInfo;
  std::string text;
};

struct DemoFrame {
  std::string title;   // what this demo is, in a few words
  std::string footer;  // a hint for the last row; may be empty
  Duration elapsed{};
  Duration total{};  // zero = open end

  std::string service;
  core::Mode mode = core::Mode::kCostOptimized;
  Duration mode_for{};
  core::Objective objective;

  double rate_per_s = 0.0;
  double peak_rate_per_s = 0.0;  // the highest expected; fixes the chart's scale
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  int held = 0;
  Duration p50{};  // of the last few seconds
  Duration p99{};

  double cost_usd_per_hour = 0.0;
  double lower_bound_usd_per_hour = 0.0;
  double paper_weighted_usd_per_hour = 0.0;  // the same demand at the paper's hand-set weights
  double spent_usd = 0.0;
  double paper_weighted_spent_usd = 0.0;

  std::vector<DemoUnit> units;
  std::vector<DemoSample> history;  // oldest first
  std::vector<DemoEvent> events;    // oldest first
};

}  // namespace signalbox::observe
