// SPDX-License-Identifier: Apache-2.0
//
// One connection of the client: carries a call, waits in the pool, carries the next. A read is
// pending as long as it is open, so that an idle link notices when the server closes it, or says
// something nobody asked for (B52), and is never handed out again. Internal to the room.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/client.h"
#include "net/asio.h"
#include "net/stream.h"
#include "wire/http1_parser.h"

namespace signalbox::http {

class Link : public std::enable_shared_from_this<Link> {
 public:
  // What became of an exchange.
  struct Outcome {
    Result<Response, ClientError> answer;
    bool reusable = false;    // the link may carry another exchange
    bool unanswered = false;  // it broke before any byte of the answer
  };

  // What becomes of the answer's body: see CallOptions.
  struct Reading {
    std::size_t max_body = 0;
    std::function<void(std::string_view)> on_body;
    bool streams = false;
  };

  using Connected = std::function<void(error_code)>;
  using Ended = std::function<void(Outcome)>;
  using Lost = std::function<void()>;

  // Over TLS if `tls` is set; the peer's certificate must then be for `server_name`.
  Link(asio::io_context& io, std::string peer, std::shared_ptr<const net::TlsClient> tls,
       std::string server_name);

  // Tries the endpoints in turn; `connected` is called once, unless close() comes first.
  // REQUIRES: called first, once.
  void connect(const asio::ip::tcp::resolver::results_type& endpoints, Connected connected);

  // Sends `request` and reads the answer; `ended` is called once, from the loop, unless close()
  // comes first, and `on_body`, unless empty, of every piece of the body before that. REQUIRES:
  // connected, no exchange under way.
  void exchange(std::string request, bool head_request, Reading reading, Ended ended);

  // From now until the next exchange, tells when the link broke; it is closed by then.
  void watch(Lost lost) { lost_ = std::move(lost); }

  // Ends whatever is under way, without calling anybody.
  void close();

  bool is_open() const { return stream_.is_open(); }

 private:
  void secure(Connected connected);
  void read_more();
  void on_read(error_code ec, std::size_t size);
  void on_data(std::string_view bytes);
  void on_end(error_code ec);
  void end(Result<Response, ClientError> answer, bool reusable);
  ClientError error(ClientFailure kind, const std::string& what) const;

  static constexpr std::size_t kReadSize = 16UL * 1024;

  net::Stream stream_;
  const std::string peer_;  // for messages
  const std::shared_ptr<const net::TlsClient> tls_;
  const std::string server_name_;
  std::array<char, kReadSize> read_buffer_;
  std::string pending_;  // read, not yet parsed
  wire::ResponseParser parser_;
  std::string body_;
  std::string request_;
  bool writing_ = false;
  Reading reading_;
  Ended ended_;  // set while an exchange is under way
  Lost lost_;
};

}  // namespace signalbox::http
