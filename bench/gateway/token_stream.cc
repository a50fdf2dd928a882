// SPDX-License-Identifier: Apache-2.0
//
// See token_stream.h.
#include "bench/gateway/token_stream.h"

#include <charconv>

namespace signalbox::bench {
namespace {

// As OpenAI's chat completions look on the wire. The stamp is a string, so that it may begin with
// 0.
constexpr std::string_view kBeforeNumber =
    R"(data: {"id":"chatcmpl-7Qyz","object":"chat.completion.chunk","created":1700000000,)"
    R"("model":"bench-chat","choices":[{"index":0,"delta":{"content":" token-)";
constexpr std::string_view kBeforeStamp = R"("},"finish_reason":null}],"sent_ns":")";
constexpr std::string_view kAfterStamp = "\"}\n\n";
constexpr std::string_view kEnd = "data: [DONE]\n\n";
constexpr std::size_t kNumberDigits = 5;
constexpr std::size_t kStampDigits = 19;
constexpr std::size_t kEventBytes =
    kBeforeNumber.size() + kNumberDigits + kBeforeStamp.size() + kStampDigits + kAfterStamp.size();

void append_digits(std::string& out, std::int64_t value, std::size_t digits) {
  const std::size_t begin = out.size();
  out.append(digits, '0');
  for (std::size_t place = begin + digits; place > begin && value > 0; value /= 10) {
    out[--place] = static_cast<char>('0' + value % 10);
  }
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

bool take_digits(std::string_view& text, std::size_t digits, std::int64_t& value) {
  const auto parsed = std::from_chars(text.data(), text.data() + digits, value);
  text.remove_prefix(digits);
  return parsed.ec == std::errc{} && parsed.ptr == text.data();
}

}  // namespace

std::size_t token_event_bytes() { return kEventBytes; }

std::int64_t token_stream_bytes(int tokens) {
  return tokens * static_cast<std::int64_t>(kEventBytes) + static_cast<std::int64_t>(kEnd.size());
}

void append_token(std::string& out, int number, std::int64_t sent_ns) {
  out += kBeforeNumber;
  append_digits(out, number, kNumberDigits);
  out += kBeforeStamp;
  append_digits(out, sent_ns, kStampDigits);
  out += kAfterStamp;
}

std::string_view token_stream_end() { return kEnd; }

bool TokenStreamReader::parse_event(std::string_view event, int number, std::int64_t& sent_ns) {
  std::int64_t found = -1;
  return take(event, kBeforeNumber) && take_digits(event, kNumberDigits, found) &&
         found == number && take(event, kBeforeStamp) &&
         take_digits(event, kStampDigits, sent_ns) && event == kAfterStamp;
}

}  // namespace signalbox::bench
