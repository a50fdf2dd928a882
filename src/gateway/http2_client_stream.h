// SPDX-License-Identifier: Apache-2.0
//
// One stream of a client's HTTP/2 connection: a request, and the way back to who asked. The body is
// passed on as it is asked for; what comes before that is kept, and its window stays closed.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/client_stream.h"
#include "net/deadlines.h"
#include "wire/http2_session.h"

namespace signalbox::gateway {

class Exchange;
class Http2ClientConnection;

class Http2ClientStream final : public ClientStream,
                                public std::enable_shared_from_this<Http2ClientStream> {
 public:
  Http2ClientStream(std::shared_ptr<Http2ClientConnection> connection, wire::Http2Stream& stream);
  ~Http2ClientStream() override;

  // From the connection: what its peer did.
  void begin();
  void on_data(std::string_view bytes);
  void on_received();
  void on_sent();
  void on_closed();
  // The client has left.
  void on_gone();
  bool flushed() const { return stream_.queued() == 0; }

  const wire::RequestHead& head() const override { return stream_.request(); }
  const wire::Framing& framing() const override { return stream_.framing(); }
  bool request_complete() const override { return stream_.ended() && arrived_.empty(); }
  std::span<const wire::Field> request_trailers() const override { return stream_.trailers(); }
  const ClientPeer& peer() const override;
  void want_body() override;
  void watch() override { wanted_ = false; }
  void begin_answer(const AnswerHead& answer) override;
  void add_body(std::string_view bytes) override;
  void end_answer(std::span<const wire::Field> trailers) override;
  void flush() override;
  void break_off() override;
  void finish() override;

  // Its place among the connection's lists.
  std::size_t index = 0;
  bool stirred = false;
  bool flushing = false;

 private:
  wire::Http2Session& session();
  bool too_large();
  void answer_in_grpc();
  void on_stalled();

  std::shared_ptr<Http2ClientConnection> connection_;
  wire::Http2Stream& stream_;
  std::shared_ptr<Exchange> exchange_;
  net::Deadline deadline_;  // for the client to take what it is sent
  std::size_t queued_at_deadline_ = 0;
  std::string arrived_;  // of the body, and not asked for yet
  std::uint64_t body_bytes_ = 0;
  bool begun_ = false;   // the exchange has started
  bool wanted_ = false;  // the exchange waits for more of the body
  bool fresh_ = false;   // and some has just been told
  bool continued_ = false;
  bool answered_ = false;  // all of the answer was given to the session
  int grpc_refusal_ = 0;   // the status of an answer of ours to a gRPC call, which has its own way
  std::string refusal_;
  bool released_ = false;
};

}  // namespace signalbox::gateway
