// SPDX-License-Identifier: Apache-2.0
//
// One stream of an HTTP/2 session: what the peer said, what waits to be sent, how far both
// directions are. The session's owner holds it by pointer, from the head until release(), so that
// neither side searches for the other; objects are reused from stream to stream, so that a warm
// connection keeps its storage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "wire/http1_message.h"
#include "wire/http2_head.h"

namespace signalbox::wire {

class Http2Stream {
 public:
  Http2Stream() = default;
  Http2Stream(const Http2Stream&) = delete;
  Http2Stream& operator=(const Http2Stream&) = delete;

  std::int32_t id() const { return id_; }
  // What the peer said, as far as it was told; valid until release().
  const RequestHead& request() const { return request_; }     // at a server
  const ResponseHead& response() const { return response_; }  // at a client
  const Framing& framing() const { return framing_; }
  std::span<const Field> trailers() const { return trailers_; }
  // The peer has said everything.
  bool ended() const { return ended_; }
  // It is over in both directions; calls for it do nothing.
  bool closed() const { return closed_; }
  // Bytes of the body that wait for the peer's window.
  std::size_t queued() const { return queue_.size() - sent_; }

  void* owner = nullptr;  // whatever the owner wants to find here again

 private:
  friend class Http2Session;

  void clear() {
    constexpr std::size_t kKept = 16UL * 1024;
    head_block_.clear();
    trailer_block_.clear();
    request_.fields.clear();
    response_.fields.clear();
    trailers_.clear();
    if (queue_.capacity() > kKept) std::string().swap(queue_);
    queue_.clear();
    trailer_text_.clear();
    trailer_sizes_.clear();
    framing_ = {};
    owner = nullptr;
    head_done_ = head_request_ = ended_ = closed_ = false;
    known_ = told_ = released_ = closing_ = charged_ = false;
    answered_ = end_queued_ = waiting_ = tell_sendable_ = false;
    interims_ = 0;
    unconsumed_ = sent_ = 0;
  }

  std::int32_t id_ = 0;
  std::size_t index_ = 0;  // among the session's streams
  bool known_ = false;     // to the owner, who is to release it
  bool told_ = false;      // the owner is to be told more of it
  bool released_ = false;  // the owner has let go
  bool closing_ = false;   // the owner is being told of its end
  bool charged_ = false;   // its untimely end was paid for
  bool closed_ = false;

  // From the peer.
  Http2Block head_block_, trailer_block_;
  RequestHead request_;
  ResponseHead response_;
  Framing framing_;
  std::vector<Field> trailers_;
  bool head_done_ = false;
  bool head_request_ = false;  // client: the answer to a HEAD has no body
  bool ended_ = false;
  int interims_ = 0;
  std::size_t unconsumed_ = 0;

  // To the peer. The queue's bytes before `sent_` have left.
  std::string queue_;
  std::size_t sent_ = 0;
  bool answered_ = false;
  bool end_queued_ = false;
  bool waiting_ = false;        // nghttp2 was told that there is nothing to send at present
  bool tell_sendable_ = false;  // listed among those to tell
  std::string trailer_text_;    // names and values, one behind the other
  std::vector<std::size_t> trailer_sizes_;
};

}  // namespace signalbox::wire
