// SPDX-License-Identifier: Apache-2.0
//
// The one Router of the process, made safe for many event loops: a mutex around each call (held for
// about a microsecond), and delivery of the decisions a call releases for other requests to the
// loops that own them. A request id carries its loop, so delivery needs no table. Under the same
// mutex each call is appended to the input log, if there is one, so that the log has its order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "core/route/router.h"
#include "gateway/explain_ring.h"
#include "journal/decision_journal.h"
#include "journal/input_log_thread.h"
#include "journal/recorders.h"
#include "net/asio.h"

namespace signalbox::gateway {

// A decision and the view it was taken under: its ids mean something only together.
struct Ruling {
  core::Decision decision;
  std::shared_ptr<const core::FleetView> view;
};

// Takes rulings on the loop's thread.
class RulingSink {
 public:
  virtual ~RulingSink() = default;
  virtual asio::io_context& io() = 0;
  virtual void deliver(const Ruling& ruling) = 0;
};

class RouterShell {
 public:
  // Sees every decision right after it was taken, on the thread that took it.
  using Observer = std::function<void(const core::Decision&)>;

  // `timer_io` runs the Router's timer; any loop that outlives the traffic will do.
  RouterShell(std::uint64_t seed, asio::io_context& timer_io, ExplainRing& ring,
              Observer observer = {}, journal::Recorders recorders = {});

  // Registers a loop; its index goes into the ids it makes. REQUIRES: before any traffic.
  std::uint64_t add_sink(RulingSink& sink);
  static RequestId make_id(std::uint64_t sink, std::uint64_t sequence) {
    return RequestId(sink << kSequenceBits | sequence_of(RequestId(sequence)));
  }

  // From any thread. Releases held requests.
  void publish(std::shared_ptr<const core::FleetView> view);
  // For the Controller: written down as taken for it, so from one thread only.
  core::RouterDigest digest();
  core::RouterReport report();

  // From a sink's thread. The ruling on `id` itself is returned, others are delivered.
  Ruling request(RequestId id, const core::RequestFacts& facts);
  // Another ruling for the same request after a failure before the first byte, else nullopt.
  // `forwarded` is the decision, taken under `view`, that came to this.
  std::optional<Ruling> outcome(const core::Decision& forwarded,
                                const std::shared_ptr<const core::FleetView>& view,
                                const core::Outcome& outcome);
  // Of a request with two attempts: this endpoint has begun to answer, the other one has lost.
  void answer_begun(RequestId id, EndpointId endpoint);
  void cancel(RequestId id);

  // Stops the timer. REQUIRES: timer_io's thread, or none running.
  void stop();

 private:
  void dispatch(const core::Router::Decisions& decisions, RequestId own,
                const std::shared_ptr<const core::FleetView>& view);
  void arm_timer(TimePoint deadline);
  void on_timer();
  template <class Call>
  std::optional<Ruling> call(RequestId own, Call&& call);

  std::mutex mutex_;
  core::Router router_;                          // under mutex_
  std::shared_ptr<const core::FleetView> view_;  // under mutex_
  TimePoint armed_for_ = TimePoint::max();       // under mutex_
  bool stopped_ = false;                         // under mutex_
  std::vector<RulingSink*> sinks_;
  ExplainRing& ring_;
  Observer observer_;
  journal::Recorders recorders_;
  asio::steady_timer timer_;  // touched on timer_io only
};

}  // namespace signalbox::gateway
