// SPDX-License-Identifier: Apache-2.0
//
// One call over HTTP/2 on a connection of its own: how a server that speaks nothing else is asked
// whether it is well. Internal to the room; everyone else says `http2` in CallOptions.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/client.h"
#include "http/http2_link.h"

namespace signalbox::http {

class Http2Call final : public Http2Link {
 public:
  Http2Call(asio::io_context& io, const core::Address& address, const Request& request,
            const CallOptions& options, Client::Done done);

  void start();
  // Ends it without telling anybody.
  void cancel();

 private:
  void connect_to(const asio::ip::tcp::resolver::results_type& endpoints);
  void on_connected(error_code error);
  void ask();
  void fail(ClientFailure kind, const std::string& what);
  void finish(Result<Response, ClientError> answer);

  void on_response(wire::Http2Stream& stream, bool ends) override;
  void on_refused(wire::Http2Stream& stream, const wire::ParseFailure& failure) override;
  void on_data(wire::Http2Stream& stream, std::string_view bytes) override;
  void on_end(wire::Http2Stream& stream) override;
  void on_closed(wire::Http2Stream& stream, wire::Http2Code code) override;
  void on_link_end() override;

  const core::Address address_;
  const Request request_;
  const CallOptions options_;
  Client::Done done_;  // empty once the call has ended
  asio::steady_timer deadline_;
  asio::ip::tcp::resolver resolver_;
  wire::Http2Stream* stream_ = nullptr;
  Response response_;
};

}  // namespace signalbox::http
