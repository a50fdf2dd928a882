// SPDX-License-Identifier: Apache-2.0
//
// One emulated replica: a listener of its own in front of a sim::ReplicaEngine that real timers
// drive. It serves as its unit's profile says, and misbehaves as accelerators do: slow, wrong,
// silent, or gone in the middle of an answer. A client that leaves takes its job with it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/prng.h"
#include "base/result.h"
#include "base/time.h"
#include "core/model/unit.h"
#include "emulate/answers.h"
#include "emulate/inference.h"
#include "emulate/picture_book.h"
#include "http/server.h"
#include "net/asio.h"
#include "sim/engine/replica_engine.h"

namespace signalbox::emulate {

// Runs on the loop's thread. Held by shared_ptr, since its timers must not outlive it; whoever
// drops the last one has crashed it.
class ReplicaServer : public std::enable_shared_from_this<ReplicaServer> {
 public:
  // How long a replica that was asked to stop may finish what it serves.
  static constexpr Duration kDrainGrace = 30s;

  // `model` and `pictures` outlive the replica. `factor_spread`: see read_inference(). `seed` draws
  // which answers are errors.
  ReplicaServer(asio::io_context& io, Origin origin, const sim::ServiceModel& model,
                double factor_spread, PictureBook& pictures, std::uint64_t seed);

  Result<core::Address> listen(const core::Address& address);

  // Refuses new connections, finishes begun requests and calls `done`, later, from the loop. A
  // replica that hangs or does not finish within kDrainGrace is crashed first. REQUIRES: called
  // once.
  void drain(std::function<void()> done);

  // As a killed process: every connection is reset, the port closed, all work lost.
  void crash();

  // Hanging: connections are accepted and requests read, but nothing is answered, health included,
  // and no work is done. Afterwards it goes on where it stopped.
  void set_hanging(bool hanging);
  void set_slowdown(double slowdown);    // > 0
  void set_error_rate(double fraction);  // of inference requests answered 500 at once

  bool hanging() const { return hanging_; }
  bool draining() const { return drained_ != nullptr; }
  std::uint64_t served() const { return engine_.finished(); }  // jobs, up to the latest event
  // Requests taken in and not begun, those met by a hang included.
  std::size_t queued() const { return engine_.queued() + unanswered_.size(); }
  int in_service() const { return engine_.in_service(); }
  Duration busy_time() const { return engine_.busy_time(); }
  // When it last took on or finished a job; the epoch if never.
  TimePoint last_active() const { return last_active_; }

 private:
  // A request being answered; a benchmark is several jobs, one after the other.
  struct Exchange {
    Inference inference;
    std::shared_ptr<http::Responder> responder;
    TimePoint arrived;
    TimePoint started;
    int tokens_sent = 0;
    std::vector<Duration> runs;  // latencies of a benchmark's finished runs
  };

  // A request that came while hanging.
  struct Unanswered {
    http::Request request;
    std::shared_ptr<http::Responder> responder;
  };

  using Key = std::uint64_t;  // of an exchange (and its job), or of an unanswered request

  void on_request(http::Request request, std::shared_ptr<http::Responder> responder);
  bool answer_probe(const http::Request& request, http::Responder& responder) const;
  void begin(http::Request request, std::shared_ptr<http::Responder> responder);
  void abandon(Key key);
  void settle();
  void on_event(const sim::JobEvent& event);
  void send_token(Exchange& exchange, int token);
  void on_finished(const sim::JobEvent& event);
  void note_answer(const Exchange& exchange, TimePoint at);
  void await_next_event();
  void await_drained(TimePoint deadline);
  double work_slowdown() const;
  http::Response json(int status, std::string body) const;
  std::string metrics() const;

  Origin origin_;
  double factor_spread_;
  PictureBook& pictures_;
  Prng error_draws_;
  double error_rate_ = 0.0;
  double slowdown_ = 1.0;
  bool hanging_ = false;
  TimePoint last_active_{};
  Duration latency_sum_{};  // of the requests that were answered, queueing included
  std::uint64_t answered_ = 0;

  sim::ReplicaEngine engine_;
  std::vector<sim::JobEvent> events_;  // reported by the engine; those before handled_ are done
  std::size_t handled_ = 0;
  asio::steady_timer engine_timer_;
  asio::steady_timer drain_timer_;
  std::function<void()> drained_;

  Key next_key_ = 1;
  std::map<Key, Exchange> exchanges_;
  std::map<Key, Unanswered> unanswered_;
  http::Server server_;  // last: its handlers use all of the above
};

}  // namespace signalbox::emulate
