// SPDX-License-Identifier: Apache-2.0
//
// A gateway whose controller is another process: the request shell, the operator's page, and the
// link, by which the configuration, the fleet and the leases come. It has no opinion of its own on
// any of these; it goes by what it heard last for as long as the controller is gone.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/journals.h"
#include "apps/process.h"
#include "base/result.h"
#include "gateway/admin.h"
#include "gateway/gateway.h"
#include "gateway/memory_use.h"
#include "gateway/memory_watch.h"
#include "gateway/probe_page.h"
#include "link/link_client.h"
#include "net/loop_thread.h"

namespace signalbox::apps {

// A configuration that came over the link, or was read again, ready to go by.
struct GatewayConfiguration {
  std::shared_ptr<const core::FleetSpec> spec;
  gateway::Options gateway;
};

// The gateway's own file, read again.
struct GatewayReloaded {
  gateway::Options gateway;
  std::shared_ptr<const gateway::AdminRights> admin_rights;
  std::shared_ptr<const net::TlsServer> admin_tls;
};

struct GatewayNodeOptions {
  gateway::Options gateway;  // by its own file; units are not known yet
  link::LinkClientOptions link;
  core::Address admin{"127.0.0.1", 9901};
  std::optional<core::Address> probes;
  std::shared_ptr<const gateway::AdminRights> admin_rights;
  std::shared_ptr<const net::TlsServer> admin_tls;
  std::function<void(const std::string&)> audit;
  gateway::AccessLog access_log;
  Journals journals;  // of decisions; closed by stop()
  std::function<void(const std::string&)> tell;
  // The configuration that the controller tells; the gateway's own section comes from its file.
  std::function<Result<GatewayConfiguration>(const std::string& text)> parse;
  std::function<Result<GatewayReloaded>()> reload;
  std::vector<net::Listener> gateway_listeners = {};
  std::vector<net::Listener> admin_listeners = {};  // at most one
  std::vector<net::Listener> probe_listeners = {};  // likewise
};

class GatewayNode final : public Process {
 public:
  explicit GatewayNode(GatewayNodeOptions options);
  ~GatewayNode() override;

  struct Bound {
    core::Address gateway;
    core::Address admin;
  };
  // Binds; requests are taken as soon as the fleet was heard of.
  Result<Bound> start();
  // Leaves; leases are given back at once where nothing is in flight any more.
  void stop();

  std::string reload() override;
  void drain() override;
  void retire() override;
  bool drained() const override { return !serving_.load() || gateway_.drained(); }
  std::vector<net::NamedListener> listeners() const override;
  std::string cannot_hand_over() const override { return {}; }

 private:
  std::string reload_here();
  std::string unready() const;
  void publish(std::shared_ptr<const core::FleetView> view);
  void on_decision(const core::Decision& decision);
  observe::GatewayStats stats() const;

  GatewayNodeOptions options_;
  net::LoopThread control_thread_;
  gateway::Gateway gateway_;
  link::LinkClient link_;
  gateway::Admin admin_;
  gateway::ProbePage probes_;
  gateway::MemoryWatch memory_;
  mutable std::mutex mutex_;
  std::shared_ptr<const core::FleetView> view_;  // under mutex_
  std::atomic<bool> serving_{false};
  std::atomic<bool> draining_{false};
  std::atomic<bool> hold_told_{false};  // a word that requests wait is on its way to the link
  bool running_ = false;
  int admin_listening_ = -1;
  int probes_listening_ = -1;
};

}  // namespace signalbox::apps
