// SPDX-License-Identifier: Apache-2.0
//
// Both forms; see retry_after.h.
#include "wire/retry_after.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "wire/dates.h"

namespace signalbox::wire {

namespace {

constexpr std::int64_t kLongestSeconds = 365LL * 24 * 3600;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

}  // namespace

Duration parse_retry_after(std::string_view value, std::int64_t unix_nanos) {
  constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
  std::int64_t seconds = 0;
  if (const auto stated = number(value)) {
    seconds = *stated;
  } else if (const auto date = parse_http_date(value)) {
    seconds = *date - unix_nanos / kNanosPerSecond;
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kLongestSeconds));
}

}  // namespace signalbox::wire
