// SPDX-License-Identifier: Apache-2.0
//
// A connection to a unit that speaks HTTP/1: carries a request and its answer, waits in the pool,
// carries the next. While it waits a read is pending, so that a unit that closes, or speaks without
// being asked (B52), loses it before a request could be sent into it - and the read of the next
// answer has already begun.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "gateway/unit_stream.h"
#include "net/stream.h"
#include "wire/http1_parser.h"

namespace signalbox::gateway {

class UnitPool;

class Http1UnitConnection final : public UnitStream,
                                  public std::enable_shared_from_this<Http1UnitConnection> {
 public:
  Http1UnitConnection(net::Stream stream, EndpointId endpoint, std::weak_ptr<UnitPool> pool);
  ~Http1UnitConnection() override;

  EndpointId endpoint() const { return endpoint_; }
  bool secure() const { return stream_.secure(); }

  bool reused() const override { return reused_; }
  void send_head(const RequestStart& start, UnitListener& listener) override;
  void send_body(std::string_view bytes) override;
  void end_request(std::span<const wire::Field> trailers) override;
  void flush() override;
  void read() override;
  void abandon() override;
  void release(bool request_sent) override;
  std::optional<Detached> detach() override;

 private:
  void start_read();
  void on_read(error_code error, std::size_t count);
  void parse();
  void on_end_of_input();
  void fail(UnitFailure failure);
  bool make_room();
  std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }

  net::Stream stream_;
  const EndpointId endpoint_;
  std::weak_ptr<UnitPool> pool_;
  wire::ResponseParser parser_;
  UnitListener* listener_ = nullptr;  // null = nobody's, idle or closing

  std::string collected_, sending_;
  bool chunked_ = false;  // the request's body
  bool write_pending_ = false;
  bool head_told_ = false;
  bool read_pending_ = false;
  bool filled_ = false;  // the latest read took all the room there was
  bool reused_ = false;

  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // unparsed bytes lie in [begin_, end_)
  std::size_t end_ = 0;
};

}  // namespace signalbox::gateway
