// SPDX-License-Identifier: Apache-2.0
//
// A client's connection that speaks HTTP/1: requests one after the other, each an exchange. It
// reads only when somebody wants what it would read - the next head, more of a body - or to notice
// that the client left while it waits. Its buffer is small and grows, within a bound, only while a
// message is larger.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "gateway/client_stream.h"
#include "net/deadlines.h"
#include "net/stream.h"
#include "wire/http1_parser.h"

namespace signalbox::gateway {

class Exchange;
class Loop;

class Http1ClientConnection final : public ClientConnection,
                                    public ClientStream,
                                    public std::enable_shared_from_this<Http1ClientConnection> {
 public:
  // `read_ahead`: what was already read of it, to see which protocol it speaks.
  Http1ClientConnection(net::Stream stream, ClientPeer peer, Loop& loop,
                        std::string_view read_ahead);
  ~Http1ClientConnection() override;

  void start();

  void drain(Duration grace) override;
  void close() override;

  const wire::RequestHead& head() const override { return parser_.head(); }
  const wire::Framing& framing() const override { return parser_.framing(); }
  bool request_complete() const override { return parser_.done(); }
  std::span<const wire::Field> request_trailers() const override { return {}; }
  const ClientPeer& peer() const override { return peer_; }
  TimePoint began_at(TimePoint now) const override {
    return head_began_ == TimePoint{} ? now : head_began_;
  }
  void want_body() override;
  void watch() override;
  void begin_answer(const AnswerHead& answer) override;
  void add_body(std::string_view bytes) override;
  void end_answer(std::span<const wire::Field> trailers) override;
  void flush() override;
  void break_off() override;
  void finish() override;
  std::optional<Detached> detach() override;

 private:
  enum class Phase { kHead, kBody, kWatch, kPaused, kLinger, kClosed };

  void read();
  bool make_room(std::size_t most);
  void on_read(error_code error, std::size_t count);
  void on_end_of_input();
  void parse_head();
  bool parse_body();
  void feed_body();
  void begin_exchange();
  void refuse(int status, std::string_view message);
  void write(std::string_view bytes);
  void on_written(error_code error);
  void linger();
  void on_deadline();
  std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t count);

  net::Stream stream_;
  ClientPeer peer_;
  Loop& loop_;
  net::Deadline deadline_;
  wire::RequestParser parser_;
  std::shared_ptr<Exchange> exchange_;
  Phase phase_ = Phase::kHead;
  bool read_pending_ = false;
  bool input_ended_ = false;   // the client has closed its sending side
  bool closing_ = false;       // close when the exchange is over
  std::size_t discarded_ = 0;  // bytes dropped while lingering
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // unread bytes lie in [begin_, end_)
  std::size_t end_ = 0;
  std::optional<wire::ParseFailure> body_failure_;
  TimePoint head_began_{};  // where it did not come all at once

  // The answer under way.
  std::string collected_, sending_;
  bool write_pending_ = false;
  bool flush_wanted_ = false;  // what was collected is to follow the write under way
  bool flushing_ = false;      // the write under way is of what was collected
  bool continued_ = false;     // a client that waited for it was told to send its body
  bool answer_begun_ = false;
  bool answer_chunked_ = false;
  bool answer_until_close_ = false;
  bool keep_alive_ = false;
  bool refusing_ = false;  // an answer of our own to what never became an exchange
};

}  // namespace signalbox::gateway
