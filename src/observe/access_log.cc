// SPDX-License-Identifier: Apache-2.0
//
// Written straight into the log's buffer, field by field: this runs once per request on the event
// loop, so no tree of values is built only to be torn down.
#include "observe/access_log.h"

#include <fmt/format.h>

#include "observe/json_text.h"

namespace signalbox::observe {

namespace {

std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find_first_of("?#")).substr(0, kMaxLoggedPathBytes);
}

void key(std::string& out, std::string_view name) {
  out += ",\"";
  out += name;
  out += "\":";
}

void text(std::string& out, std::string_view name, std::string_view value) {
  key(out, name);
  if (value.empty()) {
    out += "null";
  } else {
    append_json_string(out, value);
  }
}

template <class Number>
void number(std::string& out, std::string_view name, Number value) {
  key(out, name);
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

// Milliseconds with three decimals.
void millis(std::string& out, std::string_view name, Duration duration) {
  key(out, name);
  const auto micros = static_cast<std::uint64_t>((duration.count() + 500) / 1000);
  const fmt::format_int whole(micros / 1000);
  out.append(whole.data(), whole.size());
  const std::uint64_t rest = micros % 1000;
  const char decimals[] = {'.', static_cast<char>('0' + rest / 100),
                           static_cast<char>('0' + rest / 10 % 10),
                           static_cast<char>('0' + rest % 10)};
  out.append(decimals, sizeof decimals);
}

}  // namespace

void append_access_line(std::string& out, const AccessRecord& record) {
  out += "{\"time\":\"";
  append_timestamp(out, record.at);
  out += '"';
  text(out, "request_id", record.request_id);
  text(out, "client", record.client_address);
  text(out, "method", record.method);
  text(out, "path", without_query(record.path));
  text(out, "service", record.service);
  text(out, "unit", record.unit);
  text(out, "endpoint", record.endpoint);
  text(out, "mode", core::to_string(record.mode));
  text(out, "outcome", record.outcome);
  number(out, "status", record.status);
  number(out, "attempts", record.attempts);
  number(out, "bytes_in", record.bytes_in);
  number(out, "bytes_out", record.bytes_out);
  millis(out, "held_ms", record.held);
  millis(out, "ttfb_ms", record.time_to_first_byte);
  millis(out, "duration_ms", record.duration);
  out += "}\n";
}

}  // namespace signalbox::observe
