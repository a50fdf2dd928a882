// SPDX-License-Identifier: Apache-2.0
//
// What a server that works at several requests at once makes of given arrivals: side by side, in
// batches, or as a language model that reads prompts first and then writes all answers together.
// No formula covers these for any curve, so the queue is worked through request by request, on
// numbers that are drawn once: two rates then see the same luck, and what differs between them is
// the rate.
//
// The same walk over the arrivals that really happened says what each of them should have taken,
// which tells a right model from a wrong one far sooner than any comparison of averages.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace signalbox::core {

// How a server groups its work.
enum class Grouping : std::uint8_t {
  kSideBySide,    // up to `slots` at once, each slowed down by the others
  kBatches,       // up to `slots` begin and end together, one batch after the other
  kPromptsFirst,  // reads prompts one by one, and writes answers while none waits
};

struct ServerModel {
  Grouping grouping = Grouping::kSideBySide;
  // [n - 1]: mean time of one unit of work with n at once. A unit of work is a request of size 1,
  // or, with `in_tokens`, one output token. Its length is the number of slots; at least one, > 0.
  std::vector<double> time_s = {};
  bool in_tokens = false;
  double first_token_s = 0.0;  // with in_tokens: reading an empty prompt
  double per_prompt_s = 0.0;   // and for each of its tokens
  double overhead_s = 0.0;     // added to every answer, occupying nobody

  int slots() const { return static_cast<int>(time_s.size()); }
};

struct Arrival {
  double at_s = 0.0;  // never before the previous one
  double size = 1.0;  // of work, where it is not in tokens
  int prompt_tokens = 0;
  int output_tokens = 1;  // at least 1
};

// From its arrival. Without tokens both are the same.
struct ServedTimes {
  double first_token_s = 0.0;
  double done_s = 0.0;
};

// First come, first served. REQUIRES: arrivals in order of time.
std::vector<ServedTimes> serve(const ServerModel& server, std::span<const Arrival> arrivals);

// Poisson arrivals at `rate_per_s` of requests like `like`, whose sizes are drawn from `sizes`
// (none = all of size 1). Equal seeds give equal luck at any rate.
std::vector<Arrival> poisson_arrivals(double rate_per_s, int count, const Arrival& like,
                                      std::span<const double> sizes, std::uint64_t seed);

}  // namespace signalbox::core
