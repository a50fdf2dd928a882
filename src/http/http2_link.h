// SPDX-License-Identifier: Apache-2.0
//
// An HTTP/2 session on a socket: reads into it, writes what it has to say, and ends in order. What
// is said during one turn of the loop, on however many streams, leaves in one write; while that
// write is under way nothing more is taken out of the session, so a slow peer's windows and queues
// bound what is held for it. Whoever has such a connection - the gateway to its clients and to its
// units, the gRPC server - derives from this.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/asio.h"
#include "net/stream.h"
#include "wire/http2_session.h"

namespace signalbox::http {

class Http2Link : protected wire::Http2Listener, public std::enable_shared_from_this<Http2Link> {
 public:
  Http2Link(const Http2Link&) = delete;
  Http2Link& operator=(const Http2Link&) = delete;

  // Begins to read; `read_ahead` was read of it already.
  void start_link(std::string_view read_ahead = {});

  // Something was submitted: it leaves at the end of this turn of the loop.
  void wake();

  // Says GOAWAY with this code and ends, within a second: nothing is told any more. REQUIRES: all
  // streams were released.
  void end_link(wire::Http2Code code);
  // Ends at once, without a word to anybody.
  void cut_link();

  wire::Http2Session& session() { return session_; }
  bool link_open() const { return state_ == State::kOpen; }
  // A write is under way: the peer has not taken yet what was sent last.
  bool writing() const { return write_pending_; }

 protected:
  Http2Link(net::Stream stream, wire::Http2Role role, const wire::Http2Limits& limits = {});
  virtual ~Http2Link() = default;

  // All that one read brought was told: now it may be acted on.
  virtual void on_received() {}
  // What the session had to say was taken out of it: streams with nothing queued have room.
  virtual void on_written() {}
  // Bytes went in or out.
  virtual void on_traffic(std::size_t /*in*/, std::size_t /*out*/) {}
  // The connection is over; streams that were not told of their end have lost it. The last call.
  virtual void on_link_end() = 0;

  net::Stream& stream() { return stream_; }

 private:
  enum class State { kOpen, kEnding, kLingering, kClosed };

  void read();
  void on_read(error_code error, std::size_t count);
  void write();
  void on_write(error_code error);
  void finish();
  void close();
  void limit_linger();

  net::Stream stream_;
  wire::Http2Session session_;
  State state_ = State::kOpen;
  bool read_pending_ = false;
  bool write_pending_ = false;
  bool awake_ = false;  // a write is due at the end of this turn
  std::vector<char> buffer_;
  std::string out_;
  std::size_t discarded_ = 0;
  std::optional<asio::steady_timer> lingering_;
};

}  // namespace signalbox::http
