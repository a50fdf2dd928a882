// SPDX-License-Identifier: Apache-2.0
//
// Section by section; see gateway_sources.h.
#include "apps/gateway_sources.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "apps/access_sources.h"
#include "apps/data_class_sources.h"
#include "apps/tenant_sources.h"
#include "apps/tls_sources.h"

namespace signalbox::apps {

namespace {

// `threads: 0` becomes the cores.
gateway::Options plain_options(const config::GatewaySection& section) {
  gateway::Options options;
  options.listen = section.listen;
  options.threads = section.threads > 0
                        ? section.threads
                        : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  options.connect_timeout = section.connect_timeout;
  options.header_timeout = section.header_timeout;
  options.body_timeout = section.body_timeout;
  options.send_timeout = section.send_timeout;
  options.keep_alive = section.keep_alive;
  options.unit_keep_alive = section.unit_keep_alive;
  options.drain = section.drain;
  options.inspect_bytes = static_cast<std::size_t>(section.inspect_bytes);
  options.max_body = static_cast<std::uint64_t>(section.max_body);
  options.max_connections = static_cast<std::size_t>(section.max_connections);
  options.http2 = section.http2;
  options.max_streams = static_cast<std::size_t>(section.max_streams);
  options.explain_ring = static_cast<std::size_t>(section.explain_ring);
  return options;
}

}  // namespace

Result<GatewaySources> gateway_sources(const config::Config& config) {
  GatewaySources sources;
  sources.options = plain_options(config.gateway);
  auto data_class = data_class_sources(config.data);
  if (!data_class.ok()) return data_class.error();
  sources.options.data_class = std::move(*data_class);
  auto tenants = tenant_sources(config.tenants);
  if (!tenants.ok()) return tenants.error();
  sources.options.tenants = std::move(*tenants);
  auto policy = access_policy(config.access);
  if (!policy.ok()) return policy.error();
  sources.options.access = std::move(*policy);
  auto tls = tls_sources(config.gateway, config.fleet);
  if (!tls.ok()) return tls.error();
  sources.options.tls = std::move(tls->server);
  sources.options.units = std::move(tls->units);
  sources.warnings = std::move(tls->warnings);
  return sources;
}

std::string needs_new_process(const config::Config& running, const config::Config& wanted) {
  const auto& now = running.gateway;
  const auto& then = wanted.gateway;
  if (now.listen != then.listen) return "gateway.listen";
  if (now.admin != then.admin) return "gateway.admin";
  if (now.probes != then.probes) return "gateway.probes";
  if (now.threads != then.threads) return "gateway.threads";
  if (now.access_log != then.access_log) return "gateway.access_log";
  if (now.explain_ring != then.explain_ring) return "gateway.explain_ring";
  if (now.tls.has_value() != then.tls.has_value()) return "gateway.tls";
  if (now.admin_tls.has_value() != then.admin_tls.has_value()) return "gateway.admin_tls";
  if (running.tracing != wanted.tracing) return "tracing";
  if (running.journal != wanted.journal) return "journal";
  if (running.emulator != wanted.emulator) return "emulator";
  if (running.cluster != wanted.cluster) return "cluster";
  if (running.scaler != wanted.scaler) return "scaler";
  if (running.link != wanted.link) return "link";
  return {};
}

}  // namespace signalbox::apps
