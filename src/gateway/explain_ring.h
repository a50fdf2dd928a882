// SPDX-License-Identifier: Apache-2.0
//
// The stories of the latest requests, for `signalbox explain`: each decision with the view it was
// taken under, and what came of it. Bounded: the oldest story gives way to the newest, and its
// memory is used again, up to what an ordinary story needs. A request's id says which loop it is of
// and the how manieth there, so its place is known without a search, and loops do not wait for each
// other.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/decision.h"
#include "core/model/fleet_view.h"
#include "core/model/request.h"
#include "observe/story.h"

namespace signalbox::gateway {

// An id is the number of its loop in the upper bits, and a count of that loop's in these lower
// ones.
inline constexpr int kSequenceBits = 48;
constexpr std::uint64_t loop_of(RequestId id) { return id.value >> kSequenceBits; }
constexpr std::uint64_t sequence_of(RequestId id) {
  return id.value & ((1ULL << kSequenceBits) - 1);
}

// How an id is written in headers, logs and on the command line: 16 hex digits.
std::string format_id(RequestId id);
// nullopt unless `text` is 1 to 16 hex digits.
std::optional<RequestId> parse_id(std::string_view text);

class ExplainRing {
 public:
  // `capacity` stories are kept, an equal part of them for each loop; 0 keeps none.
  explicit ExplainRing(std::size_t capacity, std::size_t loops = 1);

  void began(RequestId id, std::string_view method, std::string_view path);
  void decided(const core::Decision& decision, const std::shared_ptr<const core::FleetView>& view);
  void observed(RequestId id, const core::Outcome& outcome);
  // `duration` and `time_to_first_byte` count from arrival; status 0 = the client left first.
  void finished(RequestId id, int status, Duration time_to_first_byte, Duration duration);

  std::optional<observe::RequestStory> find(RequestId id) const;

 private:
  struct Entry {
    RequestId id;
    observe::RequestStory story;
  };
  struct Stripe {
    mutable std::mutex mutex;
    std::vector<Entry> entries;  // by sequence, modulo
  };

  // Where the story is or would be; null where none is kept. REQUIRES: the stripe is locked.
  const Entry* entry(const Stripe& stripe, RequestId id) const;
  observe::RequestStory* story(Stripe& stripe, RequestId id);
  Stripe* stripe_of(RequestId id) const;
  static void prefetch(const Stripe& stripe, std::size_t at);

  std::size_t per_loop_;
  std::vector<std::unique_ptr<Stripe>> stripes_;
};

}  // namespace signalbox::gateway
