// SPDX-License-Identifier: Apache-2.0
//
// See backend.h.
#include "bench/gateway/backend.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "bench/gateway/token_stream.h"

namespace signalbox::bench {
namespace {

constexpr std::string_view kHealthy = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string answer(std::string_view type, std::string_view body) {
  std::string text = "HTTP/1.1 200 OK\r\nContent-Type: ";
  text += type;
  text += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  text += body;
  return text;
}

std::string json_of(int bytes) {
  std::string body = R"({"object":"list","model":"bench-json","data":[{"embedding":")";
  const std::string_view end = R"("}]})";
  const auto size = static_cast<std::size_t>(std::max(bytes, 0));
  if (size > body.size() + end.size()) body.append(size - body.size() - end.size(), 'x');
  return body.append(end);
}

// The value of `name` in a request head, whatever its case; empty when absent.
std::string_view field(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at)) {
    at += 2;
    if (head.size() - at <= name.size() || head[at + name.size()] != ':') continue;
    const bool same =
        std::equal(name.begin(), name.end(), head.begin() + static_cast<std::ptrdiff_t>(at),
                   [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
    if (!same) continue;
    auto value = head.substr(at + name.size() + 1);
    value = value.substr(0, value.find("\r\n"));
    while (value.starts_with(' ')) value.remove_prefix(1);
    return value;
  }
  return {};
}

}  // namespace

Backend::Backend(BackendOptions options)
    : options_(std::move(options)),
      json_(answer("application/json", json_of(options_.answer_bytes))),
      image_(
          answer("image/png", std::string(static_cast<std::size_t>(options_.image_bytes), 'i'))) {
  for (const auto port : options_.ports) {
    listeners_.push_back(listen_on(port));
    poller_.add(listeners_.back(), EPOLLIN);
  }
}

std::vector<std::uint16_t> Backend::ports() const {
  std::vector<std::uint16_t> ports;
  for (const int listener : listeners_) ports.push_back(port_of(listener));
  return ports;
}

void Backend::run() {
  for (;;) {
    for (const auto& event : poller_.wait(timers_.empty() ? -1 : timers_.top().due_ns)) {
      if (std::find(listeners_.begin(), listeners_.end(), event.data.fd) != listeners_.end()) {
        accept_all(event.data.fd);
      } else {
        on_event(event.data.fd, event.events);
      }
    }
    const std::int64_t now = now_ns();
    while (!timers_.empty() && timers_.top().due_ns <= now) {
      const Timer timer = timers_.top();
      timers_.pop();
      on_timer(timer);
    }
  }
}

void Backend::accept_all(int listener) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (connections_.size() <= static_cast<std::size_t>(fd)) {
      connections_.resize(static_cast<std::size_t>(fd) + 1);
    }
    auto& connection = connections_[static_cast<std::size_t>(fd)];
    connection = std::make_unique<Connection>();
    connection->number = next_number_++;
    poller_.add(fd, EPOLLIN);
  }
}

void Backend::on_event(int fd, std::uint32_t events) {
  Connection& connection = *connections_[static_cast<std::size_t>(fd)];
  if ((events & EPOLLOUT) != 0 && !flush(fd, connection)) return close_connection(fd);
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  char buffer[65536];
  const ssize_t count = recv(fd, buffer, sizeof buffer, 0);
  if (count == 0 || (count < 0 && errno != EAGAIN)) return close_connection(fd);
  if (count > 0) connection.in.append(buffer, static_cast<std::size_t>(count));
  if (!take_requests(fd, connection)) close_connection(fd);
}

