// SPDX-License-Identifier: Apache-2.0
//
// Counts the events of a stream as it passes by. Language models send a token per event, so this is
// how long an answer was, give or take the one that opens a stream and the one that closes it;
// nothing is stored but the beginning of a line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace signalbox::wire {

class SseCounter {
 public:
  // The next bytes of the stream, split anywhere.
  void feed(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') {
        end_line();
      } else if (c != '\r' && line_.size() < kLongestStart) {
        line_.push_back(c);
      }
    }
  }
  // Events with data that have ended, `[DONE]` not among them.
  int events() const { return events_; }

 private:
  static constexpr std::size_t kLongestStart = 16;  // enough to know `data: [DONE]`

  void end_line() {
    if (line_.empty() && has_data_) ++events_;
    if (line_.empty()) has_data_ = false;
    if (line_.starts_with("data:")) has_data_ = line_ != "data: [DONE]" && line_ != "data:[DONE]";
    line_.clear();
  }

  std::string line_;
  bool has_data_ = false;
  int events_ = 0;
};

}  // namespace signalbox::wire
