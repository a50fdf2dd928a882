// SPDX-License-Identifier: Apache-2.0
//
// One request from its head to the last byte of its answer. The stages are methods, in the order of
// the request's life:
//
//   authenticate -> classify -> admit -> forward -> relay -> observe
//
// (constrain and pick happen inside admit: they are the Router's.) To forward is to make an
// attempt; a hedged request has two at a time until one of them answers. A failure before the first
// response byte goes back to the Router, which forwards again, holds or rejects; after the first
// byte there is no way back, and the client sees the answer break off.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/decision.h"
#include "core/model/fleet_view.h"
#include "core/model/request.h"
#include "gateway/attempt.h"
#include "gateway/authenticate.h"
#include "gateway/client_stream.h"
#include "gateway/loop.h"
#include "gateway/request_body.h"
#include "gateway/request_spans.h"
#include "net/clock.h"
#include "net/deadlines.h"
#include "wire/model_field.h"
#include "wire/path.h"

namespace signalbox::gateway {

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<ClientStream> client, Loop& loop);
  ~Exchange();

  void start();

  // From the client's stream.
  void on_body_bytes(std::string_view bytes);
  void on_body_progress();
  void on_body_failure(int status, std::string_view message);
  void on_client_gone();
  void on_flushed();

  // From the loop: a held request's turn has come, or its patience has ended, or it is late enough
  // for a second attempt.
  void on_ruling(const Ruling& ruling);

  // For attempts.
  const ClientStream& client() const { return *client_; }
  const RequestBody& body() const { return body_; }
  // The client waits no longer than this; TimePoint::max() = it did not say.
  TimePoint client_deadline() const { return client_deadline_; }
  void want_body();
  void send_head(Attempt& attempt, UnitStream& stream) const;
  void on_attempt_sent(std::uint64_t offset) {
    body_.sent(offset);
    note_held();
  }
  void on_attempt_head(Attempt& attempt, const wire::ResponseHead& head,
                       const wire::Framing& framing);
  void on_attempt_body(Attempt& attempt, std::string_view bytes);
  void on_attempt_trailers(Attempt& attempt, std::span<const wire::Field> trailers);
  void on_attempt_end(Attempt& attempt);
  void on_attempt_pause(Attempt& attempt);
  void on_attempt_failed(Attempt& attempt, core::OutcomeKind kind);

  // From the tunnel that a WebSocket became.
  void on_tunnel_end(std::uint64_t bytes_in, std::uint64_t bytes_out);

 private:
  using Attempts = std::array<std::shared_ptr<Attempt>, 2>;

  void enter(observe::Stage stage) {
    if (spans_.sampled()) spans_.begin(stage, net::now());
  }
  void leave(observe::Stage stage) {
    if (spans_.sampled()) spans_.end(stage, net::now());
  }
  void describe_attempt(const Attempt& attempt, std::string_view failure);
  void finish_trace(std::string_view service);
  bool authenticate();
  void classify();
  void admit();
  DataClassFound find_data_class();
  int prompt_tokens() const;
  void reject(const core::Decision& decision);
  void forward(const Ruling& ruling);
  bool tries_again(Attempt& attempt);
  void relay_head(const Attempt& attempt, const wire::ResponseHead& head,
                  const wire::Framing& framing);
  void complete(Attempt& attempt);
  void break_off();
  void become_tunnel();
  void answer(int status, std::string_view message, std::string_view code,
              std::span<const wire::OwnField> fields = {});
  void flush();
  void note_held();
  void observe(std::string_view outcome);
  std::optional<Ruling> report(const Attempt& attempt, const core::Outcome& outcome);
  Attempt* other_than(const Attempt& attempt) const;
  void drop(const Attempt& attempt);
  void drop_attempts();
  void on_limit();
  const core::ServiceSpec& service() const {
    return ruling_.view->spec->service(ruling_.decision.service);
  }

  std::shared_ptr<ClientStream> client_;
  Loop& loop_;
  std::shared_ptr<const Options> options_;  // those it began under
  RequestId id_;
  std::string id_text_;
  TimePoint arrival_;
  TimePoint client_deadline_ = TimePoint::max();
  net::Deadline limit_;  // of the body's arrival

  RequestSpans spans_;

  // authenticate
  Authentication who_;

  // classify
  wire::Target target_;
  std::unique_ptr<wire::ModelField> model_;  // while the body is being looked at
  bool classified_ = false;
  bool head_request_ = false;
  std::string_view upgrade_;  // the protocol it asks for on the same connection; empty = none
  RequestBody body_;
  TimePoint body_wanted_at_{};

  // admit, forward
  Ruling ruling_;  // the latest; its view may be null before the first
  Attempts attempts_;
  bool known_to_router_ = false;  // it awaits an outcome, or a cancellation
  TimePoint held_since_{};
  Duration held_{};
  int attempts_made_ = 0;

  // relay
  Attempt* relaying_ = nullptr;  // the one of attempts_ whose answer it is
  enum class Answer : std::uint8_t { kNone, kBegun, kSwitching, kBreaking, kComplete };
  Answer answer_ = Answer::kNone;
  bool flush_pending_ = false;
  bool collected_ = false;  // there is something to flush
  bool event_stream_ = false;
  bool between_events_ = true;  // of such a stream: the last event is complete
  TimePoint first_byte_at_{};
  core::Address served_by_;  // port 0 = nobody
  UnitId served_by_unit_;
  int status_ = 0;
  std::string outcome_;             // as the access log names it
  std::uint64_t bytes_out_ = 0;     // of bodies
  std::uint64_t bytes_left_ = 0;    // and what of it the client has taken
  std::uint64_t held_bytes_ = 0;    // as the loop counts them
  std::uint64_t tunnelled_in_ = 0;  // from a client that has become one end of a tunnel
  bool over_ = false;
};

}  // namespace signalbox::gateway
