// SPDX-License-Identifier: Apache-2.0
//
// The request shell as a whole: one Router, several event loops, the stories of the latest
// requests. It asks control nothing; views are published into it and digests taken out of it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/model/digest.h"
#include "gateway/explain_ring.h"
#include "gateway/loop.h"
#include "gateway/options.h"
#include "gateway/router_shell.h"
#include "observe/gateway_stats.h"

namespace signalbox::gateway {

class Gateway {
 public:
  // `timer_io` outlives the gateway and runs while it serves.
  Gateway(Options options, asio::io_context& timer_io, AccessLog log,
          RouterShell::Observer observer = {}, journal::Recorders recorders = {});
  ~Gateway();

  // Binds every loop to the one address; returns it with the port that was taken.
  Result<core::Address> listen();
  // Starts to serve. REQUIRES: listen() succeeded, a view was published.
  void start();
  // Takes no new connections, lets requests in progress finish.
  void drain();
  // Nothing is in progress and no client is connected. Meaningful after drain().
  bool drained() const;
  // Ends the loops; what is still open is cut off.
  void stop();

  // From any thread.
  void publish(std::shared_ptr<const core::FleetView> view);
  core::RouterDigest digest() { return router_.digest(); }
  core::RouterReport report() { return router_.report(); }
  std::optional<observe::RequestStory> story(RequestId id) const { return ring_.find(id); }
  observe::GatewayStats stats() const;
  void note_reload(bool accepted);

 private:
  Options options_;
  journal::Recorders recorders_;
  ExplainRing ring_;
  RouterShell router_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<std::uint64_t> config_generation_{1};
  std::atomic<bool> last_reload_ok_{true};
};

}  // namespace signalbox::gateway
