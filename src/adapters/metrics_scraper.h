// SPDX-License-Identifier: Apache-2.0
//
// Reads the pages of metrics of endpoints: how much each has to do, whoever sent it; how long
// requests take there; what it draws.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/endpoint_pages.h"
#include "adapters/metrics_page.h"
#include "core/estimate/mean_of_counters.h"

namespace signalbox::adapters {

struct ScrapeOptions {
  const Dialect* dialect = nullptr;  // not null
  std::string path = {};             // empty = the dialect's
  std::uint16_t port = 0;            // 0 = the dialect's
  std::vector<core::Label> where = {};
  double executions_per_request = 1.0;  // where executions are counted, > 0
};

// Signals: LoadReport for each page, LatencyReport where something was finished since the page
// before, PowerReport of the mean over the unit's endpoints.
class MetricsScraper final : public ViewedSource {
 public:
  MetricsScraper(asio::io_context& io, SourceOptions options, const ScrapeOptions& scrape);

  void start(control::SignalSink& sink) override;
  void stop() override;
  void on_view(const std::shared_ptr<const core::FleetView>& view) override {
    pages_.on_view(view);
  }
  void on_links(const std::map<std::string, ProbeLink>& links) override { pages_.on_links(links); }

 private:
  // What is remembered of an endpoint from page to page.
  struct Memory {
    UnitId unit;
    core::MeanOfCounters latency;
    std::optional<double> watts;
  };

  std::optional<Refusal> read(EndpointId id, UnitId unit, const PageAnswer& answer);
  std::optional<core::LatencyReport> latency(Memory& memory, const MetricsPage& page) const;
  double mean_watts(UnitId unit) const;

  const SourceOptions options_;
  const ScrapeOptions scrape_;
  control::SignalSink* sink_ = nullptr;  // set while started
  std::map<EndpointId, Memory> memory_;
  EndpointPages pages_;
};

}  // namespace signalbox::adapters
