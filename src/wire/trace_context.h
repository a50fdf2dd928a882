// SPDX-License-Identifier: Apache-2.0
//
// Which trace a request is part of, as services tell each other (W3C Trace Context, level 2): the
// fields traceparent and tracestate. Read strictly, since whatever is not understood begins a new
// trace and harms nobody; ids are made by the caller, who has the randomness.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/http1_message.h"

namespace signalbox::wire {

struct TraceContext {
  std::uint64_t trace_high = 0, trace_low = 0;  // 128 bits, not all zero
  std::uint64_t span = 0;                       // of whoever sent it; not zero
  std::uint8_t flags = 0;

  bool sampled() const { return (flags & 1U) != 0; }
  bool operator==(const TraceContext&) const = default;
};

inline constexpr std::uint8_t kSampledFlag = 1;
inline constexpr std::uint8_t kRandomFlag = 2;  // the trace's id is random in its low 7 bytes

// Versions to come are read as far as this one goes (section 3.2.4). nullopt for what is none.
std::optional<TraceContext> parse_traceparent(std::string_view text);

// "00-TRACE-SPAN-FLAGS"; of the flags only those that are known.
using Traceparent = std::array<char, 55>;
Traceparent format_traceparent(const TraceContext& context);

// Of a request that has the field exactly once, and in order.
std::optional<TraceContext> trace_context_of(const RequestHead& head);

// 32 and 16 hexadecimal digits, as exporters want them.
std::string trace_id_text(const TraceContext& context);
std::string span_id_text(std::uint64_t span);

}  // namespace signalbox::wire
