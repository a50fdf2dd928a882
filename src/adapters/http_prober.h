// SPDX-License-Identifier: Apache-2.0
//
// Active health: asks every endpoint of the view, in turn, whether it is well. Each probe is a
// connection of its own, because what matters is whether the endpoint would take a new one, and
// because a kept one would occupy a server that serves a single connection at a time. Endpoints
// are probed at moments spread over the interval, so that a thousand of them are a trickle, not a
// burst.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "control/ports.h"
#include "core/model/fleet_view.h"
#include "http/client.h"
#include "net/asio.h"

namespace signalbox::adapters {

// Where in its interval an endpoint is probed: spread evenly, however many there are.
Duration probe_phase(EndpointId id, Duration interval);

// How the endpoints of a unit are probed, beside their health check.
struct ProbeLink {
  std::shared_ptr<const net::TlsClient> tls;  // null = in clear
  std::string server_name;                    // empty = the endpoint's host
  std::vector<http::Header> headers;          // of every probe
};

// Lives on one event loop, as its sink. Signals come from source "probe".
class HttpProber final : public control::SignalSource {
 public:
  explicit HttpProber(asio::io_context& io);

  // As stop().
  ~HttpProber() override;
  HttpProber(const HttpProber&) = delete;
  HttpProber& operator=(const HttpProber&) = delete;

  void start(control::SignalSink& sink) override;
  void stop() override;

  // Whom to probe from now on, and how: the ready and the unhealthy, by their unit's health check.
  // Booting endpoints have no address and draining ones are leaving. To be called with each view
  // published, also before start(). REQUIRES: health intervals are positive.
  void on_view(std::shared_ptr<const core::FleetView> view);

  // How from now on, by the name of the unit; one that is not there is probed in clear.
  void on_links(std::map<std::string, ProbeLink> links) { links_ = std::move(links); }

  // Endpoints under watch.
  std::size_t watched() const { return targets_.size(); }

 private:
  struct Target {
    UnitId unit;
    core::Address address;
    TimePoint due{};  // of its next probe, or of the one under way
  };

  void await_due();
  void probe_due();
  void probe(EndpointId id);
  void on_answer(EndpointId id, bool healthy);

  asio::io_context& io_;
  http::Client client_;
  asio::steady_timer timer_;
  control::SignalSink* sink_ = nullptr;  // set while started
  std::shared_ptr<const core::FleetView> view_;
  std::map<EndpointId, Target> targets_;
  std::map<std::string, ProbeLink> links_;
  std::set<std::pair<TimePoint, EndpointId>> due_;  // those with no probe under way
  std::vector<core::Signal> batch_;                 // results of this turn of the loop
  std::shared_ptr<HttpProber*> self_;               // posts and timers hold it weakly
};

}  // namespace signalbox::adapters
