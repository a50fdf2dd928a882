// SPDX-License-Identifier: Apache-2.0
//
// Reads HTTP/1.1 answers as a load generator must: cheaply, and strictly about framing, because a
// gateway that ends an answer early or runs two together is what the count has to catch. Bodies are
// delimited by Content-Length or by chunks; anything else is an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace signalbox::bench {

class AnswerReader {
 public:
  enum class State { kHead, kBody, kDone, kBroken };

  // Takes bytes as they come, and calls `on_body(piece)` for those of the body, without the framing
  // of chunks. After kDone the next byte begins a new answer: whoever sends one request at a time
  // calls reset() and treats a byte that comes before the next request as broken.
  template <typename OnBody>
  State read(std::string_view bytes, OnBody on_body) {
    while (!bytes.empty() && state_ != State::kBroken) {
      if (state_ == State::kDone) return state_ = State::kBroken;
      if (state_ == State::kHead || (chunked_ && left_ == 0)) {
        take_line(bytes);
        continue;
      }
      const auto piece =
          bytes.substr(0, static_cast<std::size_t>(left_ < static_cast<std::int64_t>(bytes.size())
                                                       ? left_
                                                       : static_cast<std::int64_t>(bytes.size())));
      on_body(piece);
      bytes.remove_prefix(piece.size());
      left_ -= static_cast<std::int64_t>(piece.size());
      body_bytes_ += static_cast<std::int64_t>(piece.size());
      if (left_ == 0) end_of_piece();
    }
    return state_;
  }

  int status() const { return status_; }
  // No further request may be sent on this connection.
  bool closes() const { return closes_; }
  std::int64_t body_bytes() const { return body_bytes_; }
  bool begun() const { return state_ != State::kHead || !line_.empty() || status_ != 0; }
  void reset() { *this = AnswerReader{}; }

 private:
  enum class Line { kField, kChunkSize, kChunkEnd, kTrailer };

  void take_line(std::string_view& bytes);
  void on_line(std::string_view line);
  void on_field(std::string_view line);
  void end_of_head();
  void end_of_piece();

  State state_ = State::kHead;
  Line line_kind_ = Line::kField;
  std::string line_;  // what came of a line that is not complete
  int status_ = 0;
  bool chunked_ = false;
  bool closes_ = false;
  std::int64_t left_ = -1;  // of the body or chunk; -1 while unknown
  std::int64_t body_bytes_ = 0;
};

}  // namespace signalbox::bench
