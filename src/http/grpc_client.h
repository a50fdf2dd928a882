// SPDX-License-Identifier: Apache-2.0
//
// The caller's side of one gRPC call, over an HTTP/2 connection of its own: messages out, messages
// in, and one status at its end, whatever the end was. A call that follows something for days is
// the same as one that asks once. All of it runs on the loop's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "core/model/unit.h"
#include "http/http2_link.h"
#include "http/message.h"
#include "net/tls.h"
#include "wire/grpc.h"

namespace signalbox::http {

struct GrpcCallOptions {
  Duration connect_timeout = 5s;                 // until the call is on its way
  Duration timeout{};                            // of the whole call, told to the server; 0 = none
  std::size_t max_message = 64UL * 1024 * 1024;  // more -> RESOURCE_EXHAUSTED
  std::vector<Header> metadata = {};             // names in lower case
  std::shared_ptr<const net::TlsClient> tls = {};  // null = in clear, with prior knowledge
  std::string server_name = {};                    // expected in its certificate; empty = the host
};

class GrpcClientCall final : public Http2Link {
 public:
  struct Handlers {
    // The connection stands and the call was sent. May be empty.
    std::function<void()> on_open;
    // Valid during the call; the window opens again when it returns.
    std::function<void(std::string_view)> on_message;
    // The last call, exactly once, unless cancel() comes first. Where there was no answer at all
    // the status is UNAVAILABLE, and its message says what happened.
    std::function<void(wire::GrpcStatus)> on_end;
  };

  // `path` is "/package.Service/Method". Kept alive by what it waits for until its end.
  static std::shared_ptr<GrpcClientCall> start(asio::io_context& io, const core::Address& address,
                                               const std::string& path,
                                               const GrpcCallOptions& options, Handlers handlers);

  GrpcClientCall(asio::io_context& io, core::Address address, std::string path,
                 const GrpcCallOptions& options, Handlers handlers);

  // Queues a message; before the connection stands it waits. Nothing bounds the queue but the
  // caller's pace: see queued(). Of a call that is over, or that said its last, nothing is sent.
  void send(std::string_view message);
  // That was the last one.
  void close_send();
  // Bytes that wait for the server's window.
  std::size_t queued() const;
  // Ends the call without telling anybody; what was queued is not sent.
  void cancel();
  bool over() const { return over_; }

 private:
  void connect();
  void connect_to(const asio::ip::tcp::resolver::results_type& endpoints);
  void on_connected(error_code error);
  void ask();
  void limit(Duration time, wire::GrpcCode code, const std::string& what);
  void fail(wire::GrpcCode code, const std::string& what);
  void finish(wire::GrpcStatus status);

  void on_response(wire::Http2Stream& stream, bool ends) override;
  void on_refused(wire::Http2Stream& stream, const wire::ParseFailure& failure) override;
  void on_data(wire::Http2Stream& stream, std::string_view bytes) override;
  void on_end(wire::Http2Stream& stream) override;
  void on_closed(wire::Http2Stream& stream, wire::Http2Code code) override;
  void on_link_end() override;

  const core::Address address_;
  const std::string path_;
  const GrpcCallOptions options_;
  Handlers handlers_;
  asio::steady_timer timer_;
  asio::ip::tcp::resolver resolver_;
  wire::Http2Stream* stream_ = nullptr;
  wire::GrpcReader reader_;
  std::string waiting_;  // framed messages, until the connection stands
  bool closes_ = false;  // the last was said
  bool over_ = false;
};

}  // namespace signalbox::http
