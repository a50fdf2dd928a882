// SPDX-License-Identifier: Apache-2.0
//
// One HTTP/2 connection as bytes in and bytes out, for both roles: server for clients, client for
// units. No sockets and no clock, so it runs the same under a test and a fuzzer. The framing and
// the header compression are nghttp2's; around it stand the rules and limits that HTTP/1 messages
// meet too (http1_rules.h), and budgets for what a peer may do without doing anything useful
// (http2_budget.h).
//
// Flow control is the owner's: a window opens only for what consumed() says has been passed on, so
// what one connection can make us hold is bounded by its windows and by the queues of its streams.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "wire/http1_message.h"
#include "wire/http1_parser.h"
#include "wire/http1_writer.h"
#include "wire/http2_budget.h"
#include "wire/http2_stream.h"

struct nghttp2_session;

namespace signalbox::wire {

// The codes of RFC 9113 7.
enum class Http2Code : std::uint32_t {
  kNoError = 0x0,
  kProtocolError = 0x1,
  kInternalError = 0x2,
  kFlowControlError = 0x3,
  kSettingsTimeout = 0x4,
  kStreamClosed = 0x5,
  kFrameSizeError = 0x6,
  kRefusedStream = 0x7,
  kCancel = 0x8,
  kCompressionError = 0x9,
  kConnectError = 0xa,
  kEnhanceYourCalm = 0xb,
  kInadequateSecurity = 0xc,
  kHttp11Required = 0xd,
};

enum class Http2Role : std::uint8_t { kServer, kClient };

// What begins every connection of a client (RFC 9113 3.4); told apart from HTTP/1 by its bytes.
inline constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

struct Http2Limits {
  std::uint32_t max_streams = 100;                 // at once, of a client; more are refused
  std::uint32_t stream_window = 64U * 1024;        // bytes on the way to us, per stream
  std::uint32_t connection_window = 1024U * 1024;  // and over all of them
  std::size_t max_continuations = 8;               // of one head
  std::size_t max_queued_frames = 1'000;           // answers to a peer that does not read
  // A client's resets, and those it makes us send.
  double resets_burst = 100;
  double resets_per_s = 33;
  // Frames that carry (next to) nothing; useful ones earn some of them, so that an honest peer's
  // window updates never count.
  double small_frames_burst = 1'000;
  double small_frames_per_s = 200;
  ParserLimits head = {};  // max_body is not looked at
};

// What a session tells its owner, during receive() and collect(). Any method of the session may be
// called from here but receive(), collect() and the destructor.
class Http2Listener {
 public:
  // A request, at a server. `ends`: nothing of it is to come but on_end.
  virtual void on_request(Http2Stream&, bool /*ends*/) {}
  // The head of an answer, at a client; interim ones (1xx) are dropped.
  virtual void on_response(Http2Stream&, bool /*ends*/) {}
  // A head that breaks a rule. At a server: answer with `failure.status`. At a client the stream
  // has been reset, and this is the last call for it.
  virtual void on_refused(Http2Stream&, const ParseFailure& failure) = 0;
  // A piece of a body, valid during the call; consumed() opens the window again for it.
  virtual void on_data(Http2Stream&, std::string_view bytes) = 0;
  // The peer has said everything on this stream; trailers, if any, are in it.
  virtual void on_end(Http2Stream&) = 0;
  // What send() queued has left, all of it: there is room again.
  virtual void on_sendable(Http2Stream&) {}
  // The last call for a stream. kNoError: both sides said everything; otherwise the peer's reason,
  // or ours for a peer that broke the rules. kRefusedStream at a client: the peer took no notice
  // of the request. Not called after reset() or release().
  virtual void on_closed(Http2Stream&, Http2Code code) = 0;
  // The peer takes no streams above `last`; those were closed with kRefusedStream before.
  virtual void on_goaway(std::int32_t /*last*/, Http2Code) {}

 protected:
  ~Http2Listener() = default;
};

class Http2Session {
 public:
  // `listener` outlives the session.
  Http2Session(Http2Role role, Http2Listener& listener, const Http2Limits& limits = {});
  ~Http2Session();
  Http2Session(const Http2Session&) = delete;
  Http2Session& operator=(const Http2Session&) = delete;

  // Takes all of `bytes`. What is to be said about them, faults included, waits in collect().
  void receive(std::string_view bytes, TimePoint now);

