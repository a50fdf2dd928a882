// SPDX-License-Identifier: Apache-2.0
//
// A few fixed places and a fraction; see utc_time.h.
#include "sim/workload/utc_time.h"

#include <cctype>

namespace signalbox::sim {

namespace {

// Takes characters off the front of a text.
struct Cursor {
  std::string_view text;

  bool take(char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
  }
  // Exactly `digits` digits, not above `most`.
  std::optional<int> number(std::size_t digits, int most) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) return std::nullopt;
      value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    if (value > most) return std::nullopt;
    return value;
  }
};

std::optional<Duration> day(Cursor& cursor) {
  const auto year = cursor.number(4, 2199);
  if (!year || *year < 1970 || !cursor.take('-')) return std::nullopt;
  const auto month = cursor.number(2, 12);
  if (!month || !cursor.take('-')) return std::nullopt;
  const auto of_month = cursor.number(2, 31);
  if (!of_month) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*of_month)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch();
}

// ".123" and so on, beyond nanoseconds cut off; nothing there is no fraction.
std::optional<Duration> fraction(Cursor& cursor) {
  if (!cursor.take('.')) return Duration::zero();
  Duration sum{0};
  std::int64_t weight = 100'000'000;
  bool some = false;
  while (const auto digit = cursor.number(1, 9)) {
    sum += Duration{*digit * weight};
    weight /= 10;
    some = true;
  }
  if (!some) return std::nullopt;
  return sum;
}

// East of Greenwich is positive.
std::optional<Duration> zone(Cursor& cursor) {
  if (cursor.text.empty() || cursor.take('Z')) return Duration::zero();
  const bool west = cursor.take('-');
  if (!west && !cursor.take('+')) return std::nullopt;
  const auto hours = cursor.number(2, 14);
  if (!hours) return std::nullopt;
  cursor.take(':');
  const auto minutes = cursor.number(2, 59);
  if (!minutes) return std::nullopt;
  const Duration offset = *hours * 1h + *minutes * 1min;
  return west ? -offset : offset;
}

}  // namespace

std::optional<Duration> parse_utc(std::string_view text) {
  Cursor cursor{text};
  const auto date = day(cursor);
  if (!date || !(cursor.take(' ') || cursor.take('T'))) return std::nullopt;
  const auto hour = cursor.number(2, 23);
  if (!hour || !cursor.take(':')) return std::nullopt;
  const auto minute = cursor.number(2, 59);
  if (!minute || !cursor.take(':')) return std::nullopt;
  const auto second = cursor.number(2, 60);  // a leap second reads as the next second
  if (!second) return std::nullopt;
  const auto part = fraction(cursor);
  if (!part) return std::nullopt;
  const auto offset = zone(cursor);
  if (!offset || !cursor.text.empty()) return std::nullopt;
  return *date + *hour * 1h + *minute * 1min + *second * 1s + *part - *offset;
}

Duration midnight_before(Duration since_1970) {
  return std::chrono::floor<std::chrono::days>(since_1970);
}

}  // namespace signalbox::sim
