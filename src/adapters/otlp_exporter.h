// SPDX-License-Identifier: Apache-2.0
//
// Sends traces to a collector (OTLP over HTTP, in JSON), in batches and on a thread of its own:
// those who serve requests only put theirs into a bounded queue. A collector that is slow or gone
// costs traces, which are counted, and nothing else.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "core/model/unit.h"
#include "http/client.h"
#include "net/loop_thread.h"
#include "observe/otlp.h"

namespace signalbox::adapters {

struct OtlpExporterOptions {
  core::Address collector{"127.0.0.1", 4318};
  std::string path = "/v1/traces";
  observe::OtlpResource resource{};
  Duration beat = 1s;               // what waits is sent this often,
  std::size_t batch_spans = 512;    // or when there are so many spans
  std::size_t most_waiting = 4096;  // traces; more are left out
  Duration timeout = 5s;            // of one call
  Duration backoff = 1s;            // after a failure; doubled with each further one of a batch,
  Duration max_backoff = 30s;       // up to this
  int tries = 5;                    // of a batch, before it is given up
};

class OtlpExporter {
 public:
  explicit OtlpExporter(OtlpExporterOptions options);
  // As stop().
  ~OtlpExporter();

  void start();
  // From any thread; never waits for the collector.
  void take(observe::RequestTrace trace);
  // Sends what waits, but for no longer than `patience`, and ends.
  void stop(Duration patience = 1s);

  struct Stats {
    std::uint64_t exported = 0;  // traces that the collector took
    std::uint64_t lost = 0;      // traces that it will not get
  };
  Stats stats() const;

 private:
  void await_beat();
  void send_next();
  void send(std::vector<observe::RequestTrace> traces, int attempt);
  void on_answer(std::vector<observe::RequestTrace> traces, int attempt, bool taken, bool hopeless);
  void settle();

  const OtlpExporterOptions options_;
  const observe::WallOffset wall_;
  net::LoopThread thread_;
  asio::steady_timer beat_;
  asio::steady_timer pause_;
  http::Client client_;
  bool busy_ = false;  // a batch is under way; on the thread only

  std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<observe::RequestTrace> waiting_;  // under mutex_, as are the next three
  std::size_t waiting_spans_ = 0;
  bool asked_ = false;      // the thread was told that a batch is full
  bool under_way_ = false;  // as busy_, for stop()
  bool stopped_ = false;
  std::atomic<std::uint64_t> exported_{0};
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace signalbox::adapters
