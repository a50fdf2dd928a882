// SPDX-License-Identifier: Apache-2.0
//
// Asks a Prometheus server what it knows of units: prices, limits, latency, replicas, power. Each
// expression is asked for itself, so one that is wrong or slow costs only what it would have said.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/page_call.h"
#include "adapters/poll.h"
#include "adapters/viewed_source.h"
#include "wire/prometheus_query.h"

namespace signalbox::adapters {

enum class Quantity { kPrice, kMaxReplicas, kLatency, kReady, kPending, kWatts };

struct PrometheusQuestion {
  Quantity gives = Quantity::kPrice;
  std::string expression;
  std::string unit;  // that the one value is of; empty = the label `unit` of each series names it
};

class PrometheusSource final : public ViewedSource {
 public:
  // `server.target` is the prefix that the server is served below, mostly "/". Of `options.units`
  // signals are taken; empty = of all.
  PrometheusSource(asio::io_context& io, SourceOptions options, Page server,
                   std::vector<PrometheusQuestion> questions);
  ~PrometheusSource() override;

  void start(control::SignalSink& sink) override;
  void stop() override;
  void on_view(const std::shared_ptr<const core::FleetView>& view) override { view_ = view; }

 private:
  struct Asked {
    PrometheusQuestion question;
    Trouble trouble;
    std::unique_ptr<Poll> poll;
  };
  struct Replicas {
    std::optional<int> ready, pending;
  };

  void ask(std::size_t index);
  void on_answer(std::size_t index, const Result<PageAnswer, Refusal>& answer);
  std::optional<Refusal> take(const PrometheusQuestion& question,
                              const std::vector<wire::QueriedPoint>& points, TimePoint at,
                              std::vector<core::Signal>& batch);
  std::optional<Refusal> take_value(Quantity quantity, UnitId unit, double value, TimePoint at,
                                    std::vector<core::Signal>& batch);
  bool asks_for(Quantity quantity) const;

  const SourceOptions options_;
  const Page server_;
  http::Client client_;
  control::SignalSink* sink_ = nullptr;  // set while started
  std::shared_ptr<const core::FleetView> view_;
  std::vector<Asked> asked_;
  std::map<std::string, Replicas> replicas_;  // by unit: two questions make one report
};

}  // namespace signalbox::adapters
