// SPDX-License-Identifier: Apache-2.0
//
// Thousands of streamed answers at once, each read to its end and compared byte by byte with what
// the backend sends (token_stream.h), with the time that every token was under way.
#pragma once

#include <cstdint>
#include <string>

#include "bench/gateway/latencies.h"
#include "bench/gateway/sockets.h"

namespace signalbox::bench {

struct StreamsOptions {
  Target target;
  std::string request;
  int streams = 10'000;
  int tokens = 100;
  int per_second = 2'000;   // connections that are opened a second
  double patience_s = 120;  // after which what has not ended counts as broken
};

struct StreamsResult {
  int complete = 0;      // every byte as expected, and the end
  int cut = 0;           // ended early, or by a lost connection
  int altered = 0;       // a byte that was not expected
  int refused = 0;       // answered with something other than 200, or not connected
  int open_at_once = 0;  // the most
  std::int64_t body_bytes = 0;
  std::int64_t expected_bytes = 0;
  double seconds = 0;
  Latencies first_token;  // from the request to it
  Latencies transit;      // of each token, from the backend's send to here
};

StreamsResult run_streams(const StreamsOptions& options);

}  // namespace signalbox::bench
