// SPDX-License-Identifier: Apache-2.0
//
// See sockets.h.
#include "bench/gateway/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace signalbox::bench {
namespace {

sockaddr_in loopback_address(const char* address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  inet_pton(AF_INET, address, &result.sin_addr);
  return result;
}

void send_at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  std::exit(2);
}

}  // namespace

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

int listen_on(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in where = loopback_address("127.0.0.1", port);
  if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
      listen(fd, 4096) != 0) {
    give_up("cannot listen on 127.0.0.1");
  }
  send_at_once(fd);  // inherited by what is accepted
  return fd;
}

std::uint16_t port_of(int listener) {
  sockaddr_in where{};
  socklen_t length = sizeof where;
  getsockname(listener, reinterpret_cast<sockaddr*>(&where), &length);
  return ntohs(where.sin_port);
}

int start_connect(const std::string& address, std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  send_at_once(fd);
  const sockaddr_in where = loopback_address(address.c_str(), port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 &&
      errno != EINPROGRESS) {
    close(fd);
    return -1;
  }
  return fd;
}

std::optional<Target> parse_target(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  Target target{text.substr(0, colon), 0};
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, target.port);
  in_addr address{};
  if (parsed.ec != std::errc{} || parsed.ptr != end ||
      inet_pton(AF_INET, target.address.c_str(), &address) != 1) {
    return std::nullopt;
  }
  return target;
}

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)), ready_(512) {
  if (epoll_ < 0) give_up("epoll");
  prctl(PR_SET_TIMERSLACK, 1UL);  // a wait of 20 us is not to take 70
}

Poller::~Poller() { close(epoll_); }

void Poller::add(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) give_up("epoll_ctl");
}

void Poller::change(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) != 0) give_up("epoll_ctl");
}

std::span<const epoll_event> Poller::wait(std::int64_t until_ns) {
  timespec timeout{};
  if (until_ns >= 0) {
    const std::int64_t left = std::max<std::int64_t>(0, until_ns - now_ns());
    timeout.tv_sec = left / 1'000'000'000;
    timeout.tv_nsec = left % 1'000'000'000;
  }
  const int count = epoll_pwait2(epoll_, ready_.data(), static_cast<int>(ready_.size()),
                                 until_ns < 0 ? nullptr : &timeout, nullptr);
  return {ready_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

}  // namespace signalbox::bench
