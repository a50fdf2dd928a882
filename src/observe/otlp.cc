// SPDX-License-Identifier: Apache-2.0
//
// See otlp.h.
#include "observe/otlp.h"

#include <boost/json.hpp>
#include <charconv>
#include <string_view>

#include "observe/json_text.h"

namespace signalbox::observe {

namespace {

namespace json = boost::json;

// Numbers of the protocol.
constexpr int kInternal = 1, kServer = 2, kClient = 3;  // SpanKind
constexpr int kError = 2;                               // StatusCode

void add(json::array& attributes, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  attributes.push_back({{"key", key}, {"value", {{"stringValue", text}}}});
}

void add(json::array& attributes, std::string_view key, std::int64_t number) {
  if (number == 0) return;
  attributes.push_back({{"key", key}, {"value", {{"intValue", std::to_string(number)}}}});
}

// "host:port"; brackets are how an address is written, not part of it.
void add_server(json::array& attributes, std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) return;
  std::int64_t port = 0;
  std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  address = address.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  add(attributes, "server.address", address);
  add(attributes, "server.port", port);
}

int kind_of(Stage stage) {
  if (stage == Stage::kRequest) return kServer;
  return stage == Stage::kForward ? kClient : kInternal;
}

json::array attributes_of(const RequestTrace& trace, const StageSpan& span) {
  json::array attributes;
  if (span.stage == Stage::kRequest) {
    add(attributes, "http.request.method", trace.method);
    add(attributes, "url.path", trace.path);
    add(attributes, "http.response.status_code", trace.status);
    add(attributes, "gen_ai.request.model", trace.model);
    add(attributes, "signalbox.request_id", trace.request_id);
    add(attributes, "signalbox.service", trace.service);
    add(attributes, "signalbox.tenant", trace.tenant);
    add(attributes, "signalbox.reason", trace.reason);
  } else if (span.stage == Stage::kForward) {
    add(attributes, "signalbox.unit", span.unit);
    add_server(attributes, span.address);
    add(attributes, "http.response.status_code", span.status);
    add(attributes, "error.type", span.failure);
  }
  return attributes;
}

// What a server answers with 4xx is its client's error and not its own.
bool has_failed(const RequestTrace& trace, const StageSpan& span) {
  if (span.stage == Stage::kRequest) return trace.status >= 500;
  return span.stage == Stage::kForward && (span.status >= 400 || !span.failure.empty());
}

json::object span_json(const RequestTrace& trace, const StageSpan& span, WallOffset wall) {
  const bool is_root = span.stage == Stage::kRequest;
  const std::uint64_t parent = is_root ? trace.parent : trace.context.span;
  json::object out = {{"traceId", wire::trace_id_text(trace.context)},
                      {"spanId", wire::span_id_text(span.id)}};
  if (parent != 0) out["parentSpanId"] = wire::span_id_text(parent);
  out["flags"] = trace.context.flags;
  out["name"] = to_string(span.stage);
  out["kind"] = kind_of(span.stage);
  out["startTimeUnixNano"] = std::to_string(wall.at(span.begin));
  out["endTimeUnixNano"] = std::to_string(wall.at(span.end));
  if (auto attributes = attributes_of(trace, span); !attributes.empty()) {
    out["attributes"] = std::move(attributes);
  }
  if (has_failed(trace, span)) out["status"] = {{"code", kError}};
  return out;
}

}  // namespace

std::string otlp_json(std::span<const RequestTrace> traces, const OtlpResource& resource,
                      WallOffset wall) {
  json::array spans;
  for (const RequestTrace& trace : traces) {
    for (const StageSpan& span : trace.spans) spans.push_back(span_json(trace, span, wall));
  }
  json::array about;
  add(about, "service.name", resource.service_name);
  add(about, "service.instance.id", resource.instance);
  const json::object request = {
      {"resourceSpans",
       json::array{
           json::object{{"resource", {{"attributes", std::move(about)}}},
                        {"scopeSpans", json::array{json::object{{"scope", {{"name", "signalbox"}}},
                                                                {"spans", std::move(spans)}}}}}}}};
  return json_text(request, Layout::kOneLine);
}

}  // namespace signalbox::observe
