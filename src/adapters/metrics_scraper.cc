// SPDX-License-Identifier: Apache-2.0
//
// From pages to signals; see metrics_scraper.h.
#include "adapters/metrics_scraper.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace signalbox::adapters {

namespace {

// The older format first: every product speaks it.
constexpr const char* kAccept =
    "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5";

// A mean beyond this is passed on as this, to be found implausible by those who judge.
constexpr double kLongestMeanSeconds = 1e6;

EndpointPages::Where where_of(const ScrapeOptions& scrape) {
  SIGNALBOX_ASSERT(scrape.dialect != nullptr);
  return {.path = scrape.path.empty() ? std::string(scrape.dialect->path) : scrape.path,
          .port = scrape.port != 0 ? scrape.port : scrape.dialect->port,
          .accept = kAccept};
}

}  // namespace

MetricsScraper::MetricsScraper(asio::io_context& io, SourceOptions options,
                               const ScrapeOptions& scrape)
    : options_(std::move(options)),
      scrape_(scrape),
      pages_(io, options_, where_of(scrape_),
             {.read = [this](EndpointId id, UnitId unit,
                             const PageAnswer& answer) { return read(id, unit, answer); },
              // What its counters were is forgotten too: it may come back as another process.
              .lost = [this](EndpointId id) { memory_.erase(id); }}) {}

void MetricsScraper::start(control::SignalSink& sink) {
  SIGNALBOX_ASSERT(sink_ == nullptr);
  sink_ = &sink;
  pages_.start();
}

void MetricsScraper::stop() {
  sink_ = nullptr;
  pages_.stop();
}

std::optional<Refusal> MetricsScraper::read(EndpointId id, UnitId unit, const PageAnswer& answer) {
  const auto page =
      read_metrics_page(answer.body, answer.content_type, *scrape_.dialect, scrape_.where);
  if (!page.ok()) return page.error();
  if (page->says_nothing()) {
    // A server that has served nothing yet may have nothing to show.
    return Refusal{"nothing",
                   fmt::format("shows nothing that {} shows{}", scrape_.dialect->server,
                               scrape_.where.empty() ? "" : " with the labels of 'where'"),
                   true};
  }
  const TimePoint at =
      page->unix_nanos ? moment_of(*page->unix_nanos, answer.heard) : answer.heard.at;
  Memory& memory = memory_[id];
  memory.unit = unit;
  memory.watts = page->watts;
  std::vector<core::Signal> batch;
  const auto say = [&](auto body) { batch.push_back({at, options_.name, body}); };
  if (page->running || page->waiting) {
    say(core::LoadReport{id, page->running.value_or(0.0), page->waiting.value_or(0.0)});
  }
  if (const auto report = latency(memory, *page)) say(*report);
  if (page->watts) say(core::PowerReport{unit, mean_watts(unit)});
  if (sink_ != nullptr && !batch.empty()) sink_->take(batch);
  return std::nullopt;
}

std::optional<core::LatencyReport> MetricsScraper::latency(Memory& memory,
                                                           const MetricsPage& page) const {
  if (!page.latency_count) return {};
  const bool in_executions = page.execution_latency_s.has_value();
  if (!in_executions && !page.latency_sum_s) return {};
  const auto mean = memory.latency.observe(page.latency_sum_s.value_or(0.0), *page.latency_count);
  if (!mean) return {};
  const double each = in_executions ? scrape_.executions_per_request : 1.0;
  const double seconds = in_executions ? *page.execution_latency_s * each : mean->value;
  if (!(seconds >= 0.0)) return {};
  return core::LatencyReport{memory.unit, from_seconds(std::min(seconds, kLongestMeanSeconds)),
                             mean->count / each};
}

double MetricsScraper::mean_watts(UnitId unit) const {
  double sum = 0.0;
  int count = 0;
  for (const auto& [id, memory] : memory_) {
    if (memory.unit != unit || !memory.watts) continue;
    sum += *memory.watts;
    ++count;
  }
  return sum / count;
}

}  // namespace signalbox::adapters
