// SPDX-License-Identifier: Apache-2.0
//
// A TCP socket that never blocks and knows whether a try is worth it: what its Poller said and no
// try has disproved since. Reads and writes are tries (Step); who cannot go on waits.
//
// The end of the stream, or of the connection, never passes: from then on every try is worth it,
// and finds it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/asio.h"
#include "net/completion.h"
#include "net/step.h"

namespace signalbox::net {

class Poller;

class Socket {
 public:
  // Who may wait, one of each at a time. kFall waits for the connection to break: a reset, or the
  // end of both directions.
  enum class Operation : std::uint8_t { kRead, kWrite, kFall };
  static constexpr std::array kOperations{Operation::kRead, Operation::kWrite, Operation::kFall};

  explicit Socket(asio::io_context& io);
  ~Socket() { close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Takes over a socket that is connected, or being connected; what is sent on it leaves at once
  // (TCP_NODELAY). Closes it, and is not open, where the system cannot watch one more. REQUIRES:
  // not open.
  void open(int fd);
  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  asio::io_context& io() const { return io_; }

  // Who waits is told operation_aborted, from the loop.
  void close();

  Step receive(asio::mutable_buffer into);
  Step send(std::span<const asio::const_buffer> pieces);

  // Bytes may have come since the latest try, or its end has.
  bool may_receive() const;
  // Another reads from the descriptor, and has found that it holds no more.
  void received_all();

  // `done` is called when `need` may be met: at the next event that says so, not before.
  void wait(Operation operation, Need need, Completion done);
  // Called at once, from the loop, if that has happened.
  void wait_for_fall(Completion done);
  // Called from the loop, whatever becomes of the socket.
  void defer(Completion done, error_code error = {});

  // For the Poller.
  void on_events(std::uint32_t events) { events_ |= events; }
  Completion take(Operation operation);
  Completion take_if(Operation operation, std::uint32_t events);

 private:
  struct Waiting {
    Completion done;
    std::uint32_t events = 0;  // any of these
  };

  Waiting& waiting(Operation operation) { return waiting_[static_cast<std::size_t>(operation)]; }

  asio::io_context& io_;
  Poller& poller_;
  int fd_ = -1;
  std::uint32_t events_ = 0;  // said, and not disproved
  std::array<Waiting, kOperations.size()> waiting_;
};

}  // namespace signalbox::net
