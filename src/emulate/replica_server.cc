// SPDX-License-Identifier: Apache-2.0
//
// Requests into jobs, the engine's events into answers; see replica_server.h.
#include "emulate/replica_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "net/clock.h"
#include "wire/json_error.h"

namespace signalbox::emulate {

namespace {

constexpr Duration kDrainPoll = 5ms;
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

std::int64_t unix_seconds() { return net::unix_nanos() / kNanosPerSecond; }

sim::JobId job_id(std::uint64_t key) { return sim::JobId{key}; }

}  // namespace

ReplicaServer::ReplicaServer(asio::io_context& io, Origin origin, const sim::ServiceModel& model,
                             double factor_spread, PictureBook& pictures, std::uint64_t seed)
    : origin_(std::move(origin)),
      factor_spread_(factor_spread),
      pictures_(pictures),
      error_draws_(seed),
      engine_(model, net::now()),
      engine_timer_(io),
      drain_timer_(io),
      server_(io, [this](http::Request request, std::shared_ptr<http::Responder> responder) {
        on_request(std::move(request), std::move(responder));
      }) {}

Result<core::Address> ReplicaServer::listen(const core::Address& address) {
  return server_.listen(address);
}

void ReplicaServer::on_request(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (!hanging_) {
    begin(std::move(request), std::move(responder));
    return;
  }
  const Key key = next_key_++;
  responder->on_disconnect([this, key] { unanswered_.erase(key); });
  unanswered_.emplace(key, Unanswered{std::move(request), std::move(responder)});
}

// Health, readiness and metrics do not queue behind inference.
bool ReplicaServer::answer_probe(const http::Request& request, http::Responder& responder) const {
  const std::string_view path = request.path();
  if (path == "/health") {
    responder.send(json(200, R"({"status":"healthy"})"));
  } else if (path == "/readiness") {
    responder.send(json(200, R"({"status":"ready"})"));
  } else if (path == "/metrics") {
    responder.send({200, origin_headers(origin_, "text/plain; version=0.0.4"), metrics()});
  } else {
    return false;
  }
  return true;
}

void ReplicaServer::begin(http::Request request, std::shared_ptr<http::Responder> responder) {
  if (answer_probe(request, *responder)) return;
  if (error_rate_ > 0.0 && error_draws_.uniform() < error_rate_) {
    responder->send(json(500, wire::json_error("an emulated failure, as ordered by error_rate",
                                               wire::error_type(500), "emulated_failure")));
    return;
  }
  auto inference = read_inference(request, factor_spread_);
  if (!inference) {
    http::Response refusal = inference.error();
    refusal.headers.push_back({"x-signalbox-replica", std::to_string(origin_.replica.value)});
    responder->send(std::move(refusal));
    return;
  }
  const Key key = next_key_++;
  const sim::Job job{.id = job_id(key),
                     .factor = inference->factor,
                     .output_tokens = inference->tokens,
                     .every_token = inference->stream};
  responder->on_disconnect([this, key] { abandon(key); });
  last_active_ = net::now();
  exchanges_.emplace(
      key, Exchange{std::move(*inference), std::move(responder), last_active_, {}, 0, {}});
  engine_.arrive(job, last_active_, events_);
  settle();
}

void ReplicaServer::abandon(Key key) {
  if (exchanges_.erase(key) == 0) return;
  engine_.cancel(job_id(key), net::now(), events_);
  settle();
}

// Handles what the engine reported. Handling may feed the engine again, also through abandon(), so
// the place in the list is a member and a nested call simply finishes the work.
void ReplicaServer::settle() {
  while (handled_ < events_.size()) {
    const sim::JobEvent event = events_[handled_++];
    on_event(event);
  }
  events_.clear();
  handled_ = 0;
  await_next_event();
}

void ReplicaServer::on_event(const sim::JobEvent& event) {
  const auto found = exchanges_.find(event.job.value);
  if (found == exchanges_.end()) return;  // its client left while this event was under way
  switch (event.kind) {
    case sim::JobEvent::Kind::kStarted:
      found->second.started = event.at;
      break;
    case sim::JobEvent::Kind::kToken:
      if (found->second.inference.stream) send_token(found->second, event.token);
      break;
    case sim::JobEvent::Kind::kFinished:
      on_finished(event);
  }
}

void ReplicaServer::send_token(Exchange& exchange, int token) {
  if (exchange.tokens_sent == 0) {
    exchange.responder->start(200, origin_headers(origin_, "text/event-stream"));
  }
  exchange.responder->write(stream_token(exchange.inference, token, unix_seconds()));
  exchange.tokens_sent = token;
}

void ReplicaServer::on_finished(const sim::JobEvent& event) {
  last_active_ = event.at;
  auto node = exchanges_.extract(event.job.value);
  Exchange& exchange = node.mapped();
  const Duration latency = event.at - exchange.started;
  const Inference& inference = exchange.inference;
  if (inference.task == Task::kBenchmark) {
    exchange.runs.push_back(latency);
    if (static_cast<int>(exchange.runs.size()) < inference.runs) {
      const sim::Job next{event.job, inference.factor};
      exchanges_.insert(std::move(node));
      engine_.arrive(next, net::now(), events_);
      return;
    }
    note_answer(exchange, event.at);
    exchange.responder->send(benchmark_answer(inference, origin_, exchange.runs));
    return;
  }
  note_answer(exchange, event.at);
  if (!inference.stream) {
    exchange.responder->send(whole_answer(inference, origin_, latency, unix_seconds(), pictures_));
    return;
  }
  // A batch gives no tokens before its end.
  for (int token = exchange.tokens_sent + 1; token <= inference.tokens; ++token) {
    send_token(exchange, token);
  }
  exchange.responder->write(stream_end(inference, unix_seconds()));
  exchange.responder->finish();
}

void ReplicaServer::note_answer(const Exchange& exchange, TimePoint at) {
  latency_sum_ += at - exchange.arrived;
  ++answered_;
}

void ReplicaServer::await_next_event() {
  const auto next = engine_.next_event();
  if (!next) {
    engine_timer_.cancel();
    return;
  }
  engine_timer_.expires_after(std::max(*next - net::now(), Duration::zero()));
  engine_timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->engine_.advance(net::now(), self->events_);
    self->settle();
  });
}

