// SPDX-License-Identifier: Apache-2.0
//
// Failures that say 200: an engine that breaks after it has sent its head can only say so in the
// body, as an error object where an answer should be, or by a stream that ends with nothing in it.
// The client reads it either way; who counts how often a unit fails must see it too.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace signalbox::wire {

class HiddenFailure {
 public:
  // `event_stream`: server-sent events, else anything.
  explicit HiddenFailure(bool event_stream = false) : event_stream_(event_stream) {}

  // The next bytes of the body, split anywhere; only the first few are looked at.
  void feed(std::string_view bytes) {
    if (beginning_.size() < kLooked) beginning_ += bytes.substr(0, kLooked - beginning_.size());
  }

  // The body is complete: does it begin with an error, or is it a stream without an event?
  bool found() const;

 private:
  static constexpr std::size_t kLooked = 64;

  bool event_stream_;
  std::string beginning_;
};

}  // namespace signalbox::wire
