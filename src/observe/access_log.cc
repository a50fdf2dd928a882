// SPDX-License-Identifier: Apache-2.0
//
// Written straight into the log's buffer, field by field: this runs once per request on the event
// loop, so no tree of values is built only to be torn down.
#include "observe/access_log.h"

#include <fmt/format.h>

#include <iterator>

#include "observe/json_text.h"

namespace signalbox::observe {

namespace {

std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find_first_of("?#")).substr(0, kMaxLoggedPathBytes);
}

void name(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  out += key;
  out += "\":";
  if (value.empty()) {
    out += "null";
  } else {
    append_json_string(out, value);
  }
}

}  // namespace

void append_access_line(std::string& out, const AccessRecord& record) {
  out += "{\"time\":\"";
  append_timestamp(out, record.at);
  out += '"';
  name(out, "request_id", record.request_id);
  name(out, "client", record.client_address);
  name(out, "method", record.method);
  name(out, "path", without_query(record.path));
  name(out, "service", record.service);
  name(out, "unit", record.unit);
  name(out, "endpoint", record.endpoint);
  name(out, "mode", core::to_string(record.mode));
  name(out, "outcome", record.outcome);
  fmt::format_to(std::back_inserter(out),
                 ",\"status\":{},\"attempts\":{},\"bytes_in\":{},\"bytes_out\":{}"
                 ",\"held_ms\":{:.3f},\"ttfb_ms\":{:.3f},\"duration_ms\":{:.3f}}}\n",
                 record.status, record.attempts, record.bytes_in, record.bytes_out,
                 to_millis(record.held), to_millis(record.time_to_first_byte),
                 to_millis(record.duration));
}

}  // namespace signalbox::observe
