// SPDX-License-Identifier: Apache-2.0
//
// Counting; see recorder.h.
#include "sim/run/recorder.h"

#include <algorithm>

namespace signalbox::sim {

namespace {

double quantile_s(std::vector<Duration>& values, double q) {
  if (values.empty()) return 0.0;
  const auto rank =
      std::min(static_cast<std::size_t>(q * static_cast<double>(values.size())), values.size() - 1);
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), place, values.end());
  return to_seconds(*place);
}

}  // namespace

Recorder::Recorder(const Options& options) : options_(options) {
  const Duration window = std::max(Duration{}, options.end - options.report_from);
  minutes_.resize(static_cast<std::size_t>(window / 60s + 1));
  open_in_replica_s_.resize(options.units);
  open_answered_.resize(options.units);
  open_.forwarded.resize(options.units);
}

Recorder::Minute& Recorder::minute_of(TimePoint arrival) {
  return minutes_[static_cast<std::size_t>((arrival - options_.report_from) / 60s)];
}

void Recorder::on_arrival(TimePoint now, double work) {
  if (counts(now)) {
    ++totals_.requests;
    totals_.work += work;
    ++minute_of(now).requests;
  }
  if (!options_.history) return;
  ++open_.arrivals;
  open_.work += work;
}

void Recorder::on_forward(UnitId unit) {
  if (options_.history) ++open_.forwarded[unit.index()];
}

void Recorder::on_end(const Ending& ending, TimePoint now) {
  const bool answered = ending.status < 300;
  const bool in_time = answered && ending.kept_tokens.value_or(now <= ending.deadline);
  if (counts(ending.arrival)) {
    if (answered) {
      ++totals_.answered;
      latency_.add(now - ending.arrival);
      in_replica_s_ += to_seconds(ending.in_replica);
    } else {
      ++(ending.refused ? totals_.refused : totals_.failed);
    }
    if (in_time) {
      ++totals_.within_objective;
    } else {
      totals_.missed_work += ending.work;
      ++minute_of(ending.arrival).missed;
    }
  }
  if (!options_.history) return;
  if (in_time) ++open_.within_objective;
  if (!answered) {
    ++(ending.refused ? open_.refused : open_.failed);
    return;
  }
  open_latencies_.push_back(now - ending.arrival);
  open_in_replica_s_[ending.unit.index()] += to_seconds(ending.in_replica);
  ++open_answered_[ending.unit.index()];
}

void Recorder::on_never_answered(TimePoint arrival, double work) {
  if (!counts(arrival)) return;
  ++totals_.failed;
  totals_.missed_work += work;
  ++minute_of(arrival).missed;
}

void Recorder::close_slot(const core::FleetView& view, double cost_usd_per_hour, TimePoint now) {
  open_.from = now - options_.slot;
  open_.p50_s = quantile_s(open_latencies_, 0.50);
  open_.p99_s = quantile_s(open_latencies_, 0.99);
  for (std::size_t u = 0; u < options_.units; ++u) {
    open_.mean_in_replica_s.push_back(
        open_answered_[u] == 0 ? 0.0
                               : open_in_replica_s_[u] / static_cast<double>(open_answered_[u]));
    open_.ready.push_back(view.units[u].ready);
    open_.booting.push_back(view.units[u].booting);
  }
  open_.cost_usd_per_hour = cost_usd_per_hour;
  open_.mode = view.services.at(0).mode;
  history_.push_back(std::move(open_));
  open_ = HistorySlot{};
  open_.forwarded.resize(options_.units);
  open_latencies_.clear();
  std::fill(open_in_replica_s_.begin(), open_in_replica_s_.end(), 0.0);
  std::fill(open_answered_.begin(), open_answered_.end(), 0);
}

RunResult Recorder::result() const {
  RunResult result;
  result.totals = totals_;
  RunTotals& totals = result.totals;
  totals.p50 = latency_.quantile(0.50);
  totals.p95 = latency_.quantile(0.95);
  totals.p99 = latency_.quantile(0.99);
  totals.p999 = latency_.quantile(0.999);
  if (totals.answered > 0) {
    totals.mean_in_replica = from_seconds(in_replica_s_ / static_cast<double>(totals.answered));
  }
  for (const Minute& minute : minutes_) {
    const double allowed = (1.0 - options_.quantile) * static_cast<double>(minute.requests);
    if (static_cast<double>(minute.missed) > allowed) ++totals.violation_minutes;
  }
  result.slot = options_.slot;
  result.history = history_;
  return result;
}

}  // namespace signalbox::sim
