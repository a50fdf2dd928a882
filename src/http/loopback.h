// SPDX-License-Identifier: Apache-2.0
//
// For tests: a server on a thread of its own, and clients that speak raw bytes to it, because the
// interesting clients are those no library would be.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <utility>

#include "http/server.h"
#include "net/loop_thread.h"

namespace signalbox::http::testing {

// A server on its own loop, gone (connections reset) when this object is.
class LiveServer {
 public:
  explicit LiveServer(Handler handler, ServerLimits limits = {})
      : loop_("test-server"), server_(loop_.io(), std::move(handler), limits) {
    const auto bound = server_.listen({"127.0.0.1", 0});
    EXPECT_TRUE(bound.ok()) << (bound.ok() ? "" : bound.error().message);
    address_ = *bound;
    loop_.start();
  }
  ~LiveServer() { loop_.stop(); }

  const core::Address& address() const { return address_; }
  asio::io_context& io() { return loop_.io(); }

  // Runs on the server's thread and waits for it.
  void on_loop(const std::function<void(Server&)>& action) {
    std::promise<void> done;
    asio::post(loop_.io(), [&] {
      action(server_);
      done.set_value();
    });
    done.get_future().get();
  }

  std::size_t open_connections() {
    std::size_t count = 0;
    on_loop([&count](Server& server) { count = server.open_connections(); });
    return count;
  }

  // Turns the server's loop until the condition holds on it; the test's own time limit is the only
  // one.
  void wait_until(const std::function<bool(Server&)>& condition) {
    for (bool holds = false; !holds;) {
      on_loop([&](Server& server) { holds = condition(server); });
    }
  }

 private:
  net::LoopThread loop_;
  Server server_;
  core::Address address_;
};

// A blocking client of bytes.
class RawClient {
 public:
  explicit RawClient(const core::Address& address) : socket_(io_) {
    socket_.connect({asio::ip::make_address(address.host), address.port});
  }

  void send(std::string_view bytes) {
    error_code ignored;  // a server that has refused already may be gone
    asio::write(socket_, asio::buffer(bytes.data(), bytes.size()), ignored);
  }

  // Reads until `end` was read; what was read in any case.
  std::string read_until(std::string_view end) {
    while (received_.find(end) == std::string::npos && read_some()) {
    }
    const std::size_t at = received_.find(end);
    const std::size_t size = at == std::string::npos ? received_.size() : at + end.size();
    std::string read = received_.substr(0, size);
    received_.erase(0, size);
    return read;
  }

  // Reads until the server closes.
  std::string read_all() {
    while (read_some()) {
    }
    return std::exchange(received_, {});
  }

  void half_close() { socket_.shutdown(asio::ip::tcp::socket::shutdown_send); }
  void close() { socket_.close(); }
  bool was_reset() const { return last_error_ == asio::error::connection_reset; }

 private:
  bool read_some() {
    std::array<char, 4096> buffer;
    const std::size_t size = socket_.read_some(asio::buffer(buffer), last_error_);
    received_.append(buffer.data(), size);
    return !last_error_;
  }

  asio::io_context io_;
  asio::ip::tcp::socket socket_;
  std::string received_;
  error_code last_error_;
};

// Sends `bytes` on a connection of its own and returns all that comes back until the server closes.
inline std::string exchange_bytes(const core::Address& address, std::string_view bytes) {
  RawClient client(address);
  client.send(bytes);
  return client.read_all();
}

}  // namespace signalbox::http::testing
