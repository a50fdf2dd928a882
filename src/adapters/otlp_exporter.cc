// SPDX-License-Identifier: Apache-2.0
//
// One batch at a time; see otlp_exporter.h.
#include "adapters/otlp_exporter.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "net/clock.h"

namespace signalbox::adapters {

namespace {

// What OTLP calls retryable; anything else will be refused again.
bool may_succeed_later(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

auto to_timer(Duration duration) {
  return std::chrono::duration_cast<asio::steady_timer::duration>(duration);
}

}  // namespace

OtlpExporter::OtlpExporter(OtlpExporterOptions options)
    : options_(std::move(options)),
      wall_{net::unix_nanos() - net::now().time_since_epoch().count()},
      thread_("traces"),
      beat_(thread_.io()),
      pause_(thread_.io()),
      client_(thread_.io()) {}

OtlpExporter::~OtlpExporter() { stop(); }

void OtlpExporter::start() {
  asio::post(thread_.io(), [this] { await_beat(); });
  thread_.start();
}

void OtlpExporter::take(observe::RequestTrace trace) {
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || waiting_.size() >= options_.most_waiting) {
      lost_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    waiting_spans_ += trace.spans.size();
    waiting_.push_back(std::move(trace));
    full = waiting_spans_ >= options_.batch_spans && !std::exchange(asked_, true);
  }
  if (full) asio::post(thread_.io(), [this] { send_next(); });
}

void OtlpExporter::await_beat() {
  beat_.expires_after(to_timer(options_.beat));
  beat_.async_wait([this](error_code ec) {
    if (ec) return;
    send_next();
    await_beat();
  });
}

void OtlpExporter::send_next() {
  if (busy_) return;
  std::vector<observe::RequestTrace> traces;
  {
    const std::lock_guard lock(mutex_);
    asked_ = false;
    for (std::size_t spans = 0; !waiting_.empty() && spans < options_.batch_spans;) {
      spans += waiting_.front().spans.size();
      traces.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    for (const auto& trace : traces) waiting_spans_ -= trace.spans.size();
    under_way_ = !traces.empty();
  }
  if (traces.empty()) return settle();
  busy_ = true;
  send(std::move(traces), 1);
}

void OtlpExporter::send(std::vector<observe::RequestTrace> traces, int attempt) {
  const http::Request request{.method = "POST",
                              .target = options_.path,
                              .headers = {{"content-type", "application/json"}},
                              .body = observe::otlp_json(traces, options_.resource, wall_)};
  client_.call(options_.collector, request, {.timeout = options_.timeout},
               [this, traces = std::move(traces), attempt](const auto& answer) mutable {
                 const bool taken =
                     answer.ok() && answer.value().status >= 200 && answer.value().status < 300;
                 const bool hopeless =
                     answer.ok() && !taken && !may_succeed_later(answer.value().status);
                 on_answer(std::move(traces), attempt, taken, hopeless);
               });
}

void OtlpExporter::on_answer(std::vector<observe::RequestTrace> traces, int attempt, bool taken,
                             bool hopeless) {
  if (!taken && !hopeless && attempt < options_.tries) {
    const Duration pause =
        std::min(options_.max_backoff, options_.backoff * (std::int64_t{1} << (attempt - 1)));
    pause_.expires_after(to_timer(pause));
    pause_.async_wait([this, traces = std::move(traces), attempt](error_code ec) mutable {
      if (!ec) send(std::move(traces), attempt + 1);
    });
    return;
  }
  (taken ? exported_ : lost_).fetch_add(traces.size(), std::memory_order_relaxed);
  busy_ = false;
  send_next();
}

void OtlpExporter::settle() {
  const std::lock_guard lock(mutex_);
  idle_.notify_all();
}

void OtlpExporter::stop(Duration patience) {
  {
    std::unique_lock lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    asio::post(thread_.io(), [this] { send_next(); });
    idle_.wait_for(lock, to_timer(patience), [this] { return waiting_.empty() && !under_way_; });
  }
  thread_.stop();
}

OtlpExporter::Stats OtlpExporter::stats() const {
  return {exported_.load(std::memory_order_relaxed), lost_.load(std::memory_order_relaxed)};
}

}  // namespace signalbox::adapters
