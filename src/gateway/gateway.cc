// SPDX-License-Identifier: Apache-2.0
//
// Composition of loops; see gateway.h.
#include "gateway/gateway.h"

#include <utility>

#include "base/assert.h"

namespace signalbox::gateway {

Gateway::Gateway(Options options, asio::io_context& timer_io, AccessLog log,
                 RouterShell::Observer observer, journal::Recorders recorders)
    : options_(std::move(options)),
      recorders_(recorders),
      ring_(options_.explain_ring, static_cast<std::size_t>(options_.threads)),
      router_(options_.seed, timer_io, ring_, std::move(observer), recorders) {
  SIGNALBOX_ASSERT(options_.threads >= 1);
  for (int i = 0; i < options_.threads; ++i) {
    loops_.push_back(std::make_unique<Loop>(options_, router_, ring_, log, pressure_));
  }
}

Gateway::~Gateway() { stop(); }

Result<core::Address> Gateway::listen(std::vector<net::Listener> inherited) {
  std::vector<net::Listener> listeners = std::move(inherited);
  const std::size_t given = listeners.size();
  net::Listener::Place place{options_.listen.host, options_.listen.port};
  while (listeners.size() < loops_.size()) {
    auto next = given > 0 ? listeners[listeners.size() % given].duplicate()
                          : net::Listener::bind(place, loops_.size() > 1);
    if (!next.ok()) return next.error();
    place.port = next->place().port;  // the first chooses a free one, the others share it
    listeners.push_back(std::move(*next));
  }
  place.port = listeners.front().place().port;
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    listening_.push_back(listeners[i].fd());
    loops_[i % loops_.size()]->listen(std::move(listeners[i]));
  }
  return core::Address{place.host, place.port};
}

void Gateway::start() {
  for (auto& loop : loops_) loop->start();
}

void Gateway::drain(Duration grace) {
  for (auto& loop : loops_) loop->drain(grace);
}

bool Gateway::drained() const {
  for (const auto& loop : loops_) {
    if (!loop->closed_to_new() || loop->active() > 0 ||
        loop->counters().client_connections.load() > 0) {
      return false;
    }
  }
  return true;
}

void Gateway::stop() {
  for (auto& loop : loops_) loop->stop();
  router_.stop();
}

void Gateway::adopt(Options options) {
  options.listen = options_.listen;
  options.threads = options_.threads;
  options.seed = options_.seed;
  options.explain_ring = options_.explain_ring;
  const auto adopted = std::make_shared<const Options>(std::move(options));
  for (auto& loop : loops_) loop->on_options(adopted);
}

void Gateway::publish(std::shared_ptr<const core::FleetView> view) {
  for (auto& loop : loops_) loop->on_view(view);
  router_.publish(std::move(view));
}

observe::GatewayStats Gateway::stats() const {
  observe::GatewayStats stats;
  for (const auto& loop : loops_) {
    const auto& counters = loop->counters();
    stats.client_connections += counters.client_connections.load(std::memory_order_relaxed);
    stats.upstream_connections += loop->unit_connections();
    stats.accepted += counters.accepted.load(std::memory_order_relaxed);
    stats.bytes_in += counters.bytes_in.load(std::memory_order_relaxed);
    stats.bytes_out += counters.bytes_out.load(std::memory_order_relaxed);
    stats.buffered_bytes += counters.buffered_bytes.load(std::memory_order_relaxed);
    stats.connections_shed += counters.connections_shed.load(std::memory_order_relaxed);
    stats.requests_shed += counters.requests_shed.load(std::memory_order_relaxed);
    stats.unauthenticated += counters.unauthenticated.load(std::memory_order_relaxed);
    stats.claims_refused += counters.claims_refused.load(std::memory_order_relaxed);
    stats.data_class_headers_refused += counters.headers_refused.load(std::memory_order_relaxed);
    stats.tenant_headers_refused += counters.tenant_headers_refused.load(std::memory_order_relaxed);
  }
  if (const double ratio = memory_used_ratio_.load(); ratio >= 0.0) stats.memory_used_ratio = ratio;
  stats.config_generation = config_generation_.load();
  stats.last_reload_ok = last_reload_ok_.load();
  if (recorders_.inputs != nullptr) {
    const journal::InputLogStatus log = recorders_.inputs->status();
    stats.input_log = {log.logging, log.bytes, log.calls, log.lost_calls};
  }
  if (recorders_.decisions != nullptr) {
    const journal::DecisionJournalStatus journal = recorders_.decisions->status();
    stats.decision_journal = {journal.writing, journal.written, journal.lost};
  }
  if (options_.tracing && options_.tracing->stats) stats.traces = options_.tracing->stats();
  return stats;
}

void Gateway::on_memory(const MemoryUse& use, Pressure pressure) {
  memory_used_ratio_.store(use.ratio());
  const Pressure before = pressure_.exchange(pressure);
  if (pressure <= before) return;
  for (auto& loop : loops_) loop->close_idle();
}

void Gateway::note_reload(bool accepted) {
  last_reload_ok_.store(accepted);
  if (accepted) config_generation_.fetch_add(1);
}

}  // namespace signalbox::gateway
