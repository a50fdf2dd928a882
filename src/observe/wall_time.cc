// SPDX-License-Identifier: Apache-2.0
//
// Calendar arithmetic by std::chrono's civil types: no time zone, no locale, no clock.
#include "observe/wall_time.h"

#include <fmt/format.h>

#include <iterator>

namespace signalbox::observe {

void append_timestamp(std::string& out, UnixNanos unix_ns) {
  using namespace std::chrono;
  const sys_time<nanoseconds> instant{nanoseconds{unix_ns}};
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss time{floor<milliseconds>(instant - day)};
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                 time.seconds().count(), time.subseconds().count());
}

std::string timestamp_text(UnixNanos unix_ns) {
  std::string out;
  append_timestamp(out, unix_ns);
  return out;
}

}  // namespace signalbox::observe