bool Backend::take_requests(int fd, Connection& connection) {
  while (!connection.answering) {
    if (connection.chunked_body) {
      // The load generators send no chunked bodies, so one is a gateway's doing and holds text
      // without this mark.
      const auto end = connection.in.find("0\r\n\r\n");
      if (end == std::string::npos) return true;
      connection.in.erase(0, end + 5);
      connection.chunked_body = false;
      begin_answer(fd, connection);
    } else if (connection.body_left > 0) {
      const auto taken =
          std::min(connection.body_left, static_cast<std::int64_t>(connection.in.size()));
      connection.in.erase(0, static_cast<std::size_t>(taken));
      connection.body_left -= taken;
      if (connection.body_left > 0) return true;
      begin_answer(fd, connection);
    } else {
      const auto end = connection.in.find("\r\n\r\n");
      if (end == std::string::npos) return true;
      const std::string_view head(connection.in.data(), end + 2);
      const auto path = head.substr(std::min(head.size(), head.find(' ') + 1));
      connection.kind = path.starts_with("/v1/images") ? Kind::kImage
                        : path.starts_with("/v1/chat") ? Kind::kStream
                        : path.starts_with("/v1/")     ? Kind::kJson
                                                       : Kind::kHealth;
      connection.chunked_body = !field(head, "transfer-encoding").empty();
      const auto length = field(head, "content-length");
      std::from_chars(length.data(), length.data() + length.size(), connection.body_left);
      connection.in.erase(0, end + 4);
      if (!connection.chunked_body && connection.body_left == 0) begin_answer(fd, connection);
    }
    if (connection.answering && !flush(fd, connection)) return false;
  }
  return true;
}

void Backend::begin_answer(int fd, Connection& connection) {
  connection.answering = true;
  connection.owes_more = connection.kind == Kind::kStream ||
                         (connection.kind != Kind::kHealth && options_.delay_ns > 0);
  if (connection.kind == Kind::kHealth) {
    connection.out = kHealthy;
  } else if (connection.kind == Kind::kStream) {
    connection.next_token = 0;
    connection.own = kStreamHead;
    connection.out = connection.own;
    timers_.push({now_ns() + options_.token_interval_ns, fd, connection.number});
  } else if (connection.owes_more) {
    timers_.push({now_ns() + options_.delay_ns, fd, connection.number});
  } else {
    connection.out = connection.kind == Kind::kImage ? image_ : json_;
  }
}

void Backend::on_timer(const Timer& timer) {
  const auto index = static_cast<std::size_t>(timer.fd);
  if (!connections_[index] || connections_[index]->number != timer.number) return;
  Connection& connection = *connections_[index];
  if (connection.kind == Kind::kStream) {
    send_next_token(timer.fd, connection);
  } else {
    connection.owes_more = false;
    connection.out = connection.kind == Kind::kImage ? image_ : json_;
  }
  if (!flush(timer.fd, connection) || !take_requests(timer.fd, connection)) {
    close_connection(timer.fd);
  }
}

void Backend::send_next_token(int fd, Connection& connection) {
  // A reader that is behind finds its tokens in one piece; the pace is the backend's own.
  const std::string unsent(connection.out);
  connection.own = unsent;
  char size[24];
  std::snprintf(size, sizeof size, "%zx\r\n", token_event_bytes());
  connection.own += size;
  append_token(connection.own, connection.next_token++, now_ns());
  connection.own += "\r\n";
  if (connection.next_token == options_.tokens) {
    connection.owes_more = false;
    const auto end = token_stream_end();
    std::snprintf(size, sizeof size, "%zx\r\n", end.size());
    connection.own.append(size).append(end).append("\r\n0\r\n\r\n");
  } else {
    timers_.push({now_ns() + options_.token_interval_ns, fd, connection.number});
  }
  connection.out = connection.own;
}

bool Backend::flush(int fd, Connection& connection) {
  while (!connection.out.empty()) {
    const ssize_t sent = send(fd, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent < 0) break;
    connection.out.remove_prefix(static_cast<std::size_t>(sent));
  }
  const bool blocked = !connection.out.empty();
  if (blocked != connection.wants_write) {
    poller_.change(fd, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    connection.wants_write = blocked;
  }
  connection.answering = blocked || connection.owes_more;
  return true;
}

void Backend::close_connection(int fd) {
  connections_[static_cast<std::size_t>(fd)].reset();
  close(fd);
}

}  // namespace signalbox::bench
