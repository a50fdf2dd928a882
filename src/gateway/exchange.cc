// SPDX-License-Identifier: Apache-2.0
//
// A request on its way in: the stages up to the attempt that forwards it, and what a failed attempt
// leads to. The answer's way back is in exchange_answer.cc. See exchange.h.
#include "gateway/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/bounded_vector.h"
#include "core/route/classify.h"
#include "net/clock.h"
#include "wire/api.h"
#include "wire/client_timeout.h"
#include "wire/grpc.h"
#include "wire/http1_writer.h"

namespace signalbox::gateway {

namespace {

// A body that comes more slowly than this, on average, is not waited for: nginx and Apache call
// such clients attacks (slow POST).
constexpr double kLeastBytesPerS = 512.0;

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

// The protocol that a request wants its connection to change to, if it is one that may pass.
std::string_view wanted_upgrade(const wire::RequestHead& head, const wire::Framing& framing) {
  if (!framing.upgrade || head.method != "GET" || framing.body != wire::BodyKind::kNone) return {};
  const wire::Field* const field = wire::find_field(head.fields, wire::FieldKind::kUpgrade);
  return wire::equals_ignoring_case(field->value, "websocket") ? "websocket" : std::string_view();
}

}  // namespace

Exchange::Exchange(std::shared_ptr<ClientStream> client, Loop& loop)
    : client_(std::move(client)),
      loop_(loop),
      options_(loop.shared_options()),
      id_(loop.new_id()),
      id_text_(format_id(id_)),
      arrival_(net::now()),
      limit_(loop.deadlines(), [this] { on_limit(); }),
      body_(options_->inspect_bytes) {}

Exchange::~Exchange() = default;

void Exchange::start() {
  loop_.register_exchange(id_, shared_from_this());
  const wire::RequestHead& head = client_->head();
  head_request_ = head.method == "HEAD";
  spans_.start(options_->tracing.get(), head, loop_.draws(), client_->began_at(arrival_));
  if (spans_.sampled()) {
    spans_.begin(observe::Stage::kParse, client_->began_at(arrival_));
    spans_.end(observe::Stage::kParse, arrival_);
  }
  auto target = wire::normalise_target(head.target);
  loop_.ring().began(id_, head.method, target.ok() ? target->path : std::string());
  if (!target.ok()) {
    answer(target.error().status, target.error().message, "bad_target");
    return;
  }
  target_ = std::move(*target);
  if (loop_.sheds_requests()) {
    loop_.count(loop_.counters().requests_shed, 1);
    const wire::OwnField later{"retry-after", "1"};
    return answer(503, "the gateway is short of memory; try again later", "overloaded",
                  std::span(&later, 1));
  }
  if (!authenticate()) return;
  upgrade_ = wanted_upgrade(head, client_->framing());
  const auto limit = wire::client_timeout(head);
  if (!limit.ok()) {
    answer(400, limit.error().message, "bad_timeout");
    return;
  }
  if (*limit) client_deadline_ = arrival_ + **limit;
  classify();
}

// Where a policy says who may ask, nobody else gets further than this.
bool Exchange::authenticate() {
  enter(observe::Stage::kAuthenticate);
  auto who = loop_.gatekeeper().ask(options_->access, client_->head(), client_->peer().identity,
                                    net::unix_nanos() / 1'000'000'000);
  leave(observe::Stage::kAuthenticate);
  if (!who) return true;
  who_ = *std::move(who);
  if (who_.ok()) return true;
  loop_.count(loop_.counters().unauthenticated, 1);
  const wire::OwnField challenge{"www-authenticate", who_.challenge};
  answer(who_.status, who_.message, who_.code,
         std::span(&challenge, who_.challenge.empty() ? 0 : 1));
  return false;
}

// Decides as soon as the facts are known: the body is only looked at when its model can change the
// answer, and only as far as `inspect_bytes`.
void Exchange::classify() {
  enter(observe::Stage::kClassify);
  const bool look = core::needs_model(*loop_.view().spec, target_.path) &&
                    wire::carries_model(wire::classify_api(target_.path));
  if (!look) return admit();
  model_ = std::make_unique<wire::ModelField>();
  model_->feed(body_.from(0));
  on_body_progress();
}

void Exchange::on_body_bytes(std::string_view bytes) {
  if (model_) model_->feed(bytes);
  body_.append(bytes);
  note_held();
}

// Waits no longer for the next piece than a client may pause, nor for the whole than it takes one
// that is just fast enough.
void Exchange::want_body() {
  const TimePoint now = net::now();
  const Duration pause = options_->body_timeout;
  if (body_wanted_at_ == TimePoint{}) body_wanted_at_ = now;
  const Duration slowest = from_seconds(static_cast<double>(body_.arrived()) / kLeastBytesPerS);
  limit_.set(std::min(now + pause, body_wanted_at_ + pause + slowest));
  client_->want_body();
}

void Exchange::on_body_progress() {
  if (over_) return;
  limit_.clear();
  if (classified_) {
    for (const auto& attempt : Attempts(attempts_)) {
      if (attempt) attempt->on_more_body();
    }
    return;
  }
  if (client_->request_complete()) model_->finish();
  const bool undecided = model_->state() == wire::ModelField::State::kNeedMore;
  if (undecided && body_.arrived() < options_->inspect_bytes) {
    want_body();
  } else if (model_->state() == wire::ModelField::State::kMalformed) {
    answer(400, model_->problem(), "invalid_json");
  } else {
    admit();
  }
}

void Exchange::on_body_failure(int status, std::string_view message) {
  if (over_) return;
  limit_.clear();
  drop_attempts();
  if (std::exchange(known_to_router_, false)) loop_.router().cancel(id_);
  if (answer_ != Answer::kNone) {
    break_off();
  } else {
    answer(status, message, "bad_body");
  }
}

void Exchange::on_limit() {
  const auto self = shared_from_this();
  on_body_failure(408, "the request body was not sent in time");
}

void Exchange::admit() {
  classified_ = true;
  leave(observe::Stage::kClassify);
  core::RequestFacts facts;
  facts.path = target_.path;
  const std::string model = model_ ? model_->model() : std::string();
  facts.model = model;
  facts.replayable = body_.whole();
  const DataClassFound data_class = find_data_class();
  facts.data_class = data_class.name;
  const TenantFound tenant =
      find_tenant(options_->tenants, client_->head(), client_->peer().address, who_.tenant);
  if (tenant.refused) loop_.count(loop_.counters().tenant_headers_refused, 1);
  facts.tenant = tenant.name;
  facts.priority = tenant.priority;
  facts.prompt_tokens = prompt_tokens();
  if (client_deadline_ != TimePoint::max()) {
    facts.time_left = std::max(client_deadline_ - net::now(), Duration{1});
  }
  if (spans_.sampled()) spans_.trace()->model = model;
  model_.reset();
  known_to_router_ = true;
  enter(observe::Stage::kDecide);
  const Ruling ruling = loop_.router().request(id_, facts);
  leave(observe::Stage::kDecide);
  on_ruling(ruling);
}

// An estimate from the body's size, as far as bodies are looked at: a token of English is some four
// bytes. 0 where the body is no prompt.
int Exchange::prompt_tokens() const {
  constexpr std::uint64_t kBytesPerToken = 4;
  const wire::Api api = wire::classify_api(target_.path);
  if (api != wire::Api::kOpenaiChat && api != wire::Api::kOpenaiCompletions) return 0;
  const wire::Framing& framing = client_->framing();
  const std::uint64_t body = framing.has_length ? framing.length : body_.arrived();
  const std::uint64_t seen = std::min<std::uint64_t>(body, options_->inspect_bytes);
  return static_cast<int>(seen / kBytesPerToken);
}

DataClassFound Exchange::find_data_class() {
  // Without classes every request is of the same one, and no token needs to be verified.
  if (loop_.view().spec->data.classes.empty()) return {};
  const auto found =
      gateway::find_data_class(options_->data_class, client_->head(), client_->peer().address,
                               net::unix_nanos() / 1'000'000'000);
  auto& counters = loop_.counters();
  if (found.source == DataClassSource::kClaimRefused) loop_.count(counters.claims_refused, 1);
  if (found.source == DataClassSource::kHeaderRefused) loop_.count(counters.headers_refused, 1);
  return found;
}

void Exchange::on_ruling(const Ruling& ruling) {
  if (over_) return;
  leave(observe::Stage::kHold);
  if (held_since_ != TimePoint{}) held_ += net::now() - std::exchange(held_since_, TimePoint{});
  switch (ruling.decision.action) {
    case core::Action::kForward:
      forward(ruling);
      break;
    case core::Action::kHold:
      ruling_ = ruling;
      enter(observe::Stage::kHold);
      held_since_ = net::now();
      client_->watch();
      break;
    case core::Action::kReject:
      ruling_ = ruling;
      known_to_router_ = false;
      reject(ruling.decision);
      break;
  }
}

void Exchange::reject(const core::Decision& decision) {
  const std::string seconds = fmt::format("{:.0f}", std::ceil(to_seconds(decision.retry_after)));
  const wire::OwnField later{"retry-after", seconds};
  answer(decision.status, describe(decision), to_string(decision.reason),
         std::span(&later, decision.retry_after > Duration{} ? 1 : 0));
}

void Exchange::forward(const Ruling& ruling) {
  // A copy that was decided on just before the answer to the first one began is not sent.
  if (ruling.decision.hedge && answer_ != Answer::kNone) {
    if (relaying_ != nullptr) loop_.router().answer_begun(id_, relaying_->decision().endpoint);
    return;
  }
  ruling_ = ruling;
  const core::UnitSpec& unit = ruling.view->spec->unit(ruling.decision.unit);
  if (!unit.link.http2 && wire::is_grpc(client_->head())) {
    drop_attempts();
    if (std::exchange(known_to_router_, false)) loop_.router().cancel(id_);
    return answer(502,
                  fmt::format("gRPC needs HTTP/2, and unit '{}' is spoken to in HTTP/1; set `link: "
                              "{{http: 2}}` for it",
                              unit.name),
                  "grpc_needs_http2", {});
  }
  ++attempts_made_;
  enter(observe::Stage::kForward);
  auto& place = attempts_[0] ? attempts_[1] : attempts_[0];
  place = std::make_shared<Attempt>(shared_from_this(), loop_, ruling);
  // A connection that may become a tunnel is given away as it is, so nothing may be read from it.
  if (upgrade_.empty()) client_->watch();
  const auto attempt = place;
  describe_attempt(*attempt, {});
  attempt->start();
}

// The client's head in our words. Fields that only we may set were taken out of it by their kind;
// those that a configuration names are withheld here.
void Exchange::send_head(Attempt& attempt, UnitStream& stream) const {
  const std::string target = target_.text();
  const std::string host = core::to_string(attempt.address());
  wire::RequestRewrite rewrite;
  rewrite.target = target;
  rewrite.host = host;
  rewrite.client_address = client_->peer().address;
  rewrite.client_scheme = client_->peer().secure ? "https" : "http";
  // A stated length of zero is passed on: some servers insist on one with every POST.
  const wire::Framing& framing = client_->framing();
  rewrite.framing = framing.has_length ? wire::WriteFraming{wire::BodyKind::kLength, framing.length}
                                       : wire::WriteFraming{framing.body, 0};
  BoundedVector<wire::OwnField, 5> own;
  own.push_back({"x-signalbox-request-id", id_text_});
  std::string time_left;
  std::string grpc_time_left;
  if (client_deadline_ != TimePoint::max()) {
    const Duration left = client_deadline_ - net::now();
    time_left = wire::format_timeout_ms(left);
    own.push_back({wire::kTimeoutField, time_left});
    if (wire::is_grpc(client_->head())) {
      grpc_time_left = wire::format_grpc_timeout(left);
      own.push_back({wire::kGrpcTimeoutField, grpc_time_left});
    }
  }
  const std::shared_ptr<const UnitAccess> access = attempt.access();
  if (access != nullptr && !access->credential_header.empty()) {
    own.push_back({access->credential_header, access->credential});
  }
  const auto traceparent = spans_.traceparent();
  if (traceparent) own.push_back({"traceparent", {traceparent->data(), traceparent->size()}});
  rewrite.own = {own.begin(), own.end()};
  const auto& tenants = options_->tenants;
  const std::array<std::string_view, 5> withheld{
      options_->data_class.header, tenants.header, tenants.priority_header,
      traceparent ? std::string_view("traceparent") : std::string_view(),
      grpc_time_left.empty() ? std::string_view() : wire::kGrpcTimeoutField};
  rewrite.withhold = withheld;
  rewrite.upgrade = upgrade_;
  stream.send_head({client_->head(), rewrite}, attempt);
}

Attempt* Exchange::other_than(const Attempt& attempt) const {
  return attempts_[0].get() == &attempt ? attempts_[1].get() : attempts_[0].get();
}

// The first place is the one that is never empty while the second is taken.
void Exchange::drop(const Attempt& attempt) {
  if (attempts_[0].get() == &attempt) attempts_[0] = std::move(attempts_[1]);
  attempts_[1].reset();
}

void Exchange::drop_attempts() {
  for (auto& attempt : attempts_) {
    if (attempt) std::exchange(attempt, nullptr)->abandon();
  }
  relaying_ = nullptr;
}

std::optional<Ruling> Exchange::report(const Attempt& attempt, const core::Outcome& outcome) {
  loop_.ring().observed(id_, outcome);
  const bool answered = outcome.kind == core::OutcomeKind::kCompleted;
  describe_attempt(attempt, answered ? std::string_view() : core::to_string(outcome.kind));
  leave(observe::Stage::kRelay);
  leave(observe::Stage::kForward);
  return loop_.router().outcome(attempt.decision(), attempt.ruling().view, outcome);
}

// Before any response byte the Router says what next; of two attempts the other goes on.
void Exchange::on_attempt_failed(Attempt& attempt, core::OutcomeKind kind) {
  const auto self = shared_from_this();
  const auto kept = attempt.shared_from_this();
  core::Outcome outcome = attempt.outcome(kind);
  outcome.replayable = body_.whole();
  outcome.endpoint = attempt.decision().endpoint;
  attempt.abandon();
  const bool was_relaying = relaying_ == &attempt;
  drop(attempt);
  if (was_relaying) {
    known_to_router_ = false;
    report(*kept, outcome);
    relaying_ = nullptr;
    break_off();
    return;
  }
  // Without a ruling another attempt is under way, or the ruling that sends it is.
  if (const auto ruling = report(*kept, outcome)) on_ruling(*ruling);
}

void Exchange::on_client_gone() {
  if (over_) return;
  const auto self = shared_from_this();
  drop_attempts();
  if (std::exchange(known_to_router_, false)) loop_.router().cancel(id_);
  observe("abandoned");
}

}  // namespace signalbox::gateway
