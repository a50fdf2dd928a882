// SPDX-License-Identifier: Apache-2.0
//
// One client's connection: bytes in, requests out, answers back. It reads only when somebody wants
// what it would read - the next head, more of a body - or to notice that the client left while it
// waits. One fixed buffer bounds what a client can make us hold.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/asio.h"
#include "wire/http1_parser.h"

namespace signalbox::gateway {

class Exchange;
class Loop;

class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  ClientConnection(asio::ip::tcp::socket socket, Loop& loop);
  ~ClientConnection();

  void start();
  // Closes as soon as no exchange is in progress.
  void drain();
  // Closes now.
  void close();

  // The rest is for the exchange in progress.

  const wire::RequestParser& request() const { return parser_; }
  const std::string& client_address() const { return address_; }

  // Reads on in the body; its pieces go to Exchange::on_body_bytes, and Exchange::on_body_progress
  // follows once per call. REQUIRES: the request is not complete.
  void want_body();
  // Nothing is wanted but to notice that the client leaves (Exchange::on_client_gone).
  void watch();
  // Sends all of `bytes`, which must stay valid until `done`. One write at a time.
  void write(asio::const_buffer bytes, std::function<void(error_code)> done);
  // When the connection ends, the client shall see a reset instead of an orderly end.
  void reset_at_close() { reset_at_close_ = true; }
  // The exchange is over: on to the next request, or close.
  void finish(bool keep_alive);

 private:
  enum class Phase { kHead, kBody, kWatch, kPaused, kLinger, kClosed };

  void read();
  void on_read(error_code error, std::size_t count);
  void on_end_of_input();
  void parse_head();
  void feed_body();
  void begin_exchange();
  void refuse(int status, std::string_view message);
  void linger();
  void arm(Duration after);
  void on_timer();
  std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t count);

  asio::ip::tcp::socket socket_;
  Loop& loop_;
  std::string address_;
  asio::steady_timer timer_;
  wire::RequestParser parser_;
  std::shared_ptr<Exchange> exchange_;
  Phase phase_ = Phase::kHead;
  bool reading_ = false;      // a read is outstanding
  bool input_ended_ = false;  // the client has closed its sending side
  bool closing_ = false;      // close when the exchange is over
  bool reset_at_close_ = false;
  std::size_t discarded_ = 0;  // bytes dropped while lingering
  std::size_t begin_ = 0;      // unread bytes lie in [begin_, end_) of the buffer
  std::size_t end_ = 0;
  std::array<char, 16 * 1024> buffer_;
  std::string refusal_;  // an answer of our own to a request that never became an exchange
};

}  // namespace signalbox::gateway
