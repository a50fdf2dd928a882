// SPDX-License-Identifier: Apache-2.0
//
// Two pumps and a limit to their silence; see tunnel.h.
#include "gateway/tunnel.h"

#include <utility>

#include "gateway/exchange.h"
#include "gateway/loop.h"
#include "net/clock.h"

namespace signalbox::gateway {

Tunnel::Tunnel(Detached client, Detached unit, Duration idle_timeout, Loop& loop,
               std::shared_ptr<Exchange> exchange)
    : client_(std::move(client.stream)),
      unit_(std::move(unit.stream)),
      client_unread_(std::move(client.unread)),
      unit_unread_(std::move(unit.unread)),
      idle_timeout_(idle_timeout),
      loop_(loop),
      exchange_(std::move(exchange)),
      silence_(loop.deadlines(), [this] { on_silence(); }),
      moved_at_(net::now()) {
  up_.from = down_.to = &client_;
  up_.to = down_.from = &unit_;
  loop_.remember_connection(this);
}

Tunnel::~Tunnel() { loop_.forget_connection(this); }

void Tunnel::start() {
  silence_.set(moved_at_ + idle_timeout_);
  client_unread_.empty() ? pump(up_) : pass_on(up_, client_unread_.data(), client_unread_.size());
  unit_unread_.empty() ? pump(down_) : pass_on(down_, unit_unread_.data(), unit_unread_.size());
}

void Tunnel::pump(Direction& direction) {
  direction.from->async_read_some(
      asio::buffer(direction.buffer),
      [self = shared_from_this(), &direction](error_code error, std::size_t count) {
        if (self->closed_) return;
        if (error == asio::error::eof) return self->on_end(direction);
        if (error) return self->close();
        self->pass_on(direction, direction.buffer.data(), count);
      });
}

void Tunnel::pass_on(Direction& direction, const char* bytes, std::size_t count) {
  moved_at_ = net::now();
  direction.bytes += count;
  loop_.count(&direction == &up_ ? loop_.counters().bytes_in : loop_.counters().bytes_out, count);
  direction.to->async_write_all(
      {bytes, count}, [self = shared_from_this(), &direction](error_code error, std::size_t) {
        if (self->closed_) return;
        error ? self->close() : self->pump(direction);
      });
}

void Tunnel::on_end(Direction& direction) {
  direction.ended = true;
  direction.to->shutdown_send();
  if (up_.ended && down_.ended) close();
}

void Tunnel::on_silence() {
  const auto self = shared_from_this();
  const TimePoint limit = moved_at_ + idle_timeout_;
  limit > net::now() ? silence_.set(limit) : close();
}

void Tunnel::close() {
  if (std::exchange(closed_, true)) return;
  silence_.clear();
  client_.close();
  unit_.close();
  std::exchange(exchange_, nullptr)->on_tunnel_end(up_.bytes, down_.bytes);
}

}  // namespace signalbox::gateway
