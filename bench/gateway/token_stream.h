// SPDX-License-Identifier: Apache-2.0
//
// The streamed answer that backend and load generator agree on: so many server-sent events of equal
// length, each numbered and stamped with the time it was sent, and "[DONE]". Because every byte but
// the stamp is known beforehand, the reader can tell a lost, doubled or altered byte, and because
// both run on one machine's clock, how long each token was under way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace signalbox::bench {

// Of one event, its closing empty line included.
std::size_t token_event_bytes();
// Of a whole answer of `tokens` events and "[DONE]".
std::int64_t token_stream_bytes(int tokens);

// Appends token `number` (from 0 to 99,999), sent at `sent_ns`.
void append_token(std::string& out, int number, std::int64_t sent_ns);
std::string_view token_stream_end();

// Reads one answer, cut into pieces anywhere.
class TokenStreamReader {
 public:
  // Calls `on_token(sent_ns)` for each complete token; false as soon as a byte is not as expected.
  template <typename OnToken>
  bool read(std::string_view bytes, int tokens, OnToken on_token) {
    while (!bytes.empty()) {
      const std::size_t wanted = next_ < tokens ? token_event_bytes() : token_stream_end().size();
      if (done_) return false;
      const auto piece = bytes.substr(0, wanted - event_.size());
      event_ += piece;
      bytes.remove_prefix(piece.size());
      if (event_.size() < wanted) return true;
      if (next_ == tokens) {
        done_ = event_ == token_stream_end();
        if (!done_) return false;
      } else {
        std::int64_t sent_ns = 0;
        if (!parse_event(event_, next_, sent_ns)) return false;
        on_token(sent_ns);
        ++next_;
      }
      event_.clear();
    }
    return true;
  }

  // Every token came, and the end.
  bool done() const { return done_; }
  int tokens() const { return next_; }

 private:
  static bool parse_event(std::string_view event, int number, std::int64_t& sent_ns);

  std::string event_;
  int next_ = 0;
  bool done_ = false;
};

}  // namespace signalbox::bench
