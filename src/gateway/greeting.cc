// SPDX-License-Identifier: Apache-2.0
//
// Over TLS the protocol is agreed on in the handshake (ALPN, RFC 7301); in clear HTTP/2 is known by
// its preface (RFC 9113, 3.4), of which no HTTP/1 request begins with more than a part.
#include "gateway/greeting.h"

#include <algorithm>
#include <utility>

#include "gateway/loop.h"
#include "net/clock.h"
#include "wire/http2_session.h"

namespace signalbox::gateway {

namespace {

// A first line of three words whose last does not name HTTP is another protocol's, or a preface
// gone wrong (RFC 9113 3.4): an answer in HTTP/1 would not be understood.
bool names_another_protocol(std::string_view come) {
  const std::string_view line = come.substr(0, come.find("\r\n"));
  if (line.size() == come.size() || std::count(line.begin(), line.end(), ' ') != 2) return false;
  const std::string_view last = line.substr(line.rfind(' ') + 1);
  return !last.empty() && !wire::equals_ignoring_case(last.substr(0, 4), "HTTP");
}

}  // namespace

Greeting::Greeting(net::Stream stream, Loop& loop)
    : stream_(std::move(stream)), loop_(loop), limit_(loop.deadlines(), [this] { close(); }) {
  loop_.remember_connection(this);
}

Greeting::~Greeting() { loop_.forget_connection(this); }

void Greeting::start() {
  limit_.set(net::now() + loop_.options().header_timeout);
  const auto& tls = loop_.tls();
  if (!tls) return choose();
  stream_.async_accept_tls(tls, [self = shared_from_this()](error_code error) {
    if (error) {
      self->loop_.count(self->loop_.counters().handshakes_failed, 1);
      return self->close();
    }
    self->choose();
  });
}

void Greeting::drain(Duration grace) {
  if (grace == Duration::zero()) close();
}

void Greeting::close() {
  limit_.clear();
  stream_.close();
}

void Greeting::choose() {
  if (stream_.alpn() == "h2") return become(true);
  if (stream_.alpn() == "http/1.1" || !loop_.options().http2) return become(false);
  read();
}

void Greeting::read() {
  stream_.async_read_some(asio::buffer(buffer_.data() + count_, buffer_.size() - count_),
                          [self = shared_from_this()](error_code error, std::size_t count) {
                            if (error) return self->close();
                            self->count_ += count;
                            const std::string_view come{self->buffer_.data(), self->count_};
                            const std::size_t both =
                                std::min(come.size(), wire::kHttp2Preface.size());
                            if (come.substr(0, both) != wire::kHttp2Preface.substr(0, both)) {
                              names_another_protocol(come) ? self->close() : self->become(false);
                            } else if (both == wire::kHttp2Preface.size()) {
                              self->become(true);
                            } else {
                              self->read();
                            }
                          });
}

void Greeting::become(bool http2) {
  if (!stream_.is_open()) return;
  limit_.clear();
  loop_.begin(std::move(stream_), http2, {buffer_.data(), count_});
}

}  // namespace signalbox::gateway
