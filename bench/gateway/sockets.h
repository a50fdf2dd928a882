// SPDX-License-Identifier: Apache-2.0
//
// The few system calls that the backend and the load generator of bench-gateway stand on. They use
// epoll bare, not src/net: what measures a gateway must cost as little as possible on the core it
// shares, and must not be made of the code that is measured.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace signalbox::bench {

// Of CLOCK_MONOTONIC, which all processes of a machine share.
std::int64_t now_ns();

// A non-blocking listener on 127.0.0.1:port (0 picks one). Ends the process with a message when the
// port is taken: a benchmark has nobody to report to.
int listen_on(std::uint16_t port);
std::uint16_t port_of(int listener);

// A connection being made; writable means it is made or refused. -1 when none can be had.
int start_connect(const std::string& address, std::uint16_t port);

// "127.0.0.1:8080" taken apart; nullopt when it is something else.
struct Target {
  std::string address;
  std::uint16_t port = 0;
};
std::optional<Target> parse_target(const std::string& text);

// Ready descriptors, with a time-out in nanoseconds so that a load generator can be on time.
class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void add(int fd, std::uint32_t events);
  void change(int fd, std::uint32_t events);
  // Until something is ready or `until_ns` has come; forever when it is negative.
  std::span<const epoll_event> wait(std::int64_t until_ns);

 private:
  int epoll_;
  std::vector<epoll_event> ready_;
};

}  // namespace signalbox::bench
