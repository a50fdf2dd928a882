// SPDX-License-Identifier: Apache-2.0
//
// Sockets before they have a loop; see listener.h.
#include "net/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace signalbox::net {

namespace {

using asio::ip::tcp;

int option(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

}  // namespace

Result<Listener> Listener::bind(const Place& place, bool share_port) {
  const auto fail = [&](const std::string& why) {
    const bool is_v6 = place.host.find(':') != std::string::npos;
    return Error{fmt::format("cannot listen on {}{}{}:{}: {}", is_v6 ? "[" : "", place.host,
                             is_v6 ? "]" : "", place.port, why)};
  };
  error_code error;
  const auto ip =
      asio::ip::make_address(place.host == "localhost" ? "127.0.0.1" : place.host, error);
  if (error) {
    return fail(fmt::format("'{}' is not an IP address (use 127.0.0.1, 0.0.0.0, ::)", place.host));
  }
  const tcp::endpoint endpoint(ip, place.port);
  Listener made(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP));
  const int on = 1;
  if (made.fd_ < 0 || ::setsockopt(made.fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      (share_port && ::setsockopt(made.fd_, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) ||
      ::bind(made.fd_, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
      ::listen(made.fd_, asio::socket_base::max_listen_connections) != 0) {
    return fail(std::strerror(errno));
  }
  return made;
}

Result<Listener> Listener::adopt(int fd) {
  if (option(fd, SO_ACCEPTCONN) != 1 || option(fd, SO_PROTOCOL) != IPPROTO_TCP) {
    return Error{fmt::format("descriptor {} is not a listening TCP socket", fd)};
  }
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return Listener(fd);
}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Listener::~Listener() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Listener> Listener::duplicate() const {
  const int copy = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return Error{fmt::format("cannot share a listener: {}", std::strerror(errno))};
  return Listener(copy);
}

Listener::Place Listener::place() const {
  tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getsockname(fd_, endpoint.data(), &size) != 0) return {};
  endpoint.resize(size);
  return {endpoint.address().to_string(), endpoint.port()};
}

void Listener::move_into(tcp::acceptor& acceptor) && {
  SIGNALBOX_ASSERT(fd_ >= 0 && !acceptor.is_open());
  const int family = option(fd_, SO_DOMAIN);
  error_code error;
  acceptor.assign(family == AF_INET6 ? tcp::v6() : tcp::v4(), fd_, error);
  SIGNALBOX_ASSERT(!error);
  fd_ = -1;
}

void stop_listening(tcp::acceptor& acceptor) {
  if (!acceptor.is_open()) return;
  error_code error;
  const int fd = acceptor.release(error);  // takes it out of the loop's epoll first
  if (!error) ::close(fd);
}

}  // namespace signalbox::net
