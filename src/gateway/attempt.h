// SPDX-License-Identifier: Apache-2.0
//
// One copy of a request at one endpoint: from the ruling that sends it there to the end of its
// answer, or to its failure. It knows the endpoint, its connection and its time limits; what a
// failure means for the request, and what becomes of the answer, is its exchange's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/model/request.h"
#include "gateway/router_shell.h"
#include "gateway/unit_pool.h"
#include "gateway/unit_stream.h"
#include "net/deadlines.h"
#include "wire/hidden_failure.h"
#include "wire/sse_counter.h"

namespace signalbox::gateway {

class Exchange;
class Loop;

class Attempt final : public UnitListener, public std::enable_shared_from_this<Attempt> {
 public:
  // REQUIRES: the ruling forwards.
  Attempt(std::shared_ptr<Exchange> exchange, Loop& loop, Ruling ruling);
  ~Attempt() override;

  void start();
  // More of the request's body is there.
  void on_more_body();
  // The exchange has passed on what the last pause brought, and wants more.
  void read_on();
  // Nobody is interested any more.
  void abandon();
  // The answer is complete; the connection may serve others.
  void release();
  // After a 101.
  std::optional<Detached> detach();

  const Ruling& ruling() const { return ruling_; }
  const core::Decision& decision() const { return ruling_.decision; }
  const core::Address& address() const { return address_; }
  const core::UnitSpec& unit() const { return ruling_.view->spec->unit(decision().unit); }
  // How the unit is spoken to; null where nothing more than its address is needed.
  std::shared_ptr<const UnitAccess> access() const;
  const core::ServiceSpec& service() const {
    return ruling_.view->spec->service(decision().service);
  }
  // Some of the body has left for the endpoint.
  bool has_sent_body() const { return offset_ > 0; }
  bool head_seen() const { return status_ != 0; }
  int status() const { return status_; }
  bool event_stream() const { return event_stream_; }
  TimePoint forwarded_at() const { return forwarded_at_; }
  // When the first byte of the answer came; TimePoint{} = not yet.
  TimePoint first_byte_at() const { return first_byte_at_; }
  // It answered in full: well, or with a failure that says 200 (B53).
  core::Outcome answered() const {
    const bool failed = status_ < 300 && hidden_failure_.found();
    return outcome(failed ? core::OutcomeKind::kBroken : core::OutcomeKind::kCompleted);
  }
  // What is to be reported of it; `kind` is how it ended.
  core::Outcome outcome(core::OutcomeKind kind) const;

  void on_head(const wire::ResponseHead& head, const wire::Framing& framing) override;
  void on_body(std::string_view bytes) override;
  void on_trailers(std::span<const wire::Field> trailers) override;
  void on_end() override;
  void on_pause() override;
  void on_failure(UnitFailure failure) override;
  void on_sent(bool ok) override;

 private:
  void connect(bool fresh);
  void on_connected(std::shared_ptr<UnitStream> stream);
  void send_body();
  void fail(core::OutcomeKind kind);
  void on_limit();

  std::shared_ptr<Exchange> exchange_;  // until it ends
  Loop& loop_;
  Ruling ruling_;
  core::Address address_;
  net::Deadline limit_;
  std::shared_ptr<UnitStream> stream_;
  TimePoint forwarded_at_{};
  TimePoint first_byte_at_{};
  TimePoint last_byte_at_{};
  std::uint64_t offset_ = 0;    // of the body, handed to the stream
  bool send_pending_ = false;   // some of the request is on its way
  bool request_ended_ = false;  // all of it was handed over
  bool request_sent_ = false;   // and has left
  bool fresh_ = false;          // on a connection made for it
  int status_ = 0;
  bool event_stream_ = false;
  Duration retry_after_{};
  wire::HiddenFailure hidden_failure_;
  std::optional<wire::SseCounter> tokens_;  // of the answer, where tokens are owed
};

}  // namespace signalbox::gateway
