// SPDX-License-Identifier: Apache-2.0
//
// The operator's page: health, metrics, the fleet as it is and why, the story of one request, and
// signals by hand. On a listener of its own, never the clients'. Every attempt to change something
// is told to whoever audits: who, what, and what became of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/model/digest.h"
#include "core/model/fleet_view.h"
#include "core/model/signal.h"
#include "gateway/admin_rights.h"
#include "http/server.h"
#include "net/tls.h"
#include "observe/gateway_stats.h"
#include "observe/mode_history.h"
#include "observe/story.h"
#include "observe/wall_time.h"

namespace signalbox::gateway {

class Admin {
 public:
  // What the page needs of the rest of the process; called on the page's loop.
  struct Ports {
    // Null = nothing is known of the fleet yet.
    std::function<std::shared_ptr<const core::FleetView>()> view;
    std::function<core::RouterReport()> report;
    std::function<observe::GatewayStats()> stats;
    // Of a request that this process served lately; empty = it serves none.
    std::function<std::optional<observe::RequestStory>(RequestId)> story;
    // Takes a signal; returns why it was refused, or an empty text.
    std::function<std::string(const core::Signal&)> signal;
    // Reads the configuration again; returns what is wrong with it, or an empty text.
    std::function<std::string()> reload;
    std::function<bool()> ready;  // takes new requests
    // Takes a line about an attempt to change something, accepted or not; may be empty.
    std::function<void(const std::string&)> audit;
  };

  Admin(asio::io_context& io, Ports ports);

  core::Address listen(net::Listener listener) { return server_.listen(std::move(listener)); }
  void close() { server_.close(); }

  // Who may do what from now on; null = everybody everything. The page's loop, or none running.
  void allow(std::shared_ptr<const AdminRights> rights) { rights_ = std::move(rights); }
  // From now on it is reached over TLS, with what this says. REQUIRES: the page's loop, or none
  // running.
  void use_tls(std::shared_ptr<const net::TlsServer> tls) {
    secure_ = true;
    server_.use_tls(std::move(tls));
  }

  // To be called with every plan: pages tell of mode changes.
  void on_plan(const core::Plan& plan) { history_.record(plan); }
  const observe::ModeHistory& history() const { return history_; }

  // As on the page.
  std::string metrics_text();

 private:
  using Answer = http::Response;

  Answer answer(const http::Request& request);
  Answer answer_granted(const http::Request& request);
  void audit(std::string_view who, const http::Request& request, const Answer& answer) const;
  Answer metrics();
  Answer fleet();
  Answer explain(const http::Request& request);
  Answer post_capacity(const http::Request& request);
  Answer post_price(const http::Request& request);
  Answer post_reload();
  Answer index() const;

  Ports ports_;
  std::shared_ptr<const AdminRights> rights_;
  bool secure_ = false;
  observe::ModeHistory history_;
  observe::WallOffset wall_;
  core::RouterReport earlier_;  // for traffic shares of the last while
  http::Server server_;
};

}  // namespace signalbox::gateway
