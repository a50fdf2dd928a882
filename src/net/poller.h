// SPDX-License-Identifier: Apache-2.0
//
// Knows which sockets of a loop are ready, and calls those who wait for it. Asio's own reactor
// tries every read before it waits, and a read that finds nothing is a system call for nothing: on
// a gateway's connections, which wait after each message, it is every second one. Here a socket is
// told of once to an epoll of our own, edge-triggered, and is tried only when it was said to be
// ready; Asio waits for that epoll as it would for any descriptor, and goes on to own the loop, its
// timers and what is posted.
//
// A service of the loop's io_context, made with the first socket. Touched by the loop's thread
// only. The loop has work as long as anybody waits here.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/asio.h"
#include "net/completion.h"

namespace signalbox::net {

class Socket;

class Poller final : public asio::execution_context::service {
 public:
  inline static asio::execution_context::id id;

  explicit Poller(asio::execution_context& loop);
  ~Poller() override;

  static Poller& of(asio::io_context& io) { return asio::use_service<Poller>(io); }

  // `fd` stays the socket's, and open until forget(). Events that came before are told, too. False
  // where the system has no room for one more (epoll(7), max_user_watches).
  [[nodiscard]] bool watch(int fd, Socket& socket);
  void forget(int fd);

  // Called from the loop when those whose turn it is have had theirs, never from inside this call.
  void defer(Completion completion, error_code error);

  // How many wait, for the loop to know whether it has work.
  void add_waiting();
  void remove_waiting();

 private:
  static constexpr int kMostEvents = 128;  // of one turn

  struct Place {
    Socket* socket = nullptr;
    std::uint32_t generation = 0;  // tells an event of the descriptor's last owner
  };
  struct Deferred {
    Completion completion;
    error_code error;
  };

  void shutdown() override;
  void arm();
  void disarm();
  void turn();
  void tell(std::uint64_t place, std::uint32_t events);
  Socket* find(std::uint64_t told) const;
  void run_deferred();

  asio::io_context& io_;
  int epoll_;
  asio::posix::stream_descriptor ready_;  // the epoll, as Asio waits for it; owns epoll_
  std::vector<Place> places_;             // by descriptor
  std::vector<Deferred> deferred_, running_;
  std::size_t waiting_ = 0;
  std::uint64_t armed_turn_ = 0;  // a wait that was given up has another number
  bool armed_ = false;
  bool turning_ = false;
  bool posted_ = false;  // run_deferred() is
};

}  // namespace signalbox::net
