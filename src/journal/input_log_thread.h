// SPDX-License-Identifier: Apache-2.0
//
// The input log of a running gateway: calls from any thread are appended to a buffer, and one
// thread of its own turns them into records and writes them. An append copies some hundred bytes
// under one mutex and never waits for the disk. When the buffer is full the log ends, with a mark
// that says so: a log with a hole could not be replayed.
//
// Why one mutex is enough for an order that can be replayed. Router calls come under the mutex that
// serialises the Router, Controller calls from the one control thread, each told of right after the
// machine returned and before its answer is used. So within each machine the order in the buffer is
// the order of its calls. Between them, a view reaches the Router only after the tick that made it
// was appended (same thread, earlier), and a digest reaches the Controller only after its taking
// was appended (the control thread took it, under the Router's mutex, before it handed it on).
// Every use of an answer stands behind the call that gave it; calls of the two machines that do not
// depend on each other may stand either way and commute.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "journal/input_log_writer.h"
#include "journal/input_sink.h"

namespace signalbox::journal {

class InputLogThread final : public InputSink {
 public:
  struct Options {
    std::size_t buffer_bytes = 32U << 20U;  // waiting to be written; there are two such buffers
    Duration flush_every = 500ms;           // a process that dies loses no more than this
    // From the log's thread, once, when logging ends otherwise than by close().
    std::function<void(const std::string& why)> on_stopped = {};
  };

  InputLogThread(std::unique_ptr<InputLogWriter> writer, Options options);
  // As close().
  ~InputLogThread() override;

  void router_started(std::uint64_t seed) override;
  void controller_started(const core::FleetSpec& spec, TimePoint now) override;
  void router_view(std::uint64_t version, TimePoint now, Decided decided) override;
  void router_request(RequestId id, const core::RequestFacts& facts, TimePoint now,
                      Decided decided) override;
  void router_outcome(RequestId id, const core::Outcome& outcome, TimePoint now,
                      Decided decided) override;
  void router_answer_begun(RequestId id, EndpointId endpoint, TimePoint now,
                           Decided decided) override;
  void router_cancel(RequestId id, TimePoint now, Decided decided) override;
  void router_timer(TimePoint now, Decided decided) override;
  void router_digest(TimePoint now) override;
  void controller_signal(const core::Signal& signal, TimePoint now) override;
  void controller_digest(TimePoint now, std::uint64_t newer) override;
  void controller_spec(const core::FleetSpec& spec, TimePoint now) override;
  void controller_tick(TimePoint now, const core::Plan& plan) override;

  // Writes what is waiting, closes the log, ends the thread. REQUIRES: nobody else calls any more.
  void close();

  // Any thread; as of the last flush.
  InputLogStatus status() const;

 private:
  // What waits: calls of the Router as plain bytes, those of the Controller, which are few and
  // large, as closures, in one order.
  struct Buffer {
    std::string bytes;
    std::vector<std::function<void(InputSink&)>> calls;
  };
  enum class Kind : std::uint8_t {
    kView,
    kRequest,
    kOutcome,
    kBegun,
    kCancel,
    kTimer,
    kDigest,
    kCall
  };
  struct Head;

  // One call of the Router: `head`, two texts, what was decided.
  void append(Head head, Decided decided);
  void append_call(std::function<void(InputSink&)> call);
  bool has_room(std::size_t bytes);
  void run();
  static void drain(const Buffer& buffer, InputSink& to, std::vector<core::Decision>& decisions);

  std::unique_ptr<InputLogWriter> writer_;  // the thread's own
  Options options_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Buffer front_;             // under mutex_
  bool overflowed_ = false;  // under mutex_
  bool closing_ = false;     // under mutex_
  bool stopped_ = false;     // under mutex_: the writer takes no more
  std::uint64_t lost_ = 0;   // under mutex_: calls since then
  InputLogStatus status_;    // under mutex_: the writer's, as of its last flush

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace signalbox::journal
