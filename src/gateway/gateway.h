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
#include "gateway/memory_pressure.h"
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

  // Makes every loop listen on the one address; returns it with the port that was taken. With
  // listeners inherited from an earlier process, on these; all of them are served, however many
  // loops there are, because each has a queue of clients of its own.
  Result<core::Address> listen(std::vector<net::Listener> inherited = {});
  // The sockets it listens on, to hand over. REQUIRES: listen() succeeded, not drained.
  const std::vector<int>& listening() const { return listening_; }
  // Starts to serve. REQUIRES: listen() succeeded, a view was published.
  void start();
  // Takes no new connections, lets requests in progress finish. Connections that are idle are
  // closed after `grace`.
  void drain(Duration grace);
  // Nothing is in progress and no client is connected. Meaningful after drain().
  bool drained() const;
  // Ends the loops; what is still open is cut off.
  void stop();

  // From any thread. What the options say of listeners, threads, the seed and the ring of stories
  // stays as it was; the rest takes effect at once, for connections that are open as well, but for
  // the certificate that they were made with.
  void adopt(Options options);
  void publish(std::shared_ptr<const core::FleetView> view);
  core::RouterDigest digest() { return router_.digest(); }
  core::RouterReport report() { return router_.report(); }
  std::optional<observe::RequestStory> story(RequestId id) const { return ring_.find(id); }
  observe::GatewayStats stats() const;
  void note_reload(bool accepted);
  // What memory is used, and what follows. From any one thread. REQUIRES: started.
  void on_memory(const MemoryUse& use, Pressure pressure);

 private:
  Options options_;
  journal::Recorders recorders_;
  ExplainRing ring_;
  RouterShell router_;
  std::atomic<Pressure> pressure_{Pressure::kNone};
  std::atomic<double> memory_used_ratio_{-1.0};  // negative: nothing bounds it
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<int> listening_;  // the loops' own
  std::atomic<std::uint64_t> config_generation_{1};
  std::atomic<bool> last_reload_ok_{true};
};

}  // namespace signalbox::gateway
