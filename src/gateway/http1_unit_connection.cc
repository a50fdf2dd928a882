// SPDX-License-Identifier: Apache-2.0
//
// One outstanding read at most. Whoever is called back may abandon or release the connection at
// once, so after every call the listener is looked at anew. See http1_unit_connection.h.
#include "gateway/http1_unit_connection.h"

#include <cstring>
#include <utility>

#include "base/assert.h"
#include "gateway/unit_pool.h"

namespace signalbox::gateway {

namespace {

// Enough for the answer to most requests; an image or a long line of a head makes it grow.
constexpr std::size_t kFirstBuffer = 8UL * 1024;
constexpr std::size_t kLargestBuffer = 128UL * 1024;

}  // namespace

Http1UnitConnection::Http1UnitConnection(net::Stream stream, EndpointId endpoint,
                                         std::weak_ptr<UnitPool> pool)
    : stream_(std::move(stream)),
      endpoint_(endpoint),
      pool_(std::move(pool)),
      buffer_(kFirstBuffer) {
  parser_.on_body([this](std::string_view bytes) {
    if (listener_ != nullptr) listener_->on_body(bytes);
  });
}

Http1UnitConnection::~Http1UnitConnection() = default;

void Http1UnitConnection::send_head(const RequestStart& start, UnitListener& listener) {
  SIGNALBOX_ASSERT(listener_ == nullptr && !write_pending_);
  listener_ = &listener;
  head_told_ = false;
  chunked_ = start.rewrite.framing.body == wire::BodyKind::kChunked;
  parser_.reset(start.head.method == "HEAD", !start.rewrite.upgrade.empty());
  wire::append_request_head(collected_, start.head, start.rewrite);
}

void Http1UnitConnection::send_body(std::string_view bytes) {
  if (bytes.empty()) return;
  if (chunked_) collected_ += wire::ChunkHead(bytes.size()).view();
  collected_ += bytes;
  if (chunked_) collected_ += wire::kChunkEnd;
}

void Http1UnitConnection::end_request(std::span<const wire::Field> trailers) {
  if (!chunked_) return;
  if (trailers.empty()) {
    collected_ += wire::kLastChunk;
  } else {
    wire::append_last_chunk(collected_, trailers);
  }
}

void Http1UnitConnection::flush() {
  SIGNALBOX_ASSERT(!write_pending_);
  write_pending_ = true;
  sending_.swap(collected_);
  stream_.async_write_all(sending_, [self = shared_from_this()](error_code error, std::size_t) {
    self->write_pending_ = false;
    self->sending_.clear();
    if (self->listener_ != nullptr) self->listener_->on_sent(!error);
  });
}

void Http1UnitConnection::read() {
  if (!read_pending_) start_read();
}

// Room behind what is not parsed yet: by moving that to the front, or by growing.
bool Http1UnitConnection::make_room() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  const bool full = end_ == buffer_.size();
  // What comes faster than it is taken is a long body: fewer, larger reads cost less.
  if ((full || filled_) && buffer_.size() < kLargestBuffer) {
    buffer_.resize(buffer_.size() * 2);
    return true;
  }
  return !full;
}

void Http1UnitConnection::start_read() {
  if (!make_room()) {
    // A line of a head or of a chunk that fills the whole buffer is no HTTP worth waiting for.
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      self->fail(self->head_told_ ? UnitFailure::kCut : UnitFailure::kInvalid);
    });
    return;
  }
  read_pending_ = true;
  stream_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          [self = shared_from_this()](error_code error, std::size_t count) {
                            self->on_read(error, count);
                          });
}

void Http1UnitConnection::on_read(error_code error, std::size_t count) {
  read_pending_ = false;
  if (listener_ == nullptr) {  // idle: nothing may come
    stream_.close();
    if (const auto pool = pool_.lock()) pool->forget(*this);
    return;
  }
  if (error) {
    on_end_of_input();
    return;
  }
  end_ += count;
  filled_ = end_ == buffer_.size();
  parse();
}

void Http1UnitConnection::parse() {
  const auto self = shared_from_this();
  for (bool moved = true; moved && listener_ != nullptr && !parser_.done();) {
    const bool had_head = parser_.head_done();
    const auto taken = parser_.consume(unread());
    if (!taken.ok()) {
      fail(head_told_ ? UnitFailure::kCut : UnitFailure::kInvalid);
      return;
    }
    begin_ += *taken;
    moved = *taken > 0 || had_head != parser_.head_done();
    if (parser_.head_done() && !std::exchange(head_told_, parser_.head_done())) {
      listener_->on_head(parser_.head(), parser_.framing());
    }
  }
  if (begin_ == end_) begin_ = end_ = 0;
  if (listener_ == nullptr) return;
  // A part of a head tells nobody anything yet.
  if (!head_told_) {
    start_read();
    return;
  }
  if (parser_.done()) listener_->on_end();
  if (listener_ != nullptr) listener_->on_pause();
}

// The end of the connection may be the end of the body.
void Http1UnitConnection::on_end_of_input() {
  if (!parser_.started()) {
    fail(UnitFailure::kDied);
  } else if (parser_.finish_eof().has_value()) {
    fail(head_told_ ? UnitFailure::kCut : UnitFailure::kInvalid);
  } else {
    const auto self = shared_from_this();
    listener_->on_end();
    if (listener_ != nullptr) listener_->on_pause();
  }
}

void Http1UnitConnection::fail(UnitFailure failure) {
  stream_.close();
  if (UnitListener* const listener = std::exchange(listener_, nullptr)) {
    listener->on_failure(failure);
  }
}

void Http1UnitConnection::abandon() {
  listener_ = nullptr;
  stream_.close();
}

void Http1UnitConnection::release(bool request_sent) {
  listener_ = nullptr;
  const auto pool = pool_.lock();
  const bool reusable = pool != nullptr && request_sent && !write_pending_ && parser_.head_done() &&
                        parser_.keep_alive() && begin_ == end_;
  if (!reusable) {
    stream_.close();
    return;
  }
  if (buffer_.size() > kFirstBuffer && !read_pending_)
    std::vector<char>(kFirstBuffer).swap(buffer_);
  reused_ = true;
  filled_ = false;
  if (!read_pending_) start_read();
  pool->keep(shared_from_this());
}

std::optional<Detached> Http1UnitConnection::detach() {
  listener_ = nullptr;
  if (read_pending_ || write_pending_) return std::nullopt;
  return Detached{std::move(stream_), std::string(unread())};
}

}  // namespace signalbox::gateway
