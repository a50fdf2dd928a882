// SPDX-License-Identifier: Apache-2.0
//
// Fixed places in a fixed length; see trace_context.h.
#include "wire/trace_context.h"

namespace signalbox::wire {

namespace {

constexpr std::size_t kLength = std::tuple_size_v<Traceparent>;
constexpr std::size_t kTraceAt = 3, kSpanAt = 36, kFlagsAt = 53;
constexpr std::string_view kDigits = "0123456789abcdef";

// Lower case only: the standard knows no other spelling.
std::optional<std::uint64_t> hex(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 4 | digit;
  }
  return value;
}

void write_hex(char* at, std::uint64_t value, std::size_t digits) {
  for (; digits > 0; value >>= 4) at[--digits] = kDigits[value & 15];
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view text) {
  if (text.size() < kLength) return std::nullopt;
  const auto version = hex(text.substr(0, 2));
  if (!version || *version == 0xff) return std::nullopt;
  if (text.size() > kLength && (*version == 0 || text[kLength] != '-')) return std::nullopt;
  if (text[kTraceAt - 1] != '-' || text[kSpanAt - 1] != '-' || text[kFlagsAt - 1] != '-') {
    return std::nullopt;
  }
  const auto high = hex(text.substr(kTraceAt, 16));
  const auto low = hex(text.substr(kTraceAt + 16, 16));
  const auto span = hex(text.substr(kSpanAt, 16));
  const auto flags = hex(text.substr(kFlagsAt, 2));
  if (!high || !low || !span || !flags) return std::nullopt;
  if ((*high == 0 && *low == 0) || *span == 0) return std::nullopt;
  return TraceContext{*high, *low, *span, static_cast<std::uint8_t>(*flags)};
}

Traceparent format_traceparent(const TraceContext& context) {
  Traceparent text;
  text.fill('-');
  write_hex(text.data(), 0, 2);
  write_hex(text.data() + kTraceAt, context.trace_high, 16);
  write_hex(text.data() + kTraceAt + 16, context.trace_low, 16);
  write_hex(text.data() + kSpanAt, context.span, 16);
  write_hex(text.data() + kFlagsAt, context.flags & (kSampledFlag | kRandomFlag), 2);
  return text;
}

std::optional<TraceContext> trace_context_of(const RequestHead& head) {
  const Field* found = nullptr;
  for (const Field& field : head.fields) {
    if (!equals_ignoring_case(field.name, "traceparent")) continue;
    if (found != nullptr) return std::nullopt;
    found = &field;
  }
  return found == nullptr ? std::nullopt : parse_traceparent(found->value);
}

std::string trace_id_text(const TraceContext& context) {
  std::string text(32, '0');
  write_hex(text.data(), context.trace_high, 16);
  write_hex(text.data() + 16, context.trace_low, 16);
  return text;
}

std::string span_id_text(std::uint64_t span) {
  std::string text(16, '0');
  write_hex(text.data(), span, 16);
  return text;
}

}  // namespace signalbox::wire
