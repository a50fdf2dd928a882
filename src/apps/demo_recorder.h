// SPDX-License-Identifier: Apache-2.0
//
// What a demo measures of itself, from the outside: its clients' latencies and answers, the moments
// at which modes changed and at which the first decision followed. Several threads report here.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "core/model/decision.h"
#include "core/model/digest.h"
#include "core/model/fleet_view.h"
#include "core/model/plan.h"
#include "emulate/clients.h"
#include "observe/demo_frame.h"
#include "observe/demo_report.h"
#include "sim/scenario/paper.h"

namespace signalbox::apps {

class DemoRecorder {
 public:
  // `started` is when the waves begin.
  DemoRecorder(const sim::PaperWaves& scenario, TimePoint started);

  void on_completion(const emulate::Completion& completion);
  void on_plan(const core::Plan& plan);
  void on_decision(const core::Decision& decision);
  // A fault strikes, in words; `breaks` says that launches are refused or replicas lost from now
  // on.
  void on_fault(const std::string& text, bool breaks, TimePoint now);

  // Takes the second's sample for the chart. To be called about once a second.
  void sample(const core::FleetView& view, const core::RouterReport& digest, TimePoint now);

  observe::DemoFrame frame(const core::FleetView& view, const core::RouterReport& digest,
                           TimePoint now) const;
  observe::DemoSummary summary(const core::FleetView& view, const core::RouterReport& digest,
                               std::uint64_t seed) const;

  // Answers to the demo's clients, and those other than 2xx.
  std::uint64_t requests() const;

 private:
  struct Recent {
    TimePoint at;
    Duration latency;
  };

  double paper_weighted_usd() const;

  const sim::PaperWaves& scenario_;
  TimePoint started_;
  mutable std::mutex mutex_;
  std::vector<Duration> latencies_;  // of every answer
  std::deque<Recent> recent_;        // of the last few seconds
  std::uint64_t errors_ = 0;
  std::uint64_t within_objective_ = 0;
  std::vector<observe::DemoSwitch> switches_;
  std::vector<bool> reacted_;              // parallel to switches_
  std::vector<TimePoint> evidence_;        // parallel to switches_
  TimePoint broke_at_ = TimePoint::max();  // the fault not yet reacted to
  std::vector<observe::DemoEvent> events_;
  std::vector<observe::DemoSample> history_;
  std::vector<double> shares_;  // per unit, of the last second
  std::vector<std::uint64_t> forwarded_;
  std::uint64_t arrivals_ = 0;
  double rate_per_s_ = 0.0;
  TimePoint sampled_at_;
  std::atomic<core::Mode> mode_{core::Mode::kCostOptimized};  // of the latest decision
};

}  // namespace signalbox::apps
