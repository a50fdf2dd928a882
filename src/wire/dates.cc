// SPDX-License-Identifier: Apache-2.0
//
// Fixed columns, checked one by one; see dates.h.
#include "wire/dates.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace signalbox::wire {

namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size() || value < 0) return {};
  return value;
}

struct Moment {
  std::optional<int> year, month, day, hour, minute, second;
};

// Seconds since the Unix epoch; a leap second counts as the next one's begin.
std::optional<std::int64_t> unix_seconds(const Moment& m) {
  if (!m.year || !m.month || !m.day || !m.hour || !m.minute || !m.second) return {};
  const std::chrono::year_month_day date{std::chrono::year(*m.year),
                                         std::chrono::month(static_cast<unsigned>(*m.month)),
                                         std::chrono::day(static_cast<unsigned>(*m.day))};
  if (!date.ok() || *m.hour > 23 || *m.minute > 59 || *m.second > 60) return {};
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return std::int64_t{days} * 86400 + *m.hour * 3600 + *m.minute * 60 + *m.second;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "Z" or "+02:00"; in seconds east of Greenwich.
std::optional<std::int64_t> zone_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || text[3] != ':' || (text[0] != '+' && text[0] != '-')) return {};
  const auto hours = number(text.substr(1, 2));
  const auto minutes = number(text.substr(4, 2));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return {};
  const std::int64_t seconds = *hours * 3600 + *minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT")) return {};
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return {};
  return unix_seconds({.year = number(text.substr(12, 4)),
                       .month = static_cast<int>(month - kMonths.begin()) + 1,
                       .day = number(text.substr(5, 2)),
                       .hour = number(text.substr(17, 2)),
                       .minute = number(text.substr(20, 2)),
                       .second = number(text.substr(23, 2))});
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  // YYYY-MM-DDTHH:MM:SS
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') {
    return {};
  }
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return {};
  const auto seconds = unix_seconds({.year = number(text.substr(0, 4)),
                                     .month = number(text.substr(5, 2)),
                                     .day = number(text.substr(8, 2)),
                                     .hour = number(text.substr(11, 2)),
                                     .minute = number(text.substr(14, 2)),
                                     .second = number(text.substr(17, 2))});
  if (!seconds || *number(text.substr(0, 4)) < 1678 || *number(text.substr(0, 4)) > 2261) return {};
  text.remove_prefix(19);
  std::int64_t nanos = 0;
  if (text.front() == '.') {
    text.remove_prefix(1);
    std::int64_t place = kNanosPerSecond / 10;
    std::size_t digits = 0;
    for (; digits < text.size() && is_digit(text[digits]); ++digits, place /= 10) {
      nanos += (text[digits] - '0') * place;
    }
    if (digits == 0) return {};
    text.remove_prefix(digits);
  }
  const auto east = zone_offset(text);
  if (!east) return {};
  return (*seconds - *east) * kNanosPerSecond + nanos;
}

}  // namespace signalbox::wire
