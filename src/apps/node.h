// SPDX-License-Identifier: Apache-2.0
//
// One Signalbox, composed: the gateway on its loops; control, probes, actuator and the operator's
// page together on one more. `serve` and `demo` differ only in what they put around it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/emulator_actuator.h"
#include "adapters/http_prober.h"
#include "apps/journals.h"
#include "apps/listening.h"
#include "apps/process.h"
#include "apps/refusal_news.h"
#include "apps/signal_sources.h"
#include "base/result.h"
#include "control/control_loop.h"
#include "gateway/admin.h"
#include "gateway/gateway.h"
#include "gateway/memory_use.h"
#include "gateway/memory_watch.h"
#include "gateway/probe_page.h"
#include "link/link_server.h"
#include "net/loop_thread.h"
#include "net/successor.h"

namespace signalbox::apps {

// A configuration read again.
struct Reloaded {
  std::shared_ptr<const core::FleetSpec> spec;
  gateway::Options gateway;  // what of it can change while running does
  std::shared_ptr<const gateway::AdminRights> admin_rights;
  std::shared_ptr<const net::TlsServer> admin_tls;
  std::vector<SourcePlan> sources = {};
  std::string text = {};  // of the file, as gateways that follow are told it
};

struct NodeOptions {
  gateway::Options gateway;
  core::Address admin{"127.0.0.1", 9901};
  std::optional<core::Address> probes;  // none = only on the admin page
  // Who may do what there; null = everybody everything.
  std::shared_ptr<const gateway::AdminRights> admin_rights;
  std::shared_ptr<const net::TlsServer> admin_tls;  // null = in clear
  std::function<void(const std::string&)> audit;    // who tried to change what; control's thread
  std::optional<core::Address> emulator;
  std::optional<core::Address> link;  // gateways in other processes follow here; none = none do
  link::LinkServerOptions link_options;
  std::string text;                 // of the configuration, which those are told
  std::vector<SourcePlan> sources;  // whom to ask for signals beside our own probes
  gateway::AccessLog access_log;
  Journals journals;                               // closed by Node::stop()
  gateway::RouterShell::Observer on_decision;      // any thread
  std::function<void(const core::Plan&)> on_plan;  // control's thread
  std::function<void(const std::string&)> tell;    // what an operator should read in the log
  std::function<Result<Reloaded>()> reload;        // control's thread
  // How much memory is used; replaced in tests.
  std::function<std::optional<gateway::MemoryUse>()> memory_use = [] {
    return gateway::read_memory_use();
  };
  // Taken over from an earlier process, or from systemd; none = bound here.
  std::vector<net::Listener> gateway_listeners = {};
  std::vector<net::Listener> admin_listeners = {};  // at most one
  std::vector<net::Listener> probe_listeners = {};  // likewise
};

class Node final : public Process {
 public:
  Node(NodeOptions options, std::shared_ptr<const core::FleetSpec> spec);
  ~Node() override;

  struct Bound {
    core::Address gateway;
    core::Address admin;
  };
  // Binds, publishes the first view, starts every thread.
  Result<Bound> start();

  // Any thread but control's.
  std::string reload() override;
  void drain() override;
  void retire() override;
  std::vector<net::NamedListener> listeners() const override;
  std::string cannot_hand_over() const override;
  bool drained() const override { return gateway_.drained(); }
  void stop();

  std::shared_ptr<const core::FleetView> view() const;
  core::RouterReport report() { return gateway_.report(); }

 private:
  std::string reload_here();
  void on_memory(const gateway::MemoryUse& use, gateway::Pressure pressure);
  Result<core::Address> listen_for_admin();
  Result<core::Address> listen_for_probes();
  void publish(std::shared_ptr<const core::FleetView> view);
  void on_decision(const core::Decision& decision);

  NodeOptions options_;
  net::LoopThread control_thread_;
  gateway::Gateway gateway_;
  std::unique_ptr<link::LinkServer> link_;  // null = this gateway has the fleet for itself
  std::atomic<bool> hold_told_{false};      // a word that requests wait is on its way to it
  std::unique_ptr<adapters::EmulatorActuator> actuator_;
  adapters::HttpProber prober_;
  SignalSources sources_;
  RefusalNews refusals_;
  control::ControlLoop control_;
  gateway::Admin admin_;
  gateway::ProbePage probes_;
  gateway::MemoryWatch memory_;
  gateway::Pressure pressure_ = gateway::Pressure::kNone;
  mutable std::mutex mutex_;
  std::shared_ptr<const core::FleetView> view_;  // under mutex_
  std::atomic<bool> draining_{false};
  bool running_ = false;
  int admin_listening_ = -1;   // the page's own
  int probes_listening_ = -1;  // likewise; -1 = none
};

}  // namespace signalbox::apps
