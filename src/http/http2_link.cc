// SPDX-License-Identifier: Apache-2.0
//
// One read and one write at most; see http2_link.h.
#include "http/http2_link.h"

#include <algorithm>
#include <utility>

#include "net/clock.h"

namespace signalbox::http {

namespace {

constexpr std::size_t kFirstBuffer = 2UL * 1024;  // what an idle connection keeps
constexpr std::size_t kLargestBuffer = 64UL * 1024;
constexpr std::size_t kMostPerWrite = 64UL * 1024;
// A peer that does not read what it makes us say is not read from, either.
constexpr std::size_t kMostUnsaid = 200;
constexpr auto kLingerTime = std::chrono::seconds(1);
constexpr std::size_t kMostDiscarded = 256UL * 1024;

}  // namespace

Http2Link::Http2Link(net::Stream stream, wire::Http2Role role, const wire::Http2Limits& limits)
    : stream_(std::move(stream)), session_(role, *this, limits), buffer_(kFirstBuffer) {}

void Http2Link::start_link(std::string_view read_ahead) {
  wake();
  if (!read_ahead.empty()) {
    session_.receive(read_ahead, net::now());
    on_received();
  }
  read();
}

void Http2Link::wake() {
  if (state_ != State::kOpen || write_pending_ || std::exchange(awake_, true)) return;
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    self->awake_ = false;
    self->write();
  });
}

void Http2Link::read() {
  if (read_pending_ || state_ == State::kClosed) return;
  if (write_pending_ && session_.queued_frames() > kMostUnsaid) return;
  read_pending_ = true;
  stream_.async_read_some(asio::buffer(buffer_),
                          [self = shared_from_this()](error_code error, std::size_t count) {
                            self->on_read(error, count);
                          });
}

void Http2Link::on_read(error_code error, std::size_t count) {
  read_pending_ = false;
  if (state_ == State::kClosed) return;
  if (error) return close();
  if (state_ != State::kOpen) {
    discarded_ += count;
    return discarded_ < kMostDiscarded ? read() : close();
  }
  on_traffic(count, 0);
  session_.receive({buffer_.data(), count}, net::now());
  on_received();
  if (state_ != State::kOpen) return;
  // Bodies fill it: fewer, larger reads cost less. An idle connection goes back to little.
  if (count == buffer_.size() && count < kLargestBuffer) {
    buffer_.resize(count * 2);
  } else if (buffer_.size() > std::max(kFirstBuffer, 8 * count) && session_.open_streams() == 0) {
    std::vector<char>(kFirstBuffer).swap(buffer_);
  }
  if (session_.wants_write() || session_.finished()) wake();
  read();
}

void Http2Link::write() {
  if ((state_ != State::kOpen && state_ != State::kEnding) || write_pending_) return;
  session_.collect(out_, kMostPerWrite);
  if (out_.empty()) {
    if (session_.finished()) return finish();
  } else {
    write_pending_ = true;
    on_traffic(0, out_.size());
    stream_.async_write_all(out_, [self = shared_from_this()](error_code error, std::size_t) {
      self->on_write(error);
    });
  }
  if (state_ == State::kOpen) on_written();
}

void Http2Link::on_write(error_code error) {
  write_pending_ = false;
  if (state_ == State::kClosed) return;
  if (error) return close();
  out_.clear();
  if (out_.capacity() > kMostPerWrite && !session_.wants_write()) std::string().swap(out_);
  if (session_.wants_write() || session_.finished()) write();
  if (state_ == State::kOpen) read();
}

// Closing with unread input makes the system send a reset, which can destroy our last words on
// their way. So: say that no more will come, drop what still arrives, within bounds, then close.
void Http2Link::finish() {
  const State before = std::exchange(state_, State::kLingering);
  stream_.shutdown_send();
  if (!lingering_) limit_linger();
  const auto self = shared_from_this();
  if (before == State::kOpen) on_link_end();
  read();
}

void Http2Link::end_link(wire::Http2Code code) {
  if (state_ != State::kOpen) return;
  session_.terminate(code);
  state_ = State::kEnding;
  limit_linger();
  write();
}

void Http2Link::limit_linger() {
  lingering_.emplace(stream_.get_executor(), kLingerTime);
  lingering_->async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (!error && self) self->close();
  });
}

void Http2Link::cut_link() {
  state_ = State::kClosed;
  lingering_.reset();
  stream_.close();
}

void Http2Link::close() {
  const State before = state_;
  cut_link();
  const auto self = shared_from_this();
  if (before == State::kOpen) on_link_end();
}

}  // namespace signalbox::http
