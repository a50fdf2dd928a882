// SPDX-License-Identifier: Apache-2.0
//
// An edge tells that something has come, once. A read that got less than it had room for has taken
// all there was, so the next is worth a try only after the next edge (epoll(7), "Questions and
// answers", 9) - or after the end, which may have come with the bytes and so has no edge of its
// own.
#include "net/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/assert.h"
#include "net/poller.h"

namespace signalbox::net {

namespace {

constexpr std::size_t kMostPieces = 16;  // looked at in one write

constexpr std::uint32_t kFallen = EPOLLERR | EPOLLHUP;
constexpr std::uint32_t kReadable = EPOLLIN | EPOLLRDHUP | kFallen;
constexpr std::uint32_t kWritable = EPOLLOUT | kFallen;

error_code last_error() { return {errno, boost::system::system_category()}; }

}  // namespace

Socket::Socket(asio::io_context& io) : io_(io), poller_(Poller::of(io)) {}

void Socket::open(int fd) {
  SIGNALBOX_ASSERT(fd_ < 0 && fd >= 0);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // Who has just connected has mostly said something by now.
  events_ = EPOLLIN;
  if (poller_.watch(fd, *this)) {
    fd_ = fd;
  } else {
    ::close(fd);
  }
}

void Socket::close() {
  if (fd_ < 0) return;
  poller_.forget(fd_);
  ::close(std::exchange(fd_, -1));
  for (const Operation operation : kOperations) {
    if (Completion done = take(operation)) {
      poller_.defer(std::move(done), asio::error::operation_aborted);
    }
  }
}

Step Socket::receive(asio::mutable_buffer into) {
  if (fd_ < 0) return {Need::kNothing, asio::error::bad_descriptor, 0};
  if (into.size() == 0) return {};
  if (!may_receive()) return {Need::kReadable, {}, 0};
  for (;;) {
    const ssize_t got = ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT);
    if (got < static_cast<ssize_t>(into.size())) events_ &= ~EPOLLIN;
    if (got > 0) return {Need::kNothing, {}, static_cast<std::size_t>(got)};
    if (got == 0) return {Need::kNothing, asio::error::eof, 0};
    if (errno == EAGAIN) return {Need::kReadable, {}, 0};
    if (errno != EINTR) return {Need::kNothing, last_error(), 0};
  }
}

Step Socket::send(std::span<const asio::const_buffer> pieces) {
  if (fd_ < 0) return {Need::kNothing, asio::error::bad_descriptor, 0};
  std::array<iovec, kMostPieces> parts;
  const std::size_t count = std::min(pieces.size(), kMostPieces);
  for (std::size_t i = 0; i < count; ++i) {
    parts[i] = {const_cast<void*>(pieces[i].data()), pieces[i].size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  for (;;) {
    const ssize_t sent =
        count == 1 ? ::send(fd_, parts[0].iov_base, parts[0].iov_len, MSG_DONTWAIT | MSG_NOSIGNAL)
                   : ::sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return {Need::kNothing, {}, static_cast<std::size_t>(sent)};
    if (errno == EAGAIN) return {Need::kWritable, {}, 0};
    if (errno != EINTR) return {Need::kNothing, last_error(), 0};
  }
}

bool Socket::may_receive() const { return (events_ & kReadable) != 0; }

void Socket::received_all() { events_ &= ~EPOLLIN; }

void Socket::wait(Operation operation, Need need, Completion done) {
  if (fd_ < 0) return defer(std::move(done), asio::error::bad_descriptor);
  Waiting& place = waiting(operation);
  SIGNALBOX_ASSERT(!place.done && need != Need::kNothing);
  place.done = std::move(done);
  place.events = need == Need::kReadable ? kReadable : kWritable;
  poller_.add_waiting();
}

void Socket::wait_for_fall(Completion done) {
  if (fd_ < 0) return defer(std::move(done), asio::error::bad_descriptor);
  if ((events_ & kFallen) != 0) return defer(std::move(done));
  Waiting& place = waiting(Operation::kFall);
  SIGNALBOX_ASSERT(!place.done);
  place.done = std::move(done);
  place.events = kFallen;
  poller_.add_waiting();
}

void Socket::defer(Completion done, error_code error) { poller_.defer(std::move(done), error); }

Completion Socket::take(Operation operation) {
  Waiting& place = waiting(operation);
  if (place.done) poller_.remove_waiting();
  return std::move(place.done);
}

Completion Socket::take_if(Operation operation, std::uint32_t events) {
  return (events & waiting(operation).events) != 0 ? take(operation) : Completion();
}

}  // namespace signalbox::net
