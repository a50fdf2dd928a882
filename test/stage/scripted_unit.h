// SPDX-License-Identifier: Apache-2.0
//
// A unit that does exactly what a test says with each request, and says it in bytes: answers,
// stays silent, resets, breaks off in the middle. Health probes are answered by themselves, so that
// a script sees nothing but what clients sent.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "test/stage/plug.h"

namespace signalbox::stage {

// A request whose head has arrived.
struct Incoming {
  Plug& gateway;
  wire::RequestParser& parser;
  std::string& body;

  std::string method() const { return std::string(parser.head().method); }
  std::string target() const { return std::string(parser.head().target); }
  std::string header(std::string_view name) const {
    const auto* field = wire::find_field(parser.head().fields, name);
    return field == nullptr ? std::string() : std::string(field->value);
  }
  // Reads the rest; false when the gateway broke off.
  bool read_body() {
    return gateway.feed(parser, [this] { return parser.done(); });
  }
  // Reads the rest and answers.
  void answer(std::string_view text, int status = 200) {
    if (!read_body()) return;
    gateway.send(fmt::format("HTTP/1.1 {} Scripted\r\nContent-Length: {}\r\n\r\n{}", status,
                             text.size(), method() == "HEAD" ? std::string_view() : text));
  }
};

class ScriptedUnit {
 public:
  // Called for each request on its connection's own thread. When it leaves the request unread, or
  // closes, the connection ends.
  using Script = std::function<void(Incoming&)>;

  explicit ScriptedUnit(Script script) : script_(std::move(script)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 64), 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    address_ = {"127.0.0.1", ntohs(address.sin_port)};
    acceptor_ = std::thread([this] { accept_all(); });
  }

  // Ends all connections and waits for the scripts.
  ~ScriptedUnit() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close(listener_);
    {
      const std::lock_guard lock(mutex_);
      for (const auto& plug : plugs_) {
        if (plug->connected()) shutdown(plug->fd(), SHUT_RDWR);
      }
    }
    for (auto& thread : threads_) thread.join();
  }
  ScriptedUnit(const ScriptedUnit&) = delete;
  ScriptedUnit& operator=(const ScriptedUnit&) = delete;

  const core::Address& address() const { return address_; }
  // Requests seen, probes not counted.
  int requests() const { return requests_.load(); }
  // Connections on which a request was seen.
  int connections() const { return connections_.load(); }

 private:
  void accept_all() {
    while (true) {
      const int fd = accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      const std::lock_guard lock(mutex_);
      plugs_.push_back(std::make_unique<Plug>(fd));
      threads_.emplace_back([this, plug = plugs_.back().get()] { serve(*plug); });
    }
  }

  void serve(Plug& plug) {
    for (int served = 0; plug.connected();) {
      std::string body;
      wire::RequestParser parser;
      parser.on_body([&](std::string_view bytes) { body += bytes; });
      if (!plug.feed(parser, [&] { return parser.head_done(); })) break;
      Incoming request{plug, parser, body};
      if (request.target() == "/health") {
        request.answer("well");
        continue;
      }
      ++requests_;
      if (++served == 1) ++connections_;
      script_(request);
      if (!plug.connected()) return;
      if (!parser.done()) break;
    }
    shutdown(plug.fd(), SHUT_RDWR);
  }

  Script script_;
  int listener_ = -1;
  core::Address address_;
  std::atomic<int> requests_{0};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::vector<std::unique_ptr<Plug>> plugs_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// An address at which nobody listens: it was free a moment ago.
inline core::Address nobody() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return {"127.0.0.1", ntohs(address.sin_port)};
}

}  // namespace signalbox::stage
