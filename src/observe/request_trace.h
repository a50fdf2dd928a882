// SPDX-License-Identifier: Apache-2.0
//
// What became of one request, stage by stage, for those who follow a request through many services.
// A span for each stage, by the stage's name, under one span for the whole; each attempt at a unit
// is a stage of its own and the parent of what the unit tells. Made for sampled requests only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "wire/trace_context.h"

namespace signalbox::observe {

// The stages of a request's life, as ARCHITECTURE.md names them; `decide` is the Router's part.
enum class Stage : std::uint8_t {
  kRequest,  // the whole
  kParse,
  kAuthenticate,
  kClassify,
  kDecide,
  kHold,
  kForward,
  kRelay,
  kObserve,
};

const char* to_string(Stage stage);

struct StageSpan {
  Stage stage = Stage::kRequest;
  std::uint64_t id = 0;
  TimePoint begin{};
  TimePoint end = TimePoint::max();  // max() while it lasts
  // Of kForward:
  std::string unit = {};
  std::string address = {};  // "host:port"
  int status = 0;
  std::string_view failure = {};  // what kind, where there was no answer; static storage

  bool is_open() const { return end == TimePoint::max(); }
};

struct RequestTrace {
  static constexpr std::size_t kMostSpans = 32;

  wire::TraceContext context;  // the trace, and in `span` the first of `spans`
  std::uint64_t parent = 0;    // the caller's span; 0 = the trace begins here
  std::vector<StageSpan> spans;
  std::uint32_t left_out = 0;  // spans beyond the most that are kept

  // Never a body, nor a query, nor a credential.
  std::string request_id = {};
  std::string method = {};
  std::string path = {};
  std::string model = {};
  std::string service = {};
  std::string tenant = {};
  std::string_view reason = {};  // why it was rejected; static storage; empty = it was not
  int status = 0;
};

}  // namespace signalbox::observe
