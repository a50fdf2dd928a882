// SPDX-License-Identifier: Apache-2.0
//
// Routes and their answers; see admin.h.
#include "gateway/admin.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <optional>
#include <utility>

#include "gateway/client_certificate.h"
#include "gateway/explain_ring.h"
#include "net/clock.h"
#include "observe/explain.h"
#include "observe/fleet_json.h"
#include "observe/json_text.h"
#include "observe/prometheus.h"
#include "wire/json_error.h"

namespace signalbox::gateway {

namespace {

namespace json = boost::json;

// Shares on /fleet are those since about this long ago.
constexpr Duration kShareWindow = 10s;

http::Response text(int status, std::string body, std::string type = "text/plain; charset=utf-8") {
  return {
      status, {{"content-type", std::move(type)}, {"cache-control", "no-store"}}, std::move(body)};
}

http::Response page(const json::object& object) {
  return text(200, observe::json_text(object, observe::Layout::kIndented), "application/json");
}

http::Response error(int status, std::string_view message, std::string_view code) {
  return text(status, wire::json_error(message, wire::error_type(status), code) + "\n",
              "application/json");
}

// The body of a POST as an object with exactly the keys `unit` and `value_key`.
struct UnitValue {
  UnitId unit;
  json::value value;
};

Result<UnitValue> read_unit_value(const http::Request& request, const core::FleetSpec& spec,
                                  const char* value_key, const char* example) {
  const auto fail = [&](const std::string& what) {
    return Error{fmt::format("{}; send for example {}", what, example)};
  };
  boost::system::error_code bad;
  const json::value body = json::parse(request.body, bad);
  if (bad || !body.is_object()) return fail("the body is not a JSON object");
  const auto& object = body.get_object();
  for (const auto& entry : object) {
    if (entry.key() != "unit" && entry.key() != value_key) {
      return fail(fmt::format("the key '{}' is unknown", std::string(entry.key())));
    }
  }
  const auto* unit = object.if_contains("unit");
  const auto* value = object.if_contains(value_key);
  if (unit == nullptr || !unit->is_string()) return fail("the key 'unit' is missing or no string");
  if (value == nullptr) return fail(fmt::format("the key '{}' is missing", value_key));
  const std::string name(unit->get_string());
  const auto id = spec.find_unit(name);
  if (!id) {
    std::string known;
    for (const auto& each : spec.units) known += (known.empty() ? "" : ", ") + each.name;
    return fail(fmt::format("no unit is called '{}'; there are: {}", name, known));
  }
  return UnitValue{*id, *value};
}

// Whether the process lives is no secret, and whoever looks after it may have no credentials.
bool needs_no_role(std::string_view path) { return path == "/healthz" || path == "/readyz"; }

}  // namespace

Admin::Admin(asio::io_context& io, Ports ports)
    : ports_(std::move(ports)),
      wall_{net::unix_nanos() - net::now().time_since_epoch().count()},
      server_(io, [this](const http::Request& request, const std::shared_ptr<http::Responder>& to) {
        to->send(answer(request));
      }) {}

Admin::Answer Admin::answer(const http::Request& request) {
  if (const auto why = made_by_web_page(request, secure_)) {
    auto refusal = error(403, *why, "foreign_origin");
    if (request.method != "GET") audit("a web page", request, refusal);
    return refusal;
  }
  const bool changes = request.method != "GET" && request.method != "HEAD";
  if (!changes && needs_no_role(request.path())) return answer_granted(request);
  const auto certificate = request.peer == nullptr ? std::optional<access::Certificate>()
                                                   : std::optional(certificate_of(*request.peer));
  const AdminGrant granted = grant(rights_.get(), request, certificate ? &*certificate : nullptr,
                                   changes ? Role::kOperator : Role::kViewer);
  Answer result =
      granted.ok() ? answer_granted(request) : error(granted.status, granted.message, granted.code);
  if (granted.status == 401) {
    result.headers.push_back({"www-authenticate", R"(Bearer realm="signalbox-admin")"});
  }
  if (changes) audit(granted.who, request, result);
  return result;
}

// One line, whatever was sent: control characters are escaped and long bodies are cut.
void Admin::audit(std::string_view who, const http::Request& request, const Answer& answer) const {
  if (!ports_.audit) return;
  constexpr std::size_t kMostOfRequest = 300;
  std::string what = request.method + " " + request.target;
  if (!request.body.empty()) what += " " + request.body;
  if (what.size() > kMostOfRequest) what.resize(kMostOfRequest);
  ports_.audit(fmt::format("{}: {}: {} {}", who, json::serialize(json::string(what)), answer.status,
                           answer.status < 300 ? "done" : "refused"));
}

Admin::Answer Admin::answer_granted(const http::Request& request) {
  struct Route {
    const char* method;
    const char* path;  // a prefix when it ends in '/' and is longer than that
    Answer (*handle)(Admin&, const http::Request&);
    bool of_fleet = false;
  };
  static constexpr Route kRoutes[] = {
      {"GET", "/", [](Admin& a, const http::Request&) { return a.index(); }},
      {"GET", "/healthz", [](Admin&, const http::Request&) { return text(200, "ok\n"); }},
      {"GET", "/readyz",
       [](Admin& a, const http::Request&) {
         return a.ports_.ready() ? text(200, "ready\n") : text(503, "not ready: draining\n");
       }},
      {"GET", "/metrics", [](Admin& a, const http::Request&) { return a.metrics(); }, true},
      {"GET", "/fleet", [](Admin& a, const http::Request&) { return a.fleet(); }, true},
      {"GET", "/explain/", [](Admin& a, const http::Request& r) { return a.explain(r); }},
      {"POST", "/capacity", [](Admin& a, const http::Request& r) { return a.post_capacity(r); },
       true},
      {"POST", "/price", [](Admin& a, const http::Request& r) { return a.post_price(r); }, true},
      {"POST", "/reload", [](Admin& a, const http::Request&) { return a.post_reload(); }},
  };
  const std::string_view path = request.path();
  for (const auto& route : kRoutes) {
    const std::string_view rule = route.path;
    const bool prefix = rule.size() > 1 && rule.ends_with('/');
    if (prefix ? !path.starts_with(rule) : path != rule) continue;
    if (request.method == route.method) {
      if (route.of_fleet && !ports_.view()) {
        return error(503, "nothing is known of the fleet yet: no controller was heard", "no_fleet");
      }
      return route.handle(*this, request);
    }
    auto refusal = error(405, fmt::format("{} takes {} only", path, route.method), "bad_method");
    refusal.headers.push_back({"allow", route.method});
    return refusal;
  }
  return error(404, fmt::format("nothing is at {}; GET / lists what is", path), "not_found");
}

Admin::Answer Admin::index() const {
  return text(
      200,
      "Signalbox, the operator's page\n\n"
      "GET  /healthz          the process runs\n"
      "GET  /readyz           it takes requests\n"
      "GET  /metrics          for Prometheus\n"
      "GET  /fleet            what runs, what is planned, and why\n"
      "GET  /explain/ID       why a request went where it went (?format=text)\n"
      "POST /capacity         {\"unit\": \"NAME\", \"max_replicas\": 3}   null lifts the limit\n"
      "POST /price            {\"unit\": \"NAME\", \"usd_per_hour\": 0.75}\n"
      "POST /reload           read the configuration again\n");
}

Admin::Answer Admin::metrics() {
  return text(200, metrics_text(), std::string(observe::kMetricsContentType));
}

std::string Admin::metrics_text() {
  if (!ports_.view()) return {};
  return observe::render_metrics(*ports_.view(), ports_.report(), history_, ports_.stats());
}

Admin::Answer Admin::fleet() {
  const auto view = ports_.view();
  const auto digest = ports_.report();
  const bool comparable =
      earlier_.at != TimePoint{} && earlier_.services.size() == digest.services.size();
  auto answer =
      page(observe::fleet_json({*view, digest, comparable ? &earlier_ : nullptr, history_, wall_}));
  if (!comparable || digest.at - earlier_.at >= kShareWindow) earlier_ = digest;
  return answer;
}

Admin::Answer Admin::explain(const http::Request& request) {
  const std::string_view text_id = request.path().substr(std::string_view("/explain/").size());
  const auto id = parse_id(text_id);
  if (!id) {
    return error(400, "a request id is up to 16 hex digits, as in x-signalbox-request-id",
                 "bad_id");
  }
  const auto story = ports_.story ? ports_.story(*id) : std::nullopt;
  if (!story) {
    return error(404, "no story of this request is kept: too old, or never seen here", "not_found");
  }
  if (request.query_param("format") == "text") return text(200, observe::explain_text(*story));
  return page(observe::explain_json(*story));
}

Admin::Answer Admin::post_capacity(const http::Request& request) {
  auto given = read_unit_value(request, *ports_.view()->spec, "max_replicas",
                               R"({"unit": "NAME", "max_replicas": 3})");
  if (!given.ok()) return error(400, given.error().message, "bad_signal");
  core::CapacityLimit limit{given->unit, -1};
  if (!given->value.is_null()) {
    constexpr double kLargest = 1e6;
    const double wanted = given->value.is_number() ? given->value.to_number<double>() : NAN;
    if (!(wanted >= 0.0 && wanted <= kLargest) || wanted != std::floor(wanted)) {
      return error(400, "max_replicas is a whole number from 0 to 1000000, or null for no limit",
                   "bad_signal");
    }
    limit.max_replicas = static_cast<int>(wanted);
  }
  const auto why = ports_.signal({net::now(), "admin", limit});
  return why.empty() ? text(204, {}) : error(422, why, "implausible");
}

Admin::Answer Admin::post_price(const http::Request& request) {
  auto given = read_unit_value(request, *ports_.view()->spec, "usd_per_hour",
                               R"({"unit": "NAME", "usd_per_hour": 0.75})");
  if (!given.ok()) return error(400, given.error().message, "bad_signal");
  if (!given->value.is_number()) return error(400, "usd_per_hour is a number", "bad_signal");
  const auto why = ports_.signal(
      {net::now(), "admin", core::PriceQuote{given->unit, given->value.to_number<double>()}});
  return why.empty() ? text(204, {}) : error(422, why, "implausible");
}

Admin::Answer Admin::post_reload() {
  const auto why = ports_.reload();
  return why.empty() ? text(200, "reloaded\n") : text(422, why);
}

}  // namespace signalbox::gateway
