// SPDX-License-Identifier: Apache-2.0
//
// A controller without a data path: control, probes, sources, the operator's page, and the link by
// which gateways in other processes follow it. Of several such processes one leads; who that is is
// decided outside. One that does not lead decides nothing, takes no gateway, and only says who
// does.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/journals.h"
#include "apps/process.h"
#include "apps/refusal_news.h"
#include "apps/signal_sources.h"
#include "base/result.h"
#include "control/ports.h"
#include "gateway/admin.h"
#include "gateway/probe_page.h"
#include "gateway/unit_access.h"
#include "link/link_server.h"
#include "net/loop_thread.h"

namespace signalbox::apps {

// The configuration, as gateways are told it and as it is gone by here.
struct ControlConfiguration {
  std::string text;
  std::shared_ptr<const core::FleetSpec> spec;
  gateway::UnitAccesses units;  // how they are probed
  std::vector<SourcePlan> sources;
  std::shared_ptr<const gateway::AdminRights> admin_rights;
  std::shared_ptr<const net::TlsServer> admin_tls;
};

struct ControlNodeOptions {
  ControlConfiguration configuration;
  core::Address link;
  link::LinkServerOptions link_options;
  core::Address admin{"127.0.0.1", 9901};
  std::optional<core::Address> probes;
  std::uint64_t seed = 0;
  std::function<void(const std::string&)> audit;
  std::function<void(const std::string&)> tell;
  std::function<void(const core::Plan&)> on_plan;
  std::function<void(std::shared_ptr<const core::FleetView>)> on_view;  // each that is published
  Journals journals;                                                    // of decisions
  // Reads the configuration again and hands it to adopt_here(); returns what is wrong with it, or
  // an empty text. Called on the node's loop.
  std::function<std::string()> reload;
  std::optional<core::Address> emulator;
};

// What a leader works with beside what the configuration declares; outlives its leading.
struct Hands {
  control::Actuator* actuator = nullptr;    // null = the emulator, or nobody
  control::SignalSource* source = nullptr;  // started when this one leads; null = none
  // Whether the replicas there are were told: a view of before would take them from the gateways.
  std::function<bool()> is_complete = [] { return true; };
};

class ControlNode final : public Process {
 public:
  explicit ControlNode(ControlNodeOptions options);
  ~ControlNode() override;

  struct Bound {
    core::Address link;
    core::Address admin;
  };
  // Binds and runs. It does not lead until it is told to.
  Result<Bound> start();
  void stop();

  // From here on this one decides, with nothing remembered. Any thread.
  void lead();

  // These on the node's loop. As lead(). REQUIRES: it does not lead.
  void lead_here(const Hands& hands);
  // It does not lead any more: decides, tells and stops nothing from here on, and has let go of its
  // hands when this returns.
  void lose_here();
  // Another one decides ("host:port" of its link, empty = not known). REQUIRES: it does not lead.
  void follow_here(const std::string& leader) { link_.follow(leader); }
  // Another configuration is in force.
  void adopt_here(ControlConfiguration next);

  std::string reload() override;
  void drain() override { draining_ = true; }
  void retire() override { draining_ = true; }
  bool drained() const override { return true; }
  std::vector<net::NamedListener> listeners() const override { return {}; }
  std::string cannot_hand_over() const override {
    return "a controller is replaced by starting another; gateways go on meanwhile";
  }

  std::shared_ptr<const core::FleetView> view() const;
  asio::io_context& io() { return control_thread_.io(); }

 private:
  // What is there only while it leads.
  struct Leading;

  std::string reload_here();
  void publish(std::shared_ptr<const core::FleetView> view);
  void on_plan(const core::Plan& plan);
  std::string unready() const;
  core::RouterReport report();
  observe::GatewayStats stats() const;

  ControlNodeOptions options_;
  net::LoopThread control_thread_;
  link::LinkServer link_;
  std::unique_ptr<Leading> leading_;
  RefusalNews refusals_;
  gateway::Admin admin_;
  gateway::ProbePage probes_;
  mutable std::mutex mutex_;
  std::shared_ptr<const core::FleetView> view_;  // under mutex_
  std::atomic<bool> draining_{false};
  std::uint64_t generation_ = 1;
  bool last_reload_ok_ = true;
  bool running_ = false;
};

}  // namespace signalbox::apps
