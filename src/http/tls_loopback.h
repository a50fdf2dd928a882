// SPDX-License-Identifier: Apache-2.0
//
// For tests: one request over TLS, as raw bytes on a connection of its own.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "core/model/unit.h"
#include "net/stream.h"
#include "net/tls.h"

namespace signalbox::http::testing {

// All that came back until the connection ended, or why there was no handshake. The server is
// `localhost`; it may run on `io`, which this turns, or on a thread of its own.
inline std::string ask_over_tls(asio::io_context& io, const core::Address& address,
                                const net::TlsClientOptions& options, const std::string& request) {
  auto tls = net::TlsClient::make(options);
  EXPECT_TRUE(tls.ok()) << (tls.ok() ? "" : tls.error().message);
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::make_address(address.host), address.port});
  net::Stream client(std::move(socket));
  std::string got, buffer(4096, '\0');
  std::function<void()> read = [&] {
    client.async_read_some(asio::buffer(buffer), [&](error_code ec, std::size_t size) {
      got.append(buffer.data(), size);
      if (!ec) return read();
      if (got.empty()) got = ec.message();
      io.stop();
    });
  };
  client.async_connect_tls(*tls, "localhost", [&](error_code ec) {
    if (ec) {
      got = ec.message();
      return io.stop();
    }
    asio::async_write(client, asio::buffer(request), [&](error_code, std::size_t) { read(); });
  });
  io.restart();
  io.run();
  return got;
}

}  // namespace signalbox::http::testing
