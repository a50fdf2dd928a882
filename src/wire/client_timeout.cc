// SPDX-License-Identifier: Apache-2.0
//
// One number, strictly read; see client_timeout.h.
#include "wire/client_timeout.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "wire/grpc.h"

namespace signalbox::wire {

namespace {

constexpr std::array<std::string_view, 2> kFields = {kTimeoutField,
                                                     "x-envoy-expected-rq-timeout-ms"};
constexpr std::int64_t kLongestMs = 24LL * 3600 * 1000;

}  // namespace

Result<std::optional<Duration>, ParseFailure> client_timeout(const RequestHead& head) {
  for (const std::string_view name : kFields) {
    const Field* const field = find_field(head.fields, name);
    if (field == nullptr) continue;
    const std::string_view text = field->value;
    std::int64_t millis = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), millis);
    if (error != std::errc{} || end != text.data() + text.size() || millis < 1 ||
        millis > kLongestMs) {
      return ParseFailure{
          400, std::string(name) + " is not a whole number of milliseconds from 1 to 86400000"};
    }
    return std::optional<Duration>(std::chrono::milliseconds(millis));
  }
  const Field* const field = find_field(head.fields, kGrpcTimeoutField);
  if (field == nullptr || !is_grpc(head)) return std::optional<Duration>();
  const auto limit = parse_grpc_timeout(field->value);
  if (!limit) {
    return ParseFailure{400, "grpc-timeout is not up to eight digits and a unit, such as 250m"};
  }
  return std::optional<Duration>(std::min<Duration>(*limit, std::chrono::milliseconds(kLongestMs)));
}

std::string format_timeout_ms(Duration left) {
  return std::to_string(std::max<std::int64_t>(
      1, std::chrono::duration_cast<std::chrono::milliseconds>(left).count()));
}

}  // namespace signalbox::wire
