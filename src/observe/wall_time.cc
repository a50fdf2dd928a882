// SPDX-License-Identifier: Apache-2.0
//
// Calendar arithmetic by std::chrono's civil types: no time zone, no locale, no clock.
#include "observe/wall_time.h"

#include <cstddef>

namespace signalbox::observe {

namespace {

// Writes the last `digits` digits of a number over those before `end`. Every request is logged with
// one, so nothing is parsed or allocated for it.
template <class Number>
void put(std::string& text, std::size_t end, int digits, Number number) {
  for (; digits > 0; --digits, number /= 10) {
    text[--end] = static_cast<char>('0' + static_cast<int>(number % 10));
  }
}

}  // namespace

void append_timestamp(std::string& out, UnixNanos unix_ns) {
  using namespace std::chrono;
  const sys_time<nanoseconds> instant{nanoseconds{unix_ns}};
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss time{floor<milliseconds>(instant - day)};
  const std::size_t at = out.size();
  out += "0000-00-00T00:00:00.000Z";
  put(out, at + 4, 4, static_cast<int>(date.year()));
  put(out, at + 7, 2, static_cast<unsigned>(date.month()));
  put(out, at + 10, 2, static_cast<unsigned>(date.day()));
  put(out, at + 13, 2, time.hours().count());
  put(out, at + 16, 2, time.minutes().count());
  put(out, at + 19, 2, time.seconds().count());
  put(out, at + 23, 3, time.subseconds().count());
}

std::string timestamp_text(UnixNanos unix_ns) {
  std::string out;
  append_timestamp(out, unix_ns);
  return out;
}

}  // namespace signalbox::observe
