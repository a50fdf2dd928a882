// SPDX-License-Identifier: Apache-2.0
//
// The stages of one request; see exchange.h. The response side is in exchange_relay.cc.
#include "gateway/exchange.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/route/classify.h"
#include "net/clock.h"
#include "wire/api.h"
#include "wire/http1_writer.h"

namespace signalbox::gateway {

namespace {

// What a client reads when the Router rejects.
std::string describe(const core::Decision& decision) {
  switch (decision.reason) {
    case core::RejectReason::kNoService:
      return "no service answers to this path and model; see `services` in the configuration";
    case core::RejectReason::kOverShare:
    case core::RejectReason::kQueueFull:
      return "too many requests are waiting for this service; try again later";
    case core::RejectReason::kOverBudget:
      return "your tenant's budget is used up; try again later";
    case core::RejectReason::kDeadline:
      return "the time limit you stated ended before this could be answered";
    case core::RejectReason::kLate:
      return "this request can no longer be answered within its objective; try again later";
    case core::RejectReason::kPatienceEnded:
      return "no endpoint became free in time; try again later";
    case core::RejectReason::kServiceRemoved:
      return "the service was removed from the configuration while the request waited";
    case core::RejectReason::kForbidden:
      return "no unit may see data of this class; see `data` and `require` in the configuration";
    case core::RejectReason::kTooLarge:
      return "the request is larger than any unit of this service serves";
    case core::RejectReason::kNotReplayable:
      return "the endpoint failed, and the request could not be sent again";
    case core::RejectReason::kAttemptsEnded:
      if (decision.status == 504) return "the endpoint did not answer in time";
      return decision.status == 503 ? "no endpoint could be reached"
                                    : "every endpoint that was tried failed";
    case core::RejectReason::kNone:
      break;
  }
  return "rejected";
}

}  // namespace

Exchange::Exchange(std::shared_ptr<ClientConnection> client, Loop& loop)
    : client_(std::move(client)), loop_(loop), arrival_(net::now()), timer_(loop.io()) {}

const core::ServiceSpec& Exchange::service() const {
  return view_->spec->service(decision_.service);
}

void Exchange::start() {
  const auto& request = client_->request();
  head_request_ = request.head().method == "HEAD";
  id_ = loop_.register_exchange(shared_from_this());
  registered_ = true;
  auto target = wire::normalise_target(request.head().target);
  if (!target.ok()) {
    loop_.ring().began(id_, request.head().method, "");
    answer(target.error().status, target.error().message, "bad_target", {});
    return;
  }
  target_ = std::move(*target);
  loop_.ring().began(id_, request.head().method, target_.path);
  if (request.expects_continue() && !request.done()) {
    outgoing_ = wire::kContinue;
    client_->write(asio::buffer(outgoing_), [self = shared_from_this()](error_code error) {
      if (error) return self->on_client_gone();
      self->outgoing_.clear();
      self->classify();
    });
    return;
  }
  classify();
}

// Decides as soon as the facts are known: the body is only looked at when its model can change the
// answer, and only as far as `inspect_bytes`.
void Exchange::classify() {
  const bool look = core::needs_model(*loop_.view().spec, target_.path) &&
                    wire::carries_model(wire::classify_api(target_.path));
  if (look && !client_->request().done()) {
    model_ = std::make_unique<wire::ModelField>();
    arm(loop_.options().header_timeout);
    client_->want_body();
    return;
  }
  admit();
}

void Exchange::on_body_bytes(std::string_view bytes) {
  bytes_in_ += bytes.size();
  if (model_) model_->feed(bytes);
  if (replayable_ && kept_.size() + bytes.size() <= loop_.options().inspect_bytes) {
    kept_.append(bytes);
  } else {
    replayable_ = false;
  }
  unsent_.append(bytes);
}

void Exchange::on_body_progress() {
  if (over_) return;
  if (!classified_) {
    if (client_->request().done()) model_->finish();
    const bool undecided = model_->state() == wire::ModelField::State::kNeedMore;
    if (undecided && unsent_.size() < loop_.options().inspect_bytes) {
      client_->want_body();
      return;
    }
    if (model_->state() == wire::ModelField::State::kMalformed) {
      answer(400, model_->problem(), "invalid_json", {});
      return;
    }
    timer_.cancel();
    admit();
    return;
  }
  if (upstream_ && !write_pending_) send_body();
}

void Exchange::on_body_failure(int status, std::string_view message) {
  if (over_) return;
  drop_upstream();
  if (std::exchange(in_flight_, false)) loop_.router().cancel(id_);
  if (head_relayed_) {
    break_off();
  } else {
    client_keep_alive_ = false;
    answer(status, message, "bad_body", {});
  }
}

void Exchange::admit() {
  classified_ = true;
  core::RequestFacts facts;
  facts.path = target_.path;
  const std::string model = model_ ? model_->model() : std::string();
  facts.model = model;
  facts.replayable = can_resend();
  const DataClassFound data_class = find_data_class();
  facts.data_class = data_class.name;
  const TenantFound tenant =
      find_tenant(loop_.options().tenants, client_->request().head(), client_->client_address());
  if (tenant.refused) ++loop_.counters().tenant_headers_refused;
  facts.tenant = tenant.name;
  facts.priority = tenant.priority;
  facts.prompt_tokens = prompt_tokens();
  model_.reset();
  in_flight_ = true;
  on_ruling(loop_.router().request(id_, facts));
}

// An estimate from the body's size, as far as bodies are looked at: a token of English is some four
// bytes. 0 where the body is no prompt.
int Exchange::prompt_tokens() const {
  constexpr std::uint64_t kBytesPerToken = 4;
  const wire::Api api = wire::classify_api(target_.path);
  if (api != wire::Api::kOpenaiChat && api != wire::Api::kOpenaiCompletions) return 0;
  const std::uint64_t body = client_->request().content_length().value_or(bytes_in_);
  const std::uint64_t seen = std::min<std::uint64_t>(body, loop_.options().inspect_bytes);
  return static_cast<int>(seen / kBytesPerToken);
}

DataClassFound Exchange::find_data_class() {
  // Without classes every request is of the same one, and no token needs to be verified.
  if (loop_.view().spec->data.classes.empty()) return {};
  const auto found =
      gateway::find_data_class(loop_.options().data_class, client_->request().head(),
                               client_->client_address(), net::unix_nanos() / 1'000'000'000);
  auto& counters = loop_.counters();
  if (found.source == DataClassSource::kClaimRefused) ++counters.claims_refused;
  if (found.source == DataClassSource::kHeaderRefused) ++counters.headers_refused;
  return found;
}

void Exchange::on_ruling(const Ruling& ruling) {
  if (over_) return;
  const bool was_held = decision_.action == core::Action::kHold && held_since_ != TimePoint{};
  if (was_held) held_ += net::now() - std::exchange(held_since_, TimePoint{});
  decision_ = ruling.decision;
  view_ = ruling.view;
  switch (decision_.action) {
    case core::Action::kForward:
      forward();
      break;
    case core::Action::kHold:
      held_since_ = net::now();
      timer_.cancel();
      client_->watch();
      break;
    case core::Action::kReject:
      in_flight_ = false;
      answer(decision_.status, describe(decision_), to_string(decision_.reason),
             decision_.retry_after);
      break;
  }
}

void Exchange::forward() {
  const int attempt = ++attempt_;
  forwarded_at_ = net::now();
  body_sent_ = false;
  const auto endpoint = std::lower_bound(
      view_->endpoints.begin(), view_->endpoints.end(), decision_.endpoint,
      [](const core::EndpointView& entry, EndpointId id) { return entry.id < id; });
  address_ = endpoint->address;
  client_->watch();
  loop_.upstreams().acquire(decision_.endpoint, address_, fresh_,
                            [self = shared_from_this(), attempt](
                                error_code error, std::shared_ptr<UpstreamConnection> connection) {
                              if (self->over_ || attempt != self->attempt_) return;
                              self->on_connected(error, std::move(connection));
                            });
}

void Exchange::on_connected(error_code error, std::shared_ptr<UpstreamConnection> connection) {
  if (error) {
    fail_attempt(error == asio::error::timed_out ? core::OutcomeKind::kConnectTimeout
                                                 : core::OutcomeKind::kUnreachable);
    return;
  }
  upstream_ = std::move(connection);
  upstream_->parser.reset(head_request_);
  tokens_.reset();
  if (service().objective.in_tokens()) tokens_.emplace();
  upstream_->parser.on_body([this](std::string_view bytes) {
    if (tokens_) tokens_->feed(bytes);
    append_body(outgoing_, bytes);
  });
  response_begin_ = response_end_ = 0;
  arm(service().timeout);
  send_request();
  read_response();
}

// The head, and what of the body has arrived: all of it again when this is another attempt.
void Exchange::send_request() {
  const auto& request = client_->request();
  if (replayable_) unsent_ = kept_;
  wire::RequestRewrite rewrite;
  const std::string target = target_.text();
  const std::string host = core::to_string(address_);
  const std::string id = format_id(id_);
  rewrite.target = target;
  rewrite.host = host;
  rewrite.client_address = client_->client_address();
  // A stated length of zero is passed on: some servers insist on one with every POST.
  const auto length = request.content_length();
  rewrite.framing = length ? wire::WriteFraming{wire::BodyKind::kLength, *length}
                           : wire::WriteFraming{request.framing().body, 0};
  const wire::OwnField own{"x-signalbox-request-id", id};
  rewrite.own = {&own, 1};
  const auto& tenants = loop_.options().tenants;
  const std::array<std::string_view, 3> withheld{loop_.options().data_class.header, tenants.header,
                                                 tenants.priority_header};
  rewrite.withhold = withheld;
  sending_.clear();
  wire::append_request_head(sending_, request.head(), rewrite);
  send_body();
}

// Sends what has arrived, then asks for more: never more than one buffer of the body is under way.
void Exchange::send_body() {
  const bool chunked = client_->request().framing().body == wire::BodyKind::kChunked;
  if (!unsent_.empty()) {
    body_bytes_sent_ = true;
    if (chunked) {
      sending_ += wire::ChunkHead(unsent_.size()).view();
      sending_ += unsent_;
      sending_ += wire::kChunkEnd;
    } else {
      sending_ += unsent_;
    }
    unsent_.clear();
  }
  if (client_->request().done() && !std::exchange(body_sent_, true) && chunked) {
    sending_ += wire::kLastChunk;
  }
  if (sending_.empty()) {
    want_body_or_watch();
    return;
  }
  write_pending_ = true;
  asio::async_write(upstream_->socket, asio::buffer(sending_),
                    [self = shared_from_this(), connection = upstream_, attempt = attempt_](
                        error_code error, std::size_t) { self->on_sent(error, attempt); });
}

void Exchange::on_sent(error_code error, int attempt) {
  if (attempt != attempt_) return;
  write_pending_ = false;
  if (over_ || !upstream_) return;
  sending_.clear();
  // A unit may answer and close without reading all of a body: what it said decides, so a failed
  // write only ends the sending.
  if (error) return;
  if (!unsent_.empty() || (client_->request().done() && !body_sent_)) {
    send_body();
  } else {
    want_body_or_watch();
  }
}

void Exchange::want_body_or_watch() {
  if (!client_->request().done()) {
    client_->want_body();
  } else {
    client_->watch();
  }
}

void Exchange::drop_upstream() {
  ++attempt_;  // whatever is still under way there is of the past
  write_pending_ = false;
  if (!upstream_) return;
  error_code ignored;
  upstream_->socket.close(ignored);
  upstream_.reset();
}

// The attempt ended before any response byte: the Router says what next.
void Exchange::fail_attempt(core::OutcomeKind kind) {
  const bool stale =
      kind == core::OutcomeKind::kDied && upstream_ && upstream_->reused && can_resend() && !fresh_;
  drop_upstream();
  timer_.cancel();
  if (stale) {
    // A pooled connection that the unit had closed meanwhile says nothing of the unit: once more,
    // on a new one.
    fresh_ = true;
    forward();
    return;
  }
  fresh_ = false;
  core::Outcome outcome;
  outcome.kind = kind;
  outcome.replayable = can_resend();
  loop_.ring().observed(id_, outcome);
  if (const auto ruling = loop_.router().outcome(decision_, view_, outcome)) {
    on_ruling(*ruling);
  } else {
    // Its service left the configuration meanwhile, so the Router knows it no more.
    in_flight_ = false;
    answer(503, "the service was removed from the configuration", "service_removed", {});
  }
}

void Exchange::on_client_gone() {
  if (over_) return;
  drop_upstream();
  if (std::exchange(in_flight_, false)) loop_.router().cancel(id_);
  client_keep_alive_ = false;
  observe("abandoned", false);
}

void Exchange::arm(Duration after) {
  timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(after));
  timer_.async_wait([self = shared_from_this(), attempt = attempt_](error_code error) {
    if (!error) self->on_timer(attempt);
  });
}

void Exchange::on_timer(int attempt) {
  if (over_ || attempt != attempt_) return;
  if (!classified_) {
    client_keep_alive_ = false;
    answer(408, "the request body was not sent in time", "slow_body", {});
  } else if (!upstream_) {
    return;
  } else if (!head_relayed_) {
    fail_attempt(core::OutcomeKind::kTimedOut);
  } else if (const Duration silence = net::now() - last_byte_at_;
             silence < service().idle_timeout) {
    arm(service().idle_timeout - silence);
  } else {
    break_off();
  }
}

}  // namespace signalbox::gateway
