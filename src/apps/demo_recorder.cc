// SPDX-License-Identifier: Apache-2.0
//
// See demo_recorder.h.
#include "apps/demo_recorder.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/fluid_cost.h"

namespace signalbox::apps {

namespace {

constexpr Duration kRecent = 5s;
constexpr std::size_t kMostEvents = 64;

Duration at_quantile(std::vector<Duration> values, double quantile) {
  if (values.empty()) return {};
  const auto rank = std::min(
      values.size() - 1, static_cast<std::size_t>(quantile * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rank),
                   values.end());
  return values[rank];
}

}  // namespace

DemoRecorder::DemoRecorder(const sim::PaperWaves& scenario, TimePoint started)
    : scenario_(scenario),
      started_(started),
      shares_(scenario.fleet.units.size()),
      forwarded_(scenario.fleet.units.size()),
      sampled_at_(started) {}

std::uint64_t DemoRecorder::requests() const {
  const std::lock_guard lock(mutex_);
  return latencies_.size();
}

void DemoRecorder::on_completion(const emulate::Completion& completion) {
  const std::lock_guard lock(mutex_);
  const bool good = completion.status >= 200 && completion.status < 300;
  latencies_.push_back(completion.latency);
  const TimePoint at = completion.scheduled + completion.latency;
  recent_.push_back({at, completion.latency});
  while (!recent_.empty() && recent_.front().at < at - kRecent) recent_.pop_front();
  if (!good) {
    ++errors_;
  } else if (completion.latency <= scenario_.fleet.services[0].objective.latency) {
    ++within_objective_;
  }
}

void DemoRecorder::on_plan(const core::Plan& plan) {
  if (plan.mode_changes.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const auto& change : plan.mode_changes) {
    // The fault itself, when there was one, is the earliest moment anybody could have known.
    const bool forced = change.to == core::Mode::kCapacityOptimized && broke_at_ < change.at;
    evidence_.push_back(forced ? broke_at_ : change.evidence_at);
    if (forced) broke_at_ = TimePoint::max();
    switches_.push_back(
        {to_seconds(change.at - started_), change.from, change.to, change.evidence, 0.0});
    reacted_.push_back(false);
    events_.push_back({change.at - started_, observe::DemoEventKind::kMode,
                       fmt::format("{}: {}", core::to_string(change.to), change.evidence)});
  }
}

void DemoRecorder::on_decision(const core::Decision& decision) {
  if (decision.mode == mode_.load(std::memory_order_relaxed)) return;
  mode_.store(decision.mode, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < switches_.size(); ++i) {
    if (reacted_[i] || switches_[i].to != decision.mode) continue;
    reacted_[i] = true;
    switches_[i].reaction_ms = to_millis(decision.at - evidence_[i]);
  }
}

void DemoRecorder::on_fault(const std::string& text, bool breaks, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (breaks) broke_at_ = now;
  events_.push_back({now - started_,
                     breaks ? observe::DemoEventKind::kLoss : observe::DemoEventKind::kHeal, text});
  if (events_.size() > kMostEvents) events_.erase(events_.begin());
}

double DemoRecorder::paper_weighted_usd() const {
  return sim::fluid_cost_usd(static_cast<double>(latencies_.size()), scenario_.fleet.units,
                             sim::kPaperHandSetWeights);
}

void DemoRecorder::sample(const core::FleetView& view, const core::RouterReport& digest,
                          TimePoint now) {
  const std::lock_guard lock(mutex_);
  const double seconds = to_seconds(now - sampled_at_);
  if (seconds <= 0.0 || digest.services.empty()) return;
  rate_per_s_ = static_cast<double>(digest.services[0].arrivals - arrivals_) / seconds;
  arrivals_ = digest.services[0].arrivals;
  std::vector<std::uint64_t> moved(forwarded_.size());
  std::uint64_t total = 0;
  for (const auto& entry : digest.service_units) {
    moved[entry.unit.index()] = entry.forwarded - forwarded_[entry.unit.index()];
    forwarded_[entry.unit.index()] = entry.forwarded;
    total += moved[entry.unit.index()];
  }
  for (std::size_t i = 0; i < shares_.size() && total > 0; ++i) {
    shares_[i] = static_cast<double>(moved[i]) / static_cast<double>(total);
  }
  sampled_at_ = now;
  history_.push_back({now - started_, rate_per_s_, shares_, view.services[0].mode});
}

observe::DemoFrame DemoRecorder::frame(const core::FleetView& view,
                                       const core::RouterReport& digest, TimePoint now) const {
  const std::lock_guard lock(mutex_);
  const auto& plan = view.services[0];
  observe::DemoFrame frame;
  frame.title = "the paper's five units, two of its waves";
  frame.elapsed = std::min<Duration>(now - started_, scenario_.total());
  frame.total = scenario_.total();
  frame.service = view.spec->services[0].name;
  frame.mode = plan.mode;
  frame.mode_for = now - plan.mode_since;
  frame.objective = view.spec->services[0].objective;
  frame.rate_per_s = rate_per_s_;
  frame.peak_rate_per_s = scenario_.demand.peak_per_s;
  frame.requests = latencies_.size();
  frame.errors = errors_;
  frame.held = digest.services.empty() ? 0 : digest.services[0].held;
  std::vector<Duration> recent;
  for (const auto& entry : recent_) recent.push_back(entry.latency);
  frame.p50 = at_quantile(recent, 0.50);
  frame.p99 = at_quantile(recent, 0.99);
  frame.cost_usd_per_hour = view.cost_usd_per_hour;
  frame.lower_bound_usd_per_hour = plan.lower_bound_usd_per_hour;
  constexpr double kSecondsPerHour = 3600.0;
  frame.paper_weighted_usd_per_hour = sim::fluid_cost_usd(
      rate_per_s_ * kSecondsPerHour, scenario_.fleet.units, sim::kPaperHandSetWeights);
  frame.spent_usd = view.spent_usd;
  frame.paper_weighted_spent_usd = paper_weighted_usd();
  for (std::size_t i = 0; i < view.units.size(); ++i) {
    const auto& unit = view.units[i];
    frame.units.push_back({view.spec->units[i].name, shares_[i], unit.ready, unit.booting,
                           unit.draining, unit.limit, unit.launchable, unit.note,
                           unit.price_usd_per_hour, unit.cost_usd_per_request * 1000.0});
  }
  frame.history = history_;
  frame.events = events_;
  return frame;
}

observe::DemoSummary DemoRecorder::summary(const core::FleetView& view,
                                           const core::RouterReport& digest,
                                           std::uint64_t seed) const {
  const std::lock_guard lock(mutex_);
  observe::DemoSummary summary;
  summary.seed = seed;
  summary.duration = scenario_.total();
  summary.objective = scenario_.fleet.services[0].objective;
  summary.requests = latencies_.size();
  summary.errors = errors_;
  const double requests = static_cast<double>(std::max<std::size_t>(1, latencies_.size()));
  summary.slo_attainment = static_cast<double>(within_objective_) / requests;
  summary.p50_ms = to_millis(at_quantile(latencies_, 0.50));
  summary.p99_ms = to_millis(at_quantile(latencies_, 0.99));
  summary.max_hold_ms = to_millis(digest.services.at(0).longest_hold);
  summary.cost_usd = view.spent_usd;
  summary.usd_per_1k = view.spent_usd / requests * 1000.0;
  summary.paper_weighted_cost_usd = paper_weighted_usd();
  summary.mode_switches = switches_;
  std::uint64_t forwarded = 0;
  for (const auto& entry : digest.service_units) forwarded += entry.forwarded;
  for (const auto& entry : digest.service_units) {
    const double share =
        forwarded == 0 ? 0.0
                       : static_cast<double>(entry.forwarded) / static_cast<double>(forwarded);
    summary.shares.push_back({view.spec->unit(entry.unit).name, share});
  }
  return summary;
}

}  // namespace signalbox::apps
