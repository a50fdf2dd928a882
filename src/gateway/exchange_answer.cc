// SPDX-License-Identifier: Apache-2.0
//
// The answer on its way back: what one read from the unit brought is written to the client, and
// only then is more read - so a slow client slows its unit and costs no memory.
#include <fmt/format.h>

#include <array>
#include <span>
#include <string>
#include <utility>

#include "base/bounded_vector.h"
#include "gateway/exchange.h"
#include "gateway/tunnel.h"
#include "net/clock.h"
#include "observe/access_log.h"
#include "wire/http1_writer.h"
#include "wire/json_error.h"
#include "wire/sse.h"

namespace signalbox::gateway {

// Of two attempts the first that answers wins, but an error while the other may yet do better.
void Exchange::on_attempt_head(Attempt& attempt, const wire::ResponseHead& head,
                               const wire::Framing& framing) {
  if (Attempt* const other = other_than(attempt)) {
    const EndpointId endpoint = attempt.decision().endpoint;
    if (head.status >= 500) {
      core::Outcome outcome = attempt.outcome(core::OutcomeKind::kCompleted);
      outcome.endpoint = endpoint;
      const auto kept = attempt.shared_from_this();
      attempt.abandon();
      drop(attempt);
      report(*kept, outcome);
      return;
    }
    loop_.router().answer_begun(id_, endpoint);
    const auto loser = other->shared_from_this();
    loser->abandon();
    drop(*loser);
  }
  if (head.status >= 500 && tries_again(attempt)) return;
  relaying_ = &attempt;
  relay_head(attempt, head, framing);
}

// An error that was not passed on yet may be tried again, where the service's rule says so. Where
// it may not, the client gets the unit's own words.
bool Exchange::tries_again(Attempt& attempt) {
  if (attempt.service().retry.attempts == 0 || !body_.whole()) return false;
  const auto ruling = report(attempt, attempt.outcome(core::OutcomeKind::kErrorAnswer));
  if (!ruling || ruling->decision.action == core::Action::kReject) {
    known_to_router_ = false;
    return false;
  }
  const auto kept = attempt.shared_from_this();
  attempt.abandon();
  drop(attempt);
  on_ruling(*ruling);
  return true;
}

void Exchange::relay_head(const Attempt& attempt, const wire::ResponseHead& head,
                          const wire::Framing& framing) {
  answer_ = head.status == 101 ? Answer::kSwitching : Answer::kBegun;
  status_ = head.status;
  first_byte_at_ = attempt.first_byte_at();
  event_stream_ = attempt.event_stream() && !framing.has_length;
  AnswerHead answer;
  answer.status = status_;
  answer.relayed = &head;
  const std::array<wire::OwnField, 2> own{
      {{"x-signalbox-request-id", id_text_}, {"x-signalbox-unit", attempt.unit().name}}};
  answer.own = own;
  if (framing.has_length) answer.length = framing.length;
  answer.bodiless = framing.body == wire::BodyKind::kNone;
  client_->begin_answer(answer);
  collected_ = true;
  enter(observe::Stage::kRelay);
}

void Exchange::on_attempt_body(Attempt& attempt, std::string_view bytes) {
  if (&attempt != relaying_) return;
  if (event_stream_) between_events_ = bytes.ends_with("\n\n") || bytes.ends_with("\r\n\r\n");
  bytes_out_ += bytes.size();
  client_->add_body(bytes);
  collected_ = true;
}

void Exchange::on_attempt_trailers(Attempt& attempt, std::span<const wire::Field> trailers) {
  if (&attempt != relaying_) return;
  client_->end_answer(trailers);
  answer_ = Answer::kComplete;
  collected_ = true;
}

void Exchange::on_attempt_end(Attempt& attempt) {
  if (&attempt != relaying_ || answer_ != Answer::kBegun) return;
  client_->end_answer({});
  answer_ = Answer::kComplete;
  collected_ = true;
}

void Exchange::on_attempt_pause(Attempt& attempt) {
  const auto self = shared_from_this();
  if (&attempt != relaying_) return;
  // The unit is done as soon as its last byte is here: its slot is free while the client reads.
  if (answer_ == Answer::kComplete) complete(attempt);
  collected_ ? flush() : attempt.read_on();
}

void Exchange::complete(Attempt& attempt) {
  const auto kept = attempt.shared_from_this();
  if (std::exchange(known_to_router_, false)) report(attempt, attempt.answered());
  served_by_ = attempt.address();
  served_by_unit_ = attempt.decision().unit;
  attempt.release();
  drop_attempts();
  limit_.clear();
}

void Exchange::flush() {
  collected_ = false;
  flush_pending_ = true;
  note_held();
  client_->flush();
}

// What of the request may still be needed, and what of the answer the client has not taken yet: how
// much memory slow units and slow clients cost. Every change counts, so all that a loop's exchanges
// hold is known without asking them.
void Exchange::note_held() {
  const std::uint64_t now = over_ ? 0 : body_.held_bytes() + (bytes_out_ - bytes_left_);
  loop_.count(loop_.counters().buffered_bytes, now - std::exchange(held_bytes_, now));
}

void Exchange::on_flushed() {
  if (over_) return;
  flush_pending_ = false;
  bytes_left_ = bytes_out_;
  note_held();
  switch (answer_) {
    case Answer::kNone:
      break;
    case Answer::kBegun:
      if (relaying_ != nullptr) relaying_->read_on();
      break;
    case Answer::kSwitching:
      become_tunnel();
      break;
    case Answer::kBreaking:
      client_->break_off();
      observe("broken");
      break;
    case Answer::kComplete:
      observe(outcome_.empty() ? "completed" : outcome_);
      break;
  }
}

// After the first byte there is no other attempt (B41, B45). A client that reads events is told so
// in the one way it understands, before its stream is cut short; nobody else can be told.
void Exchange::break_off() {
  limit_.clear();
  drop_attempts();
  if (flush_pending_ || !event_stream_) {
    client_->break_off();
    observe("broken");
    return;
  }
  answer_ = Answer::kBreaking;
  if (!between_events_) client_->add_body("\n\n");
  client_->add_body(wire::sse_event(
      wire::json_error("the endpoint broke off its answer", wire::error_type(502), "broken"),
      "error"));
  flush();
}

// Both connections leave HTTP: bytes go to and fro until one side ends.
void Exchange::become_tunnel() {
  const auto attempt = relaying_->shared_from_this();
  served_by_ = attempt->address();
  served_by_unit_ = attempt->decision().unit;
  relaying_ = nullptr;
  drop(*attempt);
  // The tunnel reports what became of it, so the Router counts the slot as taken until then.
  auto client = client_->detach();
  auto unit = attempt->detach();
  if (!client || !unit) return on_client_gone();
  attempts_[0] = attempt;
  const auto tunnel =
      std::make_shared<Tunnel>(std::move(*client), std::move(*unit),
                               attempt->service().idle_timeout, loop_, shared_from_this());
  tunnel->start();
}

void Exchange::on_tunnel_end(std::uint64_t bytes_in, std::uint64_t bytes_out) {
  const auto self = shared_from_this();
  body_.sent(body_.arrived());
  tunnelled_in_ = bytes_in;
  bytes_out_ += bytes_out;
  known_to_router_ = false;
  report(*attempts_[0], attempts_[0]->outcome(core::OutcomeKind::kCompleted));
  attempts_[0].reset();
  observe("completed");
}

// An answer of our own, with fields beside those that every one has.
void Exchange::answer(int status, std::string_view message, std::string_view code,
                      std::span<const wire::OwnField> fields) {
  limit_.clear();
  status_ = status;
  outcome_ = fmt::format("rejected:{}", code);
  const std::string body = wire::json_error(message, wire::error_type(status), code);
  BoundedVector<wire::OwnField, 5> own;
  own.push_back({"content-type", "application/json"});
  own.push_back({"x-content-type-options", "nosniff"});  // it quotes what a client sent
  own.push_back({"x-signalbox-request-id", id_text_});
  for (const wire::OwnField& field : fields) own.push_back(field);
  AnswerHead head;
  head.status = status;
  head.own = {own.begin(), own.end()};
  head.length = body.size();
  head.bodiless = head_request_;
  client_->begin_answer(head);
  if (!head_request_) client_->add_body(body);
  client_->end_answer({});
  bytes_out_ += body.size();
  answer_ = Answer::kComplete;
  flush();
}

void Exchange::describe_attempt(const Attempt& attempt, std::string_view failure) {
  observe::StageSpan* const span = spans_.attempt();
  if (span == nullptr) return;
  span->unit = attempt.unit().name;
  span->address = core::to_string(attempt.address());
  span->status = attempt.status();
  span->failure = failure;
}

void Exchange::finish_trace(std::string_view service) {
  observe::RequestTrace* const trace = spans_.trace();
  if (trace == nullptr) return;
  trace->request_id = id_text_;
  trace->method = client_->head().method;
  trace->path = target_.path;
  trace->service = service;
  trace->tenant = who_.tenant;
  if (ruling_.decision.action == core::Action::kReject) {
    trace->reason = core::to_string(ruling_.decision.reason);
  }
  trace->status = status_;
  spans_.finish(net::now());
}

// The last stage: one story, one log line, and the connection goes on.
void Exchange::observe(std::string_view outcome) {
  if (std::exchange(over_, true)) return;
  enter(observe::Stage::kObserve);
  limit_.clear();
  note_held();
  const TimePoint now = net::now();
  const Duration duration = now - arrival_;
  if (held_since_ != TimePoint{}) held_ += now - held_since_;
  const Duration to_first_byte =
      first_byte_at_ == TimePoint{} ? Duration{} : first_byte_at_ - arrival_;
  loop_.ring().finished(id_, status_, to_first_byte, duration);

  observe::AccessRecord record;
  const std::string endpoint = served_by_.port == 0 ? std::string() : core::to_string(served_by_);
  record.at = net::unix_nanos() - duration.count();
  record.request_id = id_text_;
  record.client_address = client_->peer().address;
  record.method = client_->head().method;
  record.path = target_.path;
  const core::Decision& decision = ruling_.decision;
  const bool classified = ruling_.view != nullptr &&
                          decision.service.index() < ruling_.view->spec->services.size() &&
                          decision.reason != core::RejectReason::kNoService;
  if (classified) {
    record.service = service().name;
    record.mode = decision.mode;
    if (!endpoint.empty() && served_by_unit_.index() < ruling_.view->spec->units.size()) {
      record.unit = ruling_.view->spec->unit(served_by_unit_).name;
      record.endpoint = endpoint;
    }
  }
  record.outcome = outcome;
  record.status = outcome == "abandoned" && answer_ == Answer::kNone ? 0 : status_;
  record.attempts = attempts_made_;
  record.bytes_in = body_.arrived() + tunnelled_in_;
  record.bytes_out = bytes_out_;
  record.held = held_;
  record.time_to_first_byte = to_first_byte;
  record.duration = duration;
  loop_.log(record);
  finish_trace(record.service);

  loop_.forget_exchange(id_);
  client_->finish();
}

}  // namespace signalbox::gateway
