// SPDX-License-Identifier: Apache-2.0
//
// A connection to a unit that speaks HTTP/2, shared by as many requests as the unit allows at a
// time. Each has a stream of its own here; what the streams share is the socket and its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "gateway/unit_stream.h"
#include "http/http2_link.h"

namespace signalbox::gateway {

class Http2UnitStream;
class UnitPool;

class Http2UnitConnection final : public http::Http2Link {
 public:
  Http2UnitConnection(net::Stream stream, EndpointId endpoint, std::weak_ptr<UnitPool> pool);
  ~Http2UnitConnection() override;

  void start() { start_link(); }
  EndpointId endpoint() const { return endpoint_; }

  // Whether it takes another request now.
  bool has_room();
  // A stream for one request. REQUIRES: has_room().
  std::shared_ptr<UnitStream> open();
  // Since when it has had no stream; TimePoint::max() while it has one.
  TimePoint idle_since() const { return streams_.empty() ? idle_since_ : TimePoint::max(); }
  // Nothing more is for it (its endpoint has left the fleet, or it was idle for long): ends when
  // its streams have, and at once without any.
  void retire();
  // Ends now; its streams fail.
  void close();

  // For its streams.
  bool served_before() const { return served_ > 0; }
  void count_served() { ++served_; }
  std::string_view scheme();
  void flush(Http2UnitStream& stream);
  void stir(Http2UnitStream& stream);
  void forget(Http2UnitStream& stream);

 private:
  void on_response(wire::Http2Stream& stream, bool ends) override;
  void on_refused(wire::Http2Stream& stream, const wire::ParseFailure& failure) override;
  void on_data(wire::Http2Stream& stream, std::string_view bytes) override;
  void on_end(wire::Http2Stream& stream) override;
  void on_closed(wire::Http2Stream& stream, wire::Http2Code code) override;
  void on_received() override;
  void on_written() override;
  void on_link_end() override;
  void stir_later(wire::Http2Stream& stream);
  void lose_streams();

  const EndpointId endpoint_;
  const std::weak_ptr<UnitPool> pool_;
  std::vector<Http2UnitStream*> streams_;                   // opened and not yet let go of
  std::vector<std::shared_ptr<Http2UnitStream>> stirred_;   // something is to be told to them
  std::vector<std::shared_ptr<Http2UnitStream>> flushing_;  // what they sent is on its way
  std::vector<std::shared_ptr<Http2UnitStream>> telling_;   // while they are told
  bool stir_posted_ = false;
  bool retired_ = false;
  TimePoint idle_since_;
  std::uint64_t served_ = 0;
};

}  // namespace signalbox::gateway
