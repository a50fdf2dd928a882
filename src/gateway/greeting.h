// SPDX-License-Identifier: Apache-2.0
//
// A client's connection until it is known what it speaks: the TLS handshake, if there is one, and
// the first bytes, if they must tell. Then it becomes a connection of that protocol.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

#include "gateway/client_stream.h"
#include "net/deadlines.h"
#include "net/stream.h"

namespace signalbox::gateway {

class Loop;

class Greeting final : public ClientConnection, public std::enable_shared_from_this<Greeting> {
 public:
  Greeting(net::Stream stream, Loop& loop);
  ~Greeting() override;

  // Until this is done the clock of the head runs (B34, B37).
  void start();

  // With a grace it goes on: its own time is short.
  void drain(Duration grace) override;
  void close() override;

 private:
  void choose();
  void read();
  void become(bool http2);

  net::Stream stream_;
  Loop& loop_;
  net::Deadline limit_;
  std::array<char, 512> buffer_;
  std::size_t count_ = 0;
};

}  // namespace signalbox::gateway
