// SPDX-License-Identifier: Apache-2.0
//
// Requests at a rate that does not wait for answers, and how long each took from the moment it was
// due. A generator that waits (wrk) sends less while the server is slow and so leaves out the
// worst of what clients see; here a request that finds every connection busy queues, and the wait
// counts.
#pragma once

#include <cstdint>
#include <string>

#include "bench/gateway/latencies.h"
#include "bench/gateway/sockets.h"

namespace signalbox::bench {

struct OpenLoopOptions {
  Target target;
  std::string request;  // its bytes, head and body
  double rate_per_s = 1000;
  double warm_up_s = 1;
  double seconds = 5;
  int connections = 64;
  std::uint64_t seed = 1;  // of the Poisson arrivals
};

struct OpenLoopResult {
  std::int64_t sent = 0;      // warm-up included
  std::int64_t due = 0;       // that should have been sent, warm-up left out
  std::int64_t answered = 0;  // with 200, of those
  std::int64_t failed = 0;    // other answers, broken ones, lost connections; warm-up included
  Latencies latencies;
};

OpenLoopResult run_open_loop(const OpenLoopOptions& options);

}  // namespace signalbox::bench
