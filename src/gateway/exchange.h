// SPDX-License-Identifier: Apache-2.0
//
// One request from its head to the last byte of its answer. The stages are methods, in the order of
// the request's life:
//
//   classify -> admit -> forward -> relay -> observe
//
// (constrain and pick happen inside admit: they are the Router's.) A failure before the first
// response byte goes back to the Router, which forwards again, holds or rejects; after the first
// byte there is no way back, and the client sees the answer break off.
#pragma once

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
#include "gateway/client_connection.h"
#include "gateway/loop.h"
#include "gateway/upstream_pool.h"
#include "wire/model_field.h"
#include "wire/path.h"
#include "wire/sse_counter.h"

namespace signalbox::gateway {

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<ClientConnection> client, Loop& loop);

  void start();

  // From the client's connection.
  void on_body_bytes(std::string_view bytes);
  void on_body_progress();
  void on_body_failure(int status, std::string_view message);
  void on_client_gone();

  // From the loop: a held request's turn has come, or its patience has ended.
  void on_ruling(const Ruling& ruling);

  // Something of an answer has been sent, or is being sent.
  bool answering() const { return head_relayed_ || !outgoing_.empty(); }

 private:
  void classify();
  void admit();
  DataClassFound find_data_class();
  int prompt_tokens() const;
  void forward();
  void on_connected(error_code error, std::shared_ptr<UpstreamConnection> connection);
  void send_request();
  void send_body();
  void on_sent(error_code error, int attempt);
  void read_response();
  void on_response_bytes(error_code error, std::size_t count, int attempt);
  void relay();
  void relay_head();
  void on_relayed(error_code error);
  void complete();
  void break_off();
  void fail_attempt(core::OutcomeKind kind);
  void answer(int status, std::string_view message, std::string_view code, Duration retry_after);
  void observe(std::string_view outcome, bool keep_alive);
  void append_body(std::string& out, std::string_view bytes) const;
  void arm(Duration after);
  void on_timer(int attempt);
  void drop_upstream();
  bool can_resend() const { return replayable_ || !body_bytes_sent_; }
  const core::ServiceSpec& service() const;
  void want_body_or_watch();

  std::shared_ptr<ClientConnection> client_;
  Loop& loop_;
  RequestId id_;
  TimePoint arrival_;
  asio::steady_timer timer_;

  // classify
  wire::Target target_;
  std::unique_ptr<wire::ModelField> model_;  // while the body is being looked at
  bool classified_ = false;

  // The body: what is kept for another attempt, and what the present one has not sent yet.
  std::string kept_;
  bool replayable_ = true;  // `kept_` is all that has arrived
  std::string unsent_;
  std::string sending_;  // owned by the write in progress
  bool write_pending_ = false;
  bool head_request_ = false;

  // admit, forward
  bool registered_ = false;
  core::Decision decision_;
  std::shared_ptr<const core::FleetView> view_;  // the one the decision was taken under
  core::Address address_;
  std::shared_ptr<UpstreamConnection> upstream_;
  int attempt_ = 0;               // counts connections tried; handlers of an older one are ignored
  bool in_flight_ = false;        // the Router awaits an outcome
  bool body_bytes_sent_ = false;  // some of the body has left for a unit
  bool body_sent_ = false;        // the present attempt has sent the whole request
  bool fresh_ = false;            // do not use a pooled connection
  TimePoint held_since_{};
  Duration held_{};

  // relay
  TimePoint forwarded_at_{};
  Duration time_to_first_byte_{};
  TimePoint last_byte_at_{};
  std::size_t response_begin_ = 0;  // unparsed bytes in the upstream's buffer
  std::size_t response_end_ = 0;
  bool head_relayed_ = false;
  bool client_chunked_ = false;
  bool client_until_close_ = false;
  bool client_keep_alive_ = true;
  std::optional<wire::SseCounter> tokens_;  // of the answer, where tokens are owed
  std::string outgoing_;
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
  int status_ = 0;
  bool over_ = false;
};

}  // namespace signalbox::gateway
