// SPDX-License-Identifier: Apache-2.0
//
// One request on a shared HTTP/2 connection to a unit, and its answer. What comes is told when it
// is asked for; until then it is kept, and its window stays closed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/unit_stream.h"
#include "wire/http2_session.h"

namespace signalbox::gateway {

class Http2UnitConnection;

class Http2UnitStream final : public UnitStream,
                              public std::enable_shared_from_this<Http2UnitStream> {
 public:
  explicit Http2UnitStream(std::shared_ptr<Http2UnitConnection> connection);
  ~Http2UnitStream() override;

  // From the connection.
  void on_response() { head_come_ = true; }
  void on_data(std::string_view bytes);
  void on_sent();
  void on_failure(UnitFailure failure);
  void on_closed(wire::Http2Code code);
  void on_lost();  // the connection
  // Tells what has come, if it is wanted.
  void tell();
  bool flushed() const { return stream_ == nullptr || stream_->queued() == 0; }

  bool reused() const override { return reused_; }
  void send_head(const RequestStart& start, UnitListener& listener) override;
  void send_body(std::string_view bytes) override;
  void end_request(std::span<const wire::Field> trailers) override;
  void flush() override;
  void read() override;
  void abandon() override;
  void release(bool request_sent) override;

  // Its place among the connection's lists.
  std::size_t index = 0;
  bool stirred = false;
  bool flushing = false;

 private:
  bool tell_head();
  void leave();
  UnitFailure failure_of(wire::Http2Code code) const;

  std::shared_ptr<Http2UnitConnection> connection_;  // null once it was left
  wire::Http2Stream* stream_ = nullptr;              // from send_head() until it is left
  UnitListener* listener_ = nullptr;
  std::string arrived_;  // of the body, and not asked for yet
  std::optional<UnitFailure> failure_;
  bool reused_;
  bool request_ended_ = false;
  bool wanted_ = false;  // read() waits for its on_pause
  bool told_ = false;    // something since
  bool head_come_ = false;
  bool head_told_ = false;
  bool end_told_ = false;
};

}  // namespace signalbox::gateway
