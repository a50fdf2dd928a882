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

// `key` is a member's name as it stands in the line, with the comma before it.
void text(std::string& out, std::string_view key, std::string_view value) {
  out += key;
  if (value.empty()) {
    out += "null";
  } else {
    append_json_string(out, value);
  }
}

template <class Number>
void number(std::string& out, std::string_view key, Number value) {
  out += key;
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

// Milliseconds with three decimals.
void millis(std::string& out, std::string_view key, Duration duration) {
  const auto micros = static_cast<std::uint64_t>((duration.count() + 500) / 1000);
  number(out, key, micros / 1000);
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
  text(out, R"(,"request_id":)", record.request_id);
  text(out, R"(,"client":)", record.client_address);
  text(out, R"(,"method":)", record.method);
  text(out, R"(,"path":)", without_query(record.path));
  text(out, R"(,"service":)", record.service);
  text(out, R"(,"unit":)", record.unit);
  text(out, R"(,"endpoint":)", record.endpoint);
  text(out, R"(,"mode":)", core::to_string(record.mode));
  text(out, R"(,"outcome":)", record.outcome);
  number(out, R"(,"status":)", record.status);
  number(out, R"(,"attempts":)", record.attempts);
  number(out, R"(,"bytes_in":)", record.bytes_in);
  number(out, R"(,"bytes_out":)", record.bytes_out);
  millis(out, R"(,"held_ms":)", record.held);
  millis(out, R"(,"ttfb_ms":)", record.time_to_first_byte);
  millis(out, R"(,"duration_ms":)", record.duration);
  out += "}\n";
}

}  // namespace signalbox::observe
