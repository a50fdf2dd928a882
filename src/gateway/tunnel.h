// SPDX-License-Identifier: Apache-2.0
//
// What a WebSocket makes of two connections: bytes to and fro, of which nothing is looked at. Each
// direction is read only when what was read before has left, so a slow end slows the other one. It
// ends when both directions have, when one breaks, or when nothing has moved for too long.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/time.h"
#include "gateway/client_stream.h"
#include "net/deadlines.h"

namespace signalbox::gateway {

class Exchange;
class Loop;

class Tunnel final : public ClientConnection, public std::enable_shared_from_this<Tunnel> {
 public:
  Tunnel(Detached client, Detached unit, Duration idle_timeout, Loop& loop,
         std::shared_ptr<Exchange> exchange);
  ~Tunnel() override;

  void start();

  // Whoever talks in it would have to begin anew, so it may go on until the drain's time is up.
  void drain(Duration) override {}
  void close() override;

 private:
  // Bytes from one end on their way to the other.
  struct Direction {
    net::Stream* from;
    net::Stream* to;
    std::array<char, 16UL * 1024> buffer;
    std::uint64_t bytes = 0;
    bool ended = false;
  };

  void pump(Direction& direction);
  void pass_on(Direction& direction, const char* bytes, std::size_t count);
  void on_end(Direction& direction);
  void on_silence();

  net::Stream client_, unit_;
  std::string client_unread_, unit_unread_;
  Duration idle_timeout_;
  Loop& loop_;
  std::shared_ptr<Exchange> exchange_;
  net::Deadline silence_;
  TimePoint moved_at_;
  Direction up_, down_;
  bool closed_ = false;
};

}  // namespace signalbox::gateway