  bool wants_write() const;
  // Appends what is to be sent next, whole frames, until about `at_most` bytes were added.
  void collect(std::string& out, std::size_t at_most);
  // What the peer says is still heard: not after a fault, nor once either side has said GOAWAY and
  // no stream is left.
  bool listens() const;
  // Nothing is left to be sent or heard: close.
  bool finished() const;
  // Frames that wait to be collected. A peer that does not read should not be read from.
  std::size_t queued_frames() const;

  // Client. Whether the peer takes another request now: its limit of streams, GOAWAY, used-up ids.
  bool can_open() const;
  // `fields` begin with the pseudo-header fields; names in any case. `ends`: no body follows. Null
  // when it cannot be sent on this connection.
  Http2Stream* submit_request(std::span<const OwnField> fields, bool ends);

  // Server. ":status" is written from `status`, once per stream.
  void submit_response(Http2Stream& stream, int status, std::span<const OwnField> fields,
                       bool ends);
  // 100 (Continue), or another interim response.
  void submit_interim(Http2Stream& stream, int status);

  // Both. Queues a piece of a body; keep to what on_sendable() and queued() say. REQUIRES: a head
  // that did not end the stream, no end yet.
  void send(Http2Stream& stream, std::string_view bytes);
  void end(Http2Stream& stream, std::span<const OwnField> trailers = {});

  // `bytes` of what on_data() told have been passed on, or dropped.
  void consumed(Http2Stream& stream, std::size_t bytes);

  // Ends a stream in both directions. Nothing more is told about it.
  void reset(Http2Stream& stream, Http2Code code);

  // The owner looks at the stream no more; what was queued still goes out. Exactly once for each
  // stream it was told of or has submitted, before or after it is closed.
  void release(Http2Stream& stream);

  // GOAWAY in two steps: says that no more streams shall come, and once the peer is sure to have
  // heard it, which was the last. Streams in progress go on.
  void shutdown();
  // GOAWAY at once; no stream goes on.
  void terminate(Http2Code code);

  std::size_t open_streams() const { return streams_.size(); }
  // The beginning of a head has come, and its end has not.
  bool head_pending() const { return head_pending_; }

 private:
  struct Callbacks;  // nghttp2's, which are plain functions

  // What the callbacks come to.
  void on_begin_frame(std::int32_t id, std::uint8_t type, std::uint8_t flags, std::size_t length);
  bool on_begin_request(std::int32_t id);
  void on_field(Http2Stream& stream, std::string_view name, std::string_view value);
  void on_head(Http2Stream& stream, bool ends);
  bool on_trailers(Http2Stream& stream);
  void on_data_chunk(Http2Stream& stream, std::string_view bytes);
  void on_end_stream(Http2Stream& stream);
  void on_untimely_end(std::int32_t id);
  void on_answer_sent(Http2Stream& stream);
  void on_stream_close(Http2Stream& stream, Http2Code code);
  bool write_data(Http2Stream& stream, const std::uint8_t* frame_head, std::size_t length);

  Http2Stream& make_stream(std::int32_t id);
  void recycle(Http2Stream& stream);
  Http2Stream* find(std::int32_t id) const;
  // Resets for a fault of the peer's, at its expense.
  void refuse(std::int32_t id, Http2Code code);
  bool was_passed_over(std::int32_t id) const;
  void spend(Http2Budget& budget, double amount);
  void fail(int library_error);
  void submit_trailers(Http2Stream& stream);
  void tell_sendable();

  const Http2Role role_;
  Http2Listener& listener_;
  const Http2Limits limits_;
  nghttp2_session* session_ = nullptr;
  std::vector<std::unique_ptr<Http2Stream>> streams_;  // not yet closed and released
  std::vector<std::unique_ptr<Http2Stream>> spare_;
  std::size_t open_ = 0;  // of streams_, not closed
  std::vector<Http2Stream*> sendable_;
  Http2Budget resets_;
  Http2Budget small_frames_;
  TimePoint now_{};
  std::string* out_ = nullptr;  // while collecting
  std::size_t out_limit_ = 0;
  std::string last_words_;  // a GOAWAY that nghttp2 is no longer able to send
  bool settings_sent_ = false;
  std::int32_t last_id_ = -1;                                    // of the streams a client opened
  std::array<std::pair<std::int32_t, std::int32_t>, 4> gaps_{};  // ids it passed over, latest ones
  std::size_t next_gap_ = 0;
  bool head_pending_ = false;
  std::size_t continuations_ = 0;  // of the present head
  bool failed_ = false;
  bool terminated_ = false;
  bool draining_ = false;
};

}  // namespace signalbox::wire
