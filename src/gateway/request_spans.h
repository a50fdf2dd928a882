// SPDX-License-Identifier: Apache-2.0
//
// The spans of one request, as its stages begin and end. Sampled or not is settled once, when it
// starts: by the caller, whose trace it is part of, or by chance where it is part of none. Of a
// request that is not sampled nothing is kept and every call returns at once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/prng.h"
#include "observe/gateway_stats.h"
#include "observe/request_trace.h"
#include "wire/http1_message.h"

namespace signalbox::gateway {

// What is traced, and who takes it.
struct Tracing {
  double sample = 0.0;                              // share of requests that begin a trace, 0..1
  std::function<void(observe::RequestTrace)> take;  // any loop's thread; must not block
  std::function<observe::TraceStats()> stats;       // what became of them; any thread
};

class RequestSpans {
 public:
  // `tracing` may be null: nothing is traced. It and `prng` are used during this call only, but for
  // Tracing::take, which finish() calls.
  void start(const Tracing* tracing, const wire::RequestHead& head, Prng& prng, TimePoint now);

  bool sampled() const { return trace_ != nullptr; }

  // A stage begins; of those that lie one in another the inner one ends first.
  void begin(observe::Stage stage, TimePoint now) {
    if (trace_) begin_span(stage, now);
  }
  // The stage's latest span ends, if one is open.
  void end(observe::Stage stage, TimePoint now) {
    if (trace_) end_span(stage, now);
  }

  // What a unit is told while an attempt is open: this trace, with that attempt as parent. nullopt
  // for a request that is not sampled; then what the client said travels on as it is.
  std::optional<wire::Traceparent> traceparent() const;

  // To be filled in; nullptr when not sampled. The attempt is that of the latest kForward.
  observe::RequestTrace* trace() { return trace_.get(); }
  observe::StageSpan* attempt();

  // Ends what is open and hands the trace on. Nothing is sampled afterwards.
  void finish(TimePoint now);

 private:
  void begin_span(observe::Stage stage, TimePoint now);
  void end_span(observe::Stage stage, TimePoint now);
  std::uint64_t next_id();

  std::unique_ptr<observe::RequestTrace> trace_;
  const Tracing* tracing_ = nullptr;
  std::optional<Prng> ids_;
};

}  // namespace signalbox::gateway
