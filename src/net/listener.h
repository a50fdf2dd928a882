// SPDX-License-Identifier: Apache-2.0
//
// A listening socket that no loop has taken yet: bound here, or taken over from whoever started
// this process. Servers are given listeners and need not know which it was; that is what lets a new
// process go on where the old one stops, without a moment in which nobody listens.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"
#include "net/asio.h"

namespace signalbox::net {

class Listener {
 public:
  struct Place {
    std::string host;  // an IP literal, or "localhost"
    std::uint16_t port = 0;
  };

  // Listens there; port 0 takes any free one. With `share_port` other listeners of this process may
  // bind the same place, and the system spreads connections over them.
  static Result<Listener> bind(const Place& place, bool share_port);
  // Takes over an inherited descriptor, which must be a listening TCP socket; it is closed with the
  // listener, and when another program is started.
  static Result<Listener> adopt(int fd);

  Listener(Listener&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  // A second one on the same queue of connections: whoever accepts first has it.
  Result<Listener> duplicate() const;

  Place place() const;
  int fd() const { return fd_; }
  // Hands the socket to a loop's acceptor. The listener is empty afterwards. REQUIRES: the acceptor
  // is not open.
  void move_into(asio::ip::tcp::acceptor& acceptor) &&;

 private:
  explicit Listener(int fd) : fd_(fd) {}

  int fd_;  // owned; -1 = empty
};

// Closes an acceptor. Beyond close(): the socket may live on in another process, and then the
// system would go on telling this one's loop of its connections (epoll(7), question 6).
void stop_listening(asio::ip::tcp::acceptor& acceptor);

}  // namespace signalbox::net
