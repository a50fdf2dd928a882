// SPDX-License-Identifier: Apache-2.0
//
// See request_spans.h.
#include "gateway/request_spans.h"

#include <algorithm>
#include <utility>

namespace signalbox::gateway {

using observe::RequestTrace;
using observe::Stage;
using observe::StageSpan;

void RequestSpans::start(const Tracing* tracing, const wire::RequestHead& head, Prng& prng,
                         TimePoint now) {
  trace_.reset();
  if (tracing == nullptr) return;
  auto context = wire::trace_context_of(head);
  const bool sampled = context ? context->sampled() : prng.uniform() < tracing->sample;
  if (!sampled) return;
  tracing_ = tracing;
  ids_ = prng.fork(prng.next());
  trace_ = std::make_unique<RequestTrace>();
  trace_->spans.reserve(RequestTrace::kMostSpans / 2);
  if (context) {
    trace_->parent = context->span;
    trace_->context = *context;
  } else {
    trace_->context.trace_high = prng.next();
    trace_->context.trace_low = std::max<std::uint64_t>(prng.next(), 1);
    trace_->context.flags = wire::kSampledFlag | wire::kRandomFlag;
  }
  begin_span(Stage::kRequest, now);
  trace_->context.span = trace_->spans.front().id;
}

std::uint64_t RequestSpans::next_id() { return std::max<std::uint64_t>(ids_->next(), 1); }

void RequestSpans::begin_span(Stage stage, TimePoint now) {
  if (trace_->spans.size() >= RequestTrace::kMostSpans) {
    ++trace_->left_out;
    return;
  }
  trace_->spans.push_back({.stage = stage, .id = next_id(), .begin = now});
}

void RequestSpans::end_span(Stage stage, TimePoint now) {
  const auto open =
      std::find_if(trace_->spans.rbegin(), trace_->spans.rend(),
                   [&](const StageSpan& span) { return span.stage == stage && span.is_open(); });
  if (open != trace_->spans.rend()) open->end = now;
}

StageSpan* RequestSpans::attempt() {
  if (trace_ == nullptr) return nullptr;
  const auto latest =
      std::find_if(trace_->spans.rbegin(), trace_->spans.rend(),
                   [](const StageSpan& span) { return span.stage == Stage::kForward; });
  return latest == trace_->spans.rend() ? nullptr : &*latest;
}

std::optional<wire::Traceparent> RequestSpans::traceparent() const {
  if (trace_ == nullptr) return std::nullopt;
  wire::TraceContext context = trace_->context;
  const auto open = std::find_if(
      trace_->spans.rbegin(), trace_->spans.rend(),
      [](const StageSpan& span) { return span.stage == Stage::kForward && span.is_open(); });
  // Past the most spans that are kept the whole request is the parent.
  if (open != trace_->spans.rend()) context.span = open->id;
  return wire::format_traceparent(context);
}

void RequestSpans::finish(TimePoint now) {
  if (trace_ == nullptr) return;
  for (StageSpan& span : trace_->spans) {
    if (span.is_open()) span.end = now;
  }
  const auto trace = std::exchange(trace_, nullptr);
  if (tracing_->take) tracing_->take(std::move(*trace));
}

}  // namespace signalbox::gateway
