// SPDX-License-Identifier: Apache-2.0
//
// Failures that say 200 (B53): an engine that breaks after it has sent its head can only say so in
// the body, as an error object where an answer should be, as an event of a stream, however late,
// or by a stream that ends with nothing in it. The client reads it either way; who counts how often
// a unit fails must see it too.
//
// Of a body that is no stream only the beginning is looked at: an object whose first key is
// "error". Of a stream it is the beginning of every event, wherever reads cut it and however many
// comments stand in between; the rest of a line is skipped unread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace signalbox::wire {

class HiddenFailure {
 public:
  // `event_stream`: server-sent events, else anything.
  explicit HiddenFailure(bool event_stream = false) : event_stream_(event_stream) {}

  // The next bytes of the body, split anywhere.
  void feed(std::string_view bytes) {
    if (event_stream_) {
      feed_events(bytes);
    } else if (!known_) {
      feed_body(bytes);
    }
  }

  // The body is complete: does it say that it failed, or is it a stream without an event?
  bool found() const { return failed_ || (event_stream_ && !answered_); }

 private:
  enum class Says : std::uint8_t { kNothingYet, kError, kEndOfStream, kAnswer };

  // What an answer, or the data of an event, begins with.
  class Beginning {
   public:
    Says take(char c);
    bool any() const { return matched_ > 0; }

   private:
    std::string_view expected_;  // what it looks like so far
    std::size_t matched_ = 0;    // of that
  };

  enum class Line : std::uint8_t { kName, kEvent, kData, kPassed };

  void feed_body(std::string_view bytes);
  void feed_events(std::string_view bytes);
  void begin_value();
  void end_line();
  void note(Says says);

  bool event_stream_;
  bool known_ = false;  // of a body: nothing more can change it
  bool failed_ = false;
  bool answered_ = false;  // a stream has brought an event
  Beginning beginning_;

  // Of a stream.
  Line line_ = Line::kName;
  bool event_known_ = false;  // what the present event says
  std::string word_;          // of a line: its field's name, then the name of an event; a few bytes
};

}  // namespace signalbox::wire
