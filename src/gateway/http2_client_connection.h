// SPDX-License-Identifier: Apache-2.0
//
// A client's connection that speaks HTTP/2: as many exchanges at a time as it has streams open.
// Streams live and end by themselves; here is what they share - the socket, the limits of an idle
// or a dribbling client, and the end of all of them.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "gateway/client_stream.h"
#include "http/http2_link.h"
#include "net/deadlines.h"

namespace signalbox::gateway {

class Http2ClientStream;
class Loop;

class Http2ClientConnection final : public ClientConnection, public http::Http2Link {
 public:
  Http2ClientConnection(net::Stream stream, ClientPeer peer, Loop& loop);
  ~Http2ClientConnection() override;

  // `read_ahead`: what was already read of it, to see which protocol it speaks.
  void start(std::string_view read_ahead);

  // Whatever the grace: HTTP/2 can say that no more streams are taken, and none is lost by it.
  void drain(Duration grace) override;
  void close() override;

  // For its streams.
  Loop& loop() { return loop_; }
  const ClientPeer& peer() const { return peer_; }
  void flush(Http2ClientStream& stream);
  void forget(Http2ClientStream& stream);

 private:
  void on_request(wire::Http2Stream& stream, bool ends) override;
  void on_refused(wire::Http2Stream& stream, const wire::ParseFailure& failure) override;
  void on_data(wire::Http2Stream& stream, std::string_view bytes) override;
  void on_end(wire::Http2Stream& stream) override;
  void on_closed(wire::Http2Stream& stream, wire::Http2Code code) override;
  void on_received() override;
  void on_written() override;
  void on_traffic(std::size_t in, std::size_t out) override;
  void on_link_end() override;

  void refuse(wire::Http2Stream& stream, int status, std::string_view message);
  void lose_streams();
  void watch_idleness();
  void on_deadline();

  const ClientPeer peer_;
  Loop& loop_;
  net::Deadline deadline_;                   // of an idle connection, or of a head that has begun
  std::vector<Http2ClientStream*> streams_;  // whose exchange is in progress
  std::vector<std::shared_ptr<Http2ClientStream>> unbegun_;  // whose exchange is to begin
  std::vector<Http2ClientStream*> stirred_;   // to be told what one read brought; null = gone since
  std::vector<Http2ClientStream*> flushing_;  // likewise, what has left
  bool head_awaited_ = false;
  bool draining_ = false;
};

}  // namespace signalbox::gateway