void ReplicaServer::drain(std::function<void()> done) {
  SIGNALBOX_ASSERT(!drained_);
  drained_ = std::move(done);
  server_.close();
  await_drained(net::now() + (hanging_ ? Duration::zero() : kDrainGrace));
}

void ReplicaServer::await_drained(TimePoint deadline) {
  const bool idle = server_.open_connections() == 0;
  drain_timer_.expires_after(idle ? Duration::zero() : kDrainPoll);
  drain_timer_.async_wait([weak = weak_from_this(), idle, deadline](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    if (!idle && net::now() < deadline) {
      self->await_drained(deadline);
      return;
    }
    if (!idle) self->crash();
    self->drained_();
  });
}

void ReplicaServer::crash() {
  server_.reset();
  engine_timer_.cancel();
  exchanges_.clear();
  unanswered_.clear();
}

double ReplicaServer::work_slowdown() const {
  return hanging_ ? std::numeric_limits<double>::infinity() : slowdown_;
}

void ReplicaServer::set_hanging(bool hanging) {
  if (hanging == hanging_) return;
  hanging_ = hanging;
  engine_.set_slowdown(work_slowdown(), net::now(), events_);
  settle();
  if (hanging_) return;
  for (auto& [key, waiting] : std::exchange(unanswered_, {})) {
    begin(std::move(waiting.request), std::move(waiting.responder));
  }
}

void ReplicaServer::set_slowdown(double slowdown) {
  slowdown_ = slowdown;
  engine_.set_slowdown(work_slowdown(), net::now(), events_);
  settle();
}

void ReplicaServer::set_error_rate(double fraction) { error_rate_ = fraction; }

http::Response ReplicaServer::json(int status, std::string body) const {
  return {status, origin_headers(origin_, "application/json"), std::move(body)};
}

// In our own words, and in vLLM's, so that whoever scrapes inference servers can scrape this one.
std::string ReplicaServer::metrics() const {
  const std::string labels =
      fmt::format("unit=\"{}\",replica=\"{}\"", origin_.unit, origin_.replica.value);
  return fmt::format(
      "# TYPE signalbox_replica_jobs_total counter\n"
      "signalbox_replica_jobs_total{{{0}}} {1}\n"
      "# TYPE signalbox_replica_busy_seconds_total counter\n"
      "signalbox_replica_busy_seconds_total{{{0}}} {2:.6f}\n"
      "# TYPE signalbox_replica_in_service gauge\n"
      "signalbox_replica_in_service{{{0}}} {3}\n"
      "# TYPE signalbox_replica_queued gauge\n"
      "signalbox_replica_queued{{{0}}} {4}\n"
      "# TYPE vllm:num_requests_running gauge\n"
      "vllm:num_requests_running{{model_name=\"{5}\"}} {3}\n"
      "# TYPE vllm:num_requests_waiting gauge\n"
      "vllm:num_requests_waiting{{model_name=\"{5}\"}} {4}\n"
      "# TYPE vllm:e2e_request_latency_seconds summary\n"
      "vllm:e2e_request_latency_seconds_sum{{model_name=\"{5}\"}} {6:.6f}\n"
      "vllm:e2e_request_latency_seconds_count{{model_name=\"{5}\"}} {7}\n",
      labels, served(), to_seconds(busy_time()), in_service(), queued(), origin_.unit,
      to_seconds(latency_sum_), answered_);
}

}  // namespace signalbox::emulate
