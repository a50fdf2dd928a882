// SPDX-License-Identifier: Apache-2.0
//
// One end of a TCP connection in a test's own hands, client or unit: sends and reads exactly what
// it is told, half-closes and resets, and never waits longer than a guard. Libraries would smooth
// over the very things these suites are about.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/unit.h"
#include "http/message.h"
#include "wire/http1_parser.h"

namespace signalbox::stage {

// No wait in these suites lasts longer; one that does has failed.
inline constexpr int kGuardSeconds = 10;

// A response as it came.
struct Reply {
  int status = 0;  // 0 = no head came
  std::vector<http::Header> headers;
  std::string body;
  bool complete = false;    // framed to its end
  bool keep_alive = false;  // the connection takes another request
  bool chunked = false;

  std::string header(std::string_view name) const {
    return std::string(http::find_header(headers, name));
  }
};

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

class Plug {
 public:
  // Takes over a connected socket.
  explicit Plug(int fd) : fd_(fd) {
    const timeval guard{kGuardSeconds, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &guard, sizeof guard);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &guard, sizeof guard);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  // Connects to 127.0.0.1; connected() tells whether it worked.
  explicit Plug(const core::Address& address) : Plug(socket(AF_INET, SOCK_STREAM, 0)) {
    const sockaddr_in to = loopback(address.port);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) close();
  }
  ~Plug() { close(); }
  Plug(Plug&& other) noexcept { *this = std::move(other); }
  Plug& operator=(Plug&& other) noexcept {
    close();
    fd_ = other.fd_.exchange(-1);
    received_ = std::move(other.received_);
    ended_ = other.ended_;
    was_reset_ = other.was_reset_;
    return *this;
  }

  bool connected() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  // False when the other side is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Reads until `end` was read and returns all up to there; what there is when the other side ends.
  std::string read_until(std::string_view end) {
    while (received_.find(end) == std::string::npos && read_some()) {
    }
    const std::size_t at = received_.find(end);
    return take(at == std::string::npos ? received_.size() : at + end.size());
  }

  // Reads until the other side ends.
  std::string read_all() {
    while (read_some()) {
    }
    return take(received_.size());
  }

  // Feeds a parser until `enough`; false when the other side ended or broke the grammar before.
  template <class Parser>
  bool feed(Parser& parser, const std::function<bool()>& enough) {
    while (!enough()) {
      const auto taken = parser.consume(received_);
      if (!taken.ok()) return false;
      received_.erase(0, *taken);
      if (*taken == 0 && !enough() && !read_some()) return false;
    }
    return true;
  }

  Reply read_reply(bool to_head_request = false) {
    Reply reply;
    wire::ResponseParser parser;
    parser.reset(to_head_request);
    parser.on_body([&](std::string_view bytes) { reply.body += bytes; });
    reply.complete = feed(parser, [&] { return parser.done(); });
    if (!reply.complete && ended_ && !was_reset_) reply.complete = !parser.finish_eof().has_value();
    if (!parser.head_done()) return reply;
    reply.status = parser.head().status;
    reply.keep_alive = parser.keep_alive();
    reply.chunked = parser.chunked();
    for (const auto& field : parser.head().fields) {
      reply.headers.push_back({std::string(field.name), std::string(field.value)});
    }
    return reply;
  }

  void half_close() { shutdown(fd_, SHUT_WR); }
  void close() {
    if (const int fd = fd_.exchange(-1); fd >= 0) ::close(fd);
  }
  // Ends the connection with RST, as a crashed process does.
  void reset() {
    const linger now{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  // Blocks until the other side ends, dropping what it still says.
  void await_end() { read_all(); }
  bool was_reset() const { return was_reset_; }

 private:
  std::string take(std::size_t count) {
    std::string taken = received_.substr(0, count);
    received_.erase(0, count);
    return taken;
  }

  bool read_some() {
    if (fd_ < 0 || ended_) return false;
    std::array<char, 16 * 1024> buffer;
    const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
    if (count > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(count));
      return true;
    }
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      ADD_FAILURE() << "nothing came for " << kGuardSeconds << " s";
    }
    was_reset_ = count < 0 && errno == ECONNRESET;
    ended_ = true;
    return false;
  }

  std::atomic<int> fd_{-1};  // its connection may be ended from another thread
  std::string received_;
  bool ended_ = false;
  bool was_reset_ = false;
};

}  // namespace signalbox::stage
